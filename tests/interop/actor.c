/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/interop/actor.h>

#include <string.h>
#include <tests/common/test-time.h>

#define PATIENCE_MS 20000

G_GNUC_PRINTF (2, 3)
static void
note (Actor *actor, const gchar *format, ...)
{
  va_list values;

  g_mutex_lock (&actor->lock);
  va_start (values, format);
  g_ptr_array_add (actor->lines, g_strdup_vprintf (format, values));
  va_end (values);
  g_cond_broadcast (&actor->told);
  g_mutex_unlock (&actor->lock);
}

static GstStructure *
on_request_meta (GstSignaller *signaller, Actor *actor)
{
  return gst_structure_new ("meta", "name", G_TYPE_STRING, actor->name, "number", G_TYPE_INT, 42, NULL);
}

static void
on_session_requested (
    GstSignaller *signaller, const gchar *session, const gchar *peer, GstWebRTCSessionDescription *offer, Actor *actor)
{
  note (actor, "session-requested %s %s%s", session, peer, offer ? " offer" : "");
}

static void
on_session_started (GstSignaller *signaller, const gchar *session, const gchar *peer, Actor *actor)
{
  note (actor, "session-started %s %s", session, peer);
}

static void
on_session_description (
    GstSignaller *signaller, const gchar *session, GstWebRTCSessionDescription *description, Actor *actor)
{
  note (actor, "session-description %s %s %s", session, gst_webrtc_sdp_type_to_string (description->type),
      gst_sdp_message_get_session_name (description->sdp));
}

static void
on_handle_ice (
    GstSignaller *signaller, const gchar *session, guint line, const gchar *mid, const gchar *candidate, Actor *actor)
{
  note (actor, "handle-ice %s %u %s", session, line, candidate);
}

static gboolean
on_session_ended (GstSignaller *signaller, const gchar *session, Actor *actor)
{
  note (actor, "session-ended %s", session);
  return TRUE;
}

static gboolean
on_session_ended_with_error (GstSignaller *signaller, const gchar *session, const gchar *why, Actor *actor)
{
  note (actor, "session-ended-with-error %s %s", session, why);
  return TRUE;
}

static void
on_producer_added (GstSignaller *signaller, const gchar *id, GstStructure *meta, gboolean new_connection, Actor *actor)
{
  note (actor, "producer-added %s %s", id, meta ? gst_structure_get_string (meta, "name") : "-");
}

static void
on_producer_removed (GstSignaller *signaller, const gchar *id, GstStructure *meta, Actor *actor)
{
  note (actor, "producer-removed %s", id);
}

static void
on_connection_closed (GstSignaller *signaller, GstSignallingCloseInfo *info, Actor *actor)
{
  static const gchar *const classes[] = { "clean", "local", "transport", "protocol", "handshake" };

  note (actor, "connection-closed %s %s %s %u", classes[gst_signalling_close_info_get_close_class (info)],
      gst_signalling_close_info_get_will_reconnect (info) ? "returns" : "stays-away",
      gst_signalling_close_info_get_clean (info) ? "answered" : "unanswered",
      gst_signalling_close_info_get_code (info));
}

static void
on_error (GstSignaller *signaller, const gchar *text, Actor *actor)
{
  note (actor, "error %s", text);
}

static void
on_client_id (GObject *signaller, GParamSpec *property, Actor *actor)
{
  g_autofree gchar *id = NULL;

  g_object_get (signaller, "client-id", &id, NULL);
  if (id)
    note (actor, "client-id %s", id);
}

static void
connect_signals (Actor *actor)
{
  static const struct
  {
    const gchar *name;
    GCallback handler;
  } handlers[] = {
    { "request-meta", G_CALLBACK (on_request_meta) },
    { "session-requested", G_CALLBACK (on_session_requested) },
    { "session-started", G_CALLBACK (on_session_started) },
    { "session-description", G_CALLBACK (on_session_description) },
    { "handle-ice", G_CALLBACK (on_handle_ice) },
    { "session-ended", G_CALLBACK (on_session_ended) },
    { "session-ended-with-error", G_CALLBACK (on_session_ended_with_error) },
    { "producer-added", G_CALLBACK (on_producer_added) },
    { "producer-removed", G_CALLBACK (on_producer_removed) },
    { "connection-closed", G_CALLBACK (on_connection_closed) },
    { "error", G_CALLBACK (on_error) },
    { "notify::client-id", G_CALLBACK (on_client_id) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect (actor->signaller, handlers[i].name, handlers[i].handler, actor);
}

Actor *
actor_new (const gchar *name, const gchar *url, const gchar *property, ...)
{
  Actor *actor = g_new0 (Actor, 1);
  va_list values;

  g_mutex_init (&actor->lock);
  g_cond_init (&actor->told);
  actor->name = name;
  actor->lines = g_ptr_array_new_with_free_func (g_free);
  actor->signaller = GST_SIGNALLER (gst_web_socket_signaller_new ());
  g_object_set (actor->signaller, "uri", url, NULL);
  va_start (values, property);
  g_object_set_valist (G_OBJECT (actor->signaller), property, values);
  va_end (values);
  connect_signals (actor);
  g_assert_true (gst_signaller_start (actor->signaller));
  return actor;
}

void
actor_free (Actor *actor)
{
  (void) gst_signaller_stop (actor->signaller);
  g_signal_handlers_disconnect_by_data (actor->signaller, actor);
  g_object_unref (actor->signaller);
  g_ptr_array_unref (actor->lines);
  g_mutex_clear (&actor->lock);
  g_cond_clear (&actor->told);
  g_free (actor);
}

/* With the lock held. */
static guint
count_lines (Actor *actor, const gchar *start, const gchar **last)
{
  guint count = 0;

  for (guint i = 0; i < actor->lines->len; i++) {
    const gchar *line = g_ptr_array_index (actor->lines, i);

    if (!g_str_has_prefix (line, start))
      continue;
    count++;
    if (last)
      *last = line + strlen (start);
  }
  return count;
}

guint
actor_count (Actor *actor, const gchar *start)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&actor->lock);

  return count_lines (actor, start, NULL);
}

gchar *
actor_wait (Actor *actor, guint count, const gchar *start)
{
  gint64 deadline = test_time_deadline (PATIENCE_MS);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&actor->lock);
  const gchar *last = NULL;

  while (count_lines (actor, start, &last) < count) {
    if (g_cond_wait_until (&actor->told, &actor->lock, deadline))
      continue;
    g_ptr_array_add (actor->lines, NULL);
    g_autofree gchar *told = g_strjoinv ("\n  ", (gchar **) actor->lines->pdata);
    g_error ("%s was not told '%s' %u times, only:\n  %s", actor->name, start, count, told);
  }
  return g_strdup (last);
}

void
actor_await (Actor *actor, guint count, const gchar *start)
{
  g_autofree gchar *ignored = actor_wait (actor, count, start);
}

gchar *
actor_dup_id (Actor *actor)
{
  g_autofree gchar *id = actor_wait (actor, 1, "client-id ");

  return g_steal_pointer (&id);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "server-probe.h"

static const gchar *
nick (GType type, gint value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, value)->value_nick;
}

static void
on_client_added (GstSignallingServer *server, const gchar *id, const gchar *address, EventLog *log)
{
  event_log_add (log, "client-added %s %s", id, address);
}

static void
on_client_removed (GstSignallingServer *server, const gchar *id, GstSignallingCloseInfo *info, EventLog *log)
{
  const gchar *reason = gst_signalling_close_info_get_reason (info);

  event_log_add (log, "client-removed %s %s %s %s %u %s", id,
      nick (GST_TYPE_SIGNALLING_INITIATOR, gst_signalling_close_info_get_initiator (info)),
      nick (GST_TYPE_SIGNALLING_CLOSE_CLASS, gst_signalling_close_info_get_close_class (info)),
      gst_signalling_close_info_get_clean (info) ? "finished" : "unfinished", gst_signalling_close_info_get_code (info),
      reason ? reason : "-");
}

static void
on_session_started (
    GstSignallingServer *server, const gchar *session, const gchar *producer, const gchar *consumer, EventLog *log)
{
  event_log_add (log, "session-started %s %s %s", session, producer, consumer);
}

static void
on_session_ended (GstSignallingServer *server, const gchar *session, const gchar *producer, const gchar *consumer,
    GstSignallingSessionEnd why, const gchar *error, EventLog *log)
{
  event_log_add (log, "session-ended %s %s %s %s %s", session, producer, consumer,
      nick (GST_TYPE_SIGNALLING_SESSION_END, (gint) why), error ? error : "-");
}

ServerProbe *
server_probe_new (void)
{
  ServerProbe *self = g_new0 (ServerProbe, 1);

  self->log = event_log_new ("server");
  self->server = gst_signalling_server_new ();
  g_object_set (self->server, "host", "127.0.0.1", "port", 0, NULL);
  g_object_connect (self->server, "signal::client-added", on_client_added, self->log, "signal::client-removed",
      on_client_removed, self->log, "signal::session-started", on_session_started, self->log, "signal::session-ended",
      on_session_ended, self->log, NULL);
  return self;
}

void
server_probe_start (ServerProbe *self)
{
  g_autoptr (GError) error = NULL;

  gst_signalling_server_start (self->server, &error);
  g_assert_no_error (error);
  g_assert_true (gst_signalling_server_is_running (self->server));
}

ServerProbe *
server_probe_run (void)
{
  ServerProbe *self = server_probe_new ();

  server_probe_start (self);
  return self;
}

void
server_probe_free (ServerProbe *self)
{
  if (self->server) {
    gst_signalling_server_stop (self->server);
    event_log_close (self->log);
    g_assert_false (gst_signalling_server_is_running (self->server));
    g_assert_cmpuint (gst_signalling_server_get_port (self->server), ==, 0);
    g_assert_cmpuint (G_OBJECT (self->server)->ref_count, ==, 1);
    g_object_unref (self->server);
  }
  event_log_free (self->log);
  g_free (self);
}

guint
server_probe_get_port (ServerProbe *self)
{
  return gst_signalling_server_get_port (self->server);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/gst.h>

#include <gst/signalling/protocol/message.h>
#include <gst/signalling/signaller/dialogue-private.h>
#include <gst/signalling/signaller/link-private.h>
#include <gst/signalling/signaller/signaller-uri-private.h>
#include <gst/signalling/signaller/websocket-signaller.h>

GST_DEBUG_CATEGORY_STATIC (gst_web_socket_signaller_debug);
#define GST_CAT_DEFAULT gst_web_socket_signaller_debug

#define DEFAULT_URI "ws://127.0.0.1:8443"
#define DEFAULT_ROLE GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER
#define DEFAULT_CONNECT_TIMEOUT 20
#define DEFAULT_RECONNECT_TIMEOUT 60
#define DEFAULT_PING_INTERVAL 20
#define DEFAULT_PONG_TIMEOUT 10

/* What stop adds to the deadlines of the closing handshake, and then waits for the thread to end. */
#define STOP_SLACK_MS 500
/* The longest message a server sends is the list of everybody: what the parser takes, rather than what peers send. */
#define MAX_INCOMING (16 * 1024 * 1024)
#define JOIN_MS 250

/* One start of the signaller, until it is over. @owner leads back without keeping; the rest belongs to the thread but
 * @thread and @link, which do not change. */
typedef struct
{
  gatomicrefcount ref_count;
  GWeakRef owner;
  GstSignallingContextThread *thread;
  GstSignallingLink *link;
  GstSignallingDialogue *dialogue;
} Run;

/* @lock guards everything; it is not held while anything is emitted, or a run is called. */
struct _GstWebSocketSignaller
{
  GObject parent_instance;

  GMutex lock;
  gchar *uri;
  gchar *producer_peer_id;
  gchar *cafile;
  gchar *client_id;
  GstStructure *headers;
  GstWebSocketSignallerRole role;
  gboolean insecure_tls;
  gboolean connect_to_first_producer;
  guint connect_timeout;
  gint reconnect_timeout;
  guint ping_interval;
  guint pong_timeout;

  GstSignallerConnectionState state;
  Run *run;             /* NULL unless started */
  gboolean stopping;    /* @run was told to end, and has not yet */
  gboolean start_again; /* as soon as it has */
  GList *ending;        /* runs that are over, but for what their last callbacks still tell */
};

enum
{
  PROP_URI = 1,
  PROP_PRODUCER_PEER_ID,
  PROP_CAFILE,
  PROP_ROLE,
  PROP_CLIENT_ID,
  PROP_HEADERS,
  PROP_INSECURE_TLS,
  PROP_CONNECT_TO_FIRST_PRODUCER,
  PROP_CONNECT_TIMEOUT,
  PROP_RECONNECT_TIMEOUT,
  PROP_PING_INTERVAL,
  PROP_PONG_TIMEOUT,
  PROP_CONNECTION_STATE,
  N_PROPS,
  PROP_MANUAL_SDP_MUNGING = N_PROPS, /* the interface's */
};

static GParamSpec *properties[N_PROPS];
static guint reconnecting_signal;

static void signaller_iface_init (GstSignallerInterface *iface);
static gboolean gst_web_socket_signaller_start (GstSignaller *signaller);

/* clang-format off */
G_DEFINE_ENUM_TYPE (GstWebSocketSignallerRole, gst_web_socket_signaller_role,
    G_DEFINE_ENUM_VALUE (GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER, "consumer"),
    G_DEFINE_ENUM_VALUE (GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER, "producer"),
    G_DEFINE_ENUM_VALUE (GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER, "listener"))
/* clang-format on */

G_DEFINE_FINAL_TYPE_WITH_CODE (GstWebSocketSignaller, gst_web_socket_signaller, G_TYPE_OBJECT,
    G_IMPLEMENT_INTERFACE (GST_TYPE_SIGNALLER, signaller_iface_init))

/* -- runs --------------------------------------------------------------------------------------------------------- */

static Run *
run_ref (Run *run)
{
  g_atomic_ref_count_inc (&run->ref_count);
  return run;
}

static void
run_unref (Run *run)
{
  if (!g_atomic_ref_count_dec (&run->ref_count))
    return;
  g_weak_ref_clear (&run->owner);
  g_clear_pointer (&run->link, gst_signalling_link_unref);
  gst_signalling_dialogue_free (run->dialogue);
  gst_signalling_context_thread_unref (run->thread);
  g_free (run);
}

static void
run_unref_cb (gpointer data)
{
  run_unref (data);
}

/* The signaller, when this is still its run: what an abandoned run does is nobody's business. */
static GstWebSocketSignaller *
run_dup_owner (Run *run)
{
  GstWebSocketSignaller *self = g_weak_ref_get (&run->owner);
  gboolean current;

  if (!self)
    return NULL;
  g_mutex_lock (&self->lock);
  current = self->run == run;
  g_mutex_unlock (&self->lock);
  if (current)
    return self;
  g_object_unref (self);
  return NULL;
}

/* What was changed with the lock, to be notified without it. */
typedef enum
{
  CHANGED_NOTHING = 0,
  CHANGED_STATE = 1 << 0,
  CHANGED_CLIENT_ID = 1 << 1,
} Changes;

static void
notify_changes (GstWebSocketSignaller *self, Changes changes)
{
  if (changes & CHANGED_CLIENT_ID)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLIENT_ID]);
  if (changes & CHANGED_STATE)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CONNECTION_STATE]);
}

/* With the lock. */
static Changes
replace_state (GstWebSocketSignaller *self, GstSignallerConnectionState state)
{
  gboolean changed = self->state != state;

  self->state = state;
  return changed ? CHANGED_STATE : CHANGED_NOTHING;
}

/* With the lock. */
static Changes
replace_client_id (GstWebSocketSignaller *self, const gchar *client_id)
{
  if (g_strcmp0 (self->client_id, client_id) == 0)
    return CHANGED_NOTHING;
  g_free (self->client_id);
  self->client_id = g_strdup (client_id);
  return CHANGED_CLIENT_ID;
}

/* What @run has come to, unless it is not the signaller's any more, or was told to stop: then that is the news. */
static void
set_state (GstWebSocketSignaller *self, Run *run, GstSignallerConnectionState state)
{
  Changes changes = CHANGED_NOTHING;

  g_mutex_lock (&self->lock);
  if (self->run == run && !self->stopping)
    changes = replace_state (self, state);
  g_mutex_unlock (&self->lock);
  notify_changes (self, changes);
}

/* -- what the link tells, on its thread --------------------------------------------------------------------------- */

static void
on_connected (GstSignallingLink *link, gboolean again, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (GstWebSocketSignaller) self = run_dup_owner (run);

  if (self)
    gst_signalling_dialogue_connected (run->dialogue, GST_SIGNALLER (self));
}

static void
on_message (GstSignallingLink *link, GBytes *text, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (GstWebSocketSignaller) self = run_dup_owner (run);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSignallingMessage) message = NULL;

  if (!self)
    return;
  message = gst_signalling_message_parse (text, GST_SIGNALLING_SENDER_SERVER, &error);
  if (message)
    gst_signalling_dialogue_message (run->dialogue, GST_SIGNALLER (self), message);
  else /* from a newer server, perhaps: nothing that ends anything */
    GST_WARNING_OBJECT (self, "a message that cannot be read: %s", error->message);
}

/* A Close with one of these says that the server found something wrong with us. */
static gboolean
is_complaint (GstSignallingCloseInfo *info)
{
  guint code = gst_signalling_close_info_get_code (info);

  return gst_signalling_close_info_get_close_class (info) == GST_SIGNALLING_CLOSE_CLEAN && code >= 1002 &&
         code <= 1011 && code != 1005;
}

/* A peer that wanted to close and got its Close wrong has not failed us. */
static gboolean
is_illegal_close (GstSignallingCloseInfo *info)
{
  return gst_signalling_close_info_get_close_class (info) == GST_SIGNALLING_CLOSE_PROTOCOL &&
         gst_signalling_close_info_get_code (info) != 0;
}

static void
tell_trouble (GstWebSocketSignaller *self, GstSignallingCloseInfo *info)
{
  const GError *error = gst_signalling_close_info_get_error (info);
  const gchar *reason = gst_signalling_close_info_get_reason (info);
  g_autofree gchar *complaint = NULL;

  if (is_complaint (info)) {
    complaint = g_strdup_printf ("The signalling server closed the connection with code %u%s%s",
        gst_signalling_close_info_get_code (info), reason && *reason ? ": " : "", reason ? reason : "");
    gst_signaller_warning (GST_SIGNALLER (self), complaint);
  } else if (is_illegal_close (info)) {
    gst_signaller_warning (GST_SIGNALLER (self), error->message);
  } else if (error && !gst_signalling_close_info_get_will_reconnect (info)) {
    gst_signaller_error (GST_SIGNALLER (self), error->message);
  }
}

/* All at once, so that whoever starts the signaller again in the same instant finds nothing half done. FALSE when
 * somebody else has done it. */
static gboolean
abandon_run (GstWebSocketSignaller *self, Run *run, GstSignallerConnectionState state)
{
  Changes changes = CHANGED_NOTHING;
  gboolean current;

  g_mutex_lock (&self->lock);
  current = self->run == run;
  if (current) {
    self->run = NULL;
    self->stopping = FALSE;
    changes = replace_client_id (self, NULL) | replace_state (self, state);
  }
  g_mutex_unlock (&self->lock);
  if (current)
    run_unref (run);
  notify_changes (self, changes);
  return current;
}

/* Somebody called start while a stop was under way. */
static void
start_again_if_wanted (GstWebSocketSignaller *self)
{
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = self->start_again;
  self->start_again = FALSE;
  g_mutex_unlock (&self->lock);
  if (wanted)
    gst_web_socket_signaller_start (GST_SIGNALLER (self));
}

static GstSignallerConnectionState
state_after (GstSignallingCloseInfo *info)
{
  if (gst_signalling_close_info_get_error (info) && !is_illegal_close (info))
    return GST_SIGNALLER_CONNECTION_STATE_FAILED;
  return GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED;
}

/* Until forget_run(), a stop from elsewhere waits for its last words. */
static void
tell_end (GstWebSocketSignaller *self, Run *run, GstSignallingCloseInfo *info)
{
  g_mutex_lock (&self->lock);
  self->ending = g_list_prepend (self->ending, run);
  g_mutex_unlock (&self->lock);
  if (abandon_run (self, run, state_after (info))) {
    gst_signaller_connection_closed (GST_SIGNALLER (self), info);
    tell_trouble (self, info);
  }
  start_again_if_wanted (self);
}

static gboolean
is_wanted (GstWebSocketSignaller *self, Run *run)
{
  gboolean wanted;

  g_mutex_lock (&self->lock);
  wanted = self->run == run && !self->stopping;
  g_mutex_unlock (&self->lock);
  return wanted;
}

/* Any of the handlers may stop the signaller: then the rest is no news any more. */
static void
tell_loss (GstWebSocketSignaller *self, Run *run, GstSignallingCloseInfo *info)
{
  set_state (self, run, GST_SIGNALLER_CONNECTION_STATE_RECONNECTING);
  if (is_wanted (self, run))
    gst_signaller_connection_closed (GST_SIGNALLER (self), info);
  if (is_wanted (self, run))
    tell_trouble (self, info);
}

static void
on_closed (GstSignallingLink *link, GstSignallingCloseInfo *info, gpointer user_data)
{
  g_autoptr (GstWebSocketSignaller) self = run_dup_owner (user_data);
  Run *run = run_ref (user_data);

  if (gst_signalling_close_info_get_will_reconnect (info)) {
    if (self)
      tell_loss (self, run, info);
  } else {
    gst_signalling_dialogue_mute (run->dialogue);
    gst_signalling_context_thread_stop (run->thread);
    if (self)
      tell_end (self, run, info);
  }
  run_unref (run);
}

static void
on_retrying (GstSignallingLink *link, guint attempt, guint delay_ms, const GError *why, gpointer user_data)
{
  g_autoptr (GstWebSocketSignaller) self = run_dup_owner (user_data);

  if (self)
    g_signal_emit (self, reconnecting_signal, 0, attempt, delay_ms, why ? why->message : NULL);
}

/* -- what the dialogue tells, on the same thread ------------------------------------------------------------------ */

static void
send_now (GstSignallingMessage *message, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (GBytes) text = gst_signalling_message_to_bytes (message);
  g_autoptr (GError) error = NULL;

  if (!gst_signalling_link_send (run->link, text, &error))
    GST_INFO ("not sent: %s", error->message);
}

static void
on_welcomed (const gchar *peer_id, gpointer user_data)
{
  Run *run = user_data;
  g_autoptr (GstWebSocketSignaller) self = run_dup_owner (run);
  Changes changes = CHANGED_NOTHING;

  if (!self)
    return;
  GST_INFO_OBJECT (self, "connected as %s", peer_id);
  gst_signalling_link_confirm (run->link);
  g_mutex_lock (&self->lock);
  if (self->run == run && !self->stopping)
    changes = replace_client_id (self, peer_id) | replace_state (self, GST_SIGNALLER_CONNECTION_STATE_CONNECTED);
  g_mutex_unlock (&self->lock);
  notify_changes (self, changes);
}

/* -- starting ----------------------------------------------------------------------------------------------------- */

static gchar **
headers_to_strv (const GstStructure *headers)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  gint n = headers ? gst_structure_n_fields (headers) : 0;

  for (gint i = 0; i < n; i++) {
    const gchar *name = gst_structure_nth_field_name (headers, i);
    const GValue *value = gst_structure_get_value (headers, name);
    gchar *text = G_VALUE_HOLDS_STRING (value) ? g_value_dup_string (value) : gst_value_serialize (value);

    g_ptr_array_add (list, g_strdup (name));
    g_ptr_array_add (list, text ? text : g_strdup (""));
  }
  g_ptr_array_add (list, NULL);
  return (gchar **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

/* With the lock. */
static void
fill_link_settings (GstWebSocketSignaller *self, GstSignallingLinkSettings *settings)
{
  settings->channel = gst_signalling_channel_default_limits;
  settings->channel.max_message = MAX_INCOMING;
  settings->channel.ping_ms = self->ping_interval * 1000;
  settings->channel.pong_ms = self->pong_timeout * 1000;
  settings->reconnect_timeout = self->reconnect_timeout;
  settings->connector.uri = g_strdup (self->uri);
  settings->connector.ca_file = g_strdup (self->cafile);
  settings->connector.insecure_tls = self->insecure_tls;
  settings->connector.headers = headers_to_strv (self->headers);
  settings->connector.timeout_ms = self->connect_timeout * 1000;
  settings->connector.stall_ms = settings->channel.stall_ms;
}

/* With the lock. */
static void
fill_dialogue_settings (GstWebSocketSignaller *self, GstSignallingDialogueSettings *settings)
{
  switch (self->role) {
    case GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER:
      settings->role = GST_SIGNALLING_ROLE_PRODUCER;
      break;
    case GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER:
      settings->role = GST_SIGNALLING_ROLE_LISTENER;
      break;
    default:
      settings->role = GST_SIGNALLING_ROLE_CONSUMER;
      break;
  }
  settings->producer_id = g_strdup (self->producer_peer_id);
  settings->first_producer = self->connect_to_first_producer;
  if (settings->role != GST_SIGNALLING_ROLE_CONSUMER && (settings->producer_id || settings->first_producer))
    GST_WARNING_OBJECT (self, "only a consumer connects to a producer: this setting has no effect");
}

static gboolean
forget_run (gpointer data)
{
  Run *run = data;
  g_autoptr (GstWebSocketSignaller) self = g_weak_ref_get (&run->owner);

  if (!self)
    return G_SOURCE_REMOVE;
  g_mutex_lock (&self->lock);
  self->ending = g_list_remove (self->ending, run);
  g_mutex_unlock (&self->lock);
  return G_SOURCE_REMOVE;
}

/* The link is done with it, perhaps in the middle of a callback that still uses it. */
static void
free_run_later (gpointer data)
{
  gst_signalling_context_thread_invoke (((Run *) data)->thread, forget_run, data, run_unref_cb);
}

/* With the lock. */
static Run *
run_new (GstWebSocketSignaller *self)
{
  static const GstSignallingLinkCallbacks link_callbacks = {
    .connected = on_connected, .message = on_message, .closed = on_closed, .retrying = on_retrying
  };
  static const GstSignallingDialogueCallbacks dialogue_callbacks = { .send = send_now, .welcomed = on_welcomed };
  GstSignallingLinkSettings link_settings = { 0 };
  GstSignallingDialogueSettings dialogue_settings = { 0 };
  Run *run = g_new0 (Run, 1);

  g_atomic_ref_count_init (&run->ref_count);
  g_weak_ref_init (&run->owner, self);
  fill_link_settings (self, &link_settings);
  fill_dialogue_settings (self, &dialogue_settings);
  run->thread = gst_signalling_context_thread_new ("signalling-cli");
  run->dialogue = gst_signalling_dialogue_new (&dialogue_settings, &dialogue_callbacks, run);
  run->link = gst_signalling_link_new (run->thread, &link_settings, &link_callbacks, run_ref (run), free_run_later);
  return run;
}

static gboolean
start_run (gpointer data)
{
  gst_signalling_link_start (((Run *) data)->link);
  return G_SOURCE_REMOVE;
}

/* While a stop is under way, the next run has to wait for the end of this one. */
static gboolean
gst_web_socket_signaller_start (GstSignaller *signaller)
{
  GstWebSocketSignaller *self = GST_WEB_SOCKET_SIGNALLER (signaller);
  Changes changes = CHANGED_NOTHING;
  Run *run = NULL;

  g_mutex_lock (&self->lock);
  if (!self->run) {
    run = run_new (self);
    self->run = run_ref (run);
    changes = replace_state (self, GST_SIGNALLER_CONNECTION_STATE_CONNECTING);
  } else if (self->stopping) {
    self->start_again = TRUE;
  }
  g_mutex_unlock (&self->lock);
  notify_changes (self, changes);
  if (run)
    gst_signalling_context_thread_invoke (run->thread, start_run, run, run_unref_cb);
  return TRUE;
}

/* -- stopping ----------------------------------------------------------------------------------------------------- */

static gboolean
stop_run (gpointer data)
{
  Run *run = data;

  gst_signalling_link_stop (run->link);
  return G_SOURCE_REMOVE;
}

static Run *
dup_run (GstWebSocketSignaller *self)
{
  Run *run;

  g_mutex_lock (&self->lock);
  run = self->run ? run_ref (self->run) : NULL;
  g_mutex_unlock (&self->lock);
  return run;
}

/* Until @run has told its end, for a bounded time: a handler that blocks its thread may be in the way. */
static void
wait_for_run (Run *run)
{
  const GstSignallingChannelLimits *limits = &gst_signalling_channel_default_limits;
  gint64 until = g_get_monotonic_time () +
                 (limits->drain_ms + limits->reply_ms + STOP_SLACK_MS) * (gint64) G_TIME_SPAN_MILLISECOND;

  gst_signalling_link_wait (run->link, until);
}

static void
join_run (Run *run)
{
  gst_signalling_context_thread_join (
      run->thread, g_get_monotonic_time () + JOIN_MS * (gint64) G_TIME_SPAN_MILLISECOND);
}

/* TRUE when it could be waited for. */
static gboolean
end_run (Run *run)
{
  gst_signalling_dialogue_mute (run->dialogue);
  if (gst_signalling_context_thread_is_current (run->thread)) {
    stop_run (run);
    return FALSE;
  }
  gst_signalling_context_thread_invoke (run->thread, stop_run, run_ref (run), run_unref_cb);
  wait_for_run (run);
  return TRUE;
}

static void
wait_for_last_words (gpointer data, gpointer user_data)
{
  Run *run = data;

  if (!gst_signalling_context_thread_is_current (run->thread))
    wait_for_run (run);
}

static gpointer
copy_run (gconstpointer run, gpointer user_data)
{
  return run_ref ((Run *) run);
}

static gboolean
gst_web_socket_signaller_stop (GstSignaller *signaller)
{
  GstWebSocketSignaller *self = GST_WEB_SOCKET_SIGNALLER (signaller);
  Changes changes = CHANGED_NOTHING;
  GList *ending;
  Run *run;

  g_mutex_lock (&self->lock);
  self->start_again = FALSE;
  run = self->run ? run_ref (self->run) : NULL;
  self->stopping = run != NULL;
  if (run)
    changes = replace_state (self, GST_SIGNALLER_CONNECTION_STATE_CLOSING);
  ending = g_list_copy_deep (self->ending, copy_run, NULL);
  g_mutex_unlock (&self->lock);
  notify_changes (self, changes);

  if (run && end_run (run)) {
    if (abandon_run (self, run, GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED))
      start_again_if_wanted (self);
    join_run (run);
  }
  g_clear_pointer (&run, run_unref);
  g_list_foreach (ending, wait_for_last_words, NULL);
  g_list_free_full (ending, run_unref_cb);
  return TRUE;
}

/* -- sending ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  Run *run;
  GstSignallingMessage *message;
  gboolean ends_session;
} Outgoing;

static gboolean
send_outgoing (gpointer data)
{
  Outgoing *outgoing = data;

  if (outgoing->ends_session)
    gst_signalling_dialogue_forget_session (
        outgoing->run->dialogue, gst_signalling_message_get_session_id (outgoing->message));
  send_now (outgoing->message, outgoing->run);
  return G_SOURCE_REMOVE;
}

static void
outgoing_free (gpointer data)
{
  Outgoing *outgoing = data;

  run_unref (outgoing->run);
  gst_signalling_message_unref (outgoing->message);
  g_free (outgoing);
}

/* In the order of the calls, whatever threads they come from. */
static gboolean
send_later (GstSignaller *signaller, GstSignallingMessage *message, gboolean ends_session)
{
  Run *run = dup_run (GST_WEB_SOCKET_SIGNALLER (signaller));
  Outgoing *outgoing;

  if (!run) {
    GST_DEBUG_OBJECT (signaller, "not started: nothing is sent");
    gst_signalling_message_unref (message);
    return TRUE;
  }
  outgoing = g_new0 (Outgoing, 1);
  outgoing->run = run;
  outgoing->message = message;
  outgoing->ends_session = ends_session;
  gst_signalling_context_thread_invoke (run->thread, send_outgoing, outgoing, outgoing_free);
  return TRUE;
}

static gboolean
gst_web_socket_signaller_send_session_description (
    GstSignaller *signaller, const gchar *session_id, GstWebRTCSessionDescription *description)
{
  const gchar *type = gst_webrtc_sdp_type_to_string (description->type);
  g_autofree gchar *sdp = gst_sdp_message_as_text (description->sdp);

  if (description->type != GST_WEBRTC_SDP_TYPE_OFFER && description->type != GST_WEBRTC_SDP_TYPE_ANSWER) {
    GST_WARNING_OBJECT (signaller, "the protocol has no word for a description of type %s", type);
    return TRUE;
  }
  return send_later (signaller, gst_signalling_message_new_peer_sdp (session_id, type, sdp), FALSE);
}

static gboolean
gst_web_socket_signaller_send_ice (GstSignaller *signaller, const gchar *session_id, const gchar *candidate,
    guint sdp_m_line_index, const gchar *sdp_mid)
{
  return send_later (signaller, gst_signalling_message_new_peer_ice (session_id, candidate, sdp_m_line_index), FALSE);
}

static gboolean
gst_web_socket_signaller_end_session (GstSignaller *signaller, const gchar *session_id)
{
  return send_later (signaller, gst_signalling_message_new_end_session (session_id), TRUE);
}

/* A server of version 1.0 drops the first message without a word, one of 1.1 the second. */
static gboolean
gst_web_socket_signaller_end_session_with_error (GstSignaller *signaller, const gchar *session_id, const gchar *error)
{
  return send_later (signaller, gst_signalling_message_new_end_session_v1_1 (session_id, error), TRUE) &&
         send_later (signaller, gst_signalling_message_new_end_session (session_id), TRUE);
}

static void
signaller_iface_init (GstSignallerInterface *iface)
{
  iface->start = gst_web_socket_signaller_start;
  iface->stop = gst_web_socket_signaller_stop;
  iface->send_session_description = gst_web_socket_signaller_send_session_description;
  iface->send_ice = gst_web_socket_signaller_send_ice;
  iface->end_session = gst_web_socket_signaller_end_session;
  iface->end_session_with_error = gst_web_socket_signaller_end_session_with_error;
}

/* -- the object --------------------------------------------------------------------------------------------------- */

/**
 * gst_web_socket_signaller_new:
 *
 * Makes a signaller with every property at its default.
 *
 * Returns: (transfer full): a signaller, not started yet
 * Since: 0.1
 */
GstWebSocketSignaller *
gst_web_socket_signaller_new (void)
{
  return g_object_new (GST_TYPE_WEB_SOCKET_SIGNALLER, NULL);
}

static void
replace_string (gchar **field, const GValue *value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

/* With the lock. */
static void
set_uri (GstWebSocketSignaller *self, const gchar *text)
{
  g_auto (GstSignallingUri) parsed = { NULL };

  gst_signalling_uri_parse (&parsed, text && *text ? text : DEFAULT_URI);
  g_free (self->uri);
  self->uri = g_steal_pointer (&parsed.uri);
  if (parsed.producer_id) {
    g_free (self->producer_peer_id);
    self->producer_peer_id = g_steal_pointer (&parsed.producer_id);
  }
  if (parsed.has_first_producer)
    self->connect_to_first_producer = parsed.first_producer;
}

/* With the lock. */
static void
set_headers (GstWebSocketSignaller *self, const GstStructure *headers)
{
  g_clear_pointer (&self->headers, gst_structure_free);
  if (headers)
    self->headers = gst_structure_copy (headers);
}

static void
gst_web_socket_signaller_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstWebSocketSignaller *self = GST_WEB_SOCKET_SIGNALLER (object);

  g_mutex_lock (&self->lock);
  switch (prop_id) {
    case PROP_URI:
      set_uri (self, g_value_get_string (value));
      break;
    case PROP_PRODUCER_PEER_ID:
      replace_string (&self->producer_peer_id, value);
      break;
    case PROP_CAFILE:
      replace_string (&self->cafile, value);
      break;
    case PROP_ROLE:
      self->role = g_value_get_enum (value);
      break;
    case PROP_HEADERS:
      set_headers (self, g_value_get_boxed (value));
      break;
    case PROP_INSECURE_TLS:
      self->insecure_tls = g_value_get_boolean (value);
      break;
    case PROP_CONNECT_TO_FIRST_PRODUCER:
      self->connect_to_first_producer = g_value_get_boolean (value);
      break;
    case PROP_CONNECT_TIMEOUT:
      self->connect_timeout = g_value_get_uint (value);
      break;
    case PROP_RECONNECT_TIMEOUT:
      self->reconnect_timeout = g_value_get_int (value);
      break;
    case PROP_PING_INTERVAL:
      self->ping_interval = g_value_get_uint (value);
      break;
    case PROP_PONG_TIMEOUT:
      self->pong_timeout = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  g_mutex_unlock (&self->lock);
}

static void
gst_web_socket_signaller_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstWebSocketSignaller *self = GST_WEB_SOCKET_SIGNALLER (object);

  g_mutex_lock (&self->lock);
  switch (prop_id) {
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_PRODUCER_PEER_ID:
      g_value_set_string (value, self->producer_peer_id);
      break;
    case PROP_CAFILE:
      g_value_set_string (value, self->cafile);
      break;
    case PROP_ROLE:
      g_value_set_enum (value, self->role);
      break;
    case PROP_CLIENT_ID:
      g_value_set_string (value, self->client_id);
      break;
    case PROP_HEADERS:
      g_value_set_boxed (value, self->headers);
      break;
    case PROP_INSECURE_TLS:
      g_value_set_boolean (value, self->insecure_tls);
      break;
    case PROP_CONNECT_TO_FIRST_PRODUCER:
      g_value_set_boolean (value, self->connect_to_first_producer);
      break;
    case PROP_CONNECT_TIMEOUT:
      g_value_set_uint (value, self->connect_timeout);
      break;
    case PROP_RECONNECT_TIMEOUT:
      g_value_set_int (value, self->reconnect_timeout);
      break;
    case PROP_PING_INTERVAL:
      g_value_set_uint (value, self->ping_interval);
      break;
    case PROP_PONG_TIMEOUT:
      g_value_set_uint (value, self->pong_timeout);
      break;
    case PROP_CONNECTION_STATE:
      g_value_set_enum (value, self->state);
      break;
    case PROP_MANUAL_SDP_MUNGING:
      g_value_set_boolean (value, FALSE);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  g_mutex_unlock (&self->lock);
}

/* Nobody is told: handlers have no business with an object that goes. */
static void
gst_web_socket_signaller_dispose (GObject *object)
{
  GstWebSocketSignaller *self = GST_WEB_SOCKET_SIGNALLER (object);
  Run *run;

  g_mutex_lock (&self->lock);
  run = g_steal_pointer (&self->run);
  self->stopping = FALSE;
  g_clear_pointer (&self->client_id, g_free);
  self->state = GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED;
  g_mutex_unlock (&self->lock);
  if (run && end_run (run))
    join_run (run);
  g_clear_pointer (&run, run_unref);
  G_OBJECT_CLASS (gst_web_socket_signaller_parent_class)->dispose (object);
}

static void
gst_web_socket_signaller_finalize (GObject *object)
{
  GstWebSocketSignaller *self = GST_WEB_SOCKET_SIGNALLER (object);

  g_assert (!self->run);
  g_list_free (self->ending);
  g_free (self->uri);
  g_free (self->producer_peer_id);
  g_free (self->cafile);
  g_free (self->client_id);
  g_clear_pointer (&self->headers, gst_structure_free);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_web_socket_signaller_parent_class)->finalize (object);
}

static void
install_peer_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GstWebSocketSignaller:uri:
   *
   * URI of the signalling server, ws or wss. The keys `peer-id` and `connect-to-first-producer` of its query set the
   * properties #GstWebSocketSignaller:producer-peer-id and #GstWebSocketSignaller:connect-to-first-producer, and are
   * taken out; the rest of the query goes to the server.
   *
   * Since: 0.1
   */
  properties[PROP_URI] = g_param_spec_string ("uri", "URI", "URI of the signalling server, ws:// or wss://",
      DEFAULT_URI, flags | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebSocketSignaller:producer-peer-id:
   *
   * Consumers only: the peer id of the producer to ask for a session.
   *
   * Since: 0.1
   */
  properties[PROP_PRODUCER_PEER_ID] = g_param_spec_string ("producer-peer-id", "Producer peer id",
      "Peer id of the producer to ask for a session; consumers only", NULL, flags | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebSocketSignaller:role:
   *
   * What this signaller is to the server. A consumer without a producer id, that is not told to connect to the first
   * producer either, waits for a producer to start a session with it.
   *
   * Since: 0.1
   */
  properties[PROP_ROLE] = g_param_spec_enum ("role", "Role", "What this signaller is to the server",
      GST_TYPE_WEB_SOCKET_SIGNALLER_ROLE, DEFAULT_ROLE, flags | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebSocketSignaller:client-id:
   *
   * The peer id the server gave us; %NULL while there is none. It changes with every new connection, and the change is
   * notified.
   *
   * Since: 0.1
   */
  properties[PROP_CLIENT_ID] = g_param_spec_string ("client-id", "Client id",
      "Peer id the server gave us (NULL: none yet)", NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebSocketSignaller:connect-to-first-producer:
   *
   * Consumers without a producer id only: ask the first producer there is for a session, and wait for one to appear
   * while there is none.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECT_TO_FIRST_PRODUCER] = g_param_spec_boolean ("connect-to-first-producer",
      "Connect to first producer", "Ask the first producer there is, or will be, for a session; consumers only", FALSE,
      flags | G_PARAM_STATIC_STRINGS);
}

static void
install_http_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GstWebSocketSignaller:cafile:
   *
   * PEM file with the certificates to trust in place of the system's, for wss.
   *
   * Since: 0.1
   */
  properties[PROP_CAFILE] = g_param_spec_string ("cafile", "CA file",
      "PEM file with the certificates to trust in place of the system's", NULL, flags | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebSocketSignaller:headers:
   *
   * Additional headers of the HTTP request: each field is one, its value the text.
   *
   * Since: 0.1
   */
  properties[PROP_HEADERS] = g_param_spec_boxed ("headers", "Headers", "Additional headers of the HTTP request",
      GST_TYPE_STRUCTURE, flags | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebSocketSignaller:insecure-tls:
   *
   * Accept any certificate. Then anybody on the way can read and change everything: for tests only.
   *
   * Since: 0.1
   */
  properties[PROP_INSECURE_TLS] = g_param_spec_boolean (
      "insecure-tls", "Insecure TLS", "Accept any certificate: for tests only", FALSE, flags | G_PARAM_STATIC_STRINGS);
}

static void
install_time_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  /**
   * GstWebSocketSignaller:connect-timeout:
   *
   * Seconds for one attempt to connect, from the look-up of the name to the end of the WebSocket handshake.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECT_TIMEOUT] = g_param_spec_uint ("connect-timeout", "Connect timeout",
      "Seconds for one attempt to connect", 1, 3600, DEFAULT_CONNECT_TIMEOUT, flags | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebSocketSignaller:reconnect-timeout:
   *
   * Seconds of trying to connect again after an established connection was lost, or the server went away; 0 for not
   * at all, -1 for ever. The time between two attempts doubles from a quarter of a second to ten seconds, and varies
   * by chance. The first connection is not retried.
   *
   * Since: 0.1
   */
  properties[PROP_RECONNECT_TIMEOUT] = g_param_spec_int ("reconnect-timeout", "Reconnect timeout",
      "Seconds of trying to connect again after the connection was lost (0: never, -1: for ever)", -1, G_MAXINT,
      DEFAULT_RECONNECT_TIMEOUT, flags | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebSocketSignaller:ping-interval:
   *
   * Seconds between pings to the server (RFC 6455, 5.5.2); 0 for none, and then a dead connection is noticed only when
   * something is sent.
   *
   * Since: 0.1
   */
  properties[PROP_PING_INTERVAL] = g_param_spec_uint ("ping-interval", "Ping interval",
      "Seconds between pings to the server (0: none)", 0, 86400, DEFAULT_PING_INTERVAL, flags | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebSocketSignaller:pong-timeout:
   *
   * Seconds beyond #GstWebSocketSignaller:ping-interval without a sign of life, before the connection counts as lost.
   *
   * Since: 0.1
   */
  properties[PROP_PONG_TIMEOUT] = g_param_spec_uint ("pong-timeout", "Pong timeout",
      "Seconds the server has to answer a ping, before the connection counts as lost", 1, 86400, DEFAULT_PONG_TIMEOUT,
      flags | G_PARAM_STATIC_STRINGS);
  /**
   * GstWebSocketSignaller:connection-state:
   *
   * What the connection to the server is doing. Notified from the signaller's thread, or from the one that starts or
   * stops it.
   *
   * Since: 0.1
   */
  properties[PROP_CONNECTION_STATE] = g_param_spec_enum ("connection-state", "Connection state",
      "What the connection to the server is doing", GST_TYPE_SIGNALLER_CONNECTION_STATE,
      GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

static void
gst_web_socket_signaller_class_init (GstWebSocketSignallerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_web_socket_signaller_debug, "websocketsignaller", 0, "WebSocket signaller");
  object_class->set_property = gst_web_socket_signaller_set_property;
  object_class->get_property = gst_web_socket_signaller_get_property;
  object_class->dispose = gst_web_socket_signaller_dispose;
  object_class->finalize = gst_web_socket_signaller_finalize;
  install_peer_properties ();
  install_http_properties ();
  install_time_properties ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_object_class_override_property (object_class, PROP_MANUAL_SDP_MUNGING, "manual-sdp-munging");
  /**
   * GstWebSocketSignaller::reconnecting:
   * @self: the signaller
   * @attempt: which attempt this is since the connection was lost, from 1
   * @delay: milliseconds until it is made
   * @error: (nullable): what the one before has come to
   *
   * Another attempt to connect will be made. From the signaller's thread.
   *
   * Since: 0.1
   */
  reconnecting_signal = g_signal_new ("reconnecting", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_STRING);
}

static void
gst_web_socket_signaller_init (GstWebSocketSignaller *self)
{
  g_mutex_init (&self->lock);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/gst.h>

#include <string.h>

#include <gst/signalling/transport/buffered-stream-ends-private.h>
#include <gst/signalling/transport/channel-private.h>
#include <gst/signalling/transport/close-code-private.h>
#include <gst/signalling/transport/drain-detector-private.h>
#include <gst/signalling/transport/frame-guard-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_signalling_channel_debug);
#define GST_CAT_DEFAULT gst_signalling_channel_debug

/* How often silence and standstill are looked for. */
#define MAX_PULSE_MS 1000

/* docs/closing-handshake.md, "Timers" */
const GstSignallingChannelLimits gst_signalling_channel_default_limits = {
  .drain_ms = 2000,
  .reply_ms = 3000,
  .peer_ms = 6000,
  .fail_ms = 3000,
  .stall_ms = 30000,
  .ping_ms = 20000,
  .pong_ms = 10000,
  .max_message = 1024 * 1024,
  .max_queue = 1024 * 1024,
  .max_queue_messages = 1000,
};

/* docs/closing-handshake.md, "Life cycle" */
typedef enum
{
  STATE_OPEN,
  STATE_DRAINING,     /* we close: what is queued is written first */
  STATE_CLOSE_SENT,   /* our Close is on its way */
  STATE_PEER_CLOSING, /* the other side closed first; libsoup answers */
  STATE_FAILING,      /* an error came first; libsoup sends its Close where it can */
  STATE_DONE,
} State;

/* All of it belongs to the context thread. The channel keeps itself and the thread alive until it is done. */
struct _GstSignallingChannel
{
  GObject parent_instance;

  GstSignallingContextThread *thread;
  SoupWebsocketConnection *connection;
  GstSignallingBufferedStream *stream; /* server side only: it is the queue there */
  GstSignallingFrameGuard *guard;      /* server side only; borrowed from the connection */
  GstSignallingChannelLimits limits;
  GstSignallingChannelCallbacks callbacks;
  gpointer user_data;

  State state;
  gboolean close_called; /* soup_websocket_connection_close() is called at most once */
  gboolean peer_closed;  /* a Close was received */
  gboolean answer_told;
  guint close_code;
  gchar *close_reason;

  /* The verdict: class and error are latched by the first event, later ones only add detail. */
  gboolean latched;
  GstSignallingCloseClass close_class;
  GError *error;
  gboolean late_violation; /* the other side broke the protocol after the end had begun */
  gboolean reply_written;  /* client side: the answer to the other side's Close has left libsoup */
  gboolean forced;         /* a deadline ended it */
  guint peer_code;
  gchar *peer_reason;

  /* Client side: libsoup gets one message at a time. */
  GQueue queue; /* of GBytes */
  gsize queued_bytes;
  gboolean in_flight;
  GSource *drain_source;

  GstSignallingDeadline deadline; /* of the closing step going on */
  GstSignallingDeadline pulse;
  gint64 last_received;
  gint64 last_ping;
  gint64 last_progress;
  guint64 last_written;
};

G_DEFINE_FINAL_TYPE (GstSignallingChannel, gst_signalling_channel, G_TYPE_OBJECT)

static void hand_over_next (GstSignallingChannel *self);
static void send_close (GstSignallingChannel *self);
static void finish (GstSignallingChannel *self);

static gboolean
is_server (GstSignallingChannel *self)
{
  return self->stream != NULL;
}

static gboolean
is_drained (GstSignallingChannel *self)
{
  return is_server (self) ? gst_signalling_buffered_stream_get_buffered (self->stream) == 0
                          : !self->in_flight && g_queue_is_empty (&self->queue);
}

static void
arm (GstSignallingChannel *self, guint milliseconds, GstSignallingDeadlineFunc func)
{
  gst_signalling_deadline_arm (
      gst_signalling_context_thread_get_deadlines (self->thread), &self->deadline, milliseconds, func, self);
}

/* -- the verdict -------------------------------------------------------------------------------------------------- */

static void
latch (GstSignallingChannel *self, GstSignallingCloseClass close_class, GError *error)
{
  if (self->latched) {
    g_clear_error (&error);
    return;
  }
  self->latched = TRUE;
  self->close_class = close_class;
  self->error = error;
}

static void
remember_peer_close (GstSignallingChannel *self)
{
  guint code = soup_websocket_connection_get_close_code (self->connection);

  if (code == 0)
    return;
  self->peer_closed = TRUE;
  self->peer_code = code;
  g_free (self->peer_reason);
  self->peer_reason = g_strdup (soup_websocket_connection_get_close_data (self->connection));
}

static GstSignallingInitiator
initiator (GstSignallingChannel *self)
{
  if (self->close_class == GST_SIGNALLING_CLOSE_LOCAL)
    return GST_SIGNALLING_INITIATOR_LOCAL;
  return self->peer_closed ? GST_SIGNALLING_INITIATOR_REMOTE : GST_SIGNALLING_INITIATOR_NONE;
}

/* Both Close frames were seen, as far as this side can know: a deadline that ends a finished handshake, because TCP was
 * left open, changes nothing (rows 7 and 8b); one that cuts off our answer does (row 29). */
static gboolean
is_clean (GstSignallingChannel *self)
{
  if (self->close_class == GST_SIGNALLING_CLOSE_CLEAN)
    return !self->forced || self->reply_written;
  return self->close_class == GST_SIGNALLING_CLOSE_LOCAL && self->peer_closed && !self->late_violation;
}

static void
tell_answered (GstSignallingChannel *self)
{
  if (self->answer_told)
    return;
  self->answer_told = TRUE;
  if (self->callbacks.answered)
    self->callbacks.answered (self, self->user_data);
}

GstSignallingCloseInfo *
gst_signalling_channel_dup_verdict (GstSignallingChannel *self)
{
  g_return_val_if_fail (self->latched, NULL);
  return gst_signalling_close_info_new (
      initiator (self), self->close_class, is_clean (self), self->peer_code, self->peer_reason, FALSE, self->error);
}

static void
tell_ended (GstSignallingChannel *self)
{
  g_autoptr (GstSignallingCloseInfo) info = gst_signalling_channel_dup_verdict (self);
  g_autofree gchar *text = gst_signalling_close_info_to_string (info);

  GST_DEBUG_OBJECT (self, "ended: %s%s", text, self->forced ? " (by deadline)" : "");
  tell_answered (self);
  if (self->callbacks.ended)
    self->callbacks.ended (self, info, self->user_data);
}

static gboolean
unref_idle (gpointer connection)
{
  return G_SOURCE_REMOVE;
}

static void
release_thread (gpointer thread, GObject *stream)
{
  gst_signalling_context_thread_release (thread);
  gst_signalling_context_thread_unref (thread);
}

/* libsoup lets TLS be closed by a thread of GIO's, which comes back to this one when it is done: the loop must still be
 * there then, or all that belongs to it would never be freed. */
static void
hold_thread_for_stream (GstSignallingChannel *self)
{
  GIOStream *stream = soup_websocket_connection_get_io_stream (self->connection);

  gst_signalling_context_thread_hold (self->thread);
  g_object_weak_ref (G_OBJECT (stream), release_thread, gst_signalling_context_thread_ref (self->thread));
}

/* The connection may be in the middle of an emission: it goes when the stack is gone. */
static void
release_connection (GstSignallingChannel *self)
{
  g_signal_handlers_disconnect_by_data (self->connection, self);
  if (is_server (self)) {
    gst_signalling_buffered_stream_set_drained (self->stream, NULL, NULL);
    g_io_stream_close (G_IO_STREAM (self->stream), NULL, NULL);
  } else {
    hold_thread_for_stream (self);
  }
  self->guard = NULL;
  gst_signalling_context_thread_invoke (self->thread, unref_idle, g_steal_pointer (&self->connection), g_object_unref);
}

static void
finish (GstSignallingChannel *self)
{
  if (self->state == STATE_DONE)
    return;
  if (is_server (self) && self->state == STATE_PEER_CLOSING)
    self->reply_written = is_drained (self);
  self->state = STATE_DONE;
  gst_signalling_deadline_cancel (&self->deadline);
  gst_signalling_deadline_cancel (&self->pulse);
  g_clear_pointer (&self->drain_source, gst_signalling_source_destroy);
  release_connection (self);
  tell_ended (self);
  gst_signalling_context_thread_release (self->thread);
  g_object_unref (self); /* taken in start */
}

static void
on_end_deadline (gpointer owner)
{
  GstSignallingChannel *self = owner;

  self->forced = TRUE;
  finish (self);
}

/* -- failures found on this side ---------------------------------------------------------------------------------- */

static void
discard_queue (GstSignallingChannel *self)
{
  if (!g_queue_is_empty (&self->queue))
    GST_INFO_OBJECT (self, "%u messages were never sent", g_queue_get_length (&self->queue));
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  self->queued_bytes = 0;
}

/* The link is dead or blocked. A Close is still tried where nothing stands before it. */
static void
give_up_link (GstSignallingChannel *self, gint code, const gchar *why)
{
  if (self->state != STATE_OPEN)
    return;
  GST_INFO_OBJECT (self, "%s", why);
  latch (self, GST_SIGNALLING_CLOSE_TRANSPORT, g_error_new_literal (GST_SIGNALLING_ERROR, code, why));
  self->state = STATE_FAILING;
  gst_signalling_deadline_cancel (&self->pulse);
  if (is_drained (self)) {
    self->close_code = SOUP_WEBSOCKET_CLOSE_GOING_AWAY;
    arm (self, self->limits.fail_ms, on_end_deadline);
    self->close_called = TRUE;
    soup_websocket_connection_close (self->connection, self->close_code, NULL);
    return;
  }
  discard_queue (self);
  if (is_server (self))
    gst_signalling_buffered_stream_discard (self->stream); /* the memory is needed more elsewhere */
  self->forced = TRUE;
  arm (self, 0, on_end_deadline); /* not from within the caller's send */
}

static gboolean
check_silence (GstSignallingChannel *self, gint64 now)
{
  const guint8 empty_ping[] = { 0x89, 0x00 };
  gint64 last = is_server (self) ? gst_signalling_frame_guard_get_last_frame (self->guard) : self->last_received;
  gint64 silence_ms = (now - MAX (last, self->last_received)) / 1000;

  if (self->limits.ping_ms == 0)
    return TRUE;
  if (silence_ms >= self->limits.ping_ms + self->limits.pong_ms) {
    give_up_link (self, GST_SIGNALLING_ERROR_CONNECTION_LOST, "The other side no longer answers pings");
    return FALSE;
  }
  /* On the client side libsoup pings by itself: there is no call for it. */
  if (is_server (self) && silence_ms >= self->limits.ping_ms && is_drained (self) &&
      now - self->last_ping >= self->limits.ping_ms * G_TIME_SPAN_MILLISECOND) {
    self->last_ping = now;
    gst_signalling_buffered_stream_append (self->stream, empty_ping, sizeof empty_ping);
  }
  return TRUE;
}

static gboolean
check_standstill (GstSignallingChannel *self, gint64 now)
{
  guint64 written = is_server (self) ? gst_signalling_buffered_stream_get_written (self->stream) : 0;

  if (is_drained (self) || written != self->last_written) {
    self->last_progress = now;
    self->last_written = written;
  }
  if (self->limits.stall_ms == 0 ||
      now - self->last_progress < self->limits.stall_ms * (gint64) G_TIME_SPAN_MILLISECOND)
    return TRUE;
  give_up_link (self, GST_SIGNALLING_ERROR_WRITE, "The other side no longer reads what it is sent");
  return FALSE;
}

static guint
pulse_ms (GstSignallingChannel *self)
{
  guint ms = MAX_PULSE_MS;

  if (self->limits.ping_ms > 0)
    ms = MIN (ms, MAX (self->limits.ping_ms / 2, 1));
  if (self->limits.stall_ms > 0)
    ms = MIN (ms, MAX (self->limits.stall_ms / 2, 1));
  return ms;
}

static void
on_pulse (gpointer owner)
{
  GstSignallingChannel *self = owner;
  gint64 now = g_get_monotonic_time ();

  if (check_silence (self, now) && check_standstill (self, now))
    gst_signalling_deadline_arm (
        gst_signalling_context_thread_get_deadlines (self->thread), &self->pulse, pulse_ms (self), on_pulse, self);
}

/* -- sending ------------------------------------------------------------------------------------------------------ */

static void
on_drained (GstSignallingChannel *self)
{
  if (self->state == STATE_DRAINING && is_drained (self))
    send_close (self);
}

static gboolean
on_client_drained (gpointer user_data)
{
  g_autoptr (GstSignallingChannel) self = g_object_ref (user_data);

  g_clear_pointer (&self->drain_source, g_source_unref);
  self->in_flight = FALSE;
  self->last_progress = g_get_monotonic_time ();
  self->reply_written = self->state == STATE_PEER_CLOSING;
  if (self->state == STATE_OPEN || self->state == STATE_DRAINING) {
    hand_over_next (self);
    on_drained (self);
  }
  return G_SOURCE_REMOVE;
}

static void
on_server_drained (gpointer user_data)
{
  on_drained (user_data);
}

/* libsoup knows of an end some time before it tells. */
static gboolean
socket_is_open (GstSignallingChannel *self)
{
  return soup_websocket_connection_get_state (self->connection) == SOUP_WEBSOCKET_STATE_OPEN;
}

/* libsoup writes at once, and where the connection is gone already, all of its end may happen within this call. */
static void
hand_over_next (GstSignallingChannel *self)
{
  g_autoptr (GstSignallingChannel) guard = g_object_ref (self);
  g_autoptr (GBytes) text = NULL;

  if (self->in_flight || g_queue_is_empty (&self->queue) || !socket_is_open (self))
    return;
  text = g_queue_pop_head (&self->queue);
  self->queued_bytes -= g_bytes_get_size (text);
  self->in_flight = TRUE;
  self->last_progress = g_get_monotonic_time ();
  soup_websocket_connection_send_message (self->connection, SOUP_WEBSOCKET_DATA_TEXT, text);
  if (self->state == STATE_OPEN || self->state == STATE_DRAINING)
    self->drain_source = gst_signalling_drain_source_attach (self->connection, on_client_drained, self);
}

static gboolean
has_room (GstSignallingChannel *self, gsize size)
{
  gsize queued = gst_signalling_channel_get_queued_bytes (self);

  /* One message always has room: the list of a large server is longer than a queue of many has to be. */
  if (queued == 0)
    return TRUE;
  return queued + size <= self->limits.max_queue && g_queue_get_length (&self->queue) < self->limits.max_queue_messages;
}

static gboolean
check_text (GstSignallingChannel *self, GBytes *text, GError **error)
{
  gsize size;
  const gchar *data = g_bytes_get_data (text, &size);

  if (self->state != STATE_OPEN || !socket_is_open (self)) {
    g_set_error_literal (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_CLOSED, "The connection is closed");
    return FALSE;
  }
  if (!is_server (self) && size > self->limits.max_message) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_TOO_LARGE,
        "A message of %" G_GSIZE_FORMAT " bytes is longer than the %" G_GSIZE_FORMAT " allowed", size,
        self->limits.max_message);
    return FALSE;
  }
  if (!g_utf8_validate_len (data, size, NULL)) {
    g_set_error_literal (
        error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_INVALID_MESSAGE, "The message is not valid UTF-8");
    return FALSE;
  }
  return TRUE;
}

gboolean
gst_signalling_channel_send_text (GstSignallingChannel *self, GBytes *text, GError **error)
{
  g_assert (gst_signalling_context_thread_is_current (self->thread));
  if (!check_text (self, text, error))
    return FALSE;
  if (!has_room (self, g_bytes_get_size (text))) {
    give_up_link (self, GST_SIGNALLING_ERROR_WRITE, "The other side reads more slowly than it is sent messages");
    g_set_error_literal (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_CLOSED, "The send queue is full");
    return FALSE;
  }
  if (is_server (self)) {
    soup_websocket_connection_send_message (self->connection, SOUP_WEBSOCKET_DATA_TEXT, text);
  } else {
    g_queue_push_tail (&self->queue, g_bytes_ref (text));
    self->queued_bytes += g_bytes_get_size (text);
    hand_over_next (self);
  }
  return TRUE;
}

/* -- closing ------------------------------------------------------------------------------------------------------ */

static void
send_close (GstSignallingChannel *self)
{
  self->state = STATE_CLOSE_SENT;
  arm (self, self->limits.reply_ms, on_end_deadline);
  self->close_called = TRUE;
  soup_websocket_connection_close (self->connection, self->close_code, self->close_reason);
}

static void
on_drain_deadline (gpointer owner)
{
  GstSignallingChannel *self = owner;

  discard_queue (self);
  send_close (self);
}

static void
start_local_close (GstSignallingChannel *self, guint code, const gchar *reason)
{
  self->close_code = gst_signalling_close_code_to_send (code, is_server (self));
  self->close_reason = gst_signalling_close_reason_to_send (reason);
  if (self->close_code != code)
    GST_WARNING_OBJECT (self, "close code %u cannot be sent, using %u", code, self->close_code);
  latch (self, GST_SIGNALLING_CLOSE_LOCAL, NULL);
  gst_signalling_deadline_cancel (&self->pulse);
  if (is_drained (self)) {
    send_close (self);
    return;
  }
  self->state = STATE_DRAINING;
  arm (self, self->limits.drain_ms, on_drain_deadline);
}

void
gst_signalling_channel_close (GstSignallingChannel *self, guint code, const gchar *reason)
{
  g_assert (gst_signalling_context_thread_is_current (self->thread));
  switch (self->state) {
    case STATE_OPEN:
      start_local_close (self, code, reason);
      break;
    case STATE_PEER_CLOSING:
      tell_answered (self); /* the other side has said all it will say */
      break;
    default:
      break;
  }
}

void
gst_signalling_channel_detach (GstSignallingChannel *self)
{
  static const GstSignallingChannelCallbacks nobody = { NULL };

  self->callbacks = nobody;
  self->user_data = NULL;
  gst_signalling_channel_close (self, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
}

/* -- what libsoup tells ------------------------------------------------------------------------------------------- */

static void
on_message (SoupWebsocketConnection *connection, gint type, GBytes *payload, GstSignallingChannel *self)
{
  self->last_received = g_get_monotonic_time ();
  /* libsoup may deliver messages after the end has begun: docs/closing-handshake.md, row 11. */
  if (self->state != STATE_OPEN)
    return;
  if (type == SOUP_WEBSOCKET_DATA_TEXT) {
    if (self->callbacks.message)
      self->callbacks.message (self, payload, self->user_data);
  } else if (self->callbacks.binary) {
    self->callbacks.binary (self, self->user_data);
  }
}

/* Its argument is not what its signature says, in every libsoup up to 3.7: not to be looked at. */
static void
on_pong (SoupWebsocketConnection *connection, gpointer payload, GstSignallingChannel *self)
{
  self->last_received = g_get_monotonic_time ();
}

static void
enter_peer_closing (GstSignallingChannel *self)
{
  gboolean wanted_too = self->latched;

  latch (self, GST_SIGNALLING_CLOSE_CLEAN, NULL);
  self->state = STATE_PEER_CLOSING;
  gst_signalling_deadline_cancel (&self->pulse);
  discard_queue (self);
  if (!is_server (self) && !self->drain_source)
    self->drain_source = gst_signalling_drain_source_attach (self->connection, on_client_drained, self);
  arm (self, self->limits.peer_ms, on_end_deadline);
  if (wanted_too)
    tell_answered (self);
}

/* A close has been started, by either side; ours is known by its flag. libsoup answers after this handler. */
static void
on_closing (SoupWebsocketConnection *connection, GstSignallingChannel *self)
{
  if (self->close_called || (self->state != STATE_OPEN && self->state != STATE_DRAINING))
    return;
  remember_peer_close (self);
  enter_peer_closing (self);
}

static void
latch_error (GstSignallingChannel *self, const GError *error)
{
  if (error->domain == SOUP_WEBSOCKET_ERROR)
    latch (self, GST_SIGNALLING_CLOSE_PROTOCOL,
        g_error_new (GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_PROTOCOL,
            "The other side broke the WebSocket protocol: %s", error->message));
  else
    latch (self, GST_SIGNALLING_CLOSE_TRANSPORT,
        g_error_new (
            GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_CONNECTION_LOST, "The connection was lost: %s", error->message));
}

/* libsoup drops the connection of a frame that is too long without a Close; on our own stream there is a place for
 * one: libsoup writes whole frames only, and closes the stream after this handler. */
static void
close_too_big (GstSignallingChannel *self)
{
  const guint8 close_1009[] = { 0x88, 0x02, 1009 >> 8, 1009 & 0xff };

  if (is_server (self) && !self->close_called)
    gst_signalling_buffered_stream_append (self->stream, close_1009, sizeof close_1009);
}

static gboolean
is_too_big (GstSignallingChannel *self, const GError *error)
{
  return g_error_matches (error, SOUP_WEBSOCKET_ERROR, SOUP_WEBSOCKET_CLOSE_TOO_BIG) &&
         strstr (error->message, "max-incoming-payload-size") != NULL;
}

static void
on_error (SoupWebsocketConnection *connection, GError *error, GstSignallingChannel *self)
{
  GST_DEBUG_OBJECT (self, "libsoup: %s %d: %s", g_quark_to_string (error->domain), error->code, error->message);
  if (self->latched) {
    /* After a finished handshake this is how a reset looks, row 1r: not to be told from a failure but by memory. */
    self->late_violation |= error->domain == SOUP_WEBSOCKET_ERROR;
    if (self->state == STATE_DRAINING) {
      self->state = STATE_FAILING;
      arm (self, self->limits.fail_ms, on_end_deadline);
    }
    return;
  }
  remember_peer_close (self);
  if (error->domain == SOUP_WEBSOCKET_ERROR && gst_signalling_close_code_is_registered_later (self->peer_code)) {
    enter_peer_closing (self);
    return;
  }
  latch_error (self, error);
  if (is_too_big (self, error))
    close_too_big (self);
  self->state = STATE_FAILING;
  gst_signalling_deadline_cancel (&self->pulse);
  discard_queue (self);
  arm (self, self->limits.fail_ms, on_end_deadline);
}

/* Good for one thing: after our Close, a code says that the other side has answered. */
static void
on_state_changed (SoupWebsocketConnection *connection, GParamSpec *pspec, GstSignallingChannel *self)
{
  if (self->state != STATE_CLOSE_SENT || soup_websocket_connection_get_close_code (connection) == 0)
    return;
  remember_peer_close (self);
  tell_answered (self);
}

static void
on_closed (SoupWebsocketConnection *connection, GstSignallingChannel *self)
{
  if (self->state == STATE_CLOSE_SENT)
    remember_peer_close (self);
  latch (self, GST_SIGNALLING_CLOSE_TRANSPORT,
      self->latched ? NULL
                    : g_error_new_literal (GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_CONNECTION_LOST,
                          "The connection was lost: it ended without a closing handshake"));
  finish (self);
}

/* -- the object --------------------------------------------------------------------------------------------------- */

gboolean
gst_signalling_channel_is_open (GstSignallingChannel *self)
{
  return self->state == STATE_OPEN;
}

gsize
gst_signalling_channel_get_queued_bytes (GstSignallingChannel *self)
{
  return is_server (self) ? gst_signalling_buffered_stream_get_buffered (self->stream) : self->queued_bytes;
}

static void
gst_signalling_channel_finalize (GObject *object)
{
  GstSignallingChannel *self = GST_SIGNALLING_CHANNEL (object);

  g_assert (!self->connection);
  g_clear_object (&self->stream);
  g_clear_error (&self->error);
  g_free (self->close_reason);
  g_free (self->peer_reason);
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  gst_signalling_context_thread_unref (self->thread);
  G_OBJECT_CLASS (gst_signalling_channel_parent_class)->finalize (object);
}

static void
gst_signalling_channel_class_init (GstSignallingChannelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = gst_signalling_channel_finalize;
  GST_DEBUG_CATEGORY_INIT (
      gst_signalling_channel_debug, "signallingchannel", 0, "WebSocket connections of the signalling protocol");
}

static void
gst_signalling_channel_init (GstSignallingChannel *self)
{
  g_queue_init (&self->queue);
}

static void
set_limits (GstSignallingChannel *self)
{
  GObject *connection = G_OBJECT (self->connection);

  soup_websocket_connection_set_max_incoming_payload_size (self->connection, self->limits.max_message);
  /* Newer than 3.2; where it exists, the server's default is smaller than our limit. */
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (connection), "max-total-message-size"))
    g_object_set (connection, "max-total-message-size", (guint64) self->limits.max_message, NULL);
  if (!is_server (self) && self->limits.ping_ms > 0)
    soup_websocket_connection_set_keepalive_interval (self->connection, MAX (1, self->limits.ping_ms / 1000));
}

static void
start (GstSignallingChannel *self)
{
  gint64 now = g_get_monotonic_time ();

  g_object_ref (self); /* until finish */
  gst_signalling_context_thread_hold (self->thread);
  set_limits (self);
  g_signal_connect (self->connection, "message", G_CALLBACK (on_message), self);
  g_signal_connect (self->connection, "pong", G_CALLBACK (on_pong), self);
  g_signal_connect (self->connection, "closing", G_CALLBACK (on_closing), self);
  g_signal_connect (self->connection, "error", G_CALLBACK (on_error), self);
  g_signal_connect (self->connection, "notify::state", G_CALLBACK (on_state_changed), self);
  g_signal_connect (self->connection, "closed", G_CALLBACK (on_closed), self);
  self->last_received = self->last_progress = now;
  if (self->limits.ping_ms > 0 || self->limits.stall_ms > 0)
    gst_signalling_deadline_arm (
        gst_signalling_context_thread_get_deadlines (self->thread), &self->pulse, pulse_ms (self), on_pulse, self);
}

static GstSignallingChannel *
channel_new (GstSignallingContextThread *thread, const GstSignallingChannelLimits *limits,
    const GstSignallingChannelCallbacks *callbacks, gpointer user_data)
{
  GstSignallingChannel *self = g_object_new (GST_TYPE_SIGNALLING_CHANNEL, NULL);

  g_assert (gst_signalling_context_thread_is_current (thread));
  self->thread = gst_signalling_context_thread_ref (thread);
  self->limits = *limits;
  self->callbacks = *callbacks;
  self->user_data = user_data;
  return self;
}

GstSignallingChannel *
gst_signalling_channel_new_client (GstSignallingContextThread *thread, SoupWebsocketConnection *connection,
    const GstSignallingChannelLimits *limits, const GstSignallingChannelCallbacks *callbacks, gpointer user_data)
{
  GstSignallingChannel *self = channel_new (thread, limits, callbacks, user_data);

  self->connection = g_object_ref (connection);
  start (self);
  return self;
}

GstSignallingChannel *
gst_signalling_channel_new_server (GstSignallingContextThread *thread, GstSignallingBufferedStream *stream, GUri *uri,
    const GstSignallingChannelLimits *limits, const GstSignallingChannelCallbacks *callbacks, gpointer user_data)
{
  GstSignallingChannel *self = channel_new (thread, limits, callbacks, user_data);
  GMainContext *context = gst_signalling_buffered_stream_get_context (stream);

  self->stream = g_object_ref (stream);
  self->guard = gst_signalling_frame_guard_new (limits->max_message);
  g_main_context_push_thread_default (context);
  self->connection = soup_websocket_connection_new (
      G_IO_STREAM (stream), uri, SOUP_WEBSOCKET_CONNECTION_SERVER, NULL, NULL, g_list_append (NULL, self->guard));
  g_main_context_pop_thread_default (context);
  gst_signalling_buffered_stream_set_drained (stream, on_server_drained, self);
  start (self);
  return self;
}

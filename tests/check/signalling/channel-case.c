/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel-case.h"

#include <string.h>

#include <gst/gst.h>
#include <gst/signalling/transport/buffered-stream-private.h>

#include <tests/common/leak-check.h>
#include <tests/common/log-guard.h>
#include <tests/common/test-certificates.h>
#include <tests/common/test-time.h>
#include <tests/common/watchdog.h>

#define CASE_SECONDS 30
/* What a deadline may come late by: its own granularity and a busy machine */
#define TOLERANCE_MS 500

typedef struct
{
  const Row *row;
  gboolean client;
  gboolean tls;
} Play;

static TestBaseline baseline;

/* --- What the channel reports: on the context thread -------------------------------------------------------------- */

static void
note_callback (ChannelCase *self)
{
  if (self->n_ended > 0 || self->detached)
    self->n_after_end++;
}

static void
on_message (GstSignallingChannel *channel, GBytes *text, gpointer user_data)
{
  ChannelCase *self = user_data;
  gsize size;
  const gchar *data = g_bytes_get_data (text, &size);
  gchar *copy = g_strndup (data, size);

  g_mutex_lock (&self->lock);
  note_callback (self);
  g_ptr_array_add (self->messages, copy);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  if (self->on_message)
    self->on_message (self, copy);
}

static void
on_answered (GstSignallingChannel *channel, gpointer user_data)
{
  ChannelCase *self = user_data;

  g_mutex_lock (&self->lock);
  note_callback (self);
  self->n_answered++;
  self->answered_time = g_get_monotonic_time ();
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
on_ended (GstSignallingChannel *channel, GstSignallingCloseInfo *info, gpointer user_data)
{
  ChannelCase *self = user_data;

  g_mutex_lock (&self->lock);
  note_callback (self);
  self->n_ended++;
  self->ended_time = g_get_monotonic_time ();
  if (self->info == NULL)
    self->info = gst_signalling_close_info_ref (info);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static const GstSignallingChannelCallbacks callbacks = {
  .message = on_message,
  .answered = on_answered,
  .ended = on_ended,
};

static void
take_channel (ChannelCase *self, GstSignallingChannel *channel)
{
  g_clear_object (&self->channel);
  self->channel = channel;
  g_mutex_lock (&self->lock);
  self->open = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* --- Client ------------------------------------------------------------------------------------------------------- */

static void
on_connected (GObject *session, GAsyncResult *result, gpointer user_data)
{
  ChannelCase *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection =
      soup_session_websocket_connect_finish (SOUP_SESSION (session), result, &error);

  g_assert_no_error (error);
  take_channel (self, gst_signalling_channel_new_client (self->thread, connection, &self->limits, &callbacks, self));
}

static void
start_client (ChannelCase *self)
{
  g_autofree gchar *uri = raw_listener_get_uri (self->listener);
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GTlsDatabase) authority = self->tls ? test_certificate_load_authority () : NULL;

  self->session = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  if (authority)
    soup_session_set_tls_database (self->session, authority);
  soup_session_websocket_connect_async (
      self->session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, on_connected, self);
}

/* --- Server: blocks its context thread while it shakes hands, which is fine for one peer -------------------------- */

static GTlsConnection *
accept_tls (GSocket *socket)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = test_certificate_load ("localhost");
  g_autoptr (GSocketConnection) base = g_socket_connection_factory_create_connection (socket);
  GIOStream *tls = g_tls_server_connection_new (G_IO_STREAM (base), certificate, &error);

  g_assert_no_error (error);
  g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, &error);
  g_assert_no_error (error);
  return G_TLS_CONNECTION (tls);
}

static gssize
receive (GSocket *socket, GTlsConnection *tls, gchar *buffer, gsize size)
{
  if (tls)
    return g_input_stream_read (g_io_stream_get_input_stream (G_IO_STREAM (tls)), buffer, size, NULL, NULL);
  return g_socket_receive (socket, buffer, size, NULL, NULL);
}

static void
answer (GSocket *socket, GTlsConnection *tls, const gchar *text)
{
  if (tls)
    g_output_stream_write_all (
        g_io_stream_get_output_stream (G_IO_STREAM (tls)), text, strlen (text), NULL, NULL, NULL);
  else
    g_socket_send (socket, text, strlen (text), NULL, NULL);
}

/* The raw peer's key is that of RFC 6455, 1.3, and so is the answer. */
static void
shake_hands_as_server (GSocket *socket, GTlsConnection *tls, GString *request)
{
  gchar buffer[4096];

  while (strstr (request->str, "\r\n\r\n") == NULL) {
    gssize got = receive (socket, tls, buffer, sizeof (buffer));

    g_assert_cmpint (got, >, 0);
    g_string_append_len (request, buffer, got);
  }
  answer (socket, tls,
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

static gboolean
on_incoming (GSocket *listener, GIOCondition condition, gpointer user_data)
{
  ChannelCase *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_accept (listener, NULL, &error);
  g_autoptr (GTlsConnection) tls = NULL;
  g_autoptr (GstSignallingBufferedStream) stream = NULL;
  g_autoptr (GUri) uri = g_uri_parse ("ws://localhost/", SOUP_HTTP_URI_FLAGS, NULL);
  g_autoptr (GString) request = g_string_new (NULL);
  gsize head;

  g_assert_no_error (error);
  if (self->tls)
    tls = accept_tls (socket);
  shake_hands_as_server (socket, tls, request);
  head = (gsize) (strstr (request->str, "\r\n\r\n") + 4 - request->str);
  g_socket_set_blocking (socket, FALSE);
  stream = gst_signalling_buffered_stream_new (self->thread, self->flusher, socket, tls);
  gst_signalling_buffered_stream_unread (stream, request->str + head, request->len - head);
  take_channel (self, gst_signalling_channel_new_server (self->thread, stream, uri, &self->limits, &callbacks, self));
  return G_SOURCE_CONTINUE;
}

static void
start_server (ChannelCase *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;

  self->flusher = gst_signalling_flusher_new (self->thread);
  self->server_socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_socket_bind (self->server_socket, any_port, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (self->server_socket, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (self->server_socket, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->server_source = g_socket_create_source (self->server_socket, G_IO_IN, NULL);
  g_source_set_callback (self->server_source, G_SOURCE_FUNC (on_incoming), self, NULL);
  g_source_attach (self->server_source, gst_signalling_context_thread_get_context (self->thread));
}

/* --- Getting things done on the context thread -------------------------------------------------------------------- */

typedef struct
{
  ChannelCase *self;
  ChannelCaseFunc func;
  gboolean done;
} Call;

static gboolean
run_call (gpointer data)
{
  Call *call = data;

  call->func (call->self);
  g_mutex_lock (&call->self->lock);
  call->done = TRUE;
  g_cond_broadcast (&call->self->changed);
  g_mutex_unlock (&call->self->lock);
  return G_SOURCE_REMOVE;
}

void
channel_case_call (ChannelCase *self, ChannelCaseFunc func)
{
  Call call = { self, func, FALSE };

  gst_signalling_context_thread_invoke (self->thread, run_call, &call, NULL);
  g_mutex_lock (&self->lock);
  while (!call.done)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static gboolean
run_blocked (gpointer data)
{
  Call *call = data;
  ChannelCase *self = call->self;

  g_mutex_lock (&self->lock);
  self->blocked = TRUE;
  g_cond_broadcast (&self->changed);
  while (!self->gate_open)
    g_cond_wait (&self->changed, &self->lock);
  self->blocked = FALSE;
  g_mutex_unlock (&self->lock);
  if (call->func)
    call->func (self);
  return G_SOURCE_REMOVE;
}

void
channel_case_block (ChannelCase *self, ChannelCaseFunc func)
{
  Call *call = g_new0 (Call, 1);

  call->self = self;
  call->func = func;
  self->gate_open = FALSE;
  gst_signalling_context_thread_invoke (self->thread, run_blocked, call, g_free);
  g_mutex_lock (&self->lock);
  while (!self->blocked)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

void
channel_case_unblock (ChannelCase *self)
{
  g_mutex_lock (&self->lock);
  self->gate_open = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
channel_case_close_here (ChannelCase *self, guint code, const gchar *reason)
{
  g_mutex_lock (&self->lock);
  if (self->close_time == 0)
    self->close_time = g_get_monotonic_time ();
  g_mutex_unlock (&self->lock);
  gst_signalling_channel_close (self->channel, code, reason);
}

gboolean
channel_case_send_here (ChannelCase *self, const gchar *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return gst_signalling_channel_send_text (self->channel, bytes, error);
}

typedef struct
{
  ChannelCase *self;
  guint code;
  gsize size;
  const gchar *text;
} Order;

static gboolean
run_close (gpointer data)
{
  Order *order = data;

  channel_case_close_here (order->self, order->code, order->text);
  return G_SOURCE_REMOVE;
}

static void
nothing (ChannelCase *self)
{
}

/* Tasks run in order: when a later one has, so has this. */
static void
run_order (ChannelCase *self, GSourceFunc func, Order *order)
{
  order->self = self;
  gst_signalling_context_thread_invoke (self->thread, func, order, NULL);
  channel_case_call (self, nothing);
}

void
channel_case_close (ChannelCase *self, guint code, const gchar *reason)
{
  Order order = { .code = code, .text = reason };

  run_order (self, run_close, &order);
}

static gboolean
run_send (gpointer data)
{
  Order *order = data;
  g_autoptr (GError) error = NULL;

  channel_case_send_here (order->self, order->text, &error);
  g_assert_no_error (error);
  return G_SOURCE_REMOVE;
}

void
channel_case_send (ChannelCase *self, const gchar *text)
{
  Order order = { .text = text };

  run_order (self, run_send, &order);
}

static gboolean
run_send_many (gpointer data)
{
  Order *order = data;
  g_autofree gchar *text = g_strnfill (order->size, 'x');

  for (guint i = 0; i < order->code; i++) {
    g_autoptr (GError) error = NULL;

    g_snprintf (text, order->size, "%06u", i);
    text[6] = 'x';
    channel_case_send_here (order->self, text, &error);
    g_assert_no_error (error);
  }
  return G_SOURCE_REMOVE;
}

void
channel_case_send_many (ChannelCase *self, guint n, gsize size)
{
  Order order = { .code = n, .size = size };

  run_order (self, run_send_many, &order);
}

static void
read_queued (ChannelCase *self)
{
  self->queued = gst_signalling_channel_get_queued_bytes (self->channel);
}

/* Nobody tells when the kernel has had enough: it has when the queue stands still for a while. */
void
channel_case_fill (ChannelCase *self, guint n, gsize size)
{
  gsize before;

  channel_case_send_many (self, n, size);
  do {
    before = self->queued;
    raw_peer_look_away (self->peer, 150);
    channel_case_call (self, read_queued);
  } while (self->queued != before);
  g_assert_cmpuint (self->queued, >, 0);
}

static void
detach_here (ChannelCase *self)
{
  self->detached = TRUE;
  gst_signalling_channel_detach (self->channel);
  g_clear_object (&self->channel);
}

void
channel_case_detach (ChannelCase *self)
{
  channel_case_call (self, detach_here);
}

/* --- Connecting --------------------------------------------------------------------------------------------------- */

void
channel_case_listen (ChannelCase *self)
{
  self->thread = gst_signalling_context_thread_new (self->client ? "case-client" : "case-server");
  if (self->client) {
    self->listener = raw_listener_new (self->peer_flags);
    channel_case_call (self, start_client);
    self->peer = raw_listener_accept (self->listener);
  } else {
    channel_case_call (self, start_server);
    self->peer = raw_peer_connect (self->port, self->peer_flags);
  }
}

void
channel_case_shake_hands (ChannelCase *self, const GByteArray *extra)
{
  if (self->client) {
    raw_peer_expect_request (self->peer);
    raw_peer_answer_upgrade (self->peer, extra);
  } else {
    raw_peer_send_upgrade (self->peer, "/", NULL, extra);
    raw_peer_expect_upgrade (self->peer);
  }
}

void
channel_case_wait_open (ChannelCase *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  while (!self->open)
    g_cond_wait (&self->changed, &self->lock);
}

void
channel_case_start (ChannelCase *self)
{
  channel_case_listen (self);
  channel_case_shake_hands (self, NULL);
  channel_case_wait_open (self);
}

/* --- Waiting for the channel -------------------------------------------------------------------------------------- */

static gboolean
has_message (ChannelCase *self, const gchar *text)
{
  return g_ptr_array_find_with_equal_func (self->messages, text, g_str_equal, NULL);
}

void
channel_case_wait_message (ChannelCase *self, const gchar *text)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint64 deadline = test_time_deadline (RAW_PATIENCE);

  while (!has_message (self, text)) {
    if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
      g_error ("the message \"%s\" was not delivered", text);
  }
}

guint
channel_case_count_messages (ChannelCase *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->messages->len;
}

void
channel_case_wait_answered (ChannelCase *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint64 deadline = test_time_deadline (RAW_PATIENCE);

  while (self->n_answered == 0) {
    if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
      g_error ("the channel did not report the answer");
  }
}

gboolean
channel_case_has_ended (ChannelCase *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->n_ended > 0;
}

static void
wait_ended (ChannelCase *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gint64 deadline = test_time_deadline (10000);

  while (self->n_ended == 0) {
    if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
      g_error ("no verdict came");
  }
}

void
channel_case_expect (ChannelCase *self, GstSignallingCloseClass close_class, gboolean clean, guint code)
{
  g_autofree gchar *text = NULL;

  wait_ended (self);
  text = gst_signalling_close_info_to_string (self->info);
  g_test_message ("verdict: %s", text);
  g_assert_cmpint (gst_signalling_close_info_get_close_class (self->info), ==, close_class);
  g_assert_cmpint (gst_signalling_close_info_get_clean (self->info), ==, clean);
  g_assert_cmpuint (gst_signalling_close_info_get_code (self->info), ==, code);
}

void
channel_case_expect_clean_or_lost (ChannelCase *self, guint code)
{
  self->is_open_question = TRUE;
  wait_ended (self);
  if (gst_signalling_close_info_get_close_class (self->info) == GST_SIGNALLING_CLOSE_CLEAN)
    channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, code);
  else
    channel_case_expect (self, GST_SIGNALLING_CLOSE_TRANSPORT, FALSE, 0);
}

void
channel_case_expect_error (ChannelCase *self, GstSignallingError code)
{
  const GError *error;

  wait_ended (self);
  error = gst_signalling_close_info_get_error (self->info);
  g_assert_nonnull (error);
  g_assert_true (g_error_matches (error, GST_SIGNALLING_ERROR, (gint) code));
}

gint64
channel_case_get_end_ms (ChannelCase *self, gint64 since)
{
  wait_ended (self);
  return (self->ended_time - since) / 1000;
}

/* --- The peer ----------------------------------------------------------------------------------------------------- */

void
channel_case_peer_reset (ChannelCase *self)
{
  self->peer_has_reset = TRUE;
  raw_peer_reset (self->peer);
}

void
channel_case_end_tcp (ChannelCase *self)
{
  if (self->client)
    raw_peer_fin (self->peer);
  raw_peer_expect_end (self->peer, RAW_END_FIN);
  raw_peer_fin (self->peer);
}

/* --- What holds for every row ------------------------------------------------------------------------------------- */

static void
check_verdict (ChannelCase *self)
{
  GstSignallingCloseClass close_class;
  gboolean failed;

  if (self->detached) {
    g_assert_cmpuint (self->n_after_end, ==, 0);
    return;
  }
  g_assert_cmpuint (self->n_ended, ==, 1);
  g_assert_cmpuint (self->n_answered, <=, 1);
  g_assert_cmpuint (self->n_after_end, ==, 0);
  close_class = gst_signalling_close_info_get_close_class (self->info);
  failed = close_class == GST_SIGNALLING_CLOSE_TRANSPORT || close_class == GST_SIGNALLING_CLOSE_PROTOCOL;
  g_assert_cmpint (gst_signalling_close_info_get_error (self->info) != NULL, ==, failed);
}

static void
check_time (ChannelCase *self)
{
  gint64 bound = self->limits.drain_ms + self->limits.reply_ms + test_time_scale (TOLERANCE_MS);

  if (self->close_time == 0 || self->detached || (self->row->flags & ROW_CLOSED_EARLY))
    return;
  g_assert_cmpint (channel_case_get_end_ms (self, self->close_time), <=, bound);
}

static gboolean
may_reset (ChannelCase *self)
{
  return (self->row->flags & ROW_RESET) || (self->row->flags & (self->client ? ROW_RESET_CLIENT : ROW_RESET_SERVER));
}

static void
check_wire (ChannelCase *self)
{
  RawSocket *socket = raw_peer_get_socket (self->peer);

  g_assert_cmpuint (raw_peer_count (self->peer, RAW_CLOSE), <=, 1);
  g_assert_cmpuint (raw_peer_count_data_after_close (self->peer), ==, 0);
  g_assert_cmpuint (raw_peer_count_wrong_masks (self->peer), ==, 0);
  if (self->peer_has_reset)
    return;
  raw_socket_look_for_reset (socket);
  if (!may_reset (self))
    g_assert_cmpint (raw_socket_get_end (socket), ==, RAW_END_FIN);
}

static void
drop (ChannelCase *self)
{
  g_clear_object (&self->channel);
  g_clear_object (&self->session);
  if (self->server_source)
    g_source_destroy (self->server_source);
  g_clear_pointer (&self->server_source, g_source_unref);
  g_clear_object (&self->server_socket);
}

static void
stop_thread (ChannelCase *self)
{
  channel_case_call (self, drop);
  gst_signalling_context_thread_stop (self->thread);
  g_assert_true (gst_signalling_context_thread_join (self->thread, test_time_deadline (RAW_PATIENCE)));
  g_clear_pointer (&self->flusher, gst_signalling_flusher_free);
  g_clear_pointer (&self->thread, gst_signalling_context_thread_unref);
}

static const gchar *
class_name (GstSignallingCloseClass close_class)
{
  static const gchar *const names[] = { "CLEAN", "LOCAL", "TRANSPORT", "PROTOCOL", "HANDSHAKE" };

  return names[close_class];
}

/* Read by make-handshake-table.py */
static void
report (ChannelCase *self)
{
  g_autofree gchar *seen = raw_peer_describe (self->peer);
  g_autofree gchar *verdict = NULL;

  if (self->info)
    verdict =
        g_strdup_printf ("%s clean=%d code=%u", class_name (gst_signalling_close_info_get_close_class (self->info)),
            gst_signalling_close_info_get_clean (self->info), gst_signalling_close_info_get_code (self->info));
  g_test_message ("row %s | %s | %s%s | %s | %s | %s", self->row->id, self->row->variant ? self->row->variant : "",
      self->client ? "client" : "server", self->tls ? " tls" : "", verdict ? verdict : "detached",
      self->peer_has_reset ? "(it reset)" : seen, self->row->note ? self->row->note : "");
}

static void
end_case (ChannelCase *self)
{
  if (!self->peer_has_reset) {
    raw_peer_fin (self->peer);
    raw_peer_read_to_end (self->peer, RAW_PATIENCE);
  }
  if (!self->detached)
    wait_ended (self);
  stop_thread (self);
  check_verdict (self);
  check_time (self);
  check_wire (self);
  report (self);
  g_clear_pointer (&self->info, gst_signalling_close_info_unref);
  g_clear_pointer (&self->peer, raw_peer_free);
  g_clear_pointer (&self->listener, raw_listener_free);
  g_ptr_array_unref (self->messages);
}

/* --- The tests ---------------------------------------------------------------------------------------------------- */

static void
scale_limits (GstSignallingChannelLimits *limits)
{
  limits->drain_ms = test_time_scale (limits->drain_ms);
  limits->reply_ms = test_time_scale (limits->reply_ms);
  limits->peer_ms = test_time_scale (limits->peer_ms);
  limits->fail_ms = test_time_scale (limits->fail_ms);
  limits->stall_ms = test_time_scale (limits->stall_ms);
  limits->ping_ms = test_time_scale (limits->ping_ms);
  limits->pong_ms = test_time_scale (limits->pong_ms);
}

/* Short, so that rows that wait for a deadline do not wait long; different, so that it shows which one it was. */
static const GstSignallingChannelLimits short_limits = {
  .drain_ms = 500,
  .reply_ms = 400,
  .peer_ms = 800,
  .fail_ms = 300,
  .max_message = 128 * 1024,
  .max_queue = 16 * 1024 * 1024,
  .max_queue_messages = 1000,
};

static void
play (const Play *play)
{
  ChannelCase self = { .row = play->row, .client = play->client, .tls = play->tls };

  self.limits = short_limits;
  scale_limits (&self.limits);
  self.messages = g_ptr_array_new_with_free_func (g_free);
  self.peer_flags = (play->tls ? RAW_SOCKET_TLS : 0) |
                    (play->row->flags & ROW_SMALL_WINDOW ? RAW_SOCKET_SMALL_WINDOW : RAW_SOCKET_PLAIN);
  play->row->run (&self);
  end_case (&self);
}

/* Whatever libraries make once and keep is made here. */
static void
run_warm_up (ChannelCase *self)
{
  channel_case_start (self);
  channel_case_close (self, 1000, NULL);
  raw_peer_expect_close (self->peer, 1000);
  raw_peer_send_close (self->peer, 1000, NULL);
  channel_case_end_tcp (self);
}

static void
warm_up (gboolean client)
{
  static gboolean done;
  const Row row = { "warm-up", NULL, run_warm_up };
  const Play plain = { &row, client, FALSE };
  const Play tls = { &row, client, TRUE };

  if (done)
    return;
  done = TRUE;
  play (&plain);
  play (&tls);
  test_baseline_take (&baseline);
}

static void
run_play (gconstpointer data)
{
  const Play *what = data;
  g_autofree gchar *name = g_strdup_printf ("row %s", what->row->id);

  test_watchdog_start (name, CASE_SECONDS);
  warm_up (what->client);
  play (what);
  test_baseline_check (&baseline, 3000);
  test_watchdog_stop ();
}

static void
add_play (const Row *row, gboolean client, gboolean tls)
{
  g_autofree gchar *path = g_strdup_printf ("/channel/%s%s/%s%s%s", client ? "client" : "server", tls ? "-tls" : "",
      row->id, row->variant ? "/" : "", row->variant ? row->variant : "");
  Play *what = g_new0 (Play, 1);

  what->row = row;
  what->client = client;
  what->tls = tls;
  g_strdelimit (path, " ", '-');
  g_test_add_data_func_full (path, what, run_play, g_free);
}

void
channel_rows_add (const Row *rows, guint n_rows, RowFlags role, gboolean slow)
{
  for (guint i = 0; i < n_rows; i++) {
    if ((rows[i].flags & role) == 0 || ((rows[i].flags & ROW_SLOW) != 0) != slow)
      continue;
    add_play (&rows[i], role == ROW_CLIENT, FALSE);
    if (rows[i].flags & ROW_TLS)
      add_play (&rows[i], role == ROW_CLIENT, TRUE);
  }
}

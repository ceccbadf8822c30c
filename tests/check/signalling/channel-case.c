/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "channel-case.h"

#include <string.h>

#include <tests/common/test-time.h>

#include "channel-opening.h"

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
    channel_case_call (self, channel_opening_start_client);
    self->peer = raw_listener_accept (self->listener);
  } else {
    channel_case_call (self, channel_opening_start_server);
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

void
channel_case_wait_ended (ChannelCase *self)
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

  channel_case_wait_ended (self);
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
  channel_case_wait_ended (self);
  if (gst_signalling_close_info_get_close_class (self->info) == GST_SIGNALLING_CLOSE_CLEAN)
    channel_case_expect (self, GST_SIGNALLING_CLOSE_CLEAN, TRUE, code);
  else
    channel_case_expect (self, GST_SIGNALLING_CLOSE_TRANSPORT, FALSE, 0);
}

void
channel_case_expect_error (ChannelCase *self, GstSignallingError code)
{
  const GError *error;

  channel_case_wait_ended (self);
  error = gst_signalling_close_info_get_error (self->info);
  g_assert_nonnull (error);
  g_assert_true (g_error_matches (error, GST_SIGNALLING_ERROR, (gint) code));
}

gint64
channel_case_get_end_ms (ChannelCase *self, gint64 since)
{
  channel_case_wait_ended (self);
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

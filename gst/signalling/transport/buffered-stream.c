/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/transport/buffered-stream-private.h>
#include <gst/signalling/transport/buffered-stream-ends-private.h>

/* Input taken from one connection before the others get their turn. */
#define ROUND_SHARE (64 * 1024)
#define DEFAULT_DRAIN_MS 2000
#define DEFAULT_LINGER_MS 2000

typedef enum
{
  PHASE_OPEN,
  PHASE_DRAINING,  /* closing: the rest of the buffer is written */
  PHASE_LINGERING, /* FIN sent, waiting for the other side's */
  PHASE_GONE,
} Phase;

struct _GstSignallingFlusher
{
  GSource *source;
  GQueue dirty; /* of GstSignallingBufferedStream, owned references */
};

/* Everything belongs to the context thread. */
struct _GstSignallingBufferedStream
{
  GIOStream parent_instance;

  GstSignallingContextThread *thread;
  GstSignallingFlusher *flusher;
  GSocket *socket;
  GTlsConnection *tls;
  GInputStream *input;
  GOutputStream *output;

  Phase phase;
  gboolean dirty;               /* in the flusher's queue */
  gboolean broken;              /* a write failed: whatever follows goes nowhere */
  gboolean eof_seen;            /* the other side's FIN was read */
  gboolean at_end;              /* its FIN, or an error, is behind what is left to read */
  gboolean socket_empty;        /* everything was read that the poller has told of */
  GstSignallingPollerSlot slot; /* without TLS: how input is heard of */
  GSource *input_source;        /* borrowed, until it is finalized: who waits for input */
  gsize share_left;
  GByteArray *buffer; /* NULL while there is nothing to write */
  gsize buffer_sent;
  GByteArray *unread;
  guint64 written;

  GSource *write_source;
  GSource *linger_source;
  GstSignallingDeadline deadline;
  guint drain_ms;
  guint linger_ms;
  GTask *close_task;

  GstSignallingBufferedStreamFunc drained;
  gpointer drained_data;
  GstSignallingBufferedStreamFunc gone;
  gpointer gone_data;
};

G_DEFINE_FINAL_TYPE (GstSignallingBufferedStream, gst_signalling_buffered_stream, G_TYPE_IO_STREAM)

static void flush (GstSignallingBufferedStream *self);
static void finish (GstSignallingBufferedStream *self);

/* -- the flusher -------------------------------------------------------------------------------------------------- */

static gboolean
flush_dirty (gpointer user_data)
{
  GstSignallingFlusher *flusher = user_data;
  GQueue round = flusher->dirty;
  GstSignallingBufferedStream *stream;

  g_queue_init (&flusher->dirty);
  g_source_set_ready_time (flusher->source, -1);
  while ((stream = g_queue_pop_head (&round))) {
    stream->dirty = FALSE;
    if (!stream->write_source)
      flush (stream);
    g_object_unref (stream);
  }
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_flusher (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

GstSignallingFlusher *
gst_signalling_flusher_new (GstSignallingContextThread *thread)
{
  static GSourceFuncs funcs = { .dispatch = dispatch_flusher };
  GstSignallingFlusher *flusher = g_new0 (GstSignallingFlusher, 1);

  g_queue_init (&flusher->dirty);
  flusher->source = g_source_new (&funcs, sizeof (GSource));
  g_source_set_static_name (flusher->source, "signalling-flusher");
  g_source_set_callback (flusher->source, flush_dirty, flusher, NULL);
  g_source_attach (flusher->source, gst_signalling_context_thread_get_context (thread));
  return flusher;
}

void
gst_signalling_flusher_free (GstSignallingFlusher *flusher)
{
  g_queue_clear_full (&flusher->dirty, g_object_unref);
  g_source_destroy (flusher->source);
  g_source_unref (flusher->source);
  g_free (flusher);
}

static void
mark_dirty (GstSignallingBufferedStream *self)
{
  if (self->dirty)
    return;
  self->dirty = TRUE;
  g_queue_push_tail (&self->flusher->dirty, g_object_ref (self));
  g_source_set_ready_time (self->flusher->source, 0);
}

/* -- writing ------------------------------------------------------------------------------------------------------ */

gsize
gst_signalling_buffered_stream_get_buffered (GstSignallingBufferedStream *self)
{
  return self->buffer ? self->buffer->len - self->buffer_sent : 0;
}

guint64
gst_signalling_buffered_stream_get_written (GstSignallingBufferedStream *self)
{
  return self->written;
}

void
gst_signalling_buffered_stream_append (GstSignallingBufferedStream *self, gconstpointer data, gsize size)
{
  if (self->broken || self->phase != PHASE_OPEN)
    return;
  if (!self->buffer)
    self->buffer = g_byte_array_sized_new (size);
  g_byte_array_append (self->buffer, data, size);
  mark_dirty (self);
}

void
gst_signalling_buffered_stream_discard (GstSignallingBufferedStream *self)
{
  g_clear_pointer (&self->buffer, g_byte_array_unref);
  self->buffer_sent = 0;
}

static gssize
write_some (GstSignallingBufferedStream *self, const guint8 *data, gsize size, GError **error)
{
  if (self->tls)
    return g_pollable_output_stream_write_nonblocking (
        G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (G_IO_STREAM (self->tls))), data, size, NULL, error);
  return g_socket_send_with_blocking (self->socket, (const gchar *) data, size, FALSE, NULL, error);
}

static gboolean
on_writable (GObject *pollable, gpointer user_data)
{
  GstSignallingBufferedStream *self = user_data;

  g_clear_pointer (&self->write_source, gst_signalling_source_destroy);
  flush (self);
  return G_SOURCE_REMOVE;
}

static void
wait_until_writable (GstSignallingBufferedStream *self)
{
  if (self->tls)
    self->write_source = g_pollable_output_stream_create_source (
        G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (G_IO_STREAM (self->tls))), NULL);
  else
    self->write_source = gst_signalling_socket_source_new (G_OBJECT (self->output), self->socket, G_IO_OUT);
  g_source_set_callback (self->write_source, G_SOURCE_FUNC (on_writable), self, NULL);
  g_source_attach (self->write_source, gst_signalling_context_thread_get_context (self->thread));
}

/* What was written leaves room only when that is worth a move. */
static void
forget_written (GstSignallingBufferedStream *self, gsize n)
{
  self->written += n;
  self->buffer_sent += n;
  if (self->buffer_sent == self->buffer->len) {
    gst_signalling_buffered_stream_discard (self);
  } else if (self->buffer_sent > self->buffer->len / 2) {
    g_byte_array_remove_range (self->buffer, 0, self->buffer_sent);
    self->buffer_sent = 0;
  }
}

static void
write_buffer (GstSignallingBufferedStream *self)
{
  while (self->buffer) {
    g_autoptr (GError) error = NULL;
    gssize n = write_some (self, self->buffer->data + self->buffer_sent, self->buffer->len - self->buffer_sent, &error);

    if (n > 0) {
      forget_written (self, n);
    } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
      wait_until_writable (self);
      return;
    } else {
      /* The reading side will see why. */
      self->broken = TRUE;
      gst_signalling_buffered_stream_discard (self);
    }
  }
}

/* -- closing ------------------------------------------------------------------------------------------------------ */

static void
on_deadline (gpointer owner)
{
  finish (owner);
}

static gboolean
on_lingering_input (GObject *pollable, gpointer user_data)
{
  GstSignallingBufferedStream *self = user_data;
  g_autoptr (GError) error = NULL;
  gchar scratch[16 * 1024];
  gssize n;

  n = g_socket_receive_with_blocking (self->socket, scratch, sizeof scratch, FALSE, NULL, &error);
  if (n == 0 || (n < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))) {
    finish (self);
    return G_SOURCE_REMOVE;
  }
  return G_SOURCE_CONTINUE;
}

static void
send_fin (GstSignallingBufferedStream *self)
{
  g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  if (self->eof_seen || self->broken) {
    finish (self);
    return;
  }
  self->linger_source = gst_signalling_socket_source_new (G_OBJECT (self->input), self->socket, G_IO_IN);
  g_source_set_callback (self->linger_source, G_SOURCE_FUNC (on_lingering_input), self, NULL);
  g_source_attach (self->linger_source, gst_signalling_context_thread_get_context (self->thread));
  gst_signalling_deadline_arm (
      gst_signalling_context_thread_get_deadlines (self->thread), &self->deadline, self->linger_ms, on_deadline, self);
}

static void
on_close_notify_sent (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GstSignallingBufferedStream) self = user_data;

  g_output_stream_close_finish (G_OUTPUT_STREAM (object), result, NULL);
  if (self->phase == PHASE_LINGERING)
    send_fin (self);
}

/* TLS wants its close_notify before the FIN (RFC 8446, 6.1). */
static void
start_lingering (GstSignallingBufferedStream *self)
{
  self->phase = PHASE_LINGERING;
  gst_signalling_poller_mute (&self->slot);
  if (self->tls && !self->broken)
    g_output_stream_close_async (g_io_stream_get_output_stream (G_IO_STREAM (self->tls)), G_PRIORITY_DEFAULT, NULL,
        on_close_notify_sent, g_object_ref (self));
  else
    send_fin (self);
}

static void
start_closing (GstSignallingBufferedStream *self)
{
  if (self->phase != PHASE_OPEN)
    return;
  self->phase = PHASE_DRAINING;
  g_object_ref (self); /* until finish */
  gst_signalling_deadline_arm (
      gst_signalling_context_thread_get_deadlines (self->thread), &self->deadline, self->drain_ms, on_deadline, self);
  if (!self->write_source)
    flush (self);
}

static void
flush (GstSignallingBufferedStream *self)
{
  gboolean had_data = self->buffer != NULL;

  if (self->phase != PHASE_OPEN && self->phase != PHASE_DRAINING)
    return;
  write_buffer (self);
  if (self->buffer)
    return;
  if (self->phase == PHASE_DRAINING)
    start_lingering (self);
  else if (had_data && self->drained)
    self->drained (self->drained_data);
}

static void
finish (GstSignallingBufferedStream *self)
{
  gboolean closing = self->phase != PHASE_OPEN;

  if (self->phase == PHASE_GONE)
    return;
  self->phase = PHASE_GONE;
  gst_signalling_deadline_cancel (&self->deadline);
  g_clear_pointer (&self->write_source, gst_signalling_source_destroy);
  g_clear_pointer (&self->linger_source, gst_signalling_source_destroy);
  gst_signalling_buffered_stream_discard (self);
  gst_signalling_poller_mute (&self->slot);
  g_socket_close (self->socket, NULL);
  if (self->close_task)
    g_task_return_boolean (self->close_task, TRUE);
  g_clear_object (&self->close_task);
  gst_signalling_poller_remove (&self->slot); /* and runs the task's callback */
  if (self->gone)
    self->gone (self->gone_data);
  gst_signalling_context_thread_release (self->thread);
  if (closing)
    g_object_unref (self);
}

void
gst_signalling_buffered_stream_abort (GstSignallingBufferedStream *self)
{
  g_object_ref (self);
  finish (self);
  g_object_unref (self);
}

/* -- reading, for the input end ----------------------------------------------------------------------------------- */

void
gst_signalling_buffered_stream_unread (GstSignallingBufferedStream *self, gconstpointer data, gsize size)
{
  if (size == 0)
    return;
  if (!self->unread)
    self->unread = g_byte_array_new ();
  g_byte_array_append (self->unread, data, size);
}

static gssize
read_unread (GstSignallingBufferedStream *self, gpointer data, gsize size)
{
  gsize n = MIN (size, self->unread->len);

  memcpy (data, self->unread->data, n);
  g_byte_array_remove_range (self->unread, 0, n);
  if (self->unread->len == 0)
    g_clear_pointer (&self->unread, g_byte_array_unref);
  return n;
}

static gssize
read_some (GstSignallingBufferedStream *self, gpointer data, gsize size, GError **error)
{
  if (self->tls)
    return g_pollable_input_stream_read_nonblocking (
        G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (self->tls))), data, size, NULL, error);
  return g_socket_receive_with_blocking (self->socket, data, size, FALSE, NULL, error);
}

gssize
gst_signalling_buffered_stream_read (GstSignallingBufferedStream *self, gpointer data, gsize size, GError **error)
{
  GError *failure = NULL;
  gssize n;

  if (self->phase != PHASE_OPEN) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
    return -1;
  }
  if (self->unread)
    return read_unread (self, data, size);
  if (self->share_left == 0 || self->socket_empty) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "Nothing to read in this round");
    return -1;
  }
  n = read_some (self, data, size, &failure);
  if (n > 0) {
    self->share_left -= MIN (self->share_left, (gsize) n);
    /* A short read emptied the socket: asking again would only cost a system call. */
    self->socket_empty = !self->tls && !self->at_end && (gsize) n < size;
  } else if (n == 0) {
    self->eof_seen = TRUE;
  } else {
    /* A reset is told once, by the poller and by the kernel: whoever reads again is to find the end, not silence. */
    self->socket_empty = !self->tls && g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    g_propagate_error (error, failure);
  }
  return n;
}

/* From the poller. */
static void
on_readable (gpointer owner, gboolean at_end)
{
  GstSignallingBufferedStream *self = owner;

  self->socket_empty = FALSE;
  self->at_end = self->at_end || at_end;
  if (!self->input_source)
    return;
  gst_signalling_source_set_ready (self->input_source);
  gst_signalling_poller_slot_wake (&self->slot);
}

static GSource *
create_polled_source (GstSignallingBufferedStream *self)
{
  GSource *source = gst_signalling_plain_source_new (G_OBJECT (self->input), &self->input_source);

  if (self->unread || !self->socket_empty) {
    gst_signalling_source_set_ready (source);
    gst_signalling_poller_slot_wake (&self->slot);
  }
  return source;
}

/* Called by whoever waits for the next round of input. */
GSource *
gst_signalling_buffered_stream_create_input_source (GstSignallingBufferedStream *self)
{
  self->share_left = ROUND_SHARE;
  if (self->input_source)
    gst_signalling_source_forget_place (self->input_source);
  if (self->slot.poller)
    return create_polled_source (self);
  self->socket_empty = FALSE;
  if (self->unread)
    return gst_signalling_ready_source_new (G_OBJECT (self->input));
  if (self->tls) {
    g_autoptr (GSource) child = g_pollable_input_stream_create_source (
        G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (G_IO_STREAM (self->tls))), NULL);

    return g_pollable_source_new_full (self->input, child, NULL);
  }
  return gst_signalling_socket_source_new (G_OBJECT (self->input), self->socket, G_IO_IN);
}

gboolean
gst_signalling_buffered_stream_is_open (GstSignallingBufferedStream *self)
{
  return self->phase == PHASE_OPEN;
}

/* -- the object --------------------------------------------------------------------------------------------------- */

GSocket *
gst_signalling_buffered_stream_get_socket (GstSignallingBufferedStream *self)
{
  return self->socket;
}

void
gst_signalling_buffered_stream_set_close_deadlines (GstSignallingBufferedStream *self, guint drain_ms, guint linger_ms)
{
  self->drain_ms = drain_ms;
  self->linger_ms = linger_ms;
}

void
gst_signalling_buffered_stream_set_drained (
    GstSignallingBufferedStream *self, GstSignallingBufferedStreamFunc func, gpointer user_data)
{
  self->drained = func;
  self->drained_data = user_data;
}

void
gst_signalling_buffered_stream_set_gone (
    GstSignallingBufferedStream *self, GstSignallingBufferedStreamFunc func, gpointer user_data)
{
  self->gone = func;
  self->gone_data = user_data;
}

static GInputStream *
get_input_stream (GIOStream *stream)
{
  return GST_SIGNALLING_BUFFERED_STREAM (stream)->input;
}

static GOutputStream *
get_output_stream (GIOStream *stream)
{
  return GST_SIGNALLING_BUFFERED_STREAM (stream)->output;
}

static gboolean
close_in_background (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  start_closing (GST_SIGNALLING_BUFFERED_STREAM (stream));
  return TRUE;
}

static void
close_async (
    GIOStream *stream, int io_priority, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GstSignallingBufferedStream *self = GST_SIGNALLING_BUFFERED_STREAM (stream);
  g_autoptr (GTask) task = g_task_new (stream, NULL, callback, user_data);

  if (self->phase == PHASE_GONE) {
    g_task_return_boolean (task, TRUE);
    return;
  }
  g_assert (!self->close_task);
  self->close_task = g_steal_pointer (&task);
  start_closing (self);
}

static gboolean
close_finish (GIOStream *stream, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
gst_signalling_buffered_stream_dispose (GObject *object)
{
  GstSignallingBufferedStream *self = GST_SIGNALLING_BUFFERED_STREAM (object);

  /* Closes, and so comes back to life until that is done; the second time everything is over. */
  G_OBJECT_CLASS (gst_signalling_buffered_stream_parent_class)->dispose (object);
  if (self->phase == PHASE_GONE) {
    gst_signalling_stream_end_detach (self->input);
    gst_signalling_stream_end_detach (self->output);
  }
}

static void
gst_signalling_buffered_stream_finalize (GObject *object)
{
  GstSignallingBufferedStream *self = GST_SIGNALLING_BUFFERED_STREAM (object);

  if (self->input_source)
    gst_signalling_source_forget_place (self->input_source);
  g_clear_pointer (&self->unread, g_byte_array_unref);
  g_clear_object (&self->input);
  g_clear_object (&self->output);
  g_clear_object (&self->tls);
  g_clear_object (&self->socket);
  gst_signalling_context_thread_unref (self->thread);
  G_OBJECT_CLASS (gst_signalling_buffered_stream_parent_class)->finalize (object);
}

static void
gst_signalling_buffered_stream_class_init (GstSignallingBufferedStreamClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  object_class->dispose = gst_signalling_buffered_stream_dispose;
  object_class->finalize = gst_signalling_buffered_stream_finalize;
  stream_class->get_input_stream = get_input_stream;
  stream_class->get_output_stream = get_output_stream;
  stream_class->close_fn = close_in_background;
  stream_class->close_async = close_async;
  stream_class->close_finish = close_finish;
}

static void
gst_signalling_buffered_stream_init (GstSignallingBufferedStream *self)
{
  self->drain_ms = DEFAULT_DRAIN_MS;
  self->linger_ms = DEFAULT_LINGER_MS;
  self->share_left = ROUND_SHARE;
}

GMainContext *
gst_signalling_buffered_stream_get_context (GstSignallingBufferedStream *self)
{
  return self->slot.poller ? gst_signalling_poller_slot_get_context (&self->slot)
                           : gst_signalling_context_thread_get_context (self->thread);
}

GstSignallingBufferedStream *
gst_signalling_buffered_stream_new (GstSignallingContextThread *thread, GstSignallingFlusher *flusher,
    GstSignallingPoller *poller, GSocket *socket, GTlsConnection *tls)
{
  GstSignallingBufferedStream *self = g_object_new (GST_TYPE_SIGNALLING_BUFFERED_STREAM, NULL);

  self->thread = gst_signalling_context_thread_ref (thread);
  gst_signalling_context_thread_hold (thread); /* until finish */
  self->flusher = flusher;
  self->socket = g_object_ref (socket);
  self->tls = tls ? g_object_ref (tls) : NULL;
  self->input = gst_signalling_stream_input_new (self);
  self->output = gst_signalling_stream_output_new (self);
  /* Over TLS GIO waits for the socket itself; where the kernel refuses, so do we. */
  if (!tls)
    gst_signalling_poller_add (poller, &self->slot, g_socket_get_fd (socket), on_readable, self);
  return self;
}

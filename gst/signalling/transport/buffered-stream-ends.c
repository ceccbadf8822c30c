/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/transport/buffered-stream-ends-private.h>

/* -- sources ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  GSource source;
  GObject *pollable; /* owned */
  GSource **place;   /* where this source is known, or NULL */
} StreamSource;

static gboolean
stream_source_dispatch (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return ((GPollableSourceFunc) (void (*) (void)) callback) (((StreamSource *) source)->pollable, user_data);
}

static void
stream_source_finalize (GSource *source)
{
  GSource **place = ((StreamSource *) source)->place;

  if (place && *place == source)
    *place = NULL;
  g_clear_object (&((StreamSource *) source)->pollable);
}

/* GIO wraps a source into another one by a closure: g_source_set_dummy_callback() needs this. */
static gboolean
stream_source_closure_callback (GObject *pollable, gpointer data)
{
  GValue parameter = G_VALUE_INIT;
  GValue result = G_VALUE_INIT;
  gboolean keep;

  g_value_init (&parameter, G_TYPE_OBJECT);
  g_value_set_object (&parameter, pollable);
  g_value_init (&result, G_TYPE_BOOLEAN);
  g_closure_invoke (data, &result, 1, &parameter, NULL);
  keep = g_value_get_boolean (&result);
  g_value_unset (&parameter);
  g_value_unset (&result);
  return keep;
}

/* Without check and prepare a source is ready when its descriptor or its time is. */
static GSource *
stream_source_new (GObject *pollable)
{
  static GSourceFuncs funcs = {
    .dispatch = stream_source_dispatch,
    .finalize = stream_source_finalize,
    .closure_callback = (GSourceFunc) (void (*) (void)) stream_source_closure_callback,
    .closure_marshal = (GSourceDummyMarshal) (void (*) (void)) g_cclosure_marshal_generic,
  };
  GSource *source = g_source_new (&funcs, sizeof (StreamSource));

  ((StreamSource *) source)->pollable = g_object_ref (pollable);
  return source;
}

GSource *
gst_signalling_socket_source_new (GObject *pollable, GSocket *socket, GIOCondition condition)
{
  GSource *source = stream_source_new (pollable);

  g_source_add_unix_fd (source, g_socket_get_fd (socket), condition | G_IO_ERR | G_IO_HUP);
  return source;
}

GSource *
gst_signalling_plain_source_new (GObject *pollable, GSource **place)
{
  GSource *source = stream_source_new (pollable);

  ((StreamSource *) source)->place = place;
  if (place)
    *place = source;
  return source;
}

void
gst_signalling_source_forget_place (GSource *source)
{
  ((StreamSource *) source)->place = NULL;
}

GSource *
gst_signalling_ready_source_new (GObject *pollable)
{
  GSource *source = stream_source_new (pollable);

  g_source_set_ready_time (source, 0);
  return source;
}

void
gst_signalling_source_set_ready (GSource *source)
{
  g_source_set_ready_time (source, 0);
}

void
gst_signalling_source_destroy (GSource *source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

/* -- input -------------------------------------------------------------------------------------------------------- */

#define GST_TYPE_SIGNALLING_STREAM_INPUT (gst_signalling_stream_input_get_type ())
G_DECLARE_FINAL_TYPE (GstSignallingStreamInput, gst_signalling_stream_input, GST, SIGNALLING_STREAM_INPUT, GInputStream)

struct _GstSignallingStreamInput
{
  GInputStream parent_instance;
  GstSignallingBufferedStream *stream;
};

static void input_pollable_init (GPollableInputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstSignallingStreamInput, gst_signalling_stream_input, G_TYPE_INPUT_STREAM,
    G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, input_pollable_init))

static gssize
input_read (GInputStream *input, void *data, gsize size, GCancellable *cancellable, GError **error)
{
  GstSignallingStreamInput *self = GST_SIGNALLING_STREAM_INPUT (input);

  if (!self->stream) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
    return -1;
  }
  return gst_signalling_buffered_stream_read (self->stream, data, size, error);
}

static gssize
input_read_nonblocking (GPollableInputStream *input, void *data, gsize size, GError **error)
{
  return input_read (G_INPUT_STREAM (input), data, size, NULL, error);
}

static gboolean
input_can_poll (GPollableInputStream *input)
{
  return TRUE;
}

static gboolean
input_is_readable (GPollableInputStream *input)
{
  GstSignallingStreamInput *self = GST_SIGNALLING_STREAM_INPUT (input);

  return !self->stream || !gst_signalling_buffered_stream_is_open (self->stream) ||
         (g_socket_condition_check (gst_signalling_buffered_stream_get_socket (self->stream), G_IO_IN) & G_IO_IN);
}

static GSource *
input_create_source (GPollableInputStream *input, GCancellable *cancellable)
{
  GstSignallingStreamInput *self = GST_SIGNALLING_STREAM_INPUT (input);

  if (!self->stream || !gst_signalling_buffered_stream_is_open (self->stream))
    return gst_signalling_ready_source_new (G_OBJECT (input));
  return gst_signalling_buffered_stream_create_input_source (self->stream);
}

static gboolean
input_close (GInputStream *input, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
input_pollable_init (GPollableInputStreamInterface *iface)
{
  iface->can_poll = input_can_poll;
  iface->is_readable = input_is_readable;
  iface->create_source = input_create_source;
  iface->read_nonblocking = input_read_nonblocking;
}

static void
gst_signalling_stream_input_class_init (GstSignallingStreamInputClass *klass)
{
  GInputStreamClass *stream_class = G_INPUT_STREAM_CLASS (klass);

  stream_class->read_fn = input_read;
  stream_class->close_fn = input_close;
}

static void
gst_signalling_stream_input_init (GstSignallingStreamInput *self)
{
}

GInputStream *
gst_signalling_stream_input_new (GstSignallingBufferedStream *stream)
{
  GstSignallingStreamInput *self = g_object_new (GST_TYPE_SIGNALLING_STREAM_INPUT, NULL);

  self->stream = stream;
  return G_INPUT_STREAM (self);
}

/* -- output ------------------------------------------------------------------------------------------------------- */

#define GST_TYPE_SIGNALLING_STREAM_OUTPUT (gst_signalling_stream_output_get_type ())
G_DECLARE_FINAL_TYPE (
    GstSignallingStreamOutput, gst_signalling_stream_output, GST, SIGNALLING_STREAM_OUTPUT, GOutputStream)

struct _GstSignallingStreamOutput
{
  GOutputStream parent_instance;
  GstSignallingBufferedStream *stream;
};

static void output_pollable_init (GPollableOutputStreamInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstSignallingStreamOutput, gst_signalling_stream_output, G_TYPE_OUTPUT_STREAM,
    G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_OUTPUT_STREAM, output_pollable_init))

static gssize
output_write (GOutputStream *output, const void *data, gsize size, GCancellable *cancellable, GError **error)
{
  GstSignallingStreamOutput *self = GST_SIGNALLING_STREAM_OUTPUT (output);

  if (!self->stream || !gst_signalling_buffered_stream_is_open (self->stream)) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The connection is closed");
    return -1;
  }
  gst_signalling_buffered_stream_append (self->stream, data, size);
  return size;
}

static gssize
output_write_nonblocking (GPollableOutputStream *output, const void *data, gsize size, GError **error)
{
  return output_write (G_OUTPUT_STREAM (output), data, size, NULL, error);
}

static gboolean
output_can_poll (GPollableOutputStream *output)
{
  return TRUE;
}

static gboolean
output_is_writable (GPollableOutputStream *output)
{
  return TRUE;
}

static GSource *
output_create_source (GPollableOutputStream *output, GCancellable *cancellable)
{
  return gst_signalling_ready_source_new (G_OBJECT (output));
}

static gboolean
output_close (GOutputStream *output, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
output_pollable_init (GPollableOutputStreamInterface *iface)
{
  iface->can_poll = output_can_poll;
  iface->is_writable = output_is_writable;
  iface->create_source = output_create_source;
  iface->write_nonblocking = output_write_nonblocking;
}

static void
gst_signalling_stream_output_class_init (GstSignallingStreamOutputClass *klass)
{
  GOutputStreamClass *stream_class = G_OUTPUT_STREAM_CLASS (klass);

  stream_class->write_fn = output_write;
  stream_class->close_fn = output_close;
}

static void
gst_signalling_stream_output_init (GstSignallingStreamOutput *self)
{
}

GOutputStream *
gst_signalling_stream_output_new (GstSignallingBufferedStream *stream)
{
  GstSignallingStreamOutput *self = g_object_new (GST_TYPE_SIGNALLING_STREAM_OUTPUT, NULL);

  self->stream = stream;
  return G_OUTPUT_STREAM (self);
}

void
gst_signalling_stream_end_detach (gpointer end)
{
  if (GST_IS_SIGNALLING_STREAM_INPUT (end))
    GST_SIGNALLING_STREAM_INPUT (end)->stream = NULL;
  else
    GST_SIGNALLING_STREAM_OUTPUT (end)->stream = NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/transport/buffered-stream-private.h>

G_BEGIN_DECLS

/* The two ends of a GstSignallingBufferedStream that GIO wants as objects of their own, and the sources they wait
 * with. They know the stream by a bare pointer, which the stream clears before it goes. */

GInputStream *gst_signalling_stream_input_new (GstSignallingBufferedStream *stream);
GOutputStream *gst_signalling_stream_output_new (GstSignallingBufferedStream *stream);
/* @end: either of them; from now on it reads and writes as closed. */
void gst_signalling_stream_end_detach (gpointer end);

/* Calls a GPollableSourceFunc with @pollable when @socket is ready: lighter than g_socket_create_source(), and there
 * is one for every idle connection. */
GSource *gst_signalling_socket_source_new (GObject *pollable, GSocket *socket, GIOCondition condition);
/* The same without a socket: ready when gst_signalling_source_set_ready() says so. While it exists, *@place points to
 * it; NULL: nobody wants to know. Whoever owns the place calls gst_signalling_source_forget_place() before it goes. */
GSource *gst_signalling_plain_source_new (GObject *pollable, GSource **place);
void gst_signalling_source_forget_place (GSource *source);
/* The same, ready at once. */
GSource *gst_signalling_ready_source_new (GObject *pollable);
void gst_signalling_source_set_ready (GSource *source);
void gst_signalling_source_destroy (GSource *source);

/* For the ends only. */
gssize
gst_signalling_buffered_stream_read (GstSignallingBufferedStream *stream, gpointer data, gsize size, GError **error);
GSource *gst_signalling_buffered_stream_create_input_source (GstSignallingBufferedStream *stream);
gboolean gst_signalling_buffered_stream_is_open (GstSignallingBufferedStream *stream);

G_END_DECLS

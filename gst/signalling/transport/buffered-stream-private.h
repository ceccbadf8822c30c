/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include <gst/signalling/transport/context-thread-private.h>
#include <gst/signalling/transport/poller-private.h>

G_BEGIN_DECLS

/* The server's end of a TCP connection, plain or TLS, as the stream that libsoup reads and writes.
 *
 * What is written is always accepted, into a buffer that goes to the socket once per round of the main loop: so libsoup
 * never holds a backlog of its own, which it would throw away on several ways of closing, and frames of one round leave
 * together. Reading stops after a share per round, so that one busy connection cannot keep the loop from the others.
 *
 * Closing is done here and never loses anything: what is buffered is written, then FIN is sent (RFC 6455, 7.1.1: the
 * server closes first), then input is read and discarded until the other side's FIN, and only then is the socket
 * closed, since closing one with unread input would send a reset that overtakes what was written. Deadlines
 * bound both steps. The stream keeps itself, and the context thread, alive until then.
 *
 * Owned by the context thread given to it; every function is called there. */
#define GST_TYPE_SIGNALLING_BUFFERED_STREAM (gst_signalling_buffered_stream_get_type ())
G_DECLARE_FINAL_TYPE (
    GstSignallingBufferedStream, gst_signalling_buffered_stream, GST, SIGNALLING_BUFFERED_STREAM, GIOStream)

typedef struct _GstSignallingFlusher GstSignallingFlusher;

/* The streams of one thread that have something to write in this round. Freed after the last stream. */
GstSignallingFlusher *gst_signalling_flusher_new (GstSignallingContextThread *thread);
void gst_signalling_flusher_free (GstSignallingFlusher *flusher);

typedef void (*GstSignallingBufferedStreamFunc) (gpointer user_data);

/* @tls: (nullable): the TLS layer over @socket, after its handshake. */
GstSignallingBufferedStream *gst_signalling_buffered_stream_new (GstSignallingContextThread *thread,
    GstSignallingFlusher *flusher, GstSignallingPoller *poller, GSocket *socket, GTlsConnection *tls);
/* Where those who wait for input have to attach their sources. */
GMainContext *gst_signalling_buffered_stream_get_context (GstSignallingBufferedStream *stream);
/* How long closing may take: writing the rest, and waiting for the other side's FIN. */
void gst_signalling_buffered_stream_set_close_deadlines (
    GstSignallingBufferedStream *stream, guint drain_ms, guint linger_ms);
/* Called whenever the buffer has become empty; NULL: nobody is. */
void gst_signalling_buffered_stream_set_drained (
    GstSignallingBufferedStream *stream, GstSignallingBufferedStreamFunc func, gpointer user_data);
/* Called once, when the socket is closed. */
void gst_signalling_buffered_stream_set_gone (
    GstSignallingBufferedStream *stream, GstSignallingBufferedStreamFunc func, gpointer user_data);
/* Puts bytes of our own between libsoup's frames: libsoup writes whole frames only. */
void gst_signalling_buffered_stream_append (GstSignallingBufferedStream *stream, gconstpointer data, gsize size);
/* Input that was read already, by whoever had the stream before: comes first. */
void gst_signalling_buffered_stream_unread (GstSignallingBufferedStream *stream, gconstpointer data, gsize size);
gsize gst_signalling_buffered_stream_get_buffered (GstSignallingBufferedStream *stream);
/* All bytes the socket has taken so far: stands still when the other side stops reading. */
guint64 gst_signalling_buffered_stream_get_written (GstSignallingBufferedStream *stream);
GSocket *gst_signalling_buffered_stream_get_socket (GstSignallingBufferedStream *stream);
/* Discards what is buffered: nobody will read it. */
void gst_signalling_buffered_stream_discard (GstSignallingBufferedStream *stream);
/* Closes the socket now, whatever is left. */
void gst_signalling_buffered_stream_abort (GstSignallingBufferedStream *stream);

G_END_DECLS

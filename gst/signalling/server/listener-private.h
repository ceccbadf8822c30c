/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include <gst/signalling/transport/context-thread-private.h>

G_BEGIN_DECLS

/* The listening sockets. Ours rather than SoupServer's, for three reasons: its backlog of 10 makes clients that come
 * together wait for SYN retries, it stops accepting for good after the first failed accept, and the connection limits
 * need a say before anything is read. Everything on the context thread. */
typedef struct _GstSignallingListener GstSignallingListener;

typedef void (*GstSignallingListenerFunc) (GSocket *socket, gpointer user_data);

/* Resolves @host (an address or a name) and listens on all its addresses, at @port or, when that is 0, at a free one.
 * Blocks while a name is looked up. Errors: GST_SIGNALLING_ERROR_ADDRESS_IN_USE, NOT_AUTHORIZED, NOT_FOUND, FAILED,
 * each with a sentence for people. */
GstSignallingListener *gst_signalling_listener_new (GstSignallingContextThread *thread, const gchar *host, guint port,
    GstSignallingListenerFunc func, gpointer user_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
guint gst_signalling_listener_get_port (GstSignallingListener *listener);
void gst_signalling_listener_free (GstSignallingListener *listener);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Tells when libsoup has written everything it was given.
 *
 * libsoup has no API for that. But its own source waits for the same stream to be writable, at default priority; one
 * of lower priority is dispatched only when libsoup's is gone, which is when it has nothing left to write.
 * g_pollable_output_stream_is_writable() would not do: over TLS it says yes while libsoup has a backlog.
 *
 * Attached to the thread-default context; calls @func once. */
GSource *gst_signalling_drain_source_attach (SoupWebsocketConnection *connection, GSourceFunc func, gpointer data)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

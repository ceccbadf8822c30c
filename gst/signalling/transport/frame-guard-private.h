/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Looks at every frame a client sends before libsoup acts on it, and refuses what libsoup lets pass: messages that grow
 * without bound from fragments (Close 1009), control frames that are fragmented or longer than RFC 6455, 5.5 allows
 * (1002), floods of pings (1008). It is an extension that is never negotiated: libsoup sends a Close with the code of
 * the error it returns. Belongs to the connection's thread. */
#define GST_TYPE_SIGNALLING_FRAME_GUARD (gst_signalling_frame_guard_get_type ())
G_DECLARE_FINAL_TYPE (
    GstSignallingFrameGuard, gst_signalling_frame_guard, GST, SIGNALLING_FRAME_GUARD, SoupWebsocketExtension)

GstSignallingFrameGuard *gst_signalling_frame_guard_new (gsize max_message);
/* Monotonic time of the last frame of any kind. */
gint64 gst_signalling_frame_guard_get_last_frame (GstSignallingFrameGuard *guard);

G_END_DECLS

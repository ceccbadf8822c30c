/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

#include <gst/signalling/server/session-end.h>
#include <gst/signalling/transport/close-info.h>

G_BEGIN_DECLS

#define GST_TYPE_SIGNALLING_SERVER (gst_signalling_server_get_type ())

/**
 * GstSignallingServer:
 *
 * A server of the signalling protocol, for use inside an application or an element.
 *
 * It runs on a thread of its own from gst_signalling_server_start() to gst_signalling_server_stop(): the application
 * needs no main loop. Methods and properties may be used from any thread; signals are emitted from the server's
 * thread, without any lock held, and their handlers may do anything, stopping the server included. Properties take
 * effect at the next start.
 *
 * |[<!-- language="C" -->
 * g_autoptr (GError) error = NULL;
 * g_autoptr (GstSignallingServer) server = gst_signalling_server_new ();
 *
 * g_object_set (server, "host", "127.0.0.1", "port", 0, NULL);
 * if (!gst_signalling_server_start (server, &error))
 *   g_error ("%s", error->message);
 * g_print ("ws://127.0.0.1:%u\n", gst_signalling_server_get_port (server));
 * ]|
 *
 * Since: 0.1
 */
GST_SIGNALLING_API
G_DECLARE_FINAL_TYPE (GstSignallingServer, gst_signalling_server, GST, SIGNALLING_SERVER, GObject)

GST_SIGNALLING_API
GstSignallingServer *gst_signalling_server_new (void) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
gboolean gst_signalling_server_start (GstSignallingServer *self, GError **error);
GST_SIGNALLING_API
void gst_signalling_server_stop (GstSignallingServer *self);
GST_SIGNALLING_API
gboolean gst_signalling_server_is_running (GstSignallingServer *self);
GST_SIGNALLING_API
guint gst_signalling_server_get_port (GstSignallingServer *self);

G_END_DECLS

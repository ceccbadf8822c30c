/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signaller/signaller.h>

G_BEGIN_DECLS

/**
 * GstWebSocketSignallerRole:
 * @GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER: receives media: from a certain producer, from the first one there is, or
 *   from one that calls
 * @GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER: sends media to whoever asks for a session
 * @GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER: only wants to know which producers there are
 *
 * What a #GstWebSocketSignaller is to the server.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER,
  GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER,
  GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER,
} GstWebSocketSignallerRole;

#define GST_TYPE_WEB_SOCKET_SIGNALLER_ROLE (gst_web_socket_signaller_role_get_type ())
GST_SIGNALLING_API
GType gst_web_socket_signaller_role_get_type (void);

#define GST_TYPE_WEB_SOCKET_SIGNALLER (gst_web_socket_signaller_get_type ())

/**
 * GstWebSocketSignaller:
 *
 * The #GstSignaller that speaks the signalling protocol over a WebSocket.
 *
 * Between gst_signaller_start() and gst_signaller_stop() it runs a thread of its own: the application needs no main
 * loop. Methods and properties may be used from any thread; properties take effect at the next start. The signals of
 * #GstSignaller that an implementation emits are emitted from that thread without any lock held, and a handler may do
 * anything, stopping the signaller or dropping the last reference to it included.
 *
 * gst_signaller_stop() sends what is queued, then a Close, and returns when the server has answered it, at the latest
 * after six seconds; no signal is emitted after that. From a handler of one of the signaller's own signals it
 * returns at once.
 *
 * An end of the connection is told by #GstSignaller::connection-closed, always, and by #GstSignaller::error when it is
 * a failure and no further attempt follows: never for a closing handshake, whichever side began it.
 *
 * Since: 0.1
 */
GST_SIGNALLING_API
G_DECLARE_FINAL_TYPE (GstWebSocketSignaller, gst_web_socket_signaller, GST, WEB_SOCKET_SIGNALLER, GObject)

GST_SIGNALLING_API
GstWebSocketSignaller *gst_web_socket_signaller_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

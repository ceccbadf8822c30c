/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/server/router-private.h>
#include <gst/signalling/transport/channel-private.h>

G_BEGIN_DECLS

/* One connected client of the server: its channel, its peer in the router, and how much it may still say. Everything
 * on the server's context thread. */
typedef struct _GstSignallingClient GstSignallingClient;

typedef struct
{
  void (*removed) (GstSignallingClient *client, GstSignallingCloseInfo *info, gpointer user_data);
} GstSignallingClientCallbacks;

/* The welcome is sent before this returns. Freed after `removed`.
 * @messages_per_second: 0 for no limit */
GstSignallingClient *gst_signalling_client_new (GstSignallingContextThread *thread, GstSignallingRouter *router,
    GstSignallingBufferedStream *stream, GUri *uri, const gchar *address, const GstSignallingChannelLimits *limits,
    guint messages_per_second, const GstSignallingClientCallbacks *callbacks, gpointer user_data);
const gchar *gst_signalling_client_get_id (GstSignallingClient *client);
const gchar *gst_signalling_client_get_address (GstSignallingClient *client);
void gst_signalling_client_deliver (GstSignallingClient *client, GstSignallingMessage *message);
void gst_signalling_client_close (GstSignallingClient *client, guint code, const gchar *reason);

G_END_DECLS

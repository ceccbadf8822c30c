/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/server/entrance-private.h>
#include <gst/signalling/server/listener-private.h>
#include <gst/signalling/server/router-private.h>
#include <gst/signalling/transport/channel-private.h>

G_BEGIN_DECLS

/* What lives on the context thread of a running server, from listening to the last socket: one for each start. */
typedef struct _GstSignallingServerCore GstSignallingServerCore;

typedef struct
{
  GstSignallingEntranceLimits entrance;
  GstSignallingChannelLimits channel;
  GstSignallingRouterLimits router;
  guint messages_per_second;
  gboolean serve_page;
} GstSignallingServerLimits;

/* All called on the context thread. */
typedef struct
{
  void (*client_added) (const gchar *id, const gchar *address, gpointer user_data);
  void (*client_removed) (const gchar *id, GstSignallingCloseInfo *info, gpointer user_data);
  void (*session_started) (
      const gchar *session_id, const gchar *producer_id, const gchar *consumer_id, gpointer user_data);
  void (*session_ended) (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id,
      GstSignallingSessionEnd why, const gchar *error_text, gpointer user_data);
} GstSignallingServerCoreCallbacks;

/* Listens, or says why not. */
GstSignallingServerCore *gst_signalling_server_core_new (GstSignallingContextThread *thread, const gchar *host,
    guint port, GTlsCertificate *certificate, const GstSignallingServerLimits *limits,
    const GstSignallingServerCoreCallbacks *callbacks, gpointer user_data, GDestroyNotify destroy, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
guint gst_signalling_server_core_get_port (GstSignallingServerCore *core);
/* No new connection, Close 1001 to everybody, all at once; then the core frees itself and lets the thread end. At the
 * latest after GST_SIGNALLING_SERVER_STOP_MS every socket is closed. */
void gst_signalling_server_core_stop (GstSignallingServerCore *core);

#define GST_SIGNALLING_SERVER_STOP_MS 4000

G_END_DECLS

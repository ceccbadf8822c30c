/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/gst.h>

#include <gst/signalling/server/client-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_signalling_client_debug);
#define GST_CAT_DEFAULT gst_signalling_client_debug

/* A client may save up what it did not say for that long: negotiations come in bursts. */
#define BURST_SECONDS 10

struct _GstSignallingClient
{
  GstSignallingRouter *router;
  GstSignallingRouterPeer *peer;
  GstSignallingChannel *channel;
  GstSignallingClientCallbacks callbacks;
  gpointer user_data;
  gchar *address;
  guint messages_per_second;
  gdouble tokens;
  gint64 tokens_at;
};

/* A token bucket. */
static gboolean
may_speak (GstSignallingClient *client)
{
  gdouble most = (gdouble) client->messages_per_second * BURST_SECONDS;
  gint64 now;

  if (client->messages_per_second == 0)
    return TRUE;
  now = g_get_monotonic_time ();
  client->tokens += (gdouble) (now - client->tokens_at) * client->messages_per_second / G_TIME_SPAN_SECOND;
  client->tokens = MIN (client->tokens, most);
  client->tokens_at = now;
  if (client->tokens < 1)
    return FALSE;
  client->tokens -= 1;
  return TRUE;
}

static gboolean
check_rate (GstSignallingClient *client)
{
  if (may_speak (client))
    return TRUE;
  GST_INFO ("peer %s sends more than %u messages per second", gst_signalling_client_get_id (client),
      client->messages_per_second);
  gst_signalling_channel_close (client->channel, SOUP_WEBSOCKET_CLOSE_POLICY_VIOLATION, "Too many messages");
  return FALSE;
}

static void
on_message (GstSignallingChannel *channel, GBytes *text, gpointer user_data)
{
  GstSignallingClient *client = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSignallingMessage) message = NULL;

  if (!check_rate (client))
    return;
  message = gst_signalling_message_parse (text, GST_SIGNALLING_SENDER_CLIENT, &error);
  if (message) {
    gst_signalling_router_handle (client->router, client->peer, message);
  } else {
    GST_DEBUG ("peer %s: %s", gst_signalling_client_get_id (client), error->message);
    gst_signalling_router_refuse (client->router, client->peer, error);
  }
}

static void
on_binary (GstSignallingChannel *channel, gpointer user_data)
{
  GstSignallingClient *client = user_data;
  g_autoptr (GError) error = NULL;

  if (!check_rate (client))
    return;
  error = g_error_new_literal (
      GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_INVALID_MESSAGE, "Messages are text, this one was binary");
  gst_signalling_router_refuse (client->router, client->peer, error);
}

static void
on_ended (GstSignallingChannel *channel, GstSignallingCloseInfo *info, gpointer user_data)
{
  GstSignallingClient *client = user_data;

  client->callbacks.removed (client, info, client->user_data);
  gst_signalling_router_remove_peer (client->router, client->peer);
  g_object_unref (client->channel);
  g_free (client->address);
  g_free (client);
}

GstSignallingClient *
gst_signalling_client_new (GstSignallingContextThread *thread, GstSignallingRouter *router,
    GstSignallingBufferedStream *stream, GUri *uri, const gchar *address, const GstSignallingChannelLimits *limits,
    guint messages_per_second, const GstSignallingClientCallbacks *callbacks, gpointer user_data)
{
  const GstSignallingChannelCallbacks channel_callbacks = {
    .message = on_message, .binary = on_binary, .ended = on_ended
  };
  GstSignallingClient *client = g_new0 (GstSignallingClient, 1);

  GST_DEBUG_CATEGORY_INIT (gst_signalling_client_debug, "signallingclient", 0, "Clients of the signalling server");
  client->router = router;
  client->callbacks = *callbacks;
  client->user_data = user_data;
  client->address = g_strdup (address);
  client->messages_per_second = messages_per_second;
  client->tokens = (gdouble) messages_per_second * BURST_SECONDS;
  client->tokens_at = g_get_monotonic_time ();
  client->channel = gst_signalling_channel_new_server (thread, stream, uri, limits, &channel_callbacks, client);
  client->peer = gst_signalling_router_add_peer (router, client);
  return client;
}

const gchar *
gst_signalling_client_get_id (GstSignallingClient *client)
{
  return gst_signalling_router_peer_get_id (client->peer);
}

const gchar *
gst_signalling_client_get_address (GstSignallingClient *client)
{
  return client->address;
}

void
gst_signalling_client_deliver (GstSignallingClient *client, GstSignallingMessage *message)
{
  g_autoptr (GBytes) text = gst_signalling_message_to_bytes (message);
  g_autoptr (GError) error = NULL;

  /* A client that is on its way out hears nothing more; that is not worth a word. */
  if (!gst_signalling_channel_send_text (client->channel, text, &error))
    GST_LOG ("not delivered: %s", error->message);
}

void
gst_signalling_client_close (GstSignallingClient *client, guint code, const gchar *reason)
{
  gst_signalling_channel_close (client->channel, code, reason);
}

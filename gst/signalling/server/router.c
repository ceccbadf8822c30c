/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/server/router-state-private.h>

#include <string.h>

const GstSignallingRouterLimits gst_signalling_router_default_limits = {
  .max_sessions_per_peer = 10000,
  .max_meta = 65536,
  .max_meta_of_all = 8388608,
};

static void
free_peer (gpointer data)
{
  GstSignallingRouterPeer *peer = data;

  g_free (peer->meta);
  g_free (peer);
}

GstSignallingRouter *
gst_signalling_router_new (
    const GstSignallingRouterLimits *limits, const GstSignallingRouterCallbacks *callbacks, gpointer user_data)
{
  GstSignallingRouter *router = g_new0 (GstSignallingRouter, 1);

  g_assert (callbacks->deliver != NULL);
  router->limits = limits ? *limits : gst_signalling_router_default_limits;
  router->callbacks = *callbacks;
  router->user_data = user_data;
  /* Keys are ids made here, never chosen by a peer: nobody can make them collide. */
  router->peers = g_hash_table_new_full (g_str_hash, g_str_equal, free_peer, NULL);
  router->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return router;
}

void
gst_signalling_router_free (GstSignallingRouter *router)
{
  if (!router)
    return;
  g_assert (router->calling_out == 0);
  g_hash_table_unref (router->sessions);
  g_hash_table_unref (router->peers);
  g_clear_pointer (&router->producers_list, gst_signalling_message_unref);
  g_clear_pointer (&router->consumers_list, gst_signalling_message_unref);
  g_free (router);
}

void
gst_signalling_router_new_id (gchar id[ROUTER_ID_SIZE])
{
  g_autofree gchar *uuid = g_uuid_string_random ();
  gsize length = g_strlcpy (id, uuid, ROUTER_ID_SIZE);

  g_assert (length == ROUTER_ID_SIZE - 1);
}

void
gst_signalling_router_deliver (
    GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingMessage *message)
{
  g_assert (!peer->is_leaving);
  router->calling_out++;
  router->callbacks.deliver (peer->data, message, router->user_data);
  router->calling_out--;
}

GstSignallingRouterPeer *
gst_signalling_router_add_peer (GstSignallingRouter *router, gpointer peer_data)
{
  GstSignallingRouterPeer *peer = g_new0 (GstSignallingRouterPeer, 1);
  g_autoptr (GstSignallingMessage) welcome = NULL;

  g_assert (router->calling_out == 0);
  gst_signalling_router_new_id (peer->id);
  peer->version = GST_SIGNALLING_VERSION_1_0;
  peer->data = peer_data;
  peer->role_link.data = peer;
  peer->listener_link.data = peer;
  g_hash_table_add (router->peers, peer);

  welcome = gst_signalling_message_new_welcome (peer->id);
  gst_signalling_router_deliver (router, peer, welcome);
  return peer;
}

void
gst_signalling_router_remove_peer (GstSignallingRouter *router, GstSignallingRouterPeer *peer)
{
  g_assert (router->calling_out == 0);
  peer->is_leaving = TRUE;
  gst_signalling_router_leave_lists (router, peer);
  gst_signalling_router_end_sessions_of_role (router, peer, GST_SIGNALLING_ROLE_PRODUCER);
  gst_signalling_router_end_sessions_of_role (router, peer, GST_SIGNALLING_ROLE_CONSUMER);
  gst_signalling_router_tell_listeners (router, peer);
  gst_signalling_router_set_meta (router, peer, NULL);
  g_hash_table_remove (router->peers, peer);
}

static gboolean
set_protocol_version (GstSignallingRouterPeer *peer, gboolean is_first, GstSignallingMessage *message, GError **error)
{
  if (!is_first) {
    g_set_error_literal (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_ALLOWED,
        "setProtocolVersion is only allowed as the first message");
    return FALSE;
  }
  peer->version = gst_signalling_message_get_version (message);
  return TRUE;
}

static gboolean
handle (GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingMessage *message, GError **error)
{
  GstSignallingMessageType type = gst_signalling_message_get_message_type (message);
  gboolean is_first = !peer->has_spoken;

  peer->has_spoken = TRUE;
  switch (type) {
    case GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION:
      return set_protocol_version (peer, is_first, message, error);
    case GST_SIGNALLING_MESSAGE_SET_PEER_STATUS:
      return gst_signalling_router_set_status (router, peer, message, error);
    case GST_SIGNALLING_MESSAGE_LIST:
    case GST_SIGNALLING_MESSAGE_LIST_CONSUMERS:
      return gst_signalling_router_answer_list (router, peer, type);
    case GST_SIGNALLING_MESSAGE_START_SESSION:
      return gst_signalling_router_start_session (router, peer, message, error);
    case GST_SIGNALLING_MESSAGE_PEER_SDP:
    case GST_SIGNALLING_MESSAGE_PEER_ICE:
      return gst_signalling_router_relay (router, peer, message, error);
    case GST_SIGNALLING_MESSAGE_END_SESSION:
    case GST_SIGNALLING_MESSAGE_END_SESSION_V1_1:
      return gst_signalling_router_end_session (router, peer, message, error);
    case GST_SIGNALLING_MESSAGE_WELCOME:
    case GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED:
    case GST_SIGNALLING_MESSAGE_SESSION_STARTED:
    case GST_SIGNALLING_MESSAGE_PRODUCERS:
    case GST_SIGNALLING_MESSAGE_CONSUMERS:
    case GST_SIGNALLING_MESSAGE_ERROR:
      break;
  }
  g_set_error_literal (
      error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_ALLOWED, "Only a server sends messages of this type");
  return FALSE;
}

gboolean
gst_signalling_router_handle (GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingMessage *message)
{
  g_autoptr (GError) error = NULL;

  g_assert (router->calling_out == 0);
  if (handle (router, peer, message, &error))
    return TRUE;
  g_assert (error != NULL);
  gst_signalling_router_refuse (router, peer, error);
  return FALSE;
}

void
gst_signalling_router_refuse (GstSignallingRouter *router, GstSignallingRouterPeer *peer, const GError *error)
{
  g_autoptr (GstSignallingMessage) answer = gst_signalling_message_new_error (error->message);

  g_assert (router->calling_out == 0);
  gst_signalling_router_deliver (router, peer, answer);
}

guint
gst_signalling_router_get_n_peers (GstSignallingRouter *router)
{
  return g_hash_table_size (router->peers);
}

guint
gst_signalling_router_get_n_sessions (GstSignallingRouter *router)
{
  return g_hash_table_size (router->sessions);
}

const gchar *
gst_signalling_router_peer_get_id (GstSignallingRouterPeer *peer)
{
  return peer->id;
}

GstSignallingRoles
gst_signalling_router_peer_get_roles (GstSignallingRouterPeer *peer)
{
  return peer->roles;
}

guint
gst_signalling_router_peer_get_n_sessions (GstSignallingRouterPeer *peer)
{
  return peer->producing.length + peer->consuming.length;
}

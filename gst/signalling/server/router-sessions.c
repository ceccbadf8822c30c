/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/server/router-state-private.h>

#include <string.h>

/* Longest id that is quoted in an `error`: those made here are shorter. */
#define MAX_QUOTED 64

static const gchar *
quotable (const gchar *id)
{
  return strlen (id) <= MAX_QUOTED ? id : "(a very long id)";
}

static GstSignallingRouterPeer *
get_other_side (const RouterSession *session, const GstSignallingRouterPeer *peer)
{
  if (session->producer == peer)
    return session->consumer;
  if (session->consumer == peer)
    return session->producer;
  return NULL;
}

static gboolean
check_belongs (const RouterSession *session, const GstSignallingRouterPeer *peer, GError **error)
{
  if (get_other_side (session, peer))
    return TRUE;
  g_set_error (
      error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_ALLOWED, "Session %s belongs to other peers", session->id);
  return FALSE;
}

static RouterSession *
add_session (GstSignallingRouter *router, GstSignallingRouterPeer *producer, GstSignallingRouterPeer *consumer)
{
  RouterSession *session = g_new0 (RouterSession, 1);

  gst_signalling_router_new_id (session->id);
  session->producer = producer;
  session->consumer = consumer;
  session->producer_link.data = session;
  session->consumer_link.data = session;
  g_queue_push_tail_link (&producer->producing, &session->producer_link);
  g_queue_push_tail_link (&consumer->consuming, &session->consumer_link);
  g_hash_table_add (router->sessions, session);
  return session;
}

static gboolean
check_room (GstSignallingRouter *router, GstSignallingRouterPeer *peer, GError **error)
{
  if (gst_signalling_router_peer_get_n_sessions (peer) < router->limits.max_sessions_per_peer)
    return TRUE;
  g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_ALLOWED,
      "startSession: peer %s has %u sessions already, more are not allowed here", peer->id,
      router->limits.max_sessions_per_peer);
  return FALSE;
}

static void
notify_started (GstSignallingRouter *router, const RouterSession *session)
{
  if (!router->callbacks.session_started)
    return;
  router->calling_out++;
  router->callbacks.session_started (session->id, session->producer->id, session->consumer->id, router->user_data);
  router->calling_out--;
}

/* The consumer hears first, so that it knows the session before anything of the producer reaches it. */
static void
start (GstSignallingRouter *router, GstSignallingRouterPeer *producer, GstSignallingRouterPeer *consumer,
    const gchar *offer)
{
  RouterSession *session = add_session (router, producer, consumer);
  g_autoptr (GstSignallingMessage) started = gst_signalling_message_new_session_started (producer->id, session->id);
  g_autoptr (GstSignallingMessage) wanted = gst_signalling_message_new_start_session (consumer->id, session->id, offer);

  gst_signalling_router_deliver (router, consumer, started);
  gst_signalling_router_deliver (router, producer, wanted);
  notify_started (router, session);
}

/* Who was asked decides the direction, whatever roles the asker has. */
gboolean
gst_signalling_router_start_session (
    GstSignallingRouter *router, GstSignallingRouterPeer *asker, GstSignallingMessage *message, GError **error)
{
  const gchar *peer_id = gst_signalling_message_get_peer_id (message);
  const gchar *offer = gst_signalling_message_get_sdp (message);
  GstSignallingRouterPeer *asked = g_hash_table_lookup (router->peers, peer_id);

  if (!asked) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_FOUND, "startSession: there is no peer %s",
        quotable (peer_id));
    return FALSE;
  }
  if (!(asked->roles & (GST_SIGNALLING_ROLE_PRODUCER | GST_SIGNALLING_ROLE_CONSUMER))) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_ALLOWED,
        "startSession: peer %s is neither a producer nor a consumer", asked->id);
    return FALSE;
  }
  if (!check_room (router, asker, error) || !check_room (router, asked, error))
    return FALSE;

  if (asked->roles & GST_SIGNALLING_ROLE_PRODUCER)
    start (router, asked, asker, offer);
  else
    start (router, asker, asked, offer);
  return TRUE;
}

static gboolean
is_offer (GstSignallingMessage *message)
{
  return gst_signalling_message_get_message_type (message) == GST_SIGNALLING_MESSAGE_PEER_SDP &&
         g_strcmp0 (gst_signalling_message_get_sdp_type (message), "offer") == 0;
}

gboolean
gst_signalling_router_relay (
    GstSignallingRouter *router, GstSignallingRouterPeer *sender, GstSignallingMessage *message, GError **error)
{
  RouterSession *session = g_hash_table_lookup (router->sessions, gst_signalling_message_get_session_id (message));

  /* Messages cross an end every day. */
  if (!session)
    return TRUE;
  if (!check_belongs (session, sender, error))
    return FALSE;
  if (is_offer (message) && sender == session->consumer) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_ALLOWED,
        "Only the producer of session %s may send an offer", session->id);
    return FALSE;
  }
  gst_signalling_router_deliver (router, get_other_side (session, sender), message);
  return TRUE;
}

static void
tell_end (
    GstSignallingRouter *router, GstSignallingRouterPeer *peer, const RouterSession *session, const gchar *error_text)
{
  g_autoptr (GstSignallingMessage) message = NULL;

  if (peer->is_leaving)
    return;
  if (peer->version >= GST_SIGNALLING_VERSION_1_1)
    message = gst_signalling_message_new_end_session_v1_1 (session->id, error_text);
  else
    message = gst_signalling_message_new_end_session (session->id);
  gst_signalling_router_deliver (router, peer, message);
}

static void
notify_ended (
    GstSignallingRouter *router, const RouterSession *session, GstSignallingSessionEnd why, const gchar *error_text)
{
  if (!router->callbacks.session_ended)
    return;
  router->calling_out++;
  router->callbacks.session_ended (
      session->id, session->producer->id, session->consumer->id, why, error_text, router->user_data);
  router->calling_out--;
}

static void
end (GstSignallingRouter *router, RouterSession *session, GstSignallingRouterPeer *by, GstSignallingSessionEnd why,
    const gchar *error_text)
{
  g_queue_unlink (&session->producer->producing, &session->producer_link);
  g_queue_unlink (&session->consumer->consuming, &session->consumer_link);
  g_hash_table_steal (router->sessions, session);
  tell_end (router, get_other_side (session, by), session, error_text);
  notify_ended (router, session, why, error_text);
  g_free (session);
}

gboolean
gst_signalling_router_end_session (
    GstSignallingRouter *router, GstSignallingRouterPeer *sender, GstSignallingMessage *message, GError **error)
{
  const gchar *error_text = gst_signalling_message_get_error_text (message);
  RouterSession *session = g_hash_table_lookup (router->sessions, gst_signalling_message_get_session_id (message));

  /* Browsers echo every end. */
  if (!session)
    return TRUE;
  if (!check_belongs (session, sender, error))
    return FALSE;
  if (error_text && sender->version < GST_SIGNALLING_VERSION_1_1) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_ALLOWED,
        "Session %s goes on: to end it with an error takes protocol version v1_1", session->id);
    return FALSE;
  }
  end (router, session, sender,
      sender == session->producer ? GST_SIGNALLING_SESSION_END_BY_PRODUCER : GST_SIGNALLING_SESSION_END_BY_CONSUMER,
      error_text);
  return TRUE;
}

/* The sessions in which @peer has that role end because it leaves, or leaves the role. Other sessions stay. */
void
gst_signalling_router_end_sessions_of_role (
    GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingRoles role)
{
  RouterSession *session = NULL;

  if (role == GST_SIGNALLING_ROLE_PRODUCER) {
    while ((session = g_queue_peek_head (&peer->producing)))
      end (router, session, peer,
          peer->is_leaving ? GST_SIGNALLING_SESSION_END_PRODUCER_LEFT : GST_SIGNALLING_SESSION_END_PRODUCER_RESIGNED,
          NULL);
  } else if (role == GST_SIGNALLING_ROLE_CONSUMER) {
    while ((session = g_queue_peek_head (&peer->consuming)))
      end (router, session, peer,
          peer->is_leaving ? GST_SIGNALLING_SESSION_END_CONSUMER_LEFT : GST_SIGNALLING_SESSION_END_CONSUMER_RESIGNED,
          NULL);
  }
}

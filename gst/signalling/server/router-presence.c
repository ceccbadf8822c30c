/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/server/meta-private.h>
#include <gst/signalling/server/router-state-private.h>

#include <string.h>

#define MEDIA_ROLES (GST_SIGNALLING_ROLE_PRODUCER | GST_SIGNALLING_ROLE_CONSUMER)

static void
forget_lists (GstSignallingRouter *router, GstSignallingRoles roles)
{
  if (roles & GST_SIGNALLING_ROLE_PRODUCER)
    g_clear_pointer (&router->producers_list, gst_signalling_message_unref);
  if (roles & GST_SIGNALLING_ROLE_CONSUMER)
    g_clear_pointer (&router->consumers_list, gst_signalling_message_unref);
}

static void
leave_list (GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingRoles role)
{
  if (role & GST_SIGNALLING_ROLE_LISTENER)
    g_queue_unlink (&router->listeners, &peer->listener_link);
  if (role & GST_SIGNALLING_ROLE_PRODUCER)
    g_queue_unlink (&router->producers, &peer->role_link);
  if (role & GST_SIGNALLING_ROLE_CONSUMER)
    g_queue_unlink (&router->consumers, &peer->role_link);
}

static void
join_list (GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingRoles role)
{
  if (role & GST_SIGNALLING_ROLE_LISTENER)
    g_queue_push_tail_link (&router->listeners, &peer->listener_link);
  if (role & GST_SIGNALLING_ROLE_PRODUCER)
    g_queue_push_tail_link (&router->producers, &peer->role_link);
  if (role & GST_SIGNALLING_ROLE_CONSUMER)
    g_queue_push_tail_link (&router->consumers, &peer->role_link);
}

/* A role that stays keeps its place in the list. */
static void
change_roles (GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingRoles roles)
{
  /* Leave first: producer and consumer share a link. */
  leave_list (router, peer, peer->roles & ~roles);
  join_list (router, peer, roles & ~peer->roles);
  forget_lists (router, peer->roles | roles);
  peer->roles = roles;
}

void
gst_signalling_router_leave_lists (GstSignallingRouter *router, GstSignallingRouterPeer *peer)
{
  change_roles (router, peer, GST_SIGNALLING_ROLE_NONE);
}

void
gst_signalling_router_tell_listeners (GstSignallingRouter *router, GstSignallingRouterPeer *peer)
{
  g_autoptr (GstSignallingMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  if (!router->listeners.head)
    return;
  message = gst_signalling_message_new_peer_status_changed (peer->roles, peer->meta, peer->id, &error);
  if (!message) {
    g_warning ("Cannot tell the status of peer %s: %s", peer->id, error->message);
    return;
  }
  for (GList *link = router->listeners.head; link; link = link->next)
    gst_signalling_router_deliver (router, link->data, message);
}

static gsize
meta_size (const gchar *meta)
{
  return meta ? strlen (meta) : 0;
}

void
gst_signalling_router_set_meta (GstSignallingRouter *router, GstSignallingRouterPeer *peer, const gchar *meta)
{
  router->meta_of_all += meta_size (meta);
  router->meta_of_all -= meta_size (peer->meta);
  g_free (peer->meta);
  peer->meta = g_strdup (meta);
}

/* Without a limit on all of it, a few peers could make lists so long that nobody can read them. */
static gboolean
check_meta (GstSignallingRouter *router, const gchar *old, const gchar *meta, GError **error)
{
  gsize size = meta_size (meta);

  if (size > router->limits.max_meta) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_TOO_LARGE,
        "setPeerStatus: meta is longer than the %" G_GSIZE_FORMAT " bytes allowed here", router->limits.max_meta);
    return FALSE;
  }
  if (size > meta_size (old) && router->meta_of_all - meta_size (old) + size > router->limits.max_meta_of_all) {
    g_set_error_literal (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_TOO_LARGE,
        "setPeerStatus: there is no room for more meta, that of all peers is too long already");
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_roles (GstSignallingRoles roles, GError **error)
{
  if ((roles & MEDIA_ROLES) == MEDIA_ROLES) {
    g_set_error_literal (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_ALLOWED,
        "setPeerStatus: a peer cannot be producer and consumer at the same time");
    return FALSE;
  }
  return TRUE;
}

static void
notify_status_changed (GstSignallingRouter *router, GstSignallingRouterPeer *peer)
{
  if (!router->callbacks.status_changed)
    return;
  router->calling_out++;
  router->callbacks.status_changed (peer->id, peer->roles, peer->meta, router->user_data);
  router->calling_out--;
}

gboolean
gst_signalling_router_set_status (
    GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingMessage *message, GError **error)
{
  GstSignallingRoles roles = gst_signalling_message_get_roles (message);
  const gchar *meta = gst_signalling_message_get_meta (message);
  GstSignallingRoles given_up = peer->roles & ~roles;

  if (!check_roles (roles, error) || !check_meta (router, peer->meta, meta, error))
    return FALSE;
  if (roles == peer->roles && gst_signalling_meta_equal (meta, peer->meta))
    return TRUE;

  gst_signalling_router_set_meta (router, peer, meta);
  change_roles (router, peer, roles);
  gst_signalling_router_end_sessions_of_role (router, peer, given_up & GST_SIGNALLING_ROLE_PRODUCER);
  gst_signalling_router_end_sessions_of_role (router, peer, given_up & GST_SIGNALLING_ROLE_CONSUMER);
  notify_status_changed (router, peer);
  gst_signalling_router_tell_listeners (router, peer);
  return TRUE;
}

static GstSignallingMessage *
make_list (GstSignallingMessage *list, const GQueue *peers)
{
  for (const GList *link = peers->head; link; link = link->next) {
    const GstSignallingRouterPeer *peer = link->data;
    g_autoptr (GError) error = NULL;

    if (!gst_signalling_message_append_peer (list, peer->id, peer->meta, &error))
      g_warning ("Cannot list peer %s: %s", peer->id, error->message);
  }
  return list;
}

gboolean
gst_signalling_router_answer_list (
    GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingMessageType question)
{
  GstSignallingMessage *list = NULL;

  if (question == GST_SIGNALLING_MESSAGE_LIST) {
    if (!router->producers_list)
      router->producers_list = make_list (gst_signalling_message_new_producers (), &router->producers);
    list = router->producers_list;
  } else {
    if (!router->consumers_list)
      router->consumers_list = make_list (gst_signalling_message_new_consumers (), &router->consumers);
    list = router->consumers_list;
  }
  gst_signalling_router_deliver (router, peer, list);
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/server/router-private.h>

G_BEGIN_DECLS

/* What the router*.c files share. Nobody else includes this. */

#define ROUTER_ID_SIZE 37 /* an UUID and its NUL */

typedef struct _RouterSession RouterSession;

/* Hash tables are sets of these structs: the id comes first, so that the struct is its own key. The links are members
 * of the lists they are in: joining and leaving a list costs no search and no memory. */
struct _GstSignallingRouterPeer
{
  gchar id[ROUTER_ID_SIZE];
  guint8 roles;   /* GstSignallingRoles */
  guint8 version; /* GstSignallingVersion */
  guint has_spoken : 1;
  guint is_leaving : 1;
  gpointer data;
  gchar *meta;         /* JSON text or NULL */
  GList role_link;     /* in router->producers or router->consumers: nobody is both */
  GList listener_link; /* in router->listeners */
  GQueue producing;    /* of RouterSession.producer_link */
  GQueue consuming;    /* of RouterSession.consumer_link */
};

struct _RouterSession
{
  gchar id[ROUTER_ID_SIZE];
  GstSignallingRouterPeer *producer;
  GstSignallingRouterPeer *consumer; /* the producer itself when it asked for a session with itself */
  GList producer_link;
  GList consumer_link;
};

struct _GstSignallingRouter
{
  GstSignallingRouterLimits limits;
  GstSignallingRouterCallbacks callbacks;
  gpointer user_data;
  guint calling_out; /* > 0 while a callback runs */

  GHashTable *peers;    /* set of owned GstSignallingRouterPeer */
  GHashTable *sessions; /* set of owned RouterSession */
  /* In the order in which the role was taken, so that lists read the same for everybody. */
  GQueue producers;
  GQueue consumers;
  GQueue listeners;
  gsize meta_of_all; /* bytes */
  /* The last answers to `list` and `listConsumers`, until something in them changes. */
  GstSignallingMessage *producers_list;
  GstSignallingMessage *consumers_list;
};

void gst_signalling_router_new_id (gchar id[ROUTER_ID_SIZE]);
void gst_signalling_router_deliver (
    GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingMessage *message);

/* Presence: router-presence.c */
gboolean gst_signalling_router_set_status (
    GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingMessage *message, GError **error);
void gst_signalling_router_leave_lists (GstSignallingRouter *router, GstSignallingRouterPeer *peer);
void gst_signalling_router_set_meta (GstSignallingRouter *router, GstSignallingRouterPeer *peer, const gchar *meta);
void gst_signalling_router_tell_listeners (GstSignallingRouter *router, GstSignallingRouterPeer *peer);
gboolean gst_signalling_router_answer_list (
    GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingMessageType question);

/* Sessions: router-sessions.c */
gboolean gst_signalling_router_start_session (
    GstSignallingRouter *router, GstSignallingRouterPeer *asker, GstSignallingMessage *message, GError **error);
gboolean gst_signalling_router_relay (
    GstSignallingRouter *router, GstSignallingRouterPeer *sender, GstSignallingMessage *message, GError **error);
gboolean gst_signalling_router_end_session (
    GstSignallingRouter *router, GstSignallingRouterPeer *sender, GstSignallingMessage *message, GError **error);
void gst_signalling_router_end_sessions_of_role (
    GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingRoles role);

G_END_DECLS

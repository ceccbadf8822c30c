/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/protocol/message.h>
#include <gst/signalling/server/session-end.h>

G_BEGIN_DECLS

/* Who may say what to whom (docs/signalling-server-rules.md): the peers, their roles, their sessions. Pure state:
 * no sockets, no time, no threads. All functions of one router are called on one thread.
 *
 * Costs: relaying a message O(1) without an allocation, a change of status O(listeners), a list O(its length) when
 * something changed since the last one and O(1) otherwise, leaving O(sessions of the leaver + listeners).
 *
 * Re-entrancy: callbacks run in the middle of a change. A callback may call the getters below and nothing else of
 * the router; a peer that has to go as a consequence (its queue is full, say) is removed after the call into the
 * router has returned. The router asserts this. */
typedef struct _GstSignallingRouter GstSignallingRouter;
typedef struct _GstSignallingRouterPeer GstSignallingRouterPeer;

typedef struct
{
  /* Queues @message for that peer. The same message object goes to every listener, and a relayed message is the
   * object that was handed to gst_signalling_router_handle(). */
  void (*deliver) (gpointer peer_data, GstSignallingMessage *message, gpointer user_data);
  /* After both sides were told. May be NULL. */
  void (*session_started) (
      const gchar *session_id, const gchar *producer_id, const gchar *consumer_id, gpointer user_data);
  /* Once for each session that started, unless the router is freed first; after the other side was told.
   * @error_text: what the side that ended it said about it, or NULL. May be NULL. */
  void (*session_ended) (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id,
      GstSignallingSessionEnd why, const gchar *error_text, gpointer user_data);
  /* A peer has another status than before; @meta is JSON text or NULL. Not called for a peer that leaves. May be
   * NULL. */
  void (*status_changed) (const gchar *peer_id, GstSignallingRoles roles, const gchar *meta, gpointer user_data);
} GstSignallingRouterCallbacks;

typedef struct
{
  guint max_sessions_per_peer; /* as producer and as consumer, together */
  gsize max_meta;              /* bytes of JSON text */
  gsize max_meta_of_all;       /* the same of all peers together: this is what a list can grow to */
} GstSignallingRouterLimits;

extern const GstSignallingRouterLimits gst_signalling_router_default_limits;

/* @limits: NULL for the defaults. Both structs are copied. */
GstSignallingRouter *gst_signalling_router_new (const GstSignallingRouterLimits *limits,
    const GstSignallingRouterCallbacks *callbacks, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
/* Forgets what is left without telling anybody. */
void gst_signalling_router_free (GstSignallingRouter *router);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstSignallingRouter, gst_signalling_router_free)

/* A connection with a fresh id; its welcome is delivered before this returns. The peer belongs to the router and
 * is valid until it is removed; @peer_data is handed to deliver(). */
GstSignallingRouterPeer *
gst_signalling_router_add_peer (GstSignallingRouter *router, gpointer peer_data) G_GNUC_WARN_UNUSED_RESULT;
/* The connection is gone, in whatever way: ends its sessions, then tells the listeners. Nothing more is delivered to
 * it. */
void gst_signalling_router_remove_peer (GstSignallingRouter *router, GstSignallingRouterPeer *peer);

/* A message from that peer. FALSE when it broke a rule: the peer was answered with an `error`, and nothing else
 * changed. A message for a session that is over is accepted: it crossed the end. */
gboolean gst_signalling_router_handle (
    GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingMessage *message);
/* A text from that peer that is no message: answers with an `error` that says what @error says. */
void gst_signalling_router_refuse (GstSignallingRouter *router, GstSignallingRouterPeer *peer, const GError *error);

/* Allowed in callbacks. */
guint gst_signalling_router_get_n_peers (GstSignallingRouter *router);
guint gst_signalling_router_get_n_sessions (GstSignallingRouter *router);
/* The id is valid as long as the peer. */
const gchar *gst_signalling_router_peer_get_id (GstSignallingRouterPeer *peer);
GstSignallingRoles gst_signalling_router_peer_get_roles (GstSignallingRouterPeer *peer);
guint gst_signalling_router_peer_get_n_sessions (GstSignallingRouterPeer *peer);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <json-glib/json-glib.h>

#include <tests/common/raw-peer.h>

G_BEGIN_DECLS

/* The signalling protocol on a raw peer, client or server: no code of the library is involved. What is received
 * belongs to the peer. */
typedef struct
{
  RawPeer *raw;
  gchar *id; /* client: what the welcome said */
  GPtrArray *received;
} ProtocolPeer;

ProtocolPeer *protocol_peer_new (RawPeer *raw) G_GNUC_WARN_UNUSED_RESULT;
/* A client that was welcomed */
ProtocolPeer *protocol_peer_join (guint port, RawSocketFlags flags) G_GNUC_WARN_UNUSED_RESULT;
/* And has roles: the JSON text of an array, with ' for " */
ProtocolPeer *protocol_peer_join_as (guint port, const gchar *roles) G_GNUC_WARN_UNUSED_RESULT;
/* The server of the next client of @listener, who is welcomed as @id after having said its version. */
ProtocolPeer *protocol_peer_serve (RawListener *listener, const gchar *id) G_GNUC_WARN_UNUSED_RESULT;
void protocol_peer_free (ProtocolPeer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProtocolPeer, protocol_peer_free)

/* JSON with ' for " */
void protocol_peer_say (ProtocolPeer *self, const gchar *format, ...) G_GNUC_PRINTF (2, 3);
/* The next message, which must be of this type */
JsonObject *protocol_peer_expect (ProtocolPeer *self, const gchar *type);
/* A member of it that is a string */
const gchar *protocol_peer_expect_text (ProtocolPeer *self, const gchar *type, const gchar *member);
/* Client: nothing has come that was not read, up to the answer to a question asked now. That is given back: the ids of
 * all producers, each between spaces. */
gchar *protocol_peer_settle (ProtocolPeer *self) G_GNUC_WARN_UNUSED_RESULT;
/* Client: asks for a session with @other, and gives back its id when both know it. */
const gchar *protocol_peer_start_session (ProtocolPeer *self, ProtocolPeer *other);
/* Closes politely, and waits for the end. */
void protocol_peer_leave (ProtocolPeer *self);

G_END_DECLS

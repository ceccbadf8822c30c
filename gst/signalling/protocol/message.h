/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signalling-error.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * GstSignallingMessageType:
 * @GST_SIGNALLING_MESSAGE_WELCOME: server: your peer id
 * @GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION: client: the version it speaks
 * @GST_SIGNALLING_MESSAGE_SET_PEER_STATUS: client: its roles and meta
 * @GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED: server: roles and meta of some peer
 * @GST_SIGNALLING_MESSAGE_START_SESSION: client: wants a session with a peer; server: a peer wants one with you
 * @GST_SIGNALLING_MESSAGE_SESSION_STARTED: server, to the consumer: the session exists
 * @GST_SIGNALLING_MESSAGE_END_SESSION: either: the session is over (version 1.0)
 * @GST_SIGNALLING_MESSAGE_END_SESSION_V1_1: either: the session is over, and perhaps why (version 1.1)
 * @GST_SIGNALLING_MESSAGE_PEER_SDP: either: an offer or answer for a session (type "peer")
 * @GST_SIGNALLING_MESSAGE_PEER_ICE: either: an ICE candidate for a session (type "peer")
 * @GST_SIGNALLING_MESSAGE_LIST: client: asks for the producers
 * @GST_SIGNALLING_MESSAGE_LIST_CONSUMERS: client: asks for the consumers
 * @GST_SIGNALLING_MESSAGE_PRODUCERS: server: the producers (type "list")
 * @GST_SIGNALLING_MESSAGE_CONSUMERS: server: the consumers (type "listConsumers")
 * @GST_SIGNALLING_MESSAGE_ERROR: server: a text for people
 *
 * The kinds of messages of the protocol, versions 1.0 and 1.1.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_SIGNALLING_MESSAGE_WELCOME,
  GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION,
  GST_SIGNALLING_MESSAGE_SET_PEER_STATUS,
  GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED,
  GST_SIGNALLING_MESSAGE_START_SESSION,
  GST_SIGNALLING_MESSAGE_SESSION_STARTED,
  GST_SIGNALLING_MESSAGE_END_SESSION,
  GST_SIGNALLING_MESSAGE_END_SESSION_V1_1,
  GST_SIGNALLING_MESSAGE_PEER_SDP,
  GST_SIGNALLING_MESSAGE_PEER_ICE,
  GST_SIGNALLING_MESSAGE_LIST,
  GST_SIGNALLING_MESSAGE_LIST_CONSUMERS,
  GST_SIGNALLING_MESSAGE_PRODUCERS,
  GST_SIGNALLING_MESSAGE_CONSUMERS,
  GST_SIGNALLING_MESSAGE_ERROR,
} GstSignallingMessageType;

/**
 * GstSignallingSender:
 * @GST_SIGNALLING_SENDER_CLIENT: a client wrote it
 * @GST_SIGNALLING_SENDER_SERVER: the server wrote it
 *
 * Who wrote a message: the same type name has other fields in the other direction.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_SIGNALLING_SENDER_CLIENT,
  GST_SIGNALLING_SENDER_SERVER,
} GstSignallingSender;

/**
 * GstSignallingVersion:
 * @GST_SIGNALLING_VERSION_1_0: "v1_0", the default
 * @GST_SIGNALLING_VERSION_1_1: "v1_1", which adds reasons to the end of a session
 *
 * The versions of the protocol.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_SIGNALLING_VERSION_1_0,
  GST_SIGNALLING_VERSION_1_1,
} GstSignallingVersion;

/**
 * GstSignallingRoles:
 * @GST_SIGNALLING_ROLE_NONE: none
 * @GST_SIGNALLING_ROLE_PRODUCER: sends media
 * @GST_SIGNALLING_ROLE_LISTENER: is told of every change of a peer's status
 * @GST_SIGNALLING_ROLE_CONSUMER: waits for a producer to start a session
 *
 * What a peer wants to be to others.
 *
 * Since: 0.1
 */
typedef enum /*< flags >*/
{
  GST_SIGNALLING_ROLE_NONE = 0,
  GST_SIGNALLING_ROLE_PRODUCER = (1 << 0),
  GST_SIGNALLING_ROLE_LISTENER = (1 << 1),
  GST_SIGNALLING_ROLE_CONSUMER = (1 << 2),
} GstSignallingRoles;

/**
 * GstSignallingMessage:
 *
 * One message of the signalling protocol. Opaque, immutable and reference counted, so that it may be used
 * from any thread.
 *
 * Since: 0.1
 */
typedef struct _GstSignallingMessage GstSignallingMessage;

#define GST_TYPE_SIGNALLING_MESSAGE (gst_signalling_message_get_type ())

GST_SIGNALLING_API
GType gst_signalling_message_get_type (void);
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_ref (GstSignallingMessage *message);
GST_SIGNALLING_API
void gst_signalling_message_unref (GstSignallingMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstSignallingMessage, gst_signalling_message_unref)

/* Reading and writing: message-parser.c, message-writer.c */

GST_SIGNALLING_API
GstSignallingMessage *
gst_signalling_message_parse (GBytes *text, GstSignallingSender sender, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GBytes *gst_signalling_message_to_bytes (GstSignallingMessage *message) G_GNUC_WARN_UNUSED_RESULT;

/* Constructors. Strings are copied. "meta" is JSON text that has to be valid (NULL: null). */

GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_welcome (const gchar *peer_id) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *
gst_signalling_message_new_set_protocol_version (GstSignallingVersion version) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_set_peer_status (
    GstSignallingRoles roles, const gchar *meta, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_peer_status_changed (
    GstSignallingRoles roles, const gchar *meta, const gchar *peer_id, GError **error) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_start_session (
    const gchar *peer_id, const gchar *session_id, const gchar *offer) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *
gst_signalling_message_new_session_started (const gchar *peer_id, const gchar *session_id) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_end_session (const gchar *session_id) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_end_session_v1_1 (const gchar *session_id, const gchar *error_text)
    G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_peer_sdp (
    const gchar *session_id, const gchar *sdp_type, const gchar *sdp) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_peer_ice (
    const gchar *session_id, const gchar *candidate, guint sdp_m_line_index) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_list (void) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_list_consumers (void) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_producers (void) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_consumers (void) G_GNUC_WARN_UNUSED_RESULT;
/* Only for a list that nobody else has seen yet. */
GST_SIGNALLING_API
gboolean gst_signalling_message_append_peer (
    GstSignallingMessage *message, const gchar *peer_id, const gchar *meta, GError **error);
GST_SIGNALLING_API
GstSignallingMessage *gst_signalling_message_new_error (const gchar *details) G_GNUC_WARN_UNUSED_RESULT;

/* Accessors. Strings belong to the message; a field this kind of message does not have reads as NULL or 0. */

GST_SIGNALLING_API
GstSignallingMessageType gst_signalling_message_get_message_type (GstSignallingMessage *message);
GST_SIGNALLING_API
const gchar *gst_signalling_message_get_peer_id (GstSignallingMessage *message);
GST_SIGNALLING_API
const gchar *gst_signalling_message_get_session_id (GstSignallingMessage *message);
GST_SIGNALLING_API
GstSignallingVersion gst_signalling_message_get_version (GstSignallingMessage *message);
GST_SIGNALLING_API
GstSignallingRoles gst_signalling_message_get_roles (GstSignallingMessage *message);
/* The JSON text of meta exactly as it was received; NULL where absent or null. */
GST_SIGNALLING_API
const gchar *gst_signalling_message_get_meta (GstSignallingMessage *message);
GST_SIGNALLING_API
JsonNode *gst_signalling_message_get_meta_node (GstSignallingMessage *message) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
const gchar *gst_signalling_message_get_sdp_type (GstSignallingMessage *message);
/* The SDP of a PEER_SDP, the offer of a START_SESSION */
GST_SIGNALLING_API
const gchar *gst_signalling_message_get_sdp (GstSignallingMessage *message);
GST_SIGNALLING_API
const gchar *gst_signalling_message_get_candidate (GstSignallingMessage *message);
GST_SIGNALLING_API
guint gst_signalling_message_get_sdp_m_line_index (GstSignallingMessage *message);
GST_SIGNALLING_API
const gchar *gst_signalling_message_get_error_text (GstSignallingMessage *message);
GST_SIGNALLING_API
guint gst_signalling_message_get_n_peers (GstSignallingMessage *message);
GST_SIGNALLING_API
const gchar *gst_signalling_message_get_nth_peer_id (GstSignallingMessage *message, guint index);
GST_SIGNALLING_API
const gchar *gst_signalling_message_get_nth_peer_meta (GstSignallingMessage *message, guint index);
GST_SIGNALLING_API
JsonNode *
gst_signalling_message_get_nth_peer_meta_node (GstSignallingMessage *message, guint index) G_GNUC_WARN_UNUSED_RESULT;

#define GST_TYPE_SIGNALLING_MESSAGE_TYPE (gst_signalling_message_type_get_type ())
GST_SIGNALLING_API
GType gst_signalling_message_type_get_type (void);
#define GST_TYPE_SIGNALLING_SENDER (gst_signalling_sender_get_type ())
GST_SIGNALLING_API
GType gst_signalling_sender_get_type (void);
#define GST_TYPE_SIGNALLING_VERSION (gst_signalling_version_get_type ())
GST_SIGNALLING_API
GType gst_signalling_version_get_type (void);
#define GST_TYPE_SIGNALLING_ROLES (gst_signalling_roles_get_type ())
GST_SIGNALLING_API
GType gst_signalling_roles_get_type (void);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/protocol/message-private.h>

#include <string.h>

/* clang-format off */
G_DEFINE_BOXED_TYPE (GstSignallingMessage, gst_signalling_message, gst_signalling_message_ref,
    gst_signalling_message_unref)

G_DEFINE_ENUM_TYPE (GstSignallingMessageType, gst_signalling_message_type,
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_WELCOME, "welcome"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION, "set-protocol-version"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_SET_PEER_STATUS, "set-peer-status"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED, "peer-status-changed"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_START_SESSION, "start-session"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_SESSION_STARTED, "session-started"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_END_SESSION, "end-session"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_END_SESSION_V1_1, "end-session-v1-1"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_PEER_SDP, "peer-sdp"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_PEER_ICE, "peer-ice"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_LIST, "list"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_LIST_CONSUMERS, "list-consumers"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_PRODUCERS, "producers"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_CONSUMERS, "consumers"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_MESSAGE_ERROR, "error"))

G_DEFINE_ENUM_TYPE (GstSignallingSender, gst_signalling_sender,
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_SENDER_CLIENT, "client"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_SENDER_SERVER, "server"))

G_DEFINE_ENUM_TYPE (GstSignallingVersion, gst_signalling_version,
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_VERSION_1_0, "v1-0"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_VERSION_1_1, "v1-1"))

G_DEFINE_FLAGS_TYPE (GstSignallingRoles, gst_signalling_roles,
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ROLE_NONE, "none"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ROLE_PRODUCER, "producer"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ROLE_LISTENER, "listener"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ROLE_CONSUMER, "consumer"))
/* clang-format on */

const gchar *const gst_signalling_role_names[GST_SIGNALLING_N_ROLES] = { "producer", "listener", "consumer" };
const gchar *const gst_signalling_version_names[GST_SIGNALLING_N_VERSIONS] = { "v1_0", "v1_1" };

const gchar *
gst_signalling_message_type_to_wire (GstSignallingMessageType type)
{
  static const gchar *const names[] = {
    [GST_SIGNALLING_MESSAGE_WELCOME] = "welcome",
    [GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION] = "setProtocolVersion",
    [GST_SIGNALLING_MESSAGE_SET_PEER_STATUS] = "setPeerStatus",
    [GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED] = "peerStatusChanged",
    [GST_SIGNALLING_MESSAGE_START_SESSION] = "startSession",
    [GST_SIGNALLING_MESSAGE_SESSION_STARTED] = "sessionStarted",
    [GST_SIGNALLING_MESSAGE_END_SESSION] = "endSession",
    [GST_SIGNALLING_MESSAGE_END_SESSION_V1_1] = "endSessionV1_1",
    [GST_SIGNALLING_MESSAGE_PEER_SDP] = "peer",
    [GST_SIGNALLING_MESSAGE_PEER_ICE] = "peer",
    [GST_SIGNALLING_MESSAGE_LIST] = "list",
    [GST_SIGNALLING_MESSAGE_LIST_CONSUMERS] = "listConsumers",
    [GST_SIGNALLING_MESSAGE_PRODUCERS] = "list",
    [GST_SIGNALLING_MESSAGE_CONSUMERS] = "listConsumers",
    [GST_SIGNALLING_MESSAGE_ERROR] = "error",
  };

  return names[type];
}

/* Life */

static gboolean
is_list (GstSignallingMessageType type)
{
  return type == GST_SIGNALLING_MESSAGE_PRODUCERS || type == GST_SIGNALLING_MESSAGE_CONSUMERS;
}

GstSignallingMessage *
gst_signalling_message_alloc (GstSignallingMessageType type, gsize peer_id_length, gsize session_id_length)
{
  gsize peer_size = peer_id_length == G_MAXSIZE ? 0 : peer_id_length + 1;
  gsize session_size = session_id_length == G_MAXSIZE ? 0 : session_id_length + 1;
  GstSignallingMessage *message = g_malloc0 (sizeof (GstSignallingMessage) + peer_size + session_size);

  g_atomic_ref_count_init (&message->ref_count);
  message->type = type;
  if (peer_size)
    message->peer_id = message->ids;
  if (session_size)
    message->session_id = message->ids + peer_size;
  if (is_list (type)) {
    message->peers = g_array_new (FALSE, FALSE, sizeof (GstSignallingListedPeer));
    message->peers_text = g_string_new (NULL);
  }
  return message;
}

static void
message_free (GstSignallingMessage *message)
{
  g_clear_pointer (&message->source, g_bytes_unref);
  g_clear_pointer (&message->written, g_bytes_unref);
  g_clear_pointer (&message->text_copy, g_free);
  g_clear_pointer (&message->meta_copy, g_free);
  g_clear_pointer (&message->peers, g_array_unref);
  if (message->peers_text)
    g_string_free (g_steal_pointer (&message->peers_text), TRUE);
  g_free (message);
}

/**
 * gst_signalling_message_ref:
 * @message: a message
 *
 * Adds a reference. Any thread may call this.
 *
 * Returns: (transfer full): @message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_ref (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, NULL);

  g_atomic_ref_count_inc (&message->ref_count);
  return message;
}

/**
 * gst_signalling_message_unref:
 * @message: (transfer full): a message
 *
 * Gives up a reference; the last one frees the message. Any thread may call this.
 *
 * Since: 0.1
 */
void
gst_signalling_message_unref (GstSignallingMessage *message)
{
  g_return_if_fail (message != NULL);

  if (g_atomic_ref_count_dec (&message->ref_count))
    message_free (message);
}

/* Constructors */

/* What is written has to be UTF-8, whatever the application had. */
static gchar *
copy_utf8 (const gchar *text)
{
  return text ? g_utf8_make_valid (text, -1) : NULL;
}

static GstSignallingMessage *
new_message (GstSignallingMessageType type, const gchar *peer_id, const gchar *session_id, const gchar *text)
{
  g_autofree gchar *peer = copy_utf8 (peer_id);
  g_autofree gchar *session = copy_utf8 (session_id);
  gsize peer_length = peer ? strlen (peer) : G_MAXSIZE;
  gsize session_length = session ? strlen (session) : G_MAXSIZE;
  GstSignallingMessage *message = gst_signalling_message_alloc (type, peer_length, session_length);

  if (peer)
    memcpy ((gchar *) message->peer_id, peer, peer_length);
  if (session)
    memcpy ((gchar *) message->session_id, session, session_length);
  message->text_copy = copy_utf8 (text);
  message->text.length = message->text_copy ? strlen (message->text_copy) : 0;
  return message;
}

/* Takes over @meta if it is good; "null" is the same as none. */
static gboolean
set_meta (GstSignallingMessage *message, const gchar *meta, GError **error)
{
  GstSignallingJsonValue value;

  if (meta == NULL)
    return TRUE;
  if (!gst_signalling_meta_check (meta, strlen (meta), &value, error))
    return FALSE;
  if (value.kind == GST_SIGNALLING_JSON_NULL)
    return TRUE;
  message->meta_copy = g_strndup (value.start, value.length);
  message->meta = (GstSignallingSlice){ message->meta_copy, value.length, value.length };
  return TRUE;
}

static GstSignallingMessage *
new_status (
    GstSignallingMessageType type, GstSignallingRoles roles, const gchar *meta, const gchar *peer_id, GError **error)
{
  g_autoptr (GstSignallingMessage) message = new_message (type, peer_id, NULL, NULL);

  message->roles = roles;
  if (!set_meta (message, meta, error))
    return NULL;
  return g_steal_pointer (&message);
}

/**
 * gst_signalling_message_new_welcome:
 * @peer_id: the id of the new peer
 *
 * What a server says first: the id of the peer at the other end.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_welcome (const gchar *peer_id)
{
  g_return_val_if_fail (peer_id != NULL, NULL);

  return new_message (GST_SIGNALLING_MESSAGE_WELCOME, peer_id, NULL, NULL);
}

/**
 * gst_signalling_message_new_set_protocol_version:
 * @version: a version
 *
 * The version a client speaks; it has to be the first message of a client.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_set_protocol_version (GstSignallingVersion version)
{
  GstSignallingMessage *message;

  g_return_val_if_fail ((guint) version < GST_SIGNALLING_N_VERSIONS, NULL);

  message = new_message (GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION, NULL, NULL, NULL);
  message->version = version;
  return message;
}

/**
 * gst_signalling_message_new_set_peer_status:
 * @roles: the roles from now on
 * @meta: (nullable): JSON text; %NULL for null
 * @error: return location for an error, or %NULL
 *
 * The status of the client that sends it, which replaces the one it had.
 *
 * @meta is checked, kept as it is, and written out as it is.
 *
 * Returns: (transfer full) (nullable): a new message, or %NULL with @error set
 *   when @meta is not valid JSON or too large
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_set_peer_status (GstSignallingRoles roles, const gchar *meta, GError **error)
{
  return new_status (GST_SIGNALLING_MESSAGE_SET_PEER_STATUS, roles, meta, NULL, error);
}

/**
 * gst_signalling_message_new_peer_status_changed:
 * @roles: the roles of the peer
 * @meta: (nullable): JSON text; %NULL for null
 * @peer_id: the id of the peer
 * @error: return location for an error, or %NULL
 *
 * What a server tells those who listen: the status of a peer.
 *
 * @meta is checked, kept as it is, and written out as it is.
 *
 * Returns: (transfer full) (nullable): a new message, or %NULL with @error set
 *   when @meta is not valid JSON or too large
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_peer_status_changed (
    GstSignallingRoles roles, const gchar *meta, const gchar *peer_id, GError **error)
{
  g_return_val_if_fail (peer_id != NULL, NULL);

  return new_status (GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED, roles, meta, peer_id, error);
}

/**
 * gst_signalling_message_new_start_session:
 * @peer_id: the id of the other peer
 * @session_id: (nullable): the id of the new session when a server sends this, %NULL when a client does
 * @offer: (nullable): an SDP to start with
 *
 * A client wants a session with a peer; or a server tells a peer that another one wants one with it.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_start_session (const gchar *peer_id, const gchar *session_id, const gchar *offer)
{
  g_return_val_if_fail (peer_id != NULL, NULL);

  return new_message (GST_SIGNALLING_MESSAGE_START_SESSION, peer_id, session_id, offer);
}

/**
 * gst_signalling_message_new_session_started:
 * @peer_id: the id of the other peer
 * @session_id: the id of the new session
 *
 * What a server tells the consumer of a new session.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_session_started (const gchar *peer_id, const gchar *session_id)
{
  g_return_val_if_fail (peer_id != NULL, NULL);
  g_return_val_if_fail (session_id != NULL, NULL);

  return new_message (GST_SIGNALLING_MESSAGE_SESSION_STARTED, peer_id, session_id, NULL);
}

/**
 * gst_signalling_message_new_end_session:
 * @session_id: the id of a session
 *
 * The session is over.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_end_session (const gchar *session_id)
{
  g_return_val_if_fail (session_id != NULL, NULL);

  return new_message (GST_SIGNALLING_MESSAGE_END_SESSION, NULL, session_id, NULL);
}

/**
 * gst_signalling_message_new_end_session_v1_1:
 * @session_id: the id of a session
 * @error_text: (nullable): why, as a text for people; %NULL when nothing went wrong
 *
 * The session is over; from and to those who speak version 1.1.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_end_session_v1_1 (const gchar *session_id, const gchar *error_text)
{
  g_return_val_if_fail (session_id != NULL, NULL);

  return new_message (GST_SIGNALLING_MESSAGE_END_SESSION_V1_1, NULL, session_id, error_text);
}

/**
 * gst_signalling_message_new_peer_sdp:
 * @session_id: the id of a session
 * @sdp_type: `offer` or `answer`
 * @sdp: the SDP
 *
 * A session description for the other side of a session.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_peer_sdp (const gchar *session_id, const gchar *sdp_type, const gchar *sdp)
{
  gboolean offer = g_strcmp0 (sdp_type, "offer") == 0;
  GstSignallingMessage *message;

  g_return_val_if_fail (session_id != NULL, NULL);
  g_return_val_if_fail (sdp != NULL, NULL);
  g_return_val_if_fail (offer || g_strcmp0 (sdp_type, "answer") == 0, NULL);

  message = new_message (GST_SIGNALLING_MESSAGE_PEER_SDP, NULL, session_id, sdp);
  message->sdp_type = offer ? "offer" : "answer";
  return message;
}

/**
 * gst_signalling_message_new_peer_ice:
 * @session_id: the id of a session
 * @candidate: the candidate; empty when there are no more
 * @sdp_m_line_index: which media description it is for
 *
 * An ICE candidate for the other side of a session.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_peer_ice (const gchar *session_id, const gchar *candidate, guint sdp_m_line_index)
{
  GstSignallingMessage *message;

  g_return_val_if_fail (session_id != NULL, NULL);
  g_return_val_if_fail (candidate != NULL, NULL);

  message = new_message (GST_SIGNALLING_MESSAGE_PEER_ICE, NULL, session_id, candidate);
  message->sdp_m_line_index = sdp_m_line_index;
  return message;
}

/**
 * gst_signalling_message_new_list:
 *
 * A client asks for the producers.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_list (void)
{
  return new_message (GST_SIGNALLING_MESSAGE_LIST, NULL, NULL, NULL);
}

/**
 * gst_signalling_message_new_list_consumers:
 *
 * A client asks for the consumers.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_list_consumers (void)
{
  return new_message (GST_SIGNALLING_MESSAGE_LIST_CONSUMERS, NULL, NULL, NULL);
}

/**
 * gst_signalling_message_new_producers:
 *
 * What a server answers to %GST_SIGNALLING_MESSAGE_LIST, without entries so far: see
 * gst_signalling_message_append_peer().
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_producers (void)
{
  return new_message (GST_SIGNALLING_MESSAGE_PRODUCERS, NULL, NULL, NULL);
}

/**
 * gst_signalling_message_new_consumers:
 *
 * What a server answers to %GST_SIGNALLING_MESSAGE_LIST_CONSUMERS, without entries so far: see
 * gst_signalling_message_append_peer().
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_consumers (void)
{
  return new_message (GST_SIGNALLING_MESSAGE_CONSUMERS, NULL, NULL, NULL);
}

gchar *
gst_signalling_message_add_peer (
    GstSignallingMessage *message, gsize id_length, const gchar *meta_start, gsize meta_length)
{
  GString *text = message->peers_text;
  GstSignallingListedPeer peer = { text->len, G_MAXSIZE };

  g_string_set_size (text, text->len + id_length + 1);
  text->str[text->len - 1] = 0;
  if (meta_start) {
    peer.meta = text->len;
    g_string_append_len (text, meta_start, (gssize) meta_length);
    g_string_append_c (text, 0);
  }
  g_array_append_val (message->peers, peer);
  return text->str + peer.id;
}

/**
 * gst_signalling_message_append_peer:
 * @message: a list of producers or consumers that nobody else has seen yet
 * @peer_id: the id of a peer
 * @meta: (nullable): JSON text; %NULL for null
 * @error: return location for an error, or %NULL
 *
 * Adds an entry to a list. Not thread-safe, unlike everything else here, and no longer allowed once
 * gst_signalling_message_to_bytes() was called.
 *
 * Returns: %TRUE, or %FALSE with @error set when @meta is not valid JSON or too large
 *
 * Since: 0.1
 */
gboolean
gst_signalling_message_append_peer (
    GstSignallingMessage *message, const gchar *peer_id, const gchar *meta, GError **error)
{
  GstSignallingJsonValue value = { GST_SIGNALLING_JSON_NULL };
  g_autofree gchar *id = NULL;
  gboolean has_meta;
  gchar *target;

  g_return_val_if_fail (message != NULL && is_list (message->type), FALSE);
  g_return_val_if_fail (message->written == NULL, FALSE);
  g_return_val_if_fail (peer_id != NULL, FALSE);

  if (meta && !gst_signalling_meta_check (meta, strlen (meta), &value, error))
    return FALSE;
  id = copy_utf8 (peer_id);
  has_meta = value.kind != GST_SIGNALLING_JSON_NULL;
  target = gst_signalling_message_add_peer (message, strlen (id), has_meta ? value.start : NULL, value.length);
  memcpy (target, id, strlen (id));
  return TRUE;
}

/**
 * gst_signalling_message_new_error:
 * @details: a text for people
 *
 * What a server answers to a message it cannot do anything about.
 *
 * Returns: (transfer full): a new message
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_new_error (const gchar *details)
{
  g_return_val_if_fail (details != NULL, NULL);

  return new_message (GST_SIGNALLING_MESSAGE_ERROR, NULL, NULL, details);
}

/* Accessors */

/**
 * gst_signalling_message_get_message_type:
 * @message: a message
 *
 * What kind of message this is.
 *
 * Any thread may call this.
 *
 * Returns: the kind
 *
 * Since: 0.1
 */
GstSignallingMessageType
gst_signalling_message_get_message_type (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, GST_SIGNALLING_MESSAGE_ERROR);

  return message->type;
}

/**
 * gst_signalling_message_get_peer_id:
 * @message: a message
 *
 * The peer this is about: the new one, the one whose status changed, or the other side of a session.
 *
 * Any thread may call this.
 *
 * Returns: (transfer none) (nullable): the id
 *
 * Since: 0.1
 */
const gchar *
gst_signalling_message_get_peer_id (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, NULL);

  return message->peer_id;
}

/**
 * gst_signalling_message_get_session_id:
 * @message: a message
 *
 * The session this is about.
 *
 * Any thread may call this.
 *
 * Returns: (transfer none) (nullable): the id
 *
 * Since: 0.1
 */
const gchar *
gst_signalling_message_get_session_id (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, NULL);

  return message->session_id;
}

/**
 * gst_signalling_message_get_version:
 * @message: a message
 *
 * The version of a %GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION.
 *
 * Any thread may call this.
 *
 * Returns: the version, %GST_SIGNALLING_VERSION_1_0 for other kinds of messages
 *
 * Since: 0.1
 */
GstSignallingVersion
gst_signalling_message_get_version (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, GST_SIGNALLING_VERSION_1_0);

  return message->version;
}

/**
 * gst_signalling_message_get_roles:
 * @message: a message
 *
 * The roles of a status.
 *
 * Any thread may call this.
 *
 * Returns: the roles
 *
 * Since: 0.1
 */
GstSignallingRoles
gst_signalling_message_get_roles (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, GST_SIGNALLING_ROLE_NONE);

  return message->roles;
}

/* A C string of a slice: made when somebody asks for the first time. Of two threads that do so at once, one wins. */
static const gchar *
read_slice (const GstSignallingSlice *slice, gboolean decode, gchar **copy)
{
  gchar *text = g_atomic_pointer_get (copy);

  if (text || slice->start == NULL)
    return text;
  text = g_malloc (slice->decoded_length + 1);
  if (decode)
    gst_signalling_json_decode (slice->start, slice->length, text);
  else
    memcpy (text, slice->start, slice->length);
  text[slice->decoded_length] = 0;
  if (!g_atomic_pointer_compare_and_exchange (copy, NULL, text))
    g_free (text);
  return g_atomic_pointer_get (copy);
}

/* The long string, for the kinds of messages in which it has this meaning. */
static const gchar *
get_text (GstSignallingMessage *message, GstSignallingMessageType first, GstSignallingMessageType second)
{
  if (message->type != first && message->type != second)
    return NULL;
  return read_slice (&message->text, TRUE, &message->text_copy);
}

/**
 * gst_signalling_message_get_meta:
 * @message: a message
 *
 * The meta of a status, exactly as it was received: JSON text.
 *
 * Any thread may call this.
 *
 * Returns: (transfer none) (nullable): the text, or %NULL where meta is absent or null
 *
 * Since: 0.1
 */
const gchar *
gst_signalling_message_get_meta (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, NULL);

  return read_slice (&message->meta, FALSE, &message->meta_copy);
}

/**
 * gst_signalling_message_get_meta_node:
 * @message: a message
 *
 * The meta of a status as a tree, made anew at each call.
 *
 * Where a tree of json-glib cannot hold what the text says, the text from gst_signalling_message_get_meta() still
 * does: integers beyond 64 bits with sign become doubles, U+0000 in a string becomes U+FFFD.
 *
 * Any thread may call this.
 *
 * Returns: (transfer full) (nullable): the tree, or %NULL where meta is absent or null
 *
 * Since: 0.1
 */
JsonNode *
gst_signalling_message_get_meta_node (GstSignallingMessage *message)
{
  const gchar *meta;

  g_return_val_if_fail (message != NULL, NULL);

  meta = gst_signalling_message_get_meta (message);
  return meta ? gst_signalling_meta_to_node (meta) : NULL;
}

/**
 * gst_signalling_message_get_sdp_type:
 * @message: a message
 *
 * What a %GST_SIGNALLING_MESSAGE_PEER_SDP has.
 *
 * Any thread may call this.
 *
 * Returns: (transfer none) (nullable): `offer` or `answer`
 *
 * Since: 0.1
 */
const gchar *
gst_signalling_message_get_sdp_type (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, NULL);

  return message->sdp_type;
}

/**
 * gst_signalling_message_get_sdp:
 * @message: a message
 *
 * The SDP of a %GST_SIGNALLING_MESSAGE_PEER_SDP, or the offer of a %GST_SIGNALLING_MESSAGE_START_SESSION.
 *
 * Any thread may call this.
 *
 * Returns: (transfer none) (nullable): the SDP
 *
 * Since: 0.1
 */
const gchar *
gst_signalling_message_get_sdp (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, NULL);

  return get_text (message, GST_SIGNALLING_MESSAGE_PEER_SDP, GST_SIGNALLING_MESSAGE_START_SESSION);
}

/**
 * gst_signalling_message_get_candidate:
 * @message: a message
 *
 * The candidate of a %GST_SIGNALLING_MESSAGE_PEER_ICE. An empty one says that there are no more.
 *
 * Any thread may call this.
 *
 * Returns: (transfer none) (nullable): the candidate
 *
 * Since: 0.1
 */
const gchar *
gst_signalling_message_get_candidate (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, NULL);

  return get_text (message, GST_SIGNALLING_MESSAGE_PEER_ICE, GST_SIGNALLING_MESSAGE_PEER_ICE);
}

/**
 * gst_signalling_message_get_sdp_m_line_index:
 * @message: a message
 *
 * Which media description the candidate is for.
 *
 * Any thread may call this.
 *
 * Returns: the index
 *
 * Since: 0.1
 */
guint
gst_signalling_message_get_sdp_m_line_index (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, 0);

  return message->sdp_m_line_index;
}

/**
 * gst_signalling_message_get_error_text:
 * @message: a message
 *
 * The text of a %GST_SIGNALLING_MESSAGE_ERROR, or why a session ended (%GST_SIGNALLING_MESSAGE_END_SESSION_V1_1).
 *
 * Any thread may call this.
 *
 * Returns: (transfer none) (nullable): the text
 *
 * Since: 0.1
 */
const gchar *
gst_signalling_message_get_error_text (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, NULL);

  return get_text (message, GST_SIGNALLING_MESSAGE_ERROR, GST_SIGNALLING_MESSAGE_END_SESSION_V1_1);
}

/**
 * gst_signalling_message_get_n_peers:
 * @message: a message
 *
 * How many entries a list has.
 *
 * Any thread may call this.
 *
 * Returns: the number, 0 for other kinds of messages
 *
 * Since: 0.1
 */
guint
gst_signalling_message_get_n_peers (GstSignallingMessage *message)
{
  g_return_val_if_fail (message != NULL, 0);

  return message->peers ? message->peers->len : 0;
}

static const gchar *
listed_text (GstSignallingMessage *message, gsize offset)
{
  return offset == G_MAXSIZE ? NULL : message->peers_text->str + offset;
}

static const GstSignallingListedPeer *
listed_peer (GstSignallingMessage *message, guint index)
{
  static const GstSignallingListedPeer nobody = { G_MAXSIZE, G_MAXSIZE };

  if (message->peers == NULL || index >= message->peers->len)
    return &nobody;
  return &g_array_index (message->peers, GstSignallingListedPeer, index);
}

/**
 * gst_signalling_message_get_nth_peer_id:
 * @message: a message
 * @index: which entry, from 0
 *
 * The id of an entry of a list.
 *
 * Any thread may call this.
 *
 * Returns: (transfer none) (nullable): the id, or %NULL behind the last entry
 *
 * Since: 0.1
 */
const gchar *
gst_signalling_message_get_nth_peer_id (GstSignallingMessage *message, guint index)
{
  g_return_val_if_fail (message != NULL, NULL);

  return listed_text (message, listed_peer (message, index)->id);
}

/**
 * gst_signalling_message_get_nth_peer_meta:
 * @message: a message
 * @index: which entry, from 0
 *
 * The meta of an entry of a list, exactly as it was received: JSON text.
 *
 * Any thread may call this.
 *
 * Returns: (transfer none) (nullable): the text, or %NULL where meta is absent or null
 *
 * Since: 0.1
 */
const gchar *
gst_signalling_message_get_nth_peer_meta (GstSignallingMessage *message, guint index)
{
  g_return_val_if_fail (message != NULL, NULL);

  return listed_text (message, listed_peer (message, index)->meta);
}

/**
 * gst_signalling_message_get_nth_peer_meta_node:
 * @message: a message
 * @index: which entry, from 0
 *
 * The meta of an entry of a list as a tree: see gst_signalling_message_get_meta_node().
 *
 * Any thread may call this.
 *
 * Returns: (transfer full) (nullable): the tree, or %NULL where meta is absent or null
 *
 * Since: 0.1
 */
JsonNode *
gst_signalling_message_get_nth_peer_meta_node (GstSignallingMessage *message, guint index)
{
  const gchar *meta;

  g_return_val_if_fail (message != NULL, NULL);

  meta = gst_signalling_message_get_nth_peer_meta (message, index);
  return meta ? gst_signalling_meta_to_node (meta) : NULL;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/protocol/json-scanner-private.h>
#include <gst/signalling/protocol/message.h>

G_BEGIN_DECLS

/* The limits on what is read, in bytes. Those on the JSON itself are in json-scanner-private.h.
 *
 * They fit into each other: what a client may send, the server can pass on inside a message of its own that is
 * still legal, whatever it adds. So nobody can make the server send something its other clients refuse. */

/* A whole message. A server's is larger because of its lists, which grow with the number of peers. */
#define GST_SIGNALLING_MAX_CLIENT_TEXT (1024 * 1024)
#define GST_SIGNALLING_MAX_SERVER_TEXT (16 * 1024 * 1024)
/* The strings: the id of a peer or session, an SDP as it is written (with escapes), a candidate, a text for people */
#define GST_SIGNALLING_MAX_ID 256
#define GST_SIGNALLING_MAX_SDP (960 * 1024)
#define GST_SIGNALLING_MAX_CANDIDATE 4096
#define GST_SIGNALLING_MAX_ERROR_TEXT (64 * 1024)
#define GST_SIGNALLING_MAX_ROLES 16
/* The meta of one peer: as deep as fits into a list, where it is inside of three levels. */
#define GST_SIGNALLING_MAX_META (256 * 1024)
#define GST_SIGNALLING_MAX_META_DEPTH (GST_SIGNALLING_JSON_MAX_DEPTH - 3)

/* A part of the message's source; start is NULL where the message does not have it. */
typedef struct
{
  const gchar *start;
  gsize length;
  gsize decoded_length;
} GstSignallingSlice;

/* One entry of a list: offsets into peers_text. */
typedef struct
{
  gsize id;
  gsize meta; /* G_MAXSIZE: null */
} GstSignallingListedPeer;

/* Immutable once it has been handed out, but for three pointers that go from NULL to their value once, atomically:
 * `written`, `text_copy`, `meta_copy`. Hence no lock, and any thread. */
struct _GstSignallingMessage
{
  gatomicrefcount ref_count;
  GstSignallingMessageType type;
  GstSignallingVersion version;
  GstSignallingRoles roles;
  guint sdp_m_line_index;
  const gchar *sdp_type; /* static */
  const gchar *peer_id;  /* these two in `ids`, or NULL */
  const gchar *session_id;

  GBytes *source;  /* what the slices are part of; NULL for a message made by a constructor */
  GBytes *written; /* the message as text */

  /* The one long string a message can have: SDP, offer, candidate, or error text. */
  GstSignallingSlice text;
  gchar *text_copy;
  GstSignallingSlice meta;
  gchar *meta_copy;

  GArray *peers; /* of GstSignallingListedPeer; lists only */
  GString *peers_text;

  gchar ids[];
};

/* Room for two ids is set aside; a length of G_MAXSIZE is for an id the message does not have. */
GstSignallingMessage *gst_signalling_message_alloc (
    GstSignallingMessageType type, gsize peer_id_length, gsize session_id_length) G_GNUC_WARN_UNUSED_RESULT;

/* Room for the id of @id_length bytes (decoded), to be filled by the caller; then its meta, if @meta_start. */
gchar *gst_signalling_message_add_peer (
    GstSignallingMessage *message, gsize id_length, const gchar *meta_start, gsize meta_length);

/* Checks that [@text, @text + @length) is one JSON value within the limits of meta; @value is that value without
 * the white space around it. */
gboolean gst_signalling_meta_check (const gchar *text, gsize length, GstSignallingJsonValue *value, GError **error);

/* The tree of @text, which was checked before. */
JsonNode *gst_signalling_meta_to_node (const gchar *text) G_GNUC_WARN_UNUSED_RESULT;

/* "setPeerStatus" for the type @type */
const gchar *gst_signalling_message_type_to_wire (GstSignallingMessageType type);

/* The names of the roles and versions on the wire, by bit and by value. */
#define GST_SIGNALLING_N_ROLES 3
extern const gchar *const gst_signalling_role_names[GST_SIGNALLING_N_ROLES];
#define GST_SIGNALLING_N_VERSIONS 2
extern const gchar *const gst_signalling_version_names[GST_SIGNALLING_N_VERSIONS];

G_END_DECLS

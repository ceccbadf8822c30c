/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/protocol/message-private.h>

#include <string.h>

/* The members of a message that mean something, whatever its type. */
typedef enum
{
  FIELD_TYPE,
  FIELD_PEER_ID,
  FIELD_SESSION_ID,
  FIELD_ROLES,
  FIELD_META,
  FIELD_VERSION,
  FIELD_OFFER,
  FIELD_ERROR,
  FIELD_SDP,
  FIELD_ICE,
  FIELD_PRODUCERS,
  FIELD_CONSUMERS,
  FIELD_DETAILS,
  N_FIELDS,
} Field;

typedef struct
{
  const gchar *name;
  gsize length;
} Name;

#define NAME(text)                                                                                                     \
  {                                                                                                                    \
    text, sizeof (text) - 1                                                                                            \
  }

static const Name field_names[N_FIELDS] = {
  [FIELD_TYPE] = NAME ("type"),
  [FIELD_PEER_ID] = NAME ("peerId"),
  [FIELD_SESSION_ID] = NAME ("sessionId"),
  [FIELD_ROLES] = NAME ("roles"),
  [FIELD_META] = NAME ("meta"),
  [FIELD_VERSION] = NAME ("version"),
  [FIELD_OFFER] = NAME ("offer"),
  [FIELD_ERROR] = NAME ("error"),
  [FIELD_SDP] = NAME ("sdp"),
  [FIELD_ICE] = NAME ("ice"),
  [FIELD_PRODUCERS] = NAME ("producers"),
  [FIELD_CONSUMERS] = NAME ("consumers"),
  [FIELD_DETAILS] = NAME ("details"),
};

enum
{
  SDP_TYPE,
  SDP_SDP,
  N_SDP_FIELDS,
};

static const Name sdp_names[N_SDP_FIELDS] = { NAME ("type"), NAME ("sdp") };

enum
{
  ICE_CANDIDATE,
  ICE_M_LINE,
  N_ICE_FIELDS,
};

static const Name ice_names[N_ICE_FIELDS] = { NAME ("candidate"), NAME ("sdpMLineIndex") };

enum
{
  LISTED_ID,
  LISTED_META,
  N_LISTED_FIELDS,
};

static const Name listed_names[N_LISTED_FIELDS] = { NAME ("id"), NAME ("meta") };

/* What the text has, before anything is made of it. */
typedef struct
{
  GstSignallingJsonScanner scanner;
  GstSignallingJsonValue fields[N_FIELDS];
  GstSignallingJsonValue sdp[N_SDP_FIELDS];
  GstSignallingJsonValue ice[N_ICE_FIELDS];
  const gchar *type_name; /* static, for error messages */
} Parse;

#define BIT(field) (1u << (field))

enum
{
  FROM_CLIENT = 1 << GST_SIGNALLING_SENDER_CLIENT,
  FROM_SERVER = 1 << GST_SIGNALLING_SENDER_SERVER,
  FROM_EITHER = FROM_CLIENT | FROM_SERVER,
};

/* A form a message can have: who may send it, what it must and can have. */
typedef struct
{
  Name name;
  guint senders;
  GstSignallingMessageType type;
  guint required;
  guint optional;
} Form;

/* The commonest first. A "peer" becomes PEER_SDP or PEER_ICE by what it has. */
static const Form forms[] = {
  { NAME ("peer"), FROM_EITHER, GST_SIGNALLING_MESSAGE_PEER_ICE, BIT (FIELD_SESSION_ID), 0 },
  { NAME ("startSession"), FROM_CLIENT, GST_SIGNALLING_MESSAGE_START_SESSION, BIT (FIELD_PEER_ID), BIT (FIELD_OFFER) },
  { NAME ("startSession"), FROM_SERVER, GST_SIGNALLING_MESSAGE_START_SESSION,
      BIT (FIELD_PEER_ID) | BIT (FIELD_SESSION_ID), BIT (FIELD_OFFER) },
  { NAME ("sessionStarted"), FROM_SERVER, GST_SIGNALLING_MESSAGE_SESSION_STARTED,
      BIT (FIELD_PEER_ID) | BIT (FIELD_SESSION_ID), 0 },
  { NAME ("endSession"), FROM_EITHER, GST_SIGNALLING_MESSAGE_END_SESSION, BIT (FIELD_SESSION_ID), 0 },
  { NAME ("endSessionV1_1"), FROM_EITHER, GST_SIGNALLING_MESSAGE_END_SESSION_V1_1, BIT (FIELD_SESSION_ID),
      BIT (FIELD_ERROR) },
  { NAME ("setPeerStatus"), FROM_CLIENT, GST_SIGNALLING_MESSAGE_SET_PEER_STATUS, BIT (FIELD_ROLES), BIT (FIELD_META) },
  { NAME ("peerStatusChanged"), FROM_SERVER, GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED,
      BIT (FIELD_ROLES) | BIT (FIELD_PEER_ID), BIT (FIELD_META) },
  { NAME ("welcome"), FROM_SERVER, GST_SIGNALLING_MESSAGE_WELCOME, BIT (FIELD_PEER_ID), 0 },
  { NAME ("setProtocolVersion"), FROM_CLIENT, GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION, BIT (FIELD_VERSION), 0 },
  { NAME ("list"), FROM_CLIENT, GST_SIGNALLING_MESSAGE_LIST, 0, 0 },
  { NAME ("list"), FROM_SERVER, GST_SIGNALLING_MESSAGE_PRODUCERS, BIT (FIELD_PRODUCERS), 0 },
  { NAME ("listConsumers"), FROM_CLIENT, GST_SIGNALLING_MESSAGE_LIST_CONSUMERS, 0, 0 },
  { NAME ("listConsumers"), FROM_SERVER, GST_SIGNALLING_MESSAGE_CONSUMERS, BIT (FIELD_CONSUMERS), 0 },
  { NAME ("error"), FROM_SERVER, GST_SIGNALLING_MESSAGE_ERROR, BIT (FIELD_DETAILS), 0 },
};

/* Reading the text */

static inline gboolean
is_missing (const GstSignallingJsonValue *value)
{
  return value->kind <= GST_SIGNALLING_JSON_NULL;
}

/* The JSON text of a value; nothing for null. */
static GstSignallingSlice
json_slice (const GstSignallingJsonValue *value)
{
  if (is_missing (value))
    return (GstSignallingSlice){ 0 };
  if (value->kind == GST_SIGNALLING_JSON_STRING) /* whose quotes belong to it here */
    return (GstSignallingSlice){ value->start - 1, value->length + 2, value->length + 2 };
  return (GstSignallingSlice){ value->start, value->length, value->length };
}

static inline gboolean
equals (const Name *name, const gchar *text, gsize length)
{
  return name->length == length && memcmp (name->name, text, length) == 0;
}

static guint
find_name (const Name *names, guint n_names, const GstSignallingJsonName *member)
{
  guint i = 0;

  while (i < n_names && !equals (&names[i], member->name, member->length))
    i++;
  return i;
}

/* Reads meta, which has less room than the message around it. */
static gboolean
read_meta (GstSignallingJsonScanner *scanner, GstSignallingJsonValue *value)
{
  guint max_depth = scanner->max_depth;
  gboolean ok;

  scanner->max_depth = MIN (max_depth, scanner->depth + GST_SIGNALLING_MAX_META_DEPTH);
  ok = gst_signalling_json_scanner_read (scanner, value);
  scanner->max_depth = max_depth;
  if (ok && json_slice (value).length > GST_SIGNALLING_MAX_META)
    return gst_signalling_json_scanner_fail (
        scanner, GST_SIGNALLING_ERROR_TOO_LARGE, "meta has more than 256 KiB", value->start);
  return ok;
}

/* Reads an object of which only the members @names matter, and that they are of the right kind not yet. */
static gboolean
read_object (GstSignallingJsonScanner *scanner, const Name *names, guint n_names, GstSignallingJsonValue *values)
{
  GstSignallingJsonName member;
  GstSignallingJsonValue ignored;

  if (!gst_signalling_json_scanner_enter (scanner))
    return FALSE;
  while (gst_signalling_json_scanner_next_member (scanner, &member)) {
    guint i = find_name (names, n_names, &member);

    if (!gst_signalling_json_scanner_read (scanner, i < n_names ? &values[i] : &ignored))
      return FALSE;
  }
  return scanner->what == NULL;
}

static gboolean
read_field (Parse *parse, Field field)
{
  GstSignallingJsonScanner *scanner = &parse->scanner;
  GstSignallingJsonValue *value = &parse->fields[field];

  if (field == FIELD_META)
    return read_meta (scanner, value);
  if ((field != FIELD_SDP && field != FIELD_ICE) ||
      gst_signalling_json_scanner_peek (scanner) != GST_SIGNALLING_JSON_OBJECT)
    return gst_signalling_json_scanner_read (scanner, value);
  value->kind = GST_SIGNALLING_JSON_OBJECT;
  value->start = scanner->at;
  if (field == FIELD_SDP)
    return read_object (scanner, sdp_names, N_SDP_FIELDS, parse->sdp);
  return read_object (scanner, ice_names, N_ICE_FIELDS, parse->ice);
}

static void
start_parse (Parse *parse, const gchar *text, gsize length)
{
  gst_signalling_json_scanner_init (&parse->scanner, text, length);
  memset (parse->fields, 0, sizeof (parse->fields));
  memset (parse->sdp, 0, sizeof (parse->sdp));
  memset (parse->ice, 0, sizeof (parse->ice));
  parse->type_name = "a message";
}

static gboolean
read_text (Parse *parse)
{
  GstSignallingJsonScanner *scanner = &parse->scanner;
  GstSignallingJsonName member;
  GstSignallingJsonValue ignored;

  if (gst_signalling_json_scanner_peek (scanner) != GST_SIGNALLING_JSON_OBJECT)
    return gst_signalling_json_scanner_fail (
        scanner, GST_SIGNALLING_ERROR_INVALID_MESSAGE, "a message is an object", scanner->at);
  if (!gst_signalling_json_scanner_enter (scanner))
    return FALSE;
  while (gst_signalling_json_scanner_next_member (scanner, &member)) {
    guint field = find_name (field_names, N_FIELDS, &member);

    if (field < N_FIELDS ? !read_field (parse, field) : !gst_signalling_json_scanner_read (scanner, &ignored))
      return FALSE;
  }
  return scanner->what == NULL && gst_signalling_json_scanner_finish (scanner);
}

/* Checking what was read. The texts of errors never have contents of the message in them, except the name of an
 * unknown type: they end up in logs, and session descriptions and candidates must not. */

/* Where a value begins in the message: with the quote, if it is a string. */
static gsize
offset (Parse *parse, const GstSignallingJsonValue *value)
{
  return (gsize) (value->start - parse->scanner.text) - (value->kind == GST_SIGNALLING_JSON_STRING);
}

static gboolean
fail (Parse *parse, GstSignallingError code, const gchar *member, const GstSignallingJsonValue *value,
    const gchar *what, GError **error)
{
  if (value->kind == GST_SIGNALLING_JSON_ABSENT)
    g_set_error (error, GST_SIGNALLING_ERROR, code, "%s: \"%s\" %s", parse->type_name, member, what);
  else
    g_set_error (error, GST_SIGNALLING_ERROR, code, "%s: \"%s\" at byte %" G_GSIZE_FORMAT " %s", parse->type_name,
        member, offset (parse, value), what);
  return FALSE;
}

static gboolean
fail_invalid (Parse *parse, const gchar *member, const GstSignallingJsonValue *value, const gchar *what, GError **error)
{
  return fail (parse, GST_SIGNALLING_ERROR_INVALID_MESSAGE, member, value, what, error);
}

static gboolean
check_kind (
    Parse *parse, const gchar *member, const GstSignallingJsonValue *value, GstSignallingJsonKind kind, GError **error)
{
  static const gchar *const complaints[] = {
    [GST_SIGNALLING_JSON_NUMBER] = "is not a number",
    [GST_SIGNALLING_JSON_STRING] = "is not a string",
    [GST_SIGNALLING_JSON_ARRAY] = "is not an array",
    [GST_SIGNALLING_JSON_OBJECT] = "is not an object",
  };

  if (value->kind == kind)
    return TRUE;
  if (value->kind == GST_SIGNALLING_JSON_ABSENT)
    return fail_invalid (parse, member, value, "is missing", error);
  return fail_invalid (parse, member, value, complaints[kind], error);
}

static gboolean
check_string (Parse *parse, const gchar *member, const GstSignallingJsonValue *value, gsize max, GError **error)
{
  if (!check_kind (parse, member, value, GST_SIGNALLING_JSON_STRING, error))
    return FALSE;
  if (value->length > max)
    return fail (parse, GST_SIGNALLING_ERROR_TOO_LARGE, member, value, "is too long", error);
  if (value->has_nul)
    return fail_invalid (parse, member, value, "has a NUL character", error);
  return TRUE;
}

/* Decodes into @word if it is a short string; an index into @words, or @n_words. */
static guint
find_word (const GstSignallingJsonValue *value, const gchar *const *words, guint n_words)
{
  gchar word[32] = { 0 };
  guint i = 0;

  if (value->decoded_length >= sizeof (word))
    return n_words;
  gst_signalling_json_decode (value->start, value->length, word);
  while (i < n_words && strcmp (words[i], word) != 0)
    i++;
  return i;
}

static gboolean
read_roles (Parse *parse, const GstSignallingJsonValue *value, GstSignallingRoles *roles, GError **error)
{
  g_auto (GstSignallingJsonScanner) scanner;
  guint n_roles = 0;

  gst_signalling_json_scanner_init (&scanner, value->start, value->length);
  (void) gst_signalling_json_scanner_enter (&scanner);
  while (gst_signalling_json_scanner_next_element (&scanner)) {
    GstSignallingJsonValue role;
    guint bit = GST_SIGNALLING_N_ROLES;

    if (++n_roles > GST_SIGNALLING_MAX_ROLES)
      return fail (parse, GST_SIGNALLING_ERROR_TOO_LARGE, "roles", value, "has more than 16 elements", error);
    (void) gst_signalling_json_scanner_read (&scanner, &role);
    if (role.kind == GST_SIGNALLING_JSON_STRING && !role.has_nul)
      bit = find_word (&role, gst_signalling_role_names, GST_SIGNALLING_N_ROLES);
    if (bit == GST_SIGNALLING_N_ROLES)
      return fail_invalid (parse, "roles", &role, "has an element that is not a role", error);
    *roles |= 1u << bit;
  }
  return TRUE;
}

static gboolean
take_roles (Parse *parse, GstSignallingMessage *message, GError **error)
{
  const GstSignallingJsonValue *value = &parse->fields[FIELD_ROLES];

  return check_kind (parse, "roles", value, GST_SIGNALLING_JSON_ARRAY, error) &&
         read_roles (parse, value, &message->roles, error);
}

static gboolean
take_version (Parse *parse, GstSignallingMessage *message, GError **error)
{
  const GstSignallingJsonValue *value = &parse->fields[FIELD_VERSION];
  guint found;

  if (!check_string (parse, "version", value, GST_SIGNALLING_MAX_ID, error))
    return FALSE;
  found = find_word (value, gst_signalling_version_names, GST_SIGNALLING_N_VERSIONS);
  if (found == GST_SIGNALLING_N_VERSIONS)
    return fail_invalid (parse, "version", value, "is neither v1_0 nor v1_1", error);
  message->version = found;
  return TRUE;
}

static gboolean
check_id (Parse *parse, const Form *form, Field field, GError **error)
{
  if (!(form->required & BIT (field)))
    return TRUE;
  return check_string (parse, field_names[field].name, &parse->fields[field], GST_SIGNALLING_MAX_ID, error);
}

static GstSignallingSlice
slice (const GstSignallingJsonValue *value)
{
  return (GstSignallingSlice){ value->start, value->length, value->decoded_length };
}

/* The long string of a message, where it may or must have one in this member. */
static gboolean
take_text (Parse *parse, const Form *form, Field field, gsize max, GstSignallingMessage *message, GError **error)
{
  const GstSignallingJsonValue *value = &parse->fields[field];

  if (!((form->required | form->optional) & BIT (field)))
    return TRUE;
  if ((form->optional & BIT (field)) && is_missing (value))
    return TRUE;
  if (!check_string (parse, field_names[field].name, value, max, error))
    return FALSE;
  message->text = slice (value);
  return TRUE;
}

static gboolean
take_sdp (Parse *parse, GstSignallingMessage *message, GError **error)
{
  static const gchar *const types[] = { "offer", "answer" };
  const GstSignallingJsonValue *type = &parse->sdp[SDP_TYPE];
  const GstSignallingJsonValue *sdp = &parse->sdp[SDP_SDP];
  guint found;

  if (!check_kind (parse, "sdp", &parse->fields[FIELD_SDP], GST_SIGNALLING_JSON_OBJECT, error) ||
      !check_string (parse, "sdp.type", type, GST_SIGNALLING_MAX_ID, error) ||
      !check_string (parse, "sdp.sdp", sdp, GST_SIGNALLING_MAX_SDP, error))
    return FALSE;
  found = find_word (type, types, G_N_ELEMENTS (types));
  if (found == G_N_ELEMENTS (types))
    return fail_invalid (parse, "sdp.type", type, "is neither offer nor answer", error);
  message->type = GST_SIGNALLING_MESSAGE_PEER_SDP;
  message->sdp_type = types[found];
  message->text = slice (sdp);
  return TRUE;
}

static gboolean
take_ice (Parse *parse, GstSignallingMessage *message, GError **error)
{
  const GstSignallingJsonValue *candidate = &parse->ice[ICE_CANDIDATE];
  const GstSignallingJsonValue *index = &parse->ice[ICE_M_LINE];

  if (!check_kind (parse, "ice", &parse->fields[FIELD_ICE], GST_SIGNALLING_JSON_OBJECT, error) ||
      !check_string (parse, "ice.candidate", candidate, GST_SIGNALLING_MAX_CANDIDATE, error) ||
      !check_kind (parse, "ice.sdpMLineIndex", index, GST_SIGNALLING_JSON_NUMBER, error))
    return FALSE;
  if (!gst_signalling_json_value_get_uint32 (index, &message->sdp_m_line_index))
    return fail_invalid (parse, "ice.sdpMLineIndex", index, "is not an unsigned 32-bit integer", error);
  message->text = slice (candidate);
  return TRUE;
}

static gboolean
take_peer (Parse *parse, GstSignallingMessage *message, GError **error)
{
  const GstSignallingJsonValue *sdp = &parse->fields[FIELD_SDP];
  const GstSignallingJsonValue *ice = &parse->fields[FIELD_ICE];

  if (is_missing (sdp) && is_missing (ice))
    return fail_invalid (parse, "sdp", &(GstSignallingJsonValue){ 0 }, "and \"ice\" are both missing", error);
  if (!is_missing (sdp) && !is_missing (ice))
    return fail_invalid (parse, "sdp", sdp, "and \"ice\" exclude each other", error);
  return is_missing (sdp) ? take_ice (parse, message, error) : take_sdp (parse, message, error);
}

/* Lists */

static gboolean
take_listed_peer (
    Parse *parse, const gchar *list, GstSignallingJsonScanner *scanner, GstSignallingMessage *message, GError **error)
{
  GstSignallingJsonValue values[N_LISTED_FIELDS] = { 0 };
  const GstSignallingJsonValue *id = &values[LISTED_ID];
  const GstSignallingJsonValue *meta = &values[LISTED_META];
  GstSignallingJsonValue entry;
  GstSignallingSlice meta_text;
  gchar *target;

  entry.kind = gst_signalling_json_scanner_peek (scanner);
  entry.start = scanner->at;
  if (entry.kind != GST_SIGNALLING_JSON_OBJECT)
    return fail_invalid (parse, list, &entry, "has an element that is not an object", error);
  (void) read_object (scanner, listed_names, N_LISTED_FIELDS, values);
  if (id->kind != GST_SIGNALLING_JSON_STRING || id->has_nul)
    return fail_invalid (parse, list, &entry, "has an element without an id", error);
  if (id->length > GST_SIGNALLING_MAX_ID)
    return fail (parse, GST_SIGNALLING_ERROR_TOO_LARGE, list, id, "has an id that is too long", error);
  meta_text = json_slice (meta);
  if (meta_text.length > GST_SIGNALLING_MAX_META)
    return fail (parse, GST_SIGNALLING_ERROR_TOO_LARGE, list, meta, "has a meta of more than 256 KiB", error);
  target = gst_signalling_message_add_peer (message, id->decoded_length, meta_text.start, meta_text.length);
  gst_signalling_json_decode (id->start, id->length, target);
  return TRUE;
}

static gboolean
read_list (
    Parse *parse, const gchar *list, const GstSignallingJsonValue *value, GstSignallingMessage *message, GError **error)
{
  g_auto (GstSignallingJsonScanner) scanner;

  gst_signalling_json_scanner_init (&scanner, value->start, value->length);
  (void) gst_signalling_json_scanner_enter (&scanner);
  while (gst_signalling_json_scanner_next_element (&scanner))
    if (!take_listed_peer (parse, list, &scanner, message, error))
      return FALSE;
  return TRUE;
}

static gboolean
take_list (Parse *parse, Field field, GstSignallingMessage *message, GError **error)
{
  const GstSignallingJsonValue *value = &parse->fields[field];
  const gchar *list = field_names[field].name;

  return check_kind (parse, list, value, GST_SIGNALLING_JSON_ARRAY, error) &&
         read_list (parse, list, value, message, error);
}

/* From what was read to a message */

static gboolean
take_fields (Parse *parse, const Form *form, GstSignallingMessage *message, GError **error)
{
  if (form->type == GST_SIGNALLING_MESSAGE_PEER_ICE)
    return take_peer (parse, message, error);
  if ((form->required & BIT (FIELD_ROLES)) && !take_roles (parse, message, error))
    return FALSE;
  if ((form->required & BIT (FIELD_VERSION)) && !take_version (parse, message, error))
    return FALSE;
  if ((form->required & BIT (FIELD_PRODUCERS)) && !take_list (parse, FIELD_PRODUCERS, message, error))
    return FALSE;
  if ((form->required & BIT (FIELD_CONSUMERS)) && !take_list (parse, FIELD_CONSUMERS, message, error))
    return FALSE;
  if (form->optional & BIT (FIELD_META))
    message->meta = json_slice (&parse->fields[FIELD_META]);
  return take_text (parse, form, FIELD_OFFER, GST_SIGNALLING_MAX_SDP, message, error) &&
         take_text (parse, form, FIELD_ERROR, GST_SIGNALLING_MAX_ERROR_TEXT, message, error) &&
         take_text (parse, form, FIELD_DETAILS, GST_SIGNALLING_MAX_ERROR_TEXT, message, error);
}

/* The unknown type in an error text: short, and nothing but letters, digits and underscores. */
static gchar *
printable (const GstSignallingJsonValue *value)
{
  gchar *text = g_strndup (value->start, MIN (value->length, 40));

  for (gchar *c = text; *c; c++)
    if (!g_ascii_isalnum (*c) && *c != '_')
      *c = '.';
  return text;
}

static const Form *
find_form (Parse *parse, GstSignallingSender sender, GError **error)
{
  const GstSignallingJsonValue *value = &parse->fields[FIELD_TYPE];
  gchar type[32];
  gboolean known = FALSE;
  g_autofree gchar *name = NULL;

  if (!check_string (parse, "type", value, GST_SIGNALLING_MAX_ID, error))
    return NULL;
  if (value->decoded_length < sizeof (type)) {
    gst_signalling_json_decode (value->start, value->length, type);
    for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
      if (!equals (&forms[i].name, type, value->decoded_length))
        continue;
      if (forms[i].senders & (1u << sender))
        return &forms[i];
      known = TRUE;
    }
  }
  name = printable (value);
  g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_INVALID_MESSAGE,
      !known                                     ? "unknown message type \"%s\""
      : (sender == GST_SIGNALLING_SENDER_CLIENT) ? "only the server may send \"%s\""
                                                 : "only clients may send \"%s\"",
      name);
  return NULL;
}

/* Decodes an id to where the message has room for it, if it has. */
static void
fill_id (const GstSignallingJsonValue *value, const gchar *id)
{
  if (id)
    gst_signalling_json_decode (value->start, value->length, (gchar *) id);
}

static GstSignallingMessage *
build (Parse *parse, const Form *form, GBytes *text, GError **error)
{
  g_autoptr (GstSignallingMessage) message = NULL;
  const GstSignallingJsonValue *peer = &parse->fields[FIELD_PEER_ID];
  const GstSignallingJsonValue *session = &parse->fields[FIELD_SESSION_ID];

  parse->type_name = form->name.name;
  if (!check_id (parse, form, FIELD_PEER_ID, error) || !check_id (parse, form, FIELD_SESSION_ID, error))
    return NULL;
  message =
      gst_signalling_message_alloc (form->type, form->required & BIT (FIELD_PEER_ID) ? peer->decoded_length : G_MAXSIZE,
          form->required & BIT (FIELD_SESSION_ID) ? session->decoded_length : G_MAXSIZE);
  fill_id (peer, message->peer_id);
  fill_id (session, message->session_id);
  message->source = g_bytes_ref (text);
  if (!take_fields (parse, form, message, error))
    return NULL;
  if (message->type != GST_SIGNALLING_MESSAGE_PEER_ICE && message->type != GST_SIGNALLING_MESSAGE_PEER_SDP)
    return g_steal_pointer (&message);
  /* Passed on as it came, but for one thing: peers that decide by the member's name stumble over a null in the
   * other one. Such a message is written anew. */
  if (parse->fields[FIELD_SDP].kind == GST_SIGNALLING_JSON_ABSENT ||
      parse->fields[FIELD_ICE].kind == GST_SIGNALLING_JSON_ABSENT)
    message->written = g_bytes_ref (text);
  return g_steal_pointer (&message);
}

/**
 * gst_signalling_message_parse:
 * @text: JSON text, as one WebSocket message carried it
 * @sender: who wrote it
 * @error: return location for an error, or %NULL
 *
 * Reads a message and checks that it is one the protocol knows, sent by somebody who may send it, with the
 * members it needs. Members that mean nothing in it are ignored. Who may send it *when* is not looked at.
 *
 * The message keeps a reference to @text, and does not copy more of it than it is asked for.
 *
 * Errors are %GST_SIGNALLING_ERROR_INVALID_MESSAGE and %GST_SIGNALLING_ERROR_TOO_LARGE. Their texts say what is
 * wrong where, and do not have contents of the message in them (save for the name of an unknown type), so that
 * they may be logged and may be sent to the one who sent @text.
 *
 * Any thread may call this.
 *
 * Returns: (transfer full) (nullable): the message, or %NULL with @error set
 *
 * Since: 0.1
 */
GstSignallingMessage *
gst_signalling_message_parse (GBytes *text, GstSignallingSender sender, GError **error)
{
  Parse parse;
  gsize length;
  gsize max = sender == GST_SIGNALLING_SENDER_CLIENT ? GST_SIGNALLING_MAX_CLIENT_TEXT : GST_SIGNALLING_MAX_SERVER_TEXT;
  const gchar *start;
  const Form *form;
  GstSignallingMessage *message = NULL;

  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  start = g_bytes_get_data (text, &length);
  if (length > max) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_TOO_LARGE,
        "a message of %" G_GSIZE_FORMAT " bytes, where %" G_GSIZE_FORMAT " are the limit", length, max);
    return NULL;
  }
  start_parse (&parse, length > 0 ? start : "", length);
  if (read_text (&parse)) {
    form = find_form (&parse, sender, error);
    if (form)
      message = build (&parse, form, text, error);
  } else {
    gst_signalling_json_scanner_set_error (&parse.scanner, error);
  }
  gst_signalling_json_scanner_clear (&parse.scanner);
  return message;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/protocol/message-private.h>

#include <string.h>

/* What a character is written as behind a backslash; 0: as itself; 'u': as \u00xx. */
static const gchar escapes[256] = {
  ['"'] = '"',
  ['\\'] = '\\',
  ['\b'] = 'b',
  ['\f'] = 'f',
  ['\n'] = 'n',
  ['\r'] = 'r',
  ['\t'] = 't',
  [0x01] = 'u',
  [0x02] = 'u',
  [0x03] = 'u',
  [0x04] = 'u',
  [0x05] = 'u',
  [0x06] = 'u',
  [0x07] = 'u',
  [0x0b] = 'u',
  [0x0e] = 'u',
  [0x0f] = 'u',
  [0x10] = 'u',
  [0x11] = 'u',
  [0x12] = 'u',
  [0x13] = 'u',
  [0x14] = 'u',
  [0x15] = 'u',
  [0x16] = 'u',
  [0x17] = 'u',
  [0x18] = 'u',
  [0x19] = 'u',
  [0x1a] = 'u',
  [0x1b] = 'u',
  [0x1c] = 'u',
  [0x1d] = 'u',
  [0x1e] = 'u',
  [0x1f] = 'u',
};

static void
append_string (GString *out, const gchar *string)
{
  g_string_append_c (out, '"');
  while (*string) {
    const gchar *run = string;
    gchar escape;

    while (*string && !escapes[(guchar) *string])
      string++;
    g_string_append_len (out, run, string - run);
    if (*string == 0)
      break;
    escape = escapes[(guchar) *string];
    if (escape == 'u')
      g_string_append_printf (out, "\\u%04x", (guint) (guchar) *string);
    else
      g_string_append_c (g_string_append_c (out, '\\'), escape);
    string++;
  }
  g_string_append_c (out, '"');
}

/* The part of a text that is a string already: what was read is written as it was, escapes and all. */
static void
append_slice (GString *out, const GstSignallingSlice *slice)
{
  g_string_append_c (out, '"');
  g_string_append_len (out, slice->start, (gssize) slice->length);
  g_string_append_c (out, '"');
}

static void
append_name (GString *out, const gchar *name)
{
  g_string_append (g_string_append (g_string_append (out, ",\""), name), "\":");
}

static void
append_member (GString *out, const gchar *name, const gchar *value)
{
  append_name (out, name);
  append_string (out, value);
}

/* The long string; null where it is optional and not there. */
static void
append_text_value (GString *out, GstSignallingMessage *message)
{
  if (message->source && message->text.start)
    append_slice (out, &message->text);
  else if (message->text_copy)
    append_string (out, message->text_copy);
  else
    g_string_append (out, "null");
}

static void
append_text (GString *out, const gchar *name, GstSignallingMessage *message)
{
  append_name (out, name);
  append_text_value (out, message);
}

static void
append_meta (GString *out, GstSignallingMessage *message)
{
  append_name (out, "meta");
  if (message->meta.start)
    g_string_append_len (out, message->meta.start, (gssize) message->meta.length);
  else
    g_string_append (out, "null");
}

static void
append_roles (GString *out, GstSignallingRoles roles)
{
  const gchar *separator = "";

  append_name (out, "roles");
  g_string_append_c (out, '[');
  for (guint i = 0; i < GST_SIGNALLING_N_ROLES; i++) {
    if (!(roles & (1u << i)))
      continue;
    g_string_append (out, separator);
    append_string (out, gst_signalling_role_names[i]);
    separator = ",";
  }
  g_string_append_c (out, ']');
}

static void
append_list (GString *out, const gchar *name, GstSignallingMessage *message)
{
  append_name (out, name);
  g_string_append_c (out, '[');
  for (guint i = 0; i < message->peers->len; i++) {
    const GstSignallingListedPeer *peer = &g_array_index (message->peers, GstSignallingListedPeer, i);

    g_string_append (out, i ? ",{\"id\":" : "{\"id\":");
    append_string (out, message->peers_text->str + peer->id);
    append_name (out, "meta");
    g_string_append (out, peer->meta == G_MAXSIZE ? "null" : message->peers_text->str + peer->meta);
    g_string_append_c (out, '}');
  }
  g_string_append_c (out, ']');
}

static void
append_session_description (GString *out, GstSignallingMessage *message)
{
  g_string_append (out, ",\"sdp\":{\"type\":");
  append_string (out, message->sdp_type);
  append_text (out, "sdp", message);
  g_string_append_c (out, '}');
}

static void
append_candidate (GString *out, GstSignallingMessage *message)
{
  g_string_append (out, ",\"ice\":{\"candidate\":");
  append_text_value (out, message);
  append_name (out, "sdpMLineIndex");
  g_string_append_printf (out, "%u}", message->sdp_m_line_index);
}

/* Everything but the type and the ids. Optional members without a value are written as null, which is what peers
 * that need them to be there expect; the others accept it. */
static void
append_contents (GString *out, GstSignallingMessage *message)
{
  switch (message->type) {
    case GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION:
      append_member (out, "version", gst_signalling_version_names[message->version]);
      break;
    case GST_SIGNALLING_MESSAGE_SET_PEER_STATUS:
    case GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED:
      append_roles (out, message->roles);
      append_meta (out, message);
      break;
    case GST_SIGNALLING_MESSAGE_START_SESSION:
      append_text (out, "offer", message);
      break;
    case GST_SIGNALLING_MESSAGE_END_SESSION_V1_1:
      append_text (out, "error", message);
      break;
    case GST_SIGNALLING_MESSAGE_PEER_SDP:
      append_session_description (out, message);
      break;
    case GST_SIGNALLING_MESSAGE_PEER_ICE:
      append_candidate (out, message);
      break;
    case GST_SIGNALLING_MESSAGE_PRODUCERS:
      append_list (out, "producers", message);
      break;
    case GST_SIGNALLING_MESSAGE_CONSUMERS:
      append_list (out, "consumers", message);
      break;
    case GST_SIGNALLING_MESSAGE_ERROR:
      append_text (out, "details", message);
      break;
    case GST_SIGNALLING_MESSAGE_WELCOME:
    case GST_SIGNALLING_MESSAGE_SESSION_STARTED:
    case GST_SIGNALLING_MESSAGE_END_SESSION:
    case GST_SIGNALLING_MESSAGE_LIST:
    case GST_SIGNALLING_MESSAGE_LIST_CONSUMERS:
      break;
  }
}

static gsize
guess_size (GstSignallingMessage *message)
{
  gsize size = 256 + message->text.length + message->meta.length;

  if (message->peers)
    size += message->peers_text->len + 24 * (gsize) message->peers->len;
  return size;
}

static GBytes *
write_message (GstSignallingMessage *message)
{
  GString *out = g_string_sized_new (guess_size (message));

  g_string_append (out, "{\"type\":");
  append_string (out, gst_signalling_message_type_to_wire (message->type));
  if (message->peer_id)
    append_member (out, "peerId", message->peer_id);
  if (message->session_id)
    append_member (out, "sessionId", message->session_id);
  append_contents (out, message);
  g_string_append_c (out, '}');
  return g_string_free_to_bytes (out);
}

/**
 * gst_signalling_message_to_bytes:
 * @message: a message
 *
 * The message as JSON text. A session description or candidate that was read is given out as it came, byte for
 * byte, so passing it on costs nothing and loses nothing. Anything else is written once, and from then on the same
 * bytes are given out.
 *
 * Any thread may call this.
 *
 * Returns: (transfer full): UTF-8 text, without a terminating NUL
 *
 * Since: 0.1
 */
GBytes *
gst_signalling_message_to_bytes (GstSignallingMessage *message)
{
  GBytes *written;

  g_return_val_if_fail (message != NULL, NULL);

  written = g_atomic_pointer_get (&message->written);
  if (written == NULL) {
    GBytes *ours = write_message (message);

    /* Of two threads that do this at the same time, one wins. */
    if (!g_atomic_pointer_compare_and_exchange (&message->written, NULL, ours))
      g_bytes_unref (ours);
    written = g_atomic_pointer_get (&message->written);
  }
  return g_bytes_ref (written);
}

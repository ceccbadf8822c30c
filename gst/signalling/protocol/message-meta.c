/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/protocol/message-private.h>

#include <string.h>

gboolean
gst_signalling_meta_check (const gchar *text, gsize length, GstSignallingJsonValue *value, GError **error)
{
  g_auto (GstSignallingJsonScanner) scanner;

  gst_signalling_json_scanner_init (&scanner, text, length);
  scanner.max_depth = GST_SIGNALLING_MAX_META_DEPTH;
  if (!gst_signalling_json_scanner_read (&scanner, value) || !gst_signalling_json_scanner_finish (&scanner)) {
    g_autoptr (GError) reason = NULL;

    gst_signalling_json_scanner_set_error (&scanner, &reason);
    g_propagate_prefixed_error (error, g_steal_pointer (&reason), "meta: ");
    return FALSE;
  }
  if (value->kind == GST_SIGNALLING_JSON_STRING) { /* whose quotes belong to it here */
    value->start--;
    value->length += 2;
  }
  if (value->length > GST_SIGNALLING_MAX_META) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_TOO_LARGE, "meta has more than 256 KiB");
    return FALSE;
  }
  return TRUE;
}

/* From text to a tree. json-glib has a parser, but not for this: it recurses, takes text that is not JSON, and turns
 * large integers into other ones. */

static JsonNode *read_node (GstSignallingJsonScanner *scanner);

/* A JsonNode's strings are C strings: U+0000 becomes the replacement character there, and in names. */
static gchar *
copy_without_nul (const gchar *text, gsize length)
{
  GString *copy = g_string_sized_new (length + 16);
  const gchar *end = text + length;

  while (text < end) {
    const gchar *nul = memchr (text, 0, (gsize) (end - text));

    g_string_append_len (copy, text, (nul ? nul : end) - text);
    if (nul == NULL)
      break;
    g_string_append (copy, "\xef\xbf\xbd");
    text = nul + 1;
  }
  return g_string_free (copy, FALSE);
}

static JsonNode *
string_node (const GstSignallingJsonValue *value)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);
  g_autofree gchar *decoded = g_malloc (value->decoded_length + 1);
  g_autofree gchar *string = NULL;

  gst_signalling_json_decode (value->start, value->length, decoded);
  string = copy_without_nul (decoded, value->decoded_length);
  json_node_set_string (node, string);
  return node;
}

/* An integer where it fits, otherwise the double nearest to it. */
static JsonNode *
number_node (const GstSignallingJsonValue *value)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);
  g_autofree gchar *text = g_strndup (value->start, value->length);
  gint64 integer;

  if (strpbrk (text, ".eE") == NULL && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &integer, NULL))
    json_node_set_int (node, integer);
  else
    json_node_set_double (node, g_ascii_strtod (text, NULL));
  return node;
}

static JsonNode *
object_node (GstSignallingJsonScanner *scanner)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();
  GstSignallingJsonName member;

  (void) gst_signalling_json_scanner_enter (scanner);
  while (gst_signalling_json_scanner_next_member (scanner, &member)) {
    g_autofree gchar *name = copy_without_nul (member.name, member.length);

    json_object_set_member (object, name, read_node (scanner));
  }
  json_node_take_object (node, object);
  return node;
}

static JsonNode *
array_node (GstSignallingJsonScanner *scanner)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  (void) gst_signalling_json_scanner_enter (scanner);
  while (gst_signalling_json_scanner_next_element (scanner))
    json_array_add_element (array, read_node (scanner));
  json_node_take_array (node, array);
  return node;
}

/* Calls itself, as deep as GST_SIGNALLING_MAX_META_DEPTH at most. */
static JsonNode *
read_node (GstSignallingJsonScanner *scanner)
{
  GstSignallingJsonKind kind = gst_signalling_json_scanner_peek (scanner);
  GstSignallingJsonValue value;

  if (kind == GST_SIGNALLING_JSON_OBJECT)
    return object_node (scanner);
  if (kind == GST_SIGNALLING_JSON_ARRAY)
    return array_node (scanner);
  (void) gst_signalling_json_scanner_read (scanner, &value);
  switch (kind) {
    case GST_SIGNALLING_JSON_STRING:
      return string_node (&value);
    case GST_SIGNALLING_JSON_NUMBER:
      return number_node (&value);
    case GST_SIGNALLING_JSON_TRUE:
    case GST_SIGNALLING_JSON_FALSE: {
      JsonNode *node = json_node_new (JSON_NODE_VALUE);

      json_node_set_boolean (node, kind == GST_SIGNALLING_JSON_TRUE);
      return node;
    }
    default:
      return json_node_new (JSON_NODE_NULL);
  }
}

JsonNode *
gst_signalling_meta_to_node (const gchar *text)
{
  g_auto (GstSignallingJsonScanner) scanner;

  gst_signalling_json_scanner_init (&scanner, text, strlen (text));
  return read_node (&scanner);
}

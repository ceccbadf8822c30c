/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/protocol/json-scanner-private.h>
#include <gst/signalling/server/meta-private.h>

#include <string.h>

/* Texts are compared in a normal form: no white space, members sorted, strings as "length:characters", numbers as
 * they are. Trees of json-glib's would not do: they keep numbers as gint64 or gdouble, and different ones become
 * equal. */

static void append_value (GString *out, GstSignallingJsonScanner *scanner);

static void
append_string (GString *out, const GstSignallingJsonValue *value)
{
  gsize start = 0;

  g_string_append_printf (out, "%" G_GSIZE_FORMAT ":", value->decoded_length);
  start = out->len;
  g_string_set_size (out, start + value->decoded_length);
  gst_signalling_json_decode (value->start, value->length, out->str + start);
}

static void
free_member (gpointer member)
{
  g_string_free (member, TRUE);
}

/* Names differ, and begin with their length: no member is the beginning of another. */
static gint
compare_members (gconstpointer a, gconstpointer b)
{
  const GString *left = *(GString *const *) a;
  const GString *right = *(GString *const *) b;

  return memcmp (left->str, right->str, MIN (left->len, right->len));
}

static void
append_object (GString *out, GstSignallingJsonScanner *scanner)
{
  g_autoptr (GPtrArray) members = g_ptr_array_new_with_free_func (free_member);
  GstSignallingJsonName name;

  (void) gst_signalling_json_scanner_enter (scanner);
  while (gst_signalling_json_scanner_next_member (scanner, &name)) {
    GString *member = g_string_new (NULL);

    g_string_append_printf (member, "%" G_GSIZE_FORMAT ":", name.length);
    g_string_append_len (member, name.name, name.length);
    append_value (member, scanner);
    g_ptr_array_add (members, member);
  }
  g_ptr_array_sort (members, compare_members);
  g_string_append_c (out, '{');
  for (guint i = 0; i < members->len; i++) {
    const GString *member = g_ptr_array_index (members, i);

    g_string_append_len (out, member->str, member->len);
    g_string_append_c (out, ',');
  }
  g_string_append_c (out, '}');
}

static void
append_array (GString *out, GstSignallingJsonScanner *scanner)
{
  (void) gst_signalling_json_scanner_enter (scanner);
  g_string_append_c (out, '[');
  while (gst_signalling_json_scanner_next_element (scanner)) {
    append_value (out, scanner);
    g_string_append_c (out, ',');
  }
  g_string_append_c (out, ']');
}

static void
append_scalar (GString *out, GstSignallingJsonScanner *scanner)
{
  GstSignallingJsonValue value;

  if (!gst_signalling_json_scanner_read (scanner, &value))
    return;
  if (value.kind == GST_SIGNALLING_JSON_STRING)
    append_string (out, &value);
  else
    g_string_append_len (out, value.start, value.length);
}

/* Calls itself, as deep as the scanner goes. */
static void
append_value (GString *out, GstSignallingJsonScanner *scanner)
{
  switch (gst_signalling_json_scanner_peek (scanner)) {
    case GST_SIGNALLING_JSON_OBJECT:
      append_object (out, scanner);
      break;
    case GST_SIGNALLING_JSON_ARRAY:
      append_array (out, scanner);
      break;
    default:
      append_scalar (out, scanner);
      break;
  }
}

static GString *
normalise (const gchar *text)
{
  gsize length = strlen (text);
  GString *out = g_string_sized_new (length);
  g_auto (GstSignallingJsonScanner) scanner;

  gst_signalling_json_scanner_init (&scanner, text, length);
  append_value (out, &scanner);
  return out;
}

gboolean
gst_signalling_meta_equal (const gchar *a, const gchar *b)
{
  g_autoptr (GString) normal_a = NULL;
  g_autoptr (GString) normal_b = NULL;

  if (g_strcmp0 (a, b) == 0)
    return TRUE;
  if (!a || !b)
    return FALSE;
  normal_a = normalise (a);
  normal_b = normalise (b);
  return g_string_equal (normal_a, normal_b);
}

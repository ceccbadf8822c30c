/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/signaller/peer-meta-private.h>

#include <string.h>

#include <gst/signalling/protocol/json-scanner-private.h>

#define STRUCTURE_NAME "v"
#define REPLACEMENT_CHARACTER "\xef\xbf\xbd"
/* The field names of a GstStructure are quarks, which live as long as the process. So that peers cannot fill it
 * with ever new ones, names that have not been seen before come out of a budget, in bytes. */
#define NAME_BUDGET (4 * 1024 * 1024)
#define NAME_OVERHEAD 64

GST_DEBUG_CATEGORY_STATIC (peer_meta_debug);
#define GST_CAT_DEFAULT peer_meta_debug

static void
init_category (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (peer_meta_debug, "signalling-meta-reader", 0, "What peers say about themselves");
    g_once_init_leave (&once, 1);
  }
}

/* After an error (scanner->what is set) the scanner must not be asked again. */

static gboolean read_value (GstSignallingJsonScanner *scanner, GValue *value);

static gchar *
copy_without_nul (const gchar *text, gsize length)
{
  GString *copy = g_string_sized_new (length);

  for (const gchar *at = text; at < text + length; at++) {
    if (*at == '\0')
      g_string_append (copy, REPLACEMENT_CHARACTER);
    else
      g_string_append_c (copy, *at);
  }
  return g_string_free (copy, FALSE);
}

static gboolean
name_is_affordable (const gchar *name)
{
  static gint spent; /* atomic */
  gint cost = (gint) (strlen (name) + NAME_OVERHEAD);

  if (g_quark_try_string (name) != 0)
    return TRUE;
  if (g_atomic_int_add (&spent, cost) <= NAME_BUDGET - cost)
    return TRUE;
  g_atomic_int_add (&spent, -cost);
  return FALSE;
}

static void
read_number (const GstSignallingJsonValue *json, GValue *value)
{
  g_autofree gchar *text = g_strndup (json->start, json->length);
  gboolean integer = strpbrk (text, ".eE") == NULL;
  guint64 positive;
  gint64 negative;

  if (integer && g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT64, &positive, NULL)) {
    g_value_init (value, G_TYPE_UINT64);
    g_value_set_uint64 (value, positive);
  } else if (integer && g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &negative, NULL)) {
    g_value_init (value, G_TYPE_INT64);
    g_value_set_int64 (value, negative);
  } else {
    g_value_init (value, G_TYPE_DOUBLE);
    g_value_set_double (value, g_ascii_strtod (text, NULL));
  }
}

static void
read_string (const GstSignallingJsonValue *json, GValue *value)
{
  g_autofree gchar *decoded = g_malloc (json->decoded_length + 1);

  gst_signalling_json_decode (json->start, json->length, decoded);
  g_value_init (value, G_TYPE_STRING);
  g_value_take_string (value, copy_without_nul (decoded, json->decoded_length));
}

static gboolean
read_scalar (GstSignallingJsonScanner *scanner, GValue *value)
{
  GstSignallingJsonValue json;

  if (!gst_signalling_json_scanner_read (scanner, &json))
    return FALSE;
  switch (json.kind) {
    case GST_SIGNALLING_JSON_FALSE:
    case GST_SIGNALLING_JSON_TRUE:
      g_value_init (value, G_TYPE_BOOLEAN);
      g_value_set_boolean (value, json.kind == GST_SIGNALLING_JSON_TRUE);
      return TRUE;
    case GST_SIGNALLING_JSON_NUMBER:
      read_number (&json, value);
      return TRUE;
    case GST_SIGNALLING_JSON_STRING:
      read_string (&json, value);
      return TRUE;
    default:
      return FALSE;
  }
}

/* The elements of a GstArray have one type: for those of arrays inside it, that of their elements counts. JSON's
 * may differ, so they are brought to a common one. */

/* The type that counts, G_TYPE_NONE for arrays without elements. */
static GType
element_type (const GValue *value)
{
  if (!GST_VALUE_HOLDS_ARRAY (value))
    return G_VALUE_TYPE (value);
  if (gst_value_array_get_size (value) == 0)
    return G_TYPE_NONE;
  return element_type (gst_value_array_get_value (value, 0));
}

static gboolean
is_number (GType type)
{
  return type == G_TYPE_UINT64 || type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
}

/* What the numbers in @value can be next to ones of type @other. */
static GType
common_number_type (const GValue *value, GType other)
{
  if (GST_VALUE_HOLDS_ARRAY (value)) {
    for (guint i = 0; i < gst_value_array_get_size (value); i++)
      other = common_number_type (gst_value_array_get_value (value, i), other);
    return other;
  }
  if (G_VALUE_HOLDS_UINT64 (value) && other == G_TYPE_INT64)
    return g_value_get_uint64 (value) > G_MAXINT64 ? G_TYPE_DOUBLE : G_TYPE_INT64;
  return other;
}

/* G_TYPE_INVALID when there is none, G_TYPE_NONE when there is nothing. */
static GType
common_type (GArray *elements)
{
  GType common = G_TYPE_NONE;
  gboolean signed_numbers = FALSE;

  for (guint i = 0; i < elements->len; i++) {
    GType type = element_type (&g_array_index (elements, GValue, i));

    signed_numbers |= type == G_TYPE_INT64;
    if (type == G_TYPE_NONE || type == common)
      continue;
    if (common == G_TYPE_NONE)
      common = type;
    else if (!is_number (common) || !is_number (type))
      return G_TYPE_INVALID;
    else
      common = common == G_TYPE_DOUBLE || type == G_TYPE_DOUBLE ? G_TYPE_DOUBLE : G_TYPE_INT64;
  }
  for (guint i = 0; signed_numbers && i < elements->len; i++)
    common = common_number_type (&g_array_index (elements, GValue, i), common);
  return common;
}

/* Changes the numbers in @value to @type. */
static void
convert_numbers (GValue *value, GType type)
{
  GValue converted = G_VALUE_INIT;

  if (GST_VALUE_HOLDS_ARRAY (value)) {
    g_value_init (&converted, GST_TYPE_ARRAY);
    for (guint i = 0; i < gst_value_array_get_size (value); i++) {
      GValue element = G_VALUE_INIT;

      g_value_init (&element, G_VALUE_TYPE (gst_value_array_get_value (value, i)));
      g_value_copy (gst_value_array_get_value (value, i), &element);
      convert_numbers (&element, type);
      gst_value_array_append_and_take_value (&converted, &element);
    }
  } else {
    g_value_init (&converted, type);
    g_value_transform (value, &converted);
  }
  g_value_unset (value);
  *value = converted;
}

/* Changes @value to its text. */
static void
convert_to_text (GValue *value)
{
  gchar *text;

  if (G_VALUE_HOLDS_STRING (value))
    return;
  text = gst_signalling_peer_meta_value_to_json (value);
  g_value_unset (value);
  g_value_init (value, G_TYPE_STRING);
  g_value_take_string (value, text);
}

static void
read_elements (GstSignallingJsonScanner *scanner, GArray *elements)
{
  if (!gst_signalling_json_scanner_enter (scanner))
    return;
  while (scanner->what == NULL && gst_signalling_json_scanner_next_element (scanner)) {
    GValue element = G_VALUE_INIT;

    if (read_value (scanner, &element))
      g_array_append_val (elements, element);
  }
}

static void
read_array (GstSignallingJsonScanner *scanner, GValue *value)
{
  g_autoptr (GArray) elements = g_array_new (FALSE, FALSE, sizeof (GValue));
  GType common;

  read_elements (scanner, elements);
  common = common_type (elements);
  g_value_init (value, GST_TYPE_ARRAY);
  for (guint i = 0; i < elements->len; i++) {
    GValue *element = &g_array_index (elements, GValue, i);

    if (common == G_TYPE_INVALID)
      convert_to_text (element);
    else if (is_number (common) && element_type (element) != common)
      convert_numbers (element, common);
    gst_value_array_append_and_take_value (value, element);
  }
}

static GstStructure *
read_structure (GstSignallingJsonScanner *scanner)
{
  GstStructure *structure = gst_structure_new_empty (STRUCTURE_NAME);
  GstSignallingJsonName member;

  if (!gst_signalling_json_scanner_enter (scanner))
    return structure;
  while (scanner->what == NULL && gst_signalling_json_scanner_next_member (scanner, &member)) {
    g_autofree gchar *name = copy_without_nul (member.name, member.length);
    GValue value = G_VALUE_INIT;

    if (!read_value (scanner, &value))
      continue;
    if (name_is_affordable (name)) {
      gst_structure_take_value (structure, name, &value);
    } else {
      GST_WARNING ("peers have used too many different names: a field is left out");
      g_value_unset (&value);
    }
  }
  return structure;
}

/* FALSE for null and at an error. Calls itself, as deep as GST_SIGNALLING_JSON_MAX_DEPTH at most. */
static gboolean
read_value (GstSignallingJsonScanner *scanner, GValue *value)
{
  switch (gst_signalling_json_scanner_peek (scanner)) {
    case GST_SIGNALLING_JSON_OBJECT:
      g_value_init (value, GST_TYPE_STRUCTURE);
      g_value_take_boxed (value, read_structure (scanner));
      return TRUE;
    case GST_SIGNALLING_JSON_ARRAY:
      read_array (scanner, value);
      return TRUE;
    default:
      return read_scalar (scanner, value);
  }
}

static GstStructure *
read_text (const gchar *text)
{
  g_auto (GstSignallingJsonScanner) scanner;
  g_autoptr (GstStructure) meta = NULL;

  gst_signalling_json_scanner_init (&scanner, text, strlen (text));
  if (gst_signalling_json_scanner_peek (&scanner) != GST_SIGNALLING_JSON_OBJECT)
    return NULL;
  meta = read_structure (&scanner);
  if (scanner.what != NULL || !gst_signalling_json_scanner_finish (&scanner)) {
    GST_DEBUG ("not a meta: %s", scanner.what);
    return NULL;
  }
  return g_steal_pointer (&meta);
}

GstStructure *
gst_signalling_peer_meta_from_json (const gchar *text)
{
  init_category ();
  return text ? read_text (text) : NULL;
}

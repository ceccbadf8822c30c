/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/signaller/peer-meta-private.h>

#include <math.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC (peer_meta_debug);
#define GST_CAT_DEFAULT peer_meta_debug

static void
init_category (void)
{
  static gsize once;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (peer_meta_debug, "signalling-meta-writer", 0, "What we say about ourselves");
    g_once_init_leave (&once, 1);
  }
}

static gboolean append_value (GString *out, const GValue *value);

static void
append_string (GString *out, const gchar *string)
{
  g_string_append_c (out, '"');
  for (; *string; string++) {
    if (*string == '"' || *string == '\\')
      g_string_append_c (g_string_append_c (out, '\\'), *string);
    else if ((guchar) *string < 0x20)
      g_string_append_printf (out, "\\u%04x", (guint) (guchar) *string);
    else
      g_string_append_c (out, *string);
  }
  g_string_append_c (out, '"');
}

static void
append_utf8 (GString *out, const gchar *string)
{
  if (g_utf8_validate (string, -1, NULL)) {
    append_string (out, string);
  } else {
    g_autofree gchar *valid = g_utf8_make_valid (string, -1);

    append_string (out, valid);
  }
}

static void
append_nullable_string (GString *out, const gchar *string)
{
  if (string)
    append_utf8 (out, string);
  else
    g_string_append (out, "null");
}

static void
append_double (GString *out, gdouble number, gboolean is_float)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];
  gchar format[] = "%.00g";

  if (!isfinite (number)) {
    g_string_append (out, "null");
    return;
  }
  for (guint digits = 6; digits <= 17; digits++) {
    gdouble read;

    g_snprintf (format, sizeof format, "%%.%ug", digits);
    read = g_ascii_strtod (g_ascii_formatd (text, sizeof text, format, number), NULL);
    if (is_float ? (gfloat) read == (gfloat) number : read == number)
      break;
  }
  g_string_append (out, text);
  if (strpbrk (text, ".e") == NULL)
    g_string_append (out, ".0");
}

static void
append_separator (GString *out)
{
  gchar last = out->str[out->len - 1];

  if (last != '{' && last != '[')
    g_string_append_c (out, ',');
}

static gboolean
append_field (GQuark field, const GValue *value, gpointer user_data)
{
  GString *out = user_data;
  gsize before = out->len;

  append_separator (out);
  append_utf8 (out, g_quark_to_string (field));
  g_string_append_c (out, ':');
  if (!append_value (out, value)) {
    GST_WARNING ("field %s has the type %s, which cannot be written: left out", g_quark_to_string (field),
        G_VALUE_TYPE_NAME (value));
    g_string_truncate (out, before);
  }
  return TRUE;
}

static void
append_structure (GString *out, const GstStructure *structure)
{
  if (structure == NULL) {
    g_string_append (out, "null");
    return;
  }
  g_string_append_c (out, '{');
  gst_structure_foreach (structure, append_field, out);
  g_string_append_c (out, '}');
}

static void
append_elements (GString *out, const GValue *value, guint size, const GValue *(*get) (const GValue *value, guint index))
{
  g_string_append_c (out, '[');
  for (guint i = 0; i < size; i++) {
    append_separator (out);
    if (!append_value (out, get (value, i)))
      g_string_append (out, "null");
  }
  g_string_append_c (out, ']');
}

static void
append_strv (GString *out, const gchar *const *strings)
{
  g_string_append_c (out, '[');
  for (; strings && *strings; strings++) {
    append_separator (out);
    append_utf8 (out, *strings);
  }
  g_string_append_c (out, ']');
}

static gboolean
append_as_text (GString *out, const GValue *value)
{
  g_autofree gchar *text = gst_value_serialize (value);

  if (text == NULL)
    return FALSE;
  append_utf8 (out, text);
  return TRUE;
}

/* Types that are not fundamental ones of GLib */
static gboolean
append_other (GString *out, const GValue *value)
{
  if (GST_VALUE_HOLDS_STRUCTURE (value))
    append_structure (out, gst_value_get_structure (value));
  else if (GST_VALUE_HOLDS_ARRAY (value))
    append_elements (out, value, gst_value_array_get_size (value), gst_value_array_get_value);
  else if (GST_VALUE_HOLDS_LIST (value))
    append_elements (out, value, gst_value_list_get_size (value), gst_value_list_get_value);
  else if (G_VALUE_HOLDS (value, G_TYPE_STRV))
    append_strv (out, g_value_get_boxed (value));
  else
    return append_as_text (out, value);
  return TRUE;
}

static void
append_signed (GString *out, gint64 number)
{
  g_string_append_printf (out, "%" G_GINT64_FORMAT, number);
}

static void
append_unsigned (GString *out, guint64 number)
{
  g_string_append_printf (out, "%" G_GUINT64_FORMAT, number);
}

/* FALSE, with nothing appended, when there is no way to write @value. */
static gboolean
append_value (GString *out, const GValue *value)
{
  switch (G_VALUE_TYPE (value)) {
    case G_TYPE_BOOLEAN:
      g_string_append (out, g_value_get_boolean (value) ? "true" : "false");
      return TRUE;
    case G_TYPE_CHAR:
      append_signed (out, g_value_get_schar (value));
      return TRUE;
    case G_TYPE_UCHAR:
      append_unsigned (out, g_value_get_uchar (value));
      return TRUE;
    case G_TYPE_INT:
      append_signed (out, g_value_get_int (value));
      return TRUE;
    case G_TYPE_UINT:
      append_unsigned (out, g_value_get_uint (value));
      return TRUE;
    case G_TYPE_LONG:
      append_signed (out, g_value_get_long (value));
      return TRUE;
    case G_TYPE_ULONG:
      append_unsigned (out, g_value_get_ulong (value));
      return TRUE;
    case G_TYPE_INT64:
      append_signed (out, g_value_get_int64 (value));
      return TRUE;
    case G_TYPE_UINT64:
      append_unsigned (out, g_value_get_uint64 (value));
      return TRUE;
    case G_TYPE_FLOAT:
      append_double (out, (gdouble) g_value_get_float (value), TRUE);
      return TRUE;
    case G_TYPE_DOUBLE:
      append_double (out, g_value_get_double (value), FALSE);
      return TRUE;
    case G_TYPE_STRING:
      append_nullable_string (out, g_value_get_string (value));
      return TRUE;
    default:
      return append_other (out, value);
  }
}

gchar *
gst_signalling_peer_meta_value_to_json (const GValue *value)
{
  GString *out = g_string_new (NULL);

  init_category ();
  if (!append_value (out, value))
    g_string_append (out, "null");
  return g_string_free (out, FALSE);
}

gchar *
gst_signalling_peer_meta_to_json (const GstStructure *meta)
{
  GString *out;

  init_category ();
  if (meta == NULL)
    return NULL;
  out = g_string_new (NULL);
  append_structure (out, meta);
  return g_string_free (out, FALSE);
}

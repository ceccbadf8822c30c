/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What peers say about themselves, between GstStructure and JSON text. */

#include <math.h>
#include <string.h>

#include <gst/signalling/signaller/peer-meta-private.h>
#include <tests/common/log-guard.h>
#include <tests/common/watchdog.h>

static void
assert_json (GstStructure *meta, const gchar *expected)
{
  g_autofree gchar *json = gst_signalling_peer_meta_to_json (meta);

  g_assert_cmpstr (json, ==, expected);
  gst_clear_structure (&meta);
}

static const GValue *
field_of_type (const GstStructure *meta, const gchar *name, GType type)
{
  const GValue *value = gst_structure_get_value (meta, name);

  g_assert_nonnull (value);
  g_assert_cmpstr (G_VALUE_TYPE_NAME (value), ==, g_type_name (type));
  return value;
}

static void
test_write_nothing (void)
{
  g_assert_null (gst_signalling_peer_meta_to_json (NULL));
  assert_json (gst_structure_new_empty ("any"), "{}");
}

static void
test_write_integers (void)
{
  /* clang-format off */
  assert_json (gst_structure_new ("v",
      "int", G_TYPE_INT, G_MININT, "uint", G_TYPE_UINT, G_MAXUINT,
      "long", G_TYPE_LONG, -5L, "ulong", G_TYPE_ULONG, 5UL,
      "char", G_TYPE_CHAR, -7, "uchar", G_TYPE_UCHAR, 200, NULL),
      "{\"int\":-2147483648,\"uint\":4294967295,\"long\":-5,\"ulong\":5,\"char\":-7,\"uchar\":200}");
  assert_json (gst_structure_new ("v",
      "min", G_TYPE_INT64, G_MININT64, "max", G_TYPE_INT64, G_MAXINT64, "umax", G_TYPE_UINT64, G_MAXUINT64, NULL),
      "{\"min\":-9223372036854775808,\"max\":9223372036854775807,\"umax\":18446744073709551615}");
  assert_json (gst_structure_new ("v", "yes", G_TYPE_BOOLEAN, TRUE, "no", G_TYPE_BOOLEAN, FALSE, NULL),
      "{\"yes\":true,\"no\":false}");
  /* clang-format on */
}

static void
test_write_floats (void)
{
  assert_json (
      gst_structure_new ("v", "d", G_TYPE_DOUBLE, 0.1, "f", G_TYPE_FLOAT, 0.1f, NULL), "{\"d\":0.1,\"f\":0.1}");
  assert_json (
      gst_structure_new ("v", "d", G_TYPE_DOUBLE, 3.0, "e", G_TYPE_DOUBLE, 1e300, NULL), "{\"d\":3.0,\"e\":1e+300}");
  assert_json (gst_structure_new ("v", "d", G_TYPE_DOUBLE, 1.0 / 3, NULL), "{\"d\":0.3333333333333333}");
  assert_json (gst_structure_new ("v", "i", G_TYPE_DOUBLE, (gdouble) INFINITY, "n", G_TYPE_FLOAT, NAN, NULL),
      "{\"i\":null,\"n\":null}");
}

static void
test_write_strings (void)
{
  assert_json (gst_structure_new ("v", "s", G_TYPE_STRING, "a\"b\\c\n\x01 \xc3\xa9\xf0\x9f\x98\x80/", NULL),
      "{\"s\":\"a\\\"b\\\\c\\u000a\\u0001 \xc3\xa9\xf0\x9f\x98\x80/\"}");
  assert_json (
      gst_structure_new ("v", "null", G_TYPE_STRING, NULL, "", G_TYPE_STRING, "", NULL), "{\"null\":null,\"\":\"\"}");
  assert_json (gst_structure_new ("v", "quote\"d", G_TYPE_INT, 1, NULL), "{\"quote\\\"d\":1}");
}

static void
append_int (GValue *array, gint number)
{
  GValue element = G_VALUE_INIT;

  g_value_init (&element, G_TYPE_INT);
  g_value_set_int (&element, number);
  gst_value_array_append_and_take_value (array, &element);
}

static void
test_write_containers (void)
{
  const gchar *strings[] = { "one", "tw\"o", NULL };
  g_autoptr (GstStructure) inner = gst_structure_new ("inner", "x", G_TYPE_INT, 1, NULL);
  GstStructure *meta = gst_structure_new (
      "v", "inner", GST_TYPE_STRUCTURE, inner, "none", GST_TYPE_STRUCTURE, NULL, "strv", G_TYPE_STRV, strings, NULL);
  GValue array = G_VALUE_INIT;
  GValue list = G_VALUE_INIT;

  g_value_init (&array, GST_TYPE_ARRAY);
  append_int (&array, 1);
  append_int (&array, 2);
  gst_structure_take_value (meta, "array", &array);
  g_value_init (&list, GST_TYPE_LIST);
  gst_structure_take_value (meta, "list", &list);
  assert_json (meta, "{\"inner\":{\"x\":1},\"none\":null,\"strv\":[\"one\",\"tw\\\"o\"],\"array\":[1,2],\"list\":[]}");
}

static void
test_write_other_types (void)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple ("video/x-raw");
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  gint local = 0;

  /* clang-format off */
  assert_json (gst_structure_new ("v",
      "fraction", GST_TYPE_FRACTION, 30, 1, "caps", GST_TYPE_CAPS, caps, "state", GST_TYPE_STATE, GST_STATE_PLAYING,
      NULL),
      "{\"fraction\":\"30/1\",\"caps\":\"video/x-raw\",\"state\":\"playing\"}");
  /* There is no text for these: the fields before and after are written all the same. */
  assert_json (gst_structure_new ("v",
      "pointer", G_TYPE_POINTER, &local, "a", G_TYPE_INT, 1, "object", G_TYPE_OBJECT, object, "b", G_TYPE_INT, 2, NULL),
      "{\"a\":1,\"b\":2}");
  /* clang-format on */
}

static void
test_read_integers (void)
{
  g_autoptr (GstStructure) meta = gst_signalling_peer_meta_from_json (
      "{\"zero\":0,\"umax\":18446744073709551615,\"above\":9223372036854775808,\"min\":-9223372036854775808,"
      "\"minus\":-1}");

  g_assert_nonnull (meta);
  g_assert_cmpstr (gst_structure_get_name (meta), ==, "v");
  g_assert_cmpuint (g_value_get_uint64 (field_of_type (meta, "zero", G_TYPE_UINT64)), ==, 0);
  g_assert_cmpuint (g_value_get_uint64 (field_of_type (meta, "umax", G_TYPE_UINT64)), ==, G_MAXUINT64);
  g_assert_cmpuint (
      g_value_get_uint64 (field_of_type (meta, "above", G_TYPE_UINT64)), ==, G_GUINT64_CONSTANT (9223372036854775808));
  g_assert_cmpint (g_value_get_int64 (field_of_type (meta, "min", G_TYPE_INT64)), ==, G_MININT64);
  g_assert_cmpint (g_value_get_int64 (field_of_type (meta, "minus", G_TYPE_INT64)), ==, -1);
}

static void
test_read_floats (void)
{
  g_autoptr (GstStructure) meta = gst_signalling_peer_meta_from_json (
      "{\"point\":1.0,\"exponent\":1e3,\"too-large\":18446744073709551616,\"too-small\":-9223372036854775809}");

  g_assert_nonnull (meta);
  g_assert_cmpfloat (g_value_get_double (field_of_type (meta, "point", G_TYPE_DOUBLE)), ==, 1.0);
  g_assert_cmpfloat (g_value_get_double (field_of_type (meta, "exponent", G_TYPE_DOUBLE)), ==, 1000.0);
  g_assert_cmpfloat (g_value_get_double (field_of_type (meta, "too-large", G_TYPE_DOUBLE)), ==, 18446744073709551616.0);
  g_assert_cmpfloat (g_value_get_double (field_of_type (meta, "too-small", G_TYPE_DOUBLE)), ==, -9223372036854775808.0);
}

static void
test_read_strings (void)
{
  g_autoptr (GstStructure) meta = gst_signalling_peer_meta_from_json (
      " { \"plain\" : \"\xc3\xa9\" , \"escaped\":\"\\u00e9\\ud83d\\ude00\\n\", \"nul\":\"a\\u0000b\","
      "\"na\\u0000me\":\"x\", \"yes\":true,\"no\":false,\"null\":null } ");

  g_assert_nonnull (meta);
  g_assert_cmpstr (gst_structure_get_string (meta, "plain"), ==, "\xc3\xa9");
  g_assert_cmpstr (gst_structure_get_string (meta, "escaped"), ==, "\xc3\xa9\xf0\x9f\x98\x80\n");
  g_assert_cmpstr (gst_structure_get_string (meta, "nul"), ==,
      "a\xef\xbf\xbd"
      "b");
  g_assert_cmpstr (gst_structure_get_string (meta, "na\xef\xbf\xbdme"), ==, "x");
  g_assert_true (g_value_get_boolean (field_of_type (meta, "yes", G_TYPE_BOOLEAN)));
  g_assert_false (g_value_get_boolean (field_of_type (meta, "no", G_TYPE_BOOLEAN)));
  g_assert_false (gst_structure_has_field (meta, "null"));
  g_assert_cmpint (gst_structure_n_fields (meta), ==, 6);
}

static void
test_read_containers (void)
{
  g_autoptr (GstStructure) meta =
      gst_signalling_peer_meta_from_json ("{\"o\":{\"p\":{\"x\":\"y\"}},\"a\":[{\"k\":-1},null,{}],\"e\":[]}");
  const GstStructure *inner, *innermost;
  const GValue *array, *element;

  g_assert_nonnull (meta);
  inner = gst_value_get_structure (field_of_type (meta, "o", GST_TYPE_STRUCTURE));
  g_assert_cmpstr (gst_structure_get_name (inner), ==, "v");
  innermost = gst_value_get_structure (field_of_type (inner, "p", GST_TYPE_STRUCTURE));
  g_assert_cmpstr (gst_structure_get_string (innermost, "x"), ==, "y");

  array = field_of_type (meta, "a", GST_TYPE_ARRAY);
  g_assert_cmpuint (gst_value_array_get_size (array), ==, 2);
  element = gst_value_array_get_value (array, 0);
  g_assert_cmpint (g_value_get_int64 (field_of_type (gst_value_get_structure (element), "k", G_TYPE_INT64)), ==, -1);
  g_assert_cmpuint (gst_value_array_get_size (field_of_type (meta, "e", GST_TYPE_ARRAY)), ==, 0);
}

/* What arrays with elements of several types become, written as JSON again */
static void
test_read_mixed_arrays (void)
{
  /* clang-format off */
  static const struct { const gchar *read, *written; } arrays[] = {
    { "[1,2]", "[1,2]" },
    { "[1,-1]", "[1,-1]" },
    { "[-1,1]", "[-1,1]" },
    { "[1,-1,18446744073709551615]", "[1.0,-1.0,1.8446744073709552e+19]" },
    { "[18446744073709551615,1]", "[18446744073709551615,1]" },
    { "[1,2.5,-3]", "[1.0,2.5,-3.0]" },
    { "[[1,2],[-1,0]]", "[[1,2],[-1,0]]" },
    { "[[1,2.5],[-3,[]],7]", "[[1.0,2.5],[-3.0,[]],7.0]" },
    { "[[],1,-1]", "[[],1,-1]" },
    { "[[9223372036854775808],[-1]]", "[[9.223372036854776e+18],[-1.0]]" },
    { "[null,1,null]", "[1]" },
    { "[1,\"a\"]", "[\"1\",\"a\"]" },
    { "[true,1]", "[\"true\",\"1\"]" },
    { "[[1],[\"a\"]]", "[\"[1]\",\"[\\\"a\\\"]\"]" },
    { "[{\"k\":1},1]", "[\"{\\\"k\\\":1}\",\"1\"]" },
    { "[[1,\"a\"],[\"b\"]]", "[[\"1\",\"a\"],[\"b\"]]" },
  };
  /* clang-format on */

  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++) {
    g_autofree gchar *text = g_strdup_printf ("{\"a\":%s}", arrays[i].read);
    g_autofree gchar *expected = g_strdup_printf ("{\"a\":%s}", arrays[i].written);
    g_autoptr (GstStructure) meta = gst_signalling_peer_meta_from_json (text);
    g_autofree gchar *written = gst_signalling_peer_meta_to_json (meta);

    g_assert_cmpstr (written, ==, expected);
  }
}

static void
test_read_refused (void)
{
  /* clang-format off */
  static const gchar *const refused[] = {
    "", " ", "null", "1", "\"text\"", "[]", "[{}]", "{", "}", "{}x", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1",
    "{\"a\":{1}}", "{\"a\":{\"b\":[}}", "{\"a\":[1,}", "{\"a\":{\"b\":tru}}", "{\"a\":1,\"a\":2}", "{a:1}",
    "{\"a\":\"\\ud800\"}", "{\"a\":01}", "{\"a\":\"\xff\"}", "{\"a\":[{\"b\":nul}],\"c\":1}",
  };
  /* clang-format on */
  GString *deep = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    GstStructure *meta = gst_signalling_peer_meta_from_json (refused[i]);

    if (meta)
      g_error ("\"%s\" was taken for a meta", refused[i]);
  }
  g_assert_null (gst_signalling_peer_meta_from_json (NULL));
  for (guint i = 0; i < 100000; i++)
    g_string_append (deep, "{\"a\":");
  g_assert_null (gst_signalling_peer_meta_from_json (deep->str));
  g_string_free (deep, TRUE);
}

static void
test_round_trip (void)
{
  const gchar *text = "{\"name\":\"camera \\\"1\\\"\",\"max\":18446744073709551615,\"min\":-9223372036854775808,"
                      "\"ratio\":0.1,\"whole\":2.0,\"on\":true,\"tags\":[\"a\"],\"objects\":[{},{\"b\":[[1],[],[[2]]]}]"
                      ",\"more\":{\"z\":1,\"a\":2}}";
  g_autoptr (GstStructure) meta = gst_signalling_peer_meta_from_json (text);
  g_autofree gchar *again = gst_signalling_peer_meta_to_json (meta);

  g_assert_cmpstr (again, ==, text);
}

static guint
count_fields_of_new_names (guint round, guint n_names)
{
  g_autoptr (GString) text = g_string_new ("{");
  g_autoptr (GstStructure) meta = NULL;

  for (guint i = 0; i < n_names; i++)
    g_string_append_printf (text, "%s\"name that nobody has used before %u-%u\":1", i ? "," : "", round, i);
  g_string_append_c (text, '}');
  meta = gst_signalling_peer_meta_from_json (text->str);
  g_assert_nonnull (meta);
  return (guint) gst_structure_n_fields (meta);
}

/* The names stay in memory for ever, so somebody who makes up new ones all the time must be stopped. */
static void
test_read_names_are_bounded (void)
{
  guint n_kept = 0;

  for (guint round = 0; round < 50; round++)
    n_kept += count_fields_of_new_names (round, 1000);
  g_assert_cmpuint (n_kept, >, 30000);
  g_assert_cmpuint (n_kept, <, 48000);
  /* Known names work as before. */
  g_assert_cmpuint (count_fields_of_new_names (0, 1000), ==, 1000);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  test_watchdog_start ("peer-meta", 30);
  g_test_add_func ("/peer-meta/write/nothing", test_write_nothing);
  g_test_add_func ("/peer-meta/write/integers", test_write_integers);
  g_test_add_func ("/peer-meta/write/floats", test_write_floats);
  g_test_add_func ("/peer-meta/write/strings", test_write_strings);
  g_test_add_func ("/peer-meta/write/containers", test_write_containers);
  g_test_add_func ("/peer-meta/write/other-types", test_write_other_types);
  g_test_add_func ("/peer-meta/read/integers", test_read_integers);
  g_test_add_func ("/peer-meta/read/floats", test_read_floats);
  g_test_add_func ("/peer-meta/read/strings", test_read_strings);
  g_test_add_func ("/peer-meta/read/containers", test_read_containers);
  g_test_add_func ("/peer-meta/read/mixed-arrays", test_read_mixed_arrays);
  g_test_add_func ("/peer-meta/read/refused", test_read_refused);
  g_test_add_func ("/peer-meta/round-trip", test_round_trip);
  g_test_add_func ("/peer-meta/read/names-are-bounded", test_read_names_are_bounded);
  return g_test_run ();
}

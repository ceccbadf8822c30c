/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What counts as JSON, and what every limit does at its value and one beyond it. */

#include <gst/signalling/protocol/json-scanner-private.h>

#include <math.h>
#include <string.h>

#include <tests/common/watchdog.h>

/* For texts with zero bytes in them. */
#define TEXT(literal) literal, sizeof (literal) - 1

typedef struct
{
  const gchar *text;
  gsize length;
} Text;

static const Text good_texts[] = {
  { TEXT ("{}") },
  { TEXT (" \t\r\n{ } \n") },
  { TEXT ("[]") },
  { TEXT ("[ ]") },
  { TEXT ("[[],[[]],{}]") },
  { TEXT ("true") },
  { TEXT ("false") },
  { TEXT ("null") },
  { TEXT ("\"\"") },
  { TEXT ("\"\x7f\"") },
  { TEXT ("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"") },
  { TEXT ("\"\\u0000\\u001F\\uFFFF\\uabCD\"") },
  { TEXT ("\"\\uD834\\uDD1E\"") },
  { TEXT ("\"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xed\x9f\xbf \xee\x80\x80 \xef\xbf\xbf\"") },
  { TEXT ("\"\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf\"") },
  { TEXT ("\"\xe2\x80\xa8\"") },
  { TEXT ("0") },
  { TEXT ("-0") },
  { TEXT ("-0.0e-0") },
  { TEXT ("120") },
  { TEXT ("1.25") },
  { TEXT ("1E5") },
  { TEXT ("1e+5") },
  { TEXT ("10.01e-07") },
  { TEXT ("18446744073709551616") },
  { TEXT ("1.7976931348623157e308") },
  { TEXT ("17976931348623157e292") },
  { TEXT ("0.00017976931348623157e+312") },
  { TEXT ("1e-9999999999") },
  { TEXT ("0e9999999999") },
  { TEXT ("0.000e9999999999") },
  { TEXT ("{\"\":0}") },
  { TEXT ("{\"a\":1,\"A\":1,\"a \":1,\"\":1}") },
  { TEXT ("{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}") },
  { TEXT ("{\"k\\u0000\":1,\"k\":2}") },
  { TEXT ("[1,\"x\",null,true,false,{\"y\":[]}]") },
};

typedef struct
{
  const gchar *text;
  gsize length;
  gsize where; /* the offset in the error */
} BadText;

static const BadText bad_texts[] = {
  { TEXT (""), 0 },
  { TEXT ("   "), 3 },
  { TEXT ("\0"), 0 },
  { TEXT ("\xef\xbb\xbf{}"), 0 }, /* a byte order mark */
  { TEXT ("{"), 1 },
  { TEXT ("}"), 0 },
  { TEXT ("["), 1 },
  { TEXT ("]"), 0 },
  { TEXT ("[1"), 2 },
  { TEXT ("[1,"), 3 },
  { TEXT ("[1,]"), 3 },
  { TEXT ("[,1]"), 1 },
  { TEXT ("[1 2]"), 3 },
  { TEXT ("[1}"), 2 },
  { TEXT ("{\"a\":1]"), 6 },
  { TEXT ("[1]]"), 3 },
  { TEXT ("{}{}"), 2 },
  { TEXT ("{} x"), 3 },
  { TEXT ("{}\0"), 2 },
  { TEXT ("{,}"), 1 },
  { TEXT ("{\"a\"}"), 4 },
  { TEXT ("{\"a\":}"), 5 },
  { TEXT ("{\"a\" 1}"), 5 },
  { TEXT ("{\"a\":1,}"), 7 },
  { TEXT ("{\"a\":1 \"b\":2}"), 7 },
  { TEXT ("{\"a\"::1}"), 5 },
  { TEXT ("{a:1}"), 1 },
  { TEXT ("{'a':1}"), 1 },
  { TEXT ("{1:1}"), 1 },
  { TEXT ("{null:1}"), 1 },
  { TEXT ("// x\n{}"), 0 },
  { TEXT ("{/* x */}"), 1 },
  { TEXT ("\f{}"), 0 },
  { TEXT ("\xc2\xa0{}"), 0 }, /* white space, but not JSON's */
  { TEXT ("TRUE"), 0 },
  { TEXT ("tru"), 0 },
  { TEXT ("truex"), 4 },
  { TEXT ("nul"), 0 },
  { TEXT ("undefined"), 0 },
  { TEXT ("NaN"), 0 },
  { TEXT ("Infinity"), 0 },
  { TEXT ("-Infinity"), 0 },
  { TEXT ("+1"), 0 },
  { TEXT ("-"), 0 },
  { TEXT ("--1"), 0 },
  { TEXT ("01"), 0 },
  { TEXT ("-01"), 0 },
  { TEXT ("00"), 0 },
  { TEXT (".5"), 0 },
  { TEXT ("5."), 0 },
  { TEXT ("5.e1"), 0 },
  { TEXT ("1e"), 0 },
  { TEXT ("1e+"), 0 },
  { TEXT ("1e1.5"), 3 },
  { TEXT ("0x10"), 1 },
  { TEXT ("1_000"), 1 },
  { TEXT ("\""), 0 },
  { TEXT ("\"abc"), 0 },
  { TEXT ("\"abcdefghijkl"), 0 },
  { TEXT ("'abc'"), 0 },
  { TEXT ("\"a\nb\""), 2 },
  { TEXT ("\"abcdefghij\tb\""), 11 },
  { TEXT ("\"a\0b\""), 2 },
  { TEXT ("\"\\"), 1 },
  { TEXT ("\"\\\""), 0 },
  { TEXT ("\"\\a\""), 1 },
  { TEXT ("\"\\'\""), 1 },
  { TEXT ("\"\\\0\""), 1 },
  { TEXT ("\"\\U0041\""), 1 },
  { TEXT ("\"\\x41\""), 1 },
  { TEXT ("\"\\u\""), 1 },
  { TEXT ("\"\\u004\""), 1 },
  { TEXT ("\"\\u00g0\""), 1 },
  { TEXT ("\"\\u+041\""), 1 },
  { TEXT ("\"\\uD800\""), 1 },
  { TEXT ("\"\\uDFFF\""), 1 },
  { TEXT ("\"\\uD834x\""), 1 },
  { TEXT ("\"\\uD834\\n\""), 1 },
  { TEXT ("\"\\uD834\\uD834\""), 1 },
  { TEXT ("\"\\uDD1E\\uD834\""), 1 },
  { TEXT ("\"\x80\""), 1 },
  { TEXT ("\"\xc2\""), 1 },
  { TEXT ("\"\xc2"), 1 },
  { TEXT ("\"\xc0\xaf\""), 1 }, /* overlong */
  { TEXT ("\"\xc1\xbf\""), 1 },
  { TEXT ("\"\xe0\x9f\xbf\""), 1 },
  { TEXT ("\"\xf0\x8f\xbf\xbf\""), 1 },
  { TEXT ("\"\xed\xa0\x80\""), 1 }, /* a surrogate */
  { TEXT ("\"\xf4\x90\x80\x80\""), 1 },
  { TEXT ("\"\xf5\x80\x80\x80\""), 1 },
  { TEXT ("\"\xff\""), 1 },
  { TEXT ("\"\xe2\x82\""), 1 },
  { TEXT ("\"\xf0\x9f\x98\""), 1 },
  { TEXT ("\"abcdefgh\xf0\x9f\x98"), 9 },
  { TEXT ("{\"a\":1,\"a\":1}"), 7 },
  { TEXT ("{\"a\":1,\"b\":2,\"\\u0061\":1}"), 13 },
  { TEXT ("{\"\":1,\"\":1}"), 6 },
  { TEXT ("[{\"x\":{\"y\":1,\"y\":2}}]"), 13 },
};

/* Strict reading of a whole text. */
static gboolean
scan (const gchar *text, gsize length, GError **error)
{
  g_auto (GstSignallingJsonScanner) scanner;
  GstSignallingJsonValue value;

  gst_signalling_json_scanner_init (&scanner, text, length);
  if (gst_signalling_json_scanner_read (&scanner, &value) && gst_signalling_json_scanner_finish (&scanner))
    return TRUE;
  gst_signalling_json_scanner_set_error (&scanner, error);
  return FALSE;
}

/* In a block of exactly the size of the text, so that a memory checker sees every byte too far. */
static gboolean
scan_exactly (const gchar *text, gsize length, GError **error)
{
  g_autofree gchar *copy = g_memdup2 (text, length);

  return scan (copy ? copy : "", length, error);
}

static void
assert_accepted (const gchar *text, gsize length)
{
  g_autoptr (GError) error = NULL;

  if (!scan_exactly (text, length, &error))
    g_error ("%.80s: %s", text, error->message);
}

static void
assert_refused (const gchar *text, gsize length, GstSignallingError code, const gchar *message)
{
  g_autoptr (GError) error = NULL;

  if (scan_exactly (text, length, &error))
    g_error ("accepted: %.80s", text);
  g_assert_error (error, GST_SIGNALLING_ERROR, (gint) code);
  if (strstr (error->message, message) == NULL)
    g_error ("%.80s: \"%s\" does not say \"%s\"", text, error->message, message);
}

static void
test_good (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (good_texts); i++)
    assert_accepted (good_texts[i].text, good_texts[i].length);
}

static void
test_bad (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_texts); i++) {
    g_autofree gchar *where = g_strdup_printf ("at byte %" G_GSIZE_FORMAT ":", bad_texts[i].where);

    assert_refused (bad_texts[i].text, bad_texts[i].length, GST_SIGNALLING_ERROR_INVALID_MESSAGE, where);
  }
}

/* No beginning of a text is a text, and none is read beyond its end. */
static void
test_truncated (void)
{
  static const gchar whole[] =
      "{\"a\":[1.5e3,-2,\"x\\u00e9\\ud83d\\ude00\xc3\xa9\xe2\x82\xac\",{\"b\":null,\"c\":[true,false]}],\"d\":0}";

  for (gsize length = 0; length < sizeof (whole) - 1; length++)
    assert_refused (whole, length, GST_SIGNALLING_ERROR_INVALID_MESSAGE, "malformed at byte");
  assert_accepted (whole, sizeof (whole) - 1);
}

/* Each byte at each place of a string, so that it comes to stand in every lane of what reads many at once. */
static void
test_bytes (void)
{
  for (guint byte = 0; byte < 256; byte++) {
    for (guint place = 0; place < 17; place++) {
      gchar text[19];
      gboolean plain = byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';

      memset (text, 'x', sizeof (text));
      text[0] = text[18] = '"';
      text[1 + place] = (gchar) byte;
      g_assert_cmpint (scan_exactly (text, sizeof (text), NULL), ==, plain);
    }
  }
}

static gchar *
repeat (const gchar *before, const gchar *what, guint times, const gchar *after)
{
  GString *text = g_string_new (before);

  for (guint i = 0; i < times; i++)
    g_string_append (text, what);
  return g_string_free (g_string_append (text, after), FALSE);
}

static void
assert_limit (const gchar *at_limit, const gchar *beyond, const gchar *message)
{
  assert_accepted (at_limit, strlen (at_limit));
  assert_refused (beyond, strlen (beyond), GST_SIGNALLING_ERROR_TOO_LARGE, message);
}

static gchar *
nested (guint depth, const gchar *open, const gchar *close)
{
  g_autofree gchar *inside = repeat ("", open, depth, "0");

  return repeat (inside, close, depth, "");
}

static void
test_depth (void)
{
  const guint max = GST_SIGNALLING_JSON_MAX_DEPTH;
  g_autofree gchar *arrays = nested (max, "[", "]");
  g_autofree gchar *too_many_arrays = nested (max + 1, "[", "]");
  g_autofree gchar *objects = nested (max, "{\"a\":", "}");
  g_autofree gchar *too_many_objects = nested (max + 1, "{\"a\":", "}");
  g_autofree gchar *endless = repeat ("", "[", 1000000, "");

  assert_limit (arrays, too_many_arrays, "at byte 32: nested too deep");
  assert_limit (objects, too_many_objects, "nested too deep");
  assert_refused (endless, strlen (endless), GST_SIGNALLING_ERROR_TOO_LARGE, "at byte 32: nested too deep");
}

static gchar *
object_with (guint n_members, const gchar *name_format)
{
  GString *text = g_string_new ("{");

  for (guint i = 0; i < n_members; i++) {
    g_autofree gchar *number = g_strdup_printf ("%05u", i);
    g_auto (GStrv) parts = g_strsplit (name_format, "#", 2);

    g_string_append_printf (text, "%s\"%s%s%s\":%u", i ? "," : "", parts[0], number, parts[1], i);
  }
  return g_string_free (g_string_append_c (text, '}'), FALSE);
}

static void
test_members (void)
{
  static const gchar *const formats[] = { "k#", "\\u006b#", "#\\n" };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++) {
    g_autofree gchar *most = object_with (GST_SIGNALLING_JSON_MAX_MEMBERS, formats[i]);
    g_autofree gchar *too_many = object_with (GST_SIGNALLING_JSON_MAX_MEMBERS + 1, formats[i]);

    assert_limit (most, too_many, "more than 1024 members");
  }
}

/* A name that occurs twice is found in small and in large objects, at any place, written in either way. */
static void
test_duplicates (void)
{
  for (guint n = 1; n < 40; n++) {
    g_autofree gchar *object = object_with (n, "k#");

    for (guint twice = 0; twice < n; twice++) {
      g_autofree gchar *plain = NULL;
      g_autofree gchar *escaped = NULL;
      g_autofree gchar *inside = NULL;
      gsize length = strlen (object) - 1;
      g_autofree gchar *where = g_strdup_printf ("at byte %" G_GSIZE_FORMAT ": a name occurs twice", length + 1);

      plain = g_strdup_printf ("%.*s,\"k%05u\":0}", (gint) length, object, twice);
      escaped = g_strdup_printf ("%.*s,\"\\u006b%05u\":0}", (gint) length, object, twice);
      inside = g_strdup_printf ("%.*s,\"in\":{\"k%05u\":{\"k%05u\":0}}}", (gint) length, object, twice, twice);
      assert_refused (plain, strlen (plain), GST_SIGNALLING_ERROR_INVALID_MESSAGE, where);
      assert_refused (escaped, strlen (escaped), GST_SIGNALLING_ERROR_INVALID_MESSAGE, where);
      assert_accepted (inside, strlen (inside));
    }
  }
}

/* Many large objects at once inside one another: the names of all of them are remembered, and forgotten again. */
static void
test_many_names (void)
{
  g_autofree gchar *object = object_with (GST_SIGNALLING_JSON_MAX_MEMBERS, "k#");
  GString *text = g_string_new (NULL);
  g_autofree gchar *whole = NULL;

  for (guint i = 0; i < 20; i++) {
    gchar *last = g_strrstr (object, "k01023\"");

    g_string_append_len (text, object, last - object);
    g_string_append (text, "last\":");
  }
  g_string_append (text, "[]");
  for (guint i = 0; i < 20; i++)
    g_string_append_c (text, '}');
  whole = g_string_free (text, FALSE);
  assert_accepted (whole, strlen (whole));
}

static void
test_elements (void)
{
  g_autofree gchar *most = repeat ("[0", ",0", GST_SIGNALLING_JSON_MAX_ELEMENTS - 1, "]");
  g_autofree gchar *too_many = repeat ("[0", ",0", GST_SIGNALLING_JSON_MAX_ELEMENTS, "]");

  assert_limit (most, too_many, "more than 100000 elements");
}

static void
test_numbers (void)
{
  g_autofree gchar *most = repeat ("0.", "1", GST_SIGNALLING_JSON_MAX_NUMBER_LENGTH - 2, "");
  g_autofree gchar *too_many = repeat ("0.", "1", GST_SIGNALLING_JSON_MAX_NUMBER_LENGTH - 1, "");
  g_autofree gchar *big = repeat ("1", "0", 308, "");
  g_autofree gchar *too_big = repeat ("1", "0", 309, "");
  g_autofree gchar *small = repeat ("0.", "0", 399, "1e708");
  g_autofree gchar *too_small = repeat ("0.", "0", 399, "1e709");

  assert_limit (most, too_many, "more than 512 characters");
  assert_limit (big, too_big, "range of a double");
  assert_limit ("1.7976931348623157e308", "1.7976931348623159e308", "range of a double");
  assert_limit ("-0.0017976931348623157e311", "-0.0018e311", "range of a double");
  assert_limit ("0e309", "1e309", "range of a double");
  assert_limit ("1e-1000", "1e1000", "range of a double");
  assert_limit (small, too_small, "range of a double");
  assert_limit ("1e-309", "1e99999999999999999999", "range of a double");
}

/* The range is found out without computing the number; strtod says the same. */
static void
test_number_range (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (308);

  for (guint i = 0; i < 20000; i++) {
    g_autoptr (GString) text = g_string_new (g_rand_boolean (random) ? "-" : "");
    gint n_zeros = g_rand_int_range (random, 0, 12);

    if (g_rand_boolean (random)) {
      g_string_append_printf (text, "%d", g_rand_int_range (random, 0, 1000000));
    } else {
      g_string_append (text, "0.");
      for (gint zero = 0; zero < n_zeros; zero++)
        g_string_append_c (text, '0');
      g_string_append_printf (text, "%d", g_rand_int_range (random, 0, 100));
    }
    g_string_append_printf (text, "e%d", g_rand_int_range (random, 295, 325));
    g_assert_cmpint (scan_exactly (text->str, text->len, NULL), ==, isfinite (g_ascii_strtod (text->str, NULL)) != 0);
  }
}

/* Values as they are handed out */

static GstSignallingJsonValue
read_value (const gchar *text)
{
  g_auto (GstSignallingJsonScanner) scanner;
  GstSignallingJsonValue value = { 0 };

  gst_signalling_json_scanner_init (&scanner, text, strlen (text));
  g_assert_true (gst_signalling_json_scanner_read (&scanner, &value));
  return value;
}

static void
test_decode (void)
{
  static const struct
  {
    const gchar *text;
    const gchar *decoded;
    gsize length;
  } cases[] = {
    { "\"\"", TEXT ("") },
    { "\"plain\"", TEXT ("plain") },
    { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", TEXT ("\"\\/\b\f\n\r\t") },
    { "\"v=0\\r\\no=- 1\\r\\n\"", TEXT ("v=0\r\no=- 1\r\n") },
    { "\"\\u0041\\u00e9\\u20AC\\uD83D\\uDE00\"", TEXT ("A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80") },
    { "\"\\uDBFF\\uDFFF\\uD800\\uDC00\"", TEXT ("\xf4\x8f\xbf\xbf\xf0\x90\x80\x80") },
    { "\"a\\u0000b\"", TEXT ("a\0b") },
    { "\"\xc3\xa9\\\\u0041\"", TEXT ("\xc3\xa9\\u0041") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    GstSignallingJsonValue value = read_value (cases[i].text);
    g_autofree gchar *decoded = g_malloc (value.decoded_length + 1);

    gst_signalling_json_decode (value.start, value.length, decoded);
    g_assert_cmpmem (decoded, value.decoded_length, cases[i].decoded, cases[i].length);
    g_assert_cmpint (value.has_nul, ==, memchr (cases[i].decoded, 0, cases[i].length) != NULL);
    g_assert_cmpuint (value.length, ==, strlen (cases[i].text) - 2);
  }
}

static void
test_uint32 (void)
{
  static const gchar *const refused[] = { "-0", "-1", "1.0", "1e0", "0.0", "4294967296", "10000000000",
    "99999999999999999999", "\"1\"", "null", "true", "[1]" };
  guint32 number = 7;
  GstSignallingJsonValue value;

  value = read_value (" 0 ");
  g_assert_true (gst_signalling_json_value_get_uint32 (&value, &number));
  g_assert_cmpuint (number, ==, 0);
  value = read_value ("4294967295");
  g_assert_true (gst_signalling_json_value_get_uint32 (&value, &number));
  g_assert_cmpuint (number, ==, G_MAXUINT32);
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++) {
    value = read_value (refused[i]);
    g_assert_false (gst_signalling_json_value_get_uint32 (&value, &number));
  }
}

/* The best of several tries, so that a busy machine does not matter. */
static gint64
time_to_scan (const gchar *text)
{
  gint64 best = G_MAXINT64;

  for (guint i = 0; i < 5; i++) {
    gint64 start = g_get_monotonic_time ();

    assert_accepted (text, strlen (text));
    best = MIN (best, g_get_monotonic_time () - start);
  }
  return MAX (best, 50);
}

/* Looking for names that occur twice must not cost the square of their number: as much text in large objects as in
 * small ones takes a few times longer at most. */
static void
test_name_time (void)
{
  const guint few = 32;
  g_autofree gchar *small = object_with (few, "\\u006b#");
  g_autofree gchar *large = object_with (GST_SIGNALLING_JSON_MAX_MEMBERS, "\\u006b#");
  g_autofree gchar *next_small = g_strconcat (",", small, NULL);
  g_autofree gchar *next_large = g_strconcat (",", large, NULL);
  g_autofree gchar *in_small = repeat ("[0", next_small, 16 * GST_SIGNALLING_JSON_MAX_MEMBERS / few, "]");
  g_autofree gchar *in_large = repeat ("[0", next_large, 16, "]");

  g_assert_cmpint (time_to_scan (in_large), <, 8 * time_to_scan (in_small));
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  test_watchdog_start ("json-scanner", 60);
  g_test_add_func ("/json-scanner/good", test_good);
  g_test_add_func ("/json-scanner/bad", test_bad);
  g_test_add_func ("/json-scanner/truncated", test_truncated);
  g_test_add_func ("/json-scanner/bytes", test_bytes);
  g_test_add_func ("/json-scanner/depth", test_depth);
  g_test_add_func ("/json-scanner/members", test_members);
  g_test_add_func ("/json-scanner/duplicates", test_duplicates);
  g_test_add_func ("/json-scanner/many-names", test_many_names);
  g_test_add_func ("/json-scanner/elements", test_elements);
  g_test_add_func ("/json-scanner/numbers", test_numbers);
  g_test_add_func ("/json-scanner/number-range", test_number_range);
  g_test_add_func ("/json-scanner/decode", test_decode);
  g_test_add_func ("/json-scanner/uint32", test_uint32);
  g_test_add_func ("/json-scanner/name-time", test_name_time);
  result = g_test_run ();
  test_watchdog_stop ();
  return result;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/protocol/json-scanner-private.h>

#include <math.h>
#include <string.h>

/* Up to that many members, each new name is compared with the ones before it; in larger objects the names are
 * sorted when the object ends. */
#define FEW_MEMBERS 8

#define EVERY_BYTE(byte) (G_GUINT64_CONSTANT (0x0101010101010101) * (byte))

void
gst_signalling_json_scanner_init (GstSignallingJsonScanner *scanner, const gchar *text, gsize length)
{
  /* Field by field: clearing the arrays too would take longer than reading a message does. */
  scanner->text = text;
  scanner->end = text + length;
  scanner->at = text;
  scanner->depth = 0;
  scanner->max_depth = GST_SIGNALLING_JSON_MAX_DEPTH;
  scanner->names = scanner->first_names;
  scanner->n_names = 0;
  scanner->names_size = G_N_ELEMENTS (scanner->first_names);
  scanner->decoded = NULL;
  scanner->decoded_used = 0;
  scanner->what = NULL;
}

void
gst_signalling_json_scanner_clear (GstSignallingJsonScanner *scanner)
{
  if (scanner->names != scanner->first_names)
    g_clear_pointer (&scanner->names, g_free);
  g_clear_pointer (&scanner->decoded, g_free);
}

gboolean
gst_signalling_json_scanner_fail (
    GstSignallingJsonScanner *scanner, GstSignallingError code, const gchar *what, const gchar *where)
{
  scanner->code = code;
  scanner->what = what;
  scanner->where = where;
  return FALSE;
}

static gboolean
fail (GstSignallingJsonScanner *scanner, const gchar *what, const gchar *where)
{
  return gst_signalling_json_scanner_fail (scanner, GST_SIGNALLING_ERROR_INVALID_MESSAGE, what, where);
}

static gboolean
fail_limit (GstSignallingJsonScanner *scanner, const gchar *what, const gchar *where)
{
  return gst_signalling_json_scanner_fail (scanner, GST_SIGNALLING_ERROR_TOO_LARGE, what, where);
}

void
gst_signalling_json_scanner_set_error (GstSignallingJsonScanner *scanner, GError **error)
{
  g_set_error (error, GST_SIGNALLING_ERROR, scanner->code, "%s at byte %" G_GSIZE_FORMAT ": %s",
      scanner->code == GST_SIGNALLING_ERROR_TOO_LARGE ? "over a limit" : "malformed",
      (gsize) (scanner->where - scanner->text), scanner->what);
}

static void
skip_space (GstSignallingJsonScanner *scanner)
{
  const gchar *at = scanner->at;

  while (at < scanner->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
    at++;
  scanner->at = at;
}

/* The next character that is not white space, 0 at the end. (A zero byte is as wrong as the end is.) */
static gchar
peek_char (GstSignallingJsonScanner *scanner)
{
  skip_space (scanner);
  return scanner->at < scanner->end ? *scanner->at : 0;
}

GstSignallingJsonKind
gst_signalling_json_scanner_peek (GstSignallingJsonScanner *scanner)
{
  gchar c = peek_char (scanner);

  switch (c) {
    case '"':
      return GST_SIGNALLING_JSON_STRING;
    case '{':
      return GST_SIGNALLING_JSON_OBJECT;
    case '[':
      return GST_SIGNALLING_JSON_ARRAY;
    case 'n':
      return GST_SIGNALLING_JSON_NULL;
    case 't':
      return GST_SIGNALLING_JSON_TRUE;
    case 'f':
      return GST_SIGNALLING_JSON_FALSE;
    default:
      return c == '-' || g_ascii_isdigit (c) ? GST_SIGNALLING_JSON_NUMBER : GST_SIGNALLING_JSON_ABSENT;
  }
}

/* Strings */

/* TRUE for a byte that stands for itself inside a string, without anything to check. */
static inline gboolean
is_plain (guchar byte)
{
  return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

/* Skips plain bytes, eight at a time: nearly all of a session description is skipped here. */
static const gchar *
skip_plain (const gchar *at, const gchar *end)
{
  while (end - at >= 8) {
    guint64 bytes, quotes, backslashes, special;

    memcpy (&bytes, at, sizeof (bytes));
    quotes = bytes ^ EVERY_BYTE ('"');
    backslashes = bytes ^ EVERY_BYTE ('\\');
    /* The subtractions set the top bit of a byte below 0x20, of a zero byte, and of bytes >= 0x80. */
    special = (bytes - EVERY_BYTE (0x20)) | (quotes - EVERY_BYTE (1)) | (backslashes - EVERY_BYTE (1)) | bytes;
    if (special & EVERY_BYTE (0x80))
      break;
    at += 8;
  }
  while (at < end && is_plain ((guchar) *at))
    at++;
  return at;
}

static inline gboolean
is_continuation (const gchar *at)
{
  return ((guchar) *at & 0xc0) == 0x80;
}

/* The length of the well-formed UTF-8 sequence at @at (RFC 3629 section 4), 0 if it is not one. */
static gsize
utf8_length (const gchar *at, const gchar *end)
{
  guchar first = (guchar) at[0];
  gsize left = (gsize) (end - at);
  guchar second = left > 1 ? (guchar) at[1] : 0;

  if (first >= 0xc2 && first <= 0xdf)
    return left >= 2 && is_continuation (at + 1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (left < 3 || !is_continuation (at + 1) || !is_continuation (at + 2))
      return 0;
    /* Overlong forms, surrogates */
    return (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ? 0 : 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (left < 4 || !is_continuation (at + 1) || !is_continuation (at + 2) || !is_continuation (at + 3))
      return 0;
    /* Overlong forms, beyond U+10FFFF */
    return (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f) ? 0 : 4;
  }
  return 0;
}

/* What a letter behind a backslash stands for; 0: nothing. */
static const gchar letters[256] = {
  ['"'] = '"',
  ['\\'] = '\\',
  ['/'] = '/',
  ['b'] = '\b',
  ['f'] = '\f',
  ['n'] = '\n',
  ['r'] = '\r',
  ['t'] = '\t',
};

/* The value of \uXXXX at @at, -1 if it is not one. */
static gint
unicode_escape (const gchar *at, const gchar *end)
{
  gint value = 0;

  if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
    return -1;
  for (guint i = 2; i < 6; i++) {
    gint digit = g_ascii_xdigit_value (at[i]);

    if (digit < 0)
      return -1;
    value = value << 4 | digit;
  }
  return value;
}

static inline gboolean
is_high_surrogate (gint unit)
{
  return unit >= 0xd800 && unit <= 0xdbff;
}

static inline gboolean
is_low_surrogate (gint unit)
{
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/* What \uXXXX, or two of them, stand for, and how long they are in the text: 0 if they are wrong. */
static gsize
read_unicode_escape (const gchar *at, const gchar *end, gunichar *character)
{
  gint unit = unicode_escape (at, end);
  gint low;

  if (unit < 0 || is_low_surrogate (unit))
    return 0;
  *character = (gunichar) unit;
  if (!is_high_surrogate (unit))
    return 6;
  low = unicode_escape (at + 6, end);
  if (!is_low_surrogate (low))
    return 0;
  *character = 0x10000 + (((gunichar) unit - 0xd800) << 10) + ((gunichar) low - 0xdc00);
  return 12;
}

static gboolean
scan_escape (GstSignallingJsonScanner *scanner, GstSignallingJsonValue *value, const gchar **at)
{
  gunichar character;
  gsize length;

  if (scanner->end - *at >= 2 && letters[(guchar) (*at)[1]]) {
    value->decoded_length++;
    *at += 2;
    return TRUE;
  }
  length = read_unicode_escape (*at, scanner->end, &character);
  if (length == 0)
    return fail (scanner, "an escape is not one of JSON's, or half of a surrogate pair", *at);
  value->has_nul |= character == 0;
  value->decoded_length += (gsize) g_unichar_to_utf8 (character, NULL);
  *at += length;
  return TRUE;
}

/* RFC 8259 section 7. The scanner stands on the opening quote. */
static gboolean
scan_string (GstSignallingJsonScanner *scanner, GstSignallingJsonValue *value)
{
  const gchar *start = scanner->at + 1;
  const gchar *at = start;

  value->kind = GST_SIGNALLING_JSON_STRING;
  value->has_nul = FALSE;
  value->start = start;
  value->decoded_length = 0;
  for (;;) {
    const gchar *run = at;
    gsize length;

    at = skip_plain (at, scanner->end);
    value->decoded_length += (gsize) (at - run);
    if (at == scanner->end)
      return fail (scanner, "a string is not closed", start - 1);
    if (*at == '"')
      break;
    if (*at == '\\') {
      if (!scan_escape (scanner, value, &at))
        return FALSE;
      continue;
    }
    if ((guchar) *at < 0x20)
      return fail (scanner, "a control character in a string", at);
    length = utf8_length (at, scanner->end);
    if (length == 0)
      return fail (scanner, "not UTF-8", at);
    value->decoded_length += length;
    at += length;
  }
  value->length = (gsize) (at - start);
  scanner->at = at + 1;
  return TRUE;
}

void
gst_signalling_json_decode (const gchar *start, gsize length, gchar *target)
{
  const gchar *end = start + length;

  while (start < end) {
    const gchar *backslash = memchr (start, '\\', (gsize) (end - start));
    gsize run = (gsize) ((backslash ? backslash : end) - start);
    gunichar character;

    memcpy (target, start, run);
    target += run;
    start += run;
    if (backslash == NULL)
      break;
    if (letters[(guchar) start[1]]) {
      *target++ = letters[(guchar) start[1]];
      start += 2;
    } else {
      start += read_unicode_escape (start, end, &character);
      target += g_unichar_to_utf8 (character, target);
    }
  }
}

/* Numbers */

static const gchar *
skip_digits (const gchar *at, const gchar *end)
{
  while (at < end && g_ascii_isdigit (*at))
    at++;
  return at;
}

/* The exponent at [@at, @end), which is a sign and digits; beyond what matters it stays where it is. */
static gint
read_exponent (const gchar *at, const gchar *end)
{
  gboolean negative = *at == '-';
  gint value = 0;

  if (*at == '-' || *at == '+')
    at++;
  for (; at < end && value < 100000; at++)
    value = value * 10 + (*at - '0');
  return negative ? -value : value;
}

/* Whether the number [@start, @end) is in the range of a double, given the parts it consists of. Peers that read
 * numbers as doubles refuse the whole message otherwise, or turn it into an infinity. */
static gboolean
number_in_range (
    const gchar *start, const gchar *integer, const gchar *integer_end, const gchar *exponent, const gchar *end)
{
  gint magnitude = (gint) (integer_end - integer) - 1;
  const gchar *digit = integer;

  if (exponent == NULL && magnitude < 300)
    return TRUE;
  while (digit < end && (*digit == '0' || *digit == '.'))
    digit++;
  if (digit == end || !g_ascii_isdigit (*digit))
    return TRUE; /* zero, whatever the exponent */
  if (*integer == '0')
    magnitude = -(gint) (digit - integer_end);
  if (exponent)
    magnitude += read_exponent (exponent, end);
  if (magnitude == 308) {
    gchar copy[GST_SIGNALLING_JSON_MAX_NUMBER_LENGTH + 1] = { 0 };

    memcpy (copy, start, (gsize) (end - start));
    return isfinite (g_ascii_strtod (copy, NULL));
  }
  return magnitude < 308;
}

/* RFC 8259 section 6 */
static gboolean
scan_number (GstSignallingJsonScanner *scanner, GstSignallingJsonValue *value)
{
  const gchar *start = scanner->at;
  const gchar *end = scanner->end;
  const gchar *integer = *start == '-' ? start + 1 : start;
  const gchar *integer_end = skip_digits (integer, end);
  const gchar *at = integer_end;
  const gchar *exponent = NULL;

  if (integer_end == integer || (*integer == '0' && integer_end > integer + 1))
    return fail (scanner, "a number without digits or with a leading zero", start);
  if (at < end && *at == '.') {
    at = skip_digits (at + 1, end);
    if (at == integer_end + 1)
      return fail (scanner, "a number without digits behind its point", start);
  }
  if (at < end && (*at == 'e' || *at == 'E')) {
    const gchar *digits;

    exponent = at + 1;
    digits = exponent < end && (*exponent == '+' || *exponent == '-') ? exponent + 1 : exponent;
    at = skip_digits (digits, end);
    if (at == digits)
      return fail (scanner, "a number without digits in its exponent", start);
  }
  if (at - start > GST_SIGNALLING_JSON_MAX_NUMBER_LENGTH)
    return fail_limit (scanner, "a number has more than 512 characters", start);
  if (!number_in_range (start, integer, integer_end, exponent, at))
    return fail_limit (scanner, "a number is outside of the range of a double", start);
  value->kind = GST_SIGNALLING_JSON_NUMBER;
  value->start = start;
  value->length = (gsize) (at - start);
  scanner->at = at;
  return TRUE;
}

gboolean
gst_signalling_json_value_get_uint32 (const GstSignallingJsonValue *value, guint32 *number)
{
  guint64 sum = 0;

  if (value->kind != GST_SIGNALLING_JSON_NUMBER || value->length > 10)
    return FALSE;
  for (gsize i = 0; i < value->length; i++) {
    if (!g_ascii_isdigit (value->start[i]))
      return FALSE;
    sum = sum * 10 + (guint64) (value->start[i] - '0');
  }
  if (sum > G_MAXUINT32)
    return FALSE;
  *number = (guint32) sum;
  return TRUE;
}

static gboolean
scan_word (
    GstSignallingJsonScanner *scanner, GstSignallingJsonValue *value, GstSignallingJsonKind kind, const gchar *word)
{
  gsize length = strlen (word);

  if ((gsize) (scanner->end - scanner->at) < length || memcmp (scanner->at, word, length) != 0)
    return fail (scanner, "a word that is not true, false or null", scanner->at);
  value->kind = kind;
  value->start = scanner->at;
  value->length = length;
  scanner->at += length;
  return TRUE;
}

static gboolean
scan_scalar (GstSignallingJsonScanner *scanner, GstSignallingJsonValue *value, GstSignallingJsonKind kind)
{
  switch (kind) {
    case GST_SIGNALLING_JSON_STRING:
      return scan_string (scanner, value);
    case GST_SIGNALLING_JSON_NUMBER:
      return scan_number (scanner, value);
    case GST_SIGNALLING_JSON_NULL:
      return scan_word (scanner, value, kind, "null");
    case GST_SIGNALLING_JSON_TRUE:
      return scan_word (scanner, value, kind, "true");
    case GST_SIGNALLING_JSON_FALSE:
      return scan_word (scanner, value, kind, "false");
    default:
      return fail (
          scanner, scanner->at == scanner->end ? "the text ends early" : "no value begins like this", scanner->at);
  }
}

/* Names */

static gint
compare_names (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const GstSignallingJsonName *first = a;
  const GstSignallingJsonName *second = b;

  if (first->length != second->length)
    return first->length < second->length ? -1 : 1;
  return memcmp (first->name, second->name, first->length);
}

static gboolean
fail_duplicate (GstSignallingJsonScanner *scanner, const GstSignallingJsonName *name)
{
  return fail (scanner, "a name occurs twice in one object", name->where);
}

/* Of a large object, when it ends. Sorting is bounded by n log n whatever the names are; a table of hashes is not. */
static gboolean
check_sorted_names (GstSignallingJsonScanner *scanner, GstSignallingJsonName *names, guint n_names)
{
  g_qsort_with_data (names, (gint) n_names, sizeof (*names), compare_names, NULL);
  for (guint i = 1; i < n_names; i++)
    if (compare_names (&names[i - 1], &names[i], NULL) == 0)
      return fail_duplicate (scanner, &names[i]);
  return TRUE;
}

static gboolean
check_few_names (GstSignallingJsonScanner *scanner, const GstSignallingJsonName *names, guint n_names)
{
  const GstSignallingJsonName *last = &names[n_names - 1];

  for (const GstSignallingJsonName *name = names; name < last; name++)
    if (compare_names (name, last, NULL) == 0)
      return fail_duplicate (scanner, last);
  return TRUE;
}

static GstSignallingJsonName *
push_name (GstSignallingJsonScanner *scanner)
{
  if (scanner->n_names == scanner->names_size) {
    guint size = scanner->names_size * 2;
    GstSignallingJsonName *names = g_new (GstSignallingJsonName, size);

    memcpy (names, scanner->names, scanner->n_names * sizeof (*names));
    if (scanner->names != scanner->first_names)
      g_free (scanner->names);
    scanner->names = names;
    scanner->names_size = size;
  }
  return &scanner->names[scanner->n_names++];
}

static const gchar *
decode_name (GstSignallingJsonScanner *scanner, const GstSignallingJsonValue *value)
{
  gchar *name;

  if (scanner->decoded == NULL)
    scanner->decoded = g_malloc ((gsize) (scanner->end - value->start));
  name = scanner->decoded + scanner->decoded_used;
  gst_signalling_json_decode (value->start, value->length, name);
  scanner->decoded_used += value->decoded_length;
  return name;
}

static gboolean
scan_name (GstSignallingJsonScanner *scanner, GstSignallingJsonFrame *frame)
{
  GstSignallingJsonValue value;
  GstSignallingJsonName *name;

  if (peek_char (scanner) != '"')
    return fail (scanner, "an object has something else than a name", scanner->at);
  if (++frame->count > GST_SIGNALLING_JSON_MAX_MEMBERS)
    return fail_limit (scanner, "an object has more than 1024 members", scanner->at);
  if (!scan_string (scanner, &value))
    return FALSE;
  name = push_name (scanner);
  name->name = value.length == value.decoded_length ? value.start : decode_name (scanner, &value);
  name->length = value.decoded_length;
  name->where = value.start - 1;
  if (frame->count <= FEW_MEMBERS && !check_few_names (scanner, scanner->names + frame->first_name, frame->count))
    return FALSE;
  if (peek_char (scanner) != ':')
    return fail (scanner, "a name without a colon", scanner->at);
  scanner->at++;
  return TRUE;
}

/* Objects and arrays */

gboolean
gst_signalling_json_scanner_enter (GstSignallingJsonScanner *scanner)
{
  GstSignallingJsonFrame *frame;

  if (scanner->depth >= scanner->max_depth)
    return fail_limit (scanner, "nested too deep", scanner->at);
  frame = &scanner->frames[scanner->depth++];
  frame->count = 0;
  frame->first_name = scanner->n_names;
  frame->is_array = *scanner->at == '[';
  scanner->at++;
  return TRUE;
}

static void
leave (GstSignallingJsonScanner *scanner, GstSignallingJsonFrame *frame)
{
  scanner->n_names = frame->first_name;
  scanner->depth--;
  scanner->at++;
}

gboolean
gst_signalling_json_scanner_next_member (GstSignallingJsonScanner *scanner, GstSignallingJsonName *name)
{
  GstSignallingJsonFrame *frame = &scanner->frames[scanner->depth - 1];
  gchar c = peek_char (scanner);

  if (c == '}') {
    if (frame->count <= FEW_MEMBERS || check_sorted_names (scanner, scanner->names + frame->first_name, frame->count))
      leave (scanner, frame);
    return FALSE;
  }
  if (frame->count > 0) {
    if (c != ',')
      return fail (scanner, "an object goes on without a comma or its end", scanner->at);
    scanner->at++;
  }
  if (!scan_name (scanner, frame))
    return FALSE;
  *name = scanner->names[scanner->n_names - 1];
  return TRUE;
}

gboolean
gst_signalling_json_scanner_next_element (GstSignallingJsonScanner *scanner)
{
  GstSignallingJsonFrame *frame = &scanner->frames[scanner->depth - 1];
  gchar c = peek_char (scanner);

  if (c == ']') {
    leave (scanner, frame);
    return FALSE;
  }
  if (frame->count > 0) {
    if (c != ',')
      return fail (scanner, "an array goes on without a comma or its end", scanner->at);
    scanner->at++;
  }
  if (++frame->count > GST_SIGNALLING_JSON_MAX_ELEMENTS)
    return fail_limit (scanner, "an array has more than 100000 elements", scanner->at);
  return TRUE;
}

/* The next value inside whatever is open; FALSE when that has ended, or is wrong. */
static gboolean
next_inside (GstSignallingJsonScanner *scanner)
{
  GstSignallingJsonName name;

  if (scanner->frames[scanner->depth - 1].is_array)
    return gst_signalling_json_scanner_next_element (scanner);
  return gst_signalling_json_scanner_next_member (scanner, &name);
}

static gboolean
skip_container (GstSignallingJsonScanner *scanner)
{
  guint outside = scanner->depth;
  GstSignallingJsonValue ignored;

  if (!gst_signalling_json_scanner_enter (scanner))
    return FALSE;
  while (scanner->depth > outside) {
    GstSignallingJsonKind kind;

    if (!next_inside (scanner)) {
      if (scanner->what)
        return FALSE;
      continue;
    }
    kind = gst_signalling_json_scanner_peek (scanner);
    if (kind == GST_SIGNALLING_JSON_OBJECT || kind == GST_SIGNALLING_JSON_ARRAY) {
      if (!gst_signalling_json_scanner_enter (scanner))
        return FALSE;
    } else if (!scan_scalar (scanner, &ignored, kind)) {
      return FALSE;
    }
  }
  return TRUE;
}

gboolean
gst_signalling_json_scanner_read (GstSignallingJsonScanner *scanner, GstSignallingJsonValue *value)
{
  GstSignallingJsonKind kind = gst_signalling_json_scanner_peek (scanner);

  if (kind != GST_SIGNALLING_JSON_OBJECT && kind != GST_SIGNALLING_JSON_ARRAY)
    return scan_scalar (scanner, value, kind);
  value->kind = kind;
  value->start = scanner->at;
  if (!skip_container (scanner))
    return FALSE;
  value->length = (gsize) (scanner->at - value->start);
  return TRUE;
}

gboolean
gst_signalling_json_scanner_finish (GstSignallingJsonScanner *scanner)
{
  skip_space (scanner);
  if (scanner->at < scanner->end)
    return fail (scanner, "something follows behind the end", scanner->at);
  return TRUE;
}

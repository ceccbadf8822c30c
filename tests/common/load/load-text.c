/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/load/load-text.h>

#include <string.h>

typedef struct
{
  const char *at;
  const char *end;
} Cursor;

static void
skip_space (Cursor *cursor)
{
  while (cursor->at < cursor->end && g_ascii_isspace (*cursor->at))
    cursor->at++;
}

/* From an opening quote to behind the closing one. */
static gboolean
read_string (Cursor *cursor, const char **start, gsize *length)
{
  if (cursor->at >= cursor->end || *cursor->at != '"')
    return FALSE;
  *start = ++cursor->at;
  while (cursor->at < cursor->end && *cursor->at != '"')
    cursor->at += *cursor->at == '\\' ? 2 : 1;
  if (cursor->at >= cursor->end)
    return FALSE;
  *length = cursor->at++ - *start;
  return TRUE;
}

/* Objects and lists are passed over by counting brackets outside of strings. */
static gboolean
skip_value (Cursor *cursor)
{
  const char *start;
  gsize length;
  int depth = 0;

  while (cursor->at < cursor->end) {
    char c = *cursor->at;

    if (depth == 0 && (c == ',' || c == '}'))
      return TRUE;
    if (c == '"') {
      if (!read_string (cursor, &start, &length))
        return FALSE;
      continue;
    }
    if (c == '{' || c == '[')
      depth++;
    else if (c == '}' || c == ']')
      depth--;
    cursor->at++;
  }
  return FALSE;
}

/* Moves the cursor behind the colon of the next member; FALSE at the end of the object. */
static gboolean
next_key (Cursor *cursor, const char **key, gsize *length)
{
  skip_space (cursor);
  if (!read_string (cursor, key, length))
    return FALSE;
  skip_space (cursor);
  if (cursor->at >= cursor->end || *cursor->at != ':')
    return FALSE;
  cursor->at++;
  skip_space (cursor);
  return TRUE;
}

static gboolean
find_member (const char *text, gsize length, const char *wanted, Cursor *cursor)
{
  const char *key;
  gsize key_length;

  cursor->at = text;
  cursor->end = text + length;
  skip_space (cursor);
  if (cursor->at >= cursor->end || *cursor->at++ != '{')
    return FALSE;
  while (next_key (cursor, &key, &key_length)) {
    if (key_length == strlen (wanted) && memcmp (key, wanted, key_length) == 0)
      return TRUE;
    if (!skip_value (cursor) || *cursor->at++ != ',')
      return FALSE;
  }
  return FALSE;
}

/* Escapes are not undone: types, peer ids and session ids have none. */
gboolean
load_text_get_string (const char *text, gsize length, const char *key, char *value, gsize value_size)
{
  const char *start;
  gsize value_length;
  Cursor cursor;

  if (!find_member (text, length, key, &cursor) || !read_string (&cursor, &start, &value_length) ||
      value_length >= value_size)
    return FALSE;
  memcpy (value, start, value_length);
  value[value_length] = '\0';
  return TRUE;
}

gboolean
load_text_has_type (const char *text, gsize length, const char *type)
{
  char found[32];

  return load_text_get_string (text, length, "type", found, sizeof found) && strcmp (found, type) == 0;
}

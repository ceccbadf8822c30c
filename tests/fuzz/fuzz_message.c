/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Any bytes, read as a message of a client and of a server. What is accepted has to come back the same through the
 * writer, and what our scanner takes for JSON has to be JSON to json-glib too, and to mean the same there. */

#include <gst/signalling/protocol/message-private.h>

#include <string.h>

#include <tests/common/message-compare.h>
#include <tests/fuzz/fuzz.h>

static void
assert_same (GstSignallingMessage *a, GstSignallingMessage *b)
{
  const gchar *difference = test_message_difference (a, b);

  if (difference)
    g_error ("the %s differs", difference);
}

static void
assert_reads_back (GstSignallingMessage *message, GstSignallingMessage *writer, GstSignallingSender sender)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = gst_signalling_message_to_bytes (writer);
  g_autoptr (GstSignallingMessage) again = gst_signalling_message_parse (text, sender, &error);

  g_assert_no_error (error);
  assert_same (message, again);
}

/* A message whose members need more room in our own words than in the ones it came with can be over the limit. */
static gboolean
is_within_limits (GstSignallingMessage *message, GstSignallingSender sender)
{
  g_autoptr (GBytes) text = gst_signalling_message_to_bytes (message);

  return g_bytes_get_size (text) <=
         (sender == GST_SIGNALLING_SENDER_CLIENT ? GST_SIGNALLING_MAX_CLIENT_TEXT : GST_SIGNALLING_MAX_SERVER_TEXT);
}

/* json-glib */

/* Whether json-glib reads this as we do: it refuses the name "", and it has no U+0000 and no large integers. */
static gboolean
is_within_json_glib (const gchar *text, gsize length)
{
  guint n_digits = 0;

  for (gsize i = 0; i < length; i++) {
    if (length - i >= 6 && memcmp (text + i, "\\u0000", 6) == 0)
      return FALSE;
    n_digits = g_ascii_isdigit (text[i]) ? n_digits + 1 : 0;
    if (n_digits > 18)
      return FALSE;
  }
  return TRUE;
}

static void
assert_json_glib_agrees (const gchar *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) ours = NULL;
  g_autofree gchar *copy = NULL;

  if (!is_within_json_glib (text, length))
    return;
  if (!json_parser_load_from_data (parser, text, (gssize) length, &error)) {
    if (g_error_matches (error, JSON_PARSER_ERROR, JSON_PARSER_ERROR_EMPTY_MEMBER_NAME))
      return;
    g_error ("json-glib: %s", error->message);
  }
  copy = g_strndup (text, length);
  ours = gst_signalling_meta_to_node (copy);
  if (!json_node_equal (ours, json_parser_get_root (parser)))
    g_error ("json-glib reads something else");
}

static void
read_as_json (const gchar *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  GstSignallingJsonValue value;

  if (gst_signalling_meta_check (text, length, &value, &error))
    assert_json_glib_agrees (value.start, value.length);
  else
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
check_metas (GstSignallingMessage *message)
{
  const gchar *meta = gst_signalling_message_get_meta (message);
  g_autoptr (JsonNode) node = gst_signalling_message_get_meta_node (message);

  g_assert_true ((meta == NULL) == (node == NULL));
  if (meta)
    assert_json_glib_agrees (meta, strlen (meta));
  for (guint i = 0; i < gst_signalling_message_get_n_peers (message); i++) {
    g_autoptr (JsonNode) listed = gst_signalling_message_get_nth_peer_meta_node (message, i);

    g_assert_true ((listed == NULL) == (gst_signalling_message_get_nth_peer_meta (message, i) == NULL));
  }
}

/* Messages */

static void
read_from (GBytes *text, GstSignallingSender sender)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSignallingMessage) message = gst_signalling_message_parse (text, sender, &error);
  g_autoptr (GstSignallingMessage) rebuilt = NULL;

  if (message == NULL) {
    g_assert_true (error->domain == GST_SIGNALLING_ERROR);
    g_assert_true (g_utf8_validate (error->message, -1, NULL));
    return;
  }
  g_assert_no_error (error);
  check_metas (message);
  if (is_within_limits (message, sender))
    assert_reads_back (message, message, sender);
  rebuilt = test_message_rebuild (message);
  assert_same (message, rebuilt);
  if (is_within_limits (rebuilt, sender))
    assert_reads_back (message, rebuilt, sender);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) text = g_bytes_new (data, size);

  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  read_as_json (size ? (const gchar *) data : "", size);
  read_from (text, GST_SIGNALLING_SENDER_CLIENT);
  read_from (text, GST_SIGNALLING_SENDER_SERVER);
  return 0;
}

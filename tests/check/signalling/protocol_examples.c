/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* docs/protocol.md tells the truth: each of its examples is read, and there is one for every message there is. */

#include <gst/signalling/protocol/message.h>

#include <string.h>

#include <tests/common/message-compare.h>
#include <tests/common/watchdog.h>

#define N_KINDS (GST_SIGNALLING_MESSAGE_ERROR + 1)

/* How often each kind was met, by sender. */
typedef struct
{
  guint n_seen[2][N_KINDS];
  guint n_examples;
} Tally;

static void
check_message (const gchar *example, GstSignallingSender sender, Tally *tally)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text = g_bytes_new (example, strlen (example));
  g_autoptr (GstSignallingMessage) message = gst_signalling_message_parse (text, sender, &error);
  g_autoptr (GstSignallingMessage) rebuilt = NULL;
  g_autoptr (GBytes) written = NULL;
  g_autoptr (GstSignallingMessage) again = NULL;

  if (message == NULL)
    g_error ("%s\n%s", example, error->message);
  tally->n_seen[sender][gst_signalling_message_get_message_type (message)]++;
  rebuilt = test_message_rebuild (message);
  written = gst_signalling_message_to_bytes (rebuilt);
  again = gst_signalling_message_parse (written, sender, &error);
  g_assert_no_error (error);
  g_assert_null (test_message_difference (message, again));
}

static void
check_example (const gchar *language, const gchar *example, Tally *tally)
{
  gboolean either = g_str_equal (language, "json either");

  if (!g_str_has_prefix (language, "json"))
    return;
  if (!either && !g_str_equal (language, "json client") && !g_str_equal (language, "json server"))
    g_error ("an example of nobody: \"%s\"", language);
  if (either || g_str_equal (language, "json client"))
    check_message (example, GST_SIGNALLING_SENDER_CLIENT, tally);
  if (either || g_str_equal (language, "json server"))
    check_message (example, GST_SIGNALLING_SENDER_SERVER, tally);
  tally->n_examples++;
}

static void
check_page (const gchar *page, Tally *tally)
{
  g_auto (GStrv) lines = g_strsplit (page, "\n", -1);
  g_autoptr (GString) example = NULL;
  const gchar *language = NULL;

  for (gchar **line = lines; *line; line++) {
    if (example == NULL && g_str_has_prefix (*line, "```")) {
      language = *line + 3;
      example = g_string_new (NULL);
    } else if (example && g_str_equal (*line, "```")) {
      check_example (language, example->str, tally);
      g_string_free (g_steal_pointer (&example), TRUE);
    } else if (example) {
      g_string_append_printf (example, "%s\n", *line);
    }
  }
  g_assert_null (example);
}

static void
assert_complete (const Tally *tally, GstSignallingSender sender, const GstSignallingMessageType *kinds, guint n_kinds)
{
  g_autoptr (GEnumClass) names = g_type_class_ref (GST_TYPE_SIGNALLING_MESSAGE_TYPE);
  guint n_seen = 0;

  for (guint i = 0; i < n_kinds; i++)
    if (tally->n_seen[sender][kinds[i]] == 0)
      g_error ("no example of %s", g_enum_get_value (names, (gint) kinds[i])->value_nick);
  for (guint kind = 0; kind < N_KINDS; kind++)
    n_seen += tally->n_seen[sender][kind] > 0;
  g_assert_cmpuint (n_seen, ==, n_kinds);
}

static const gchar *page_path;

static void
test_examples (void)
{
  static const GstSignallingMessageType from_client[] = {
    GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION,
    GST_SIGNALLING_MESSAGE_SET_PEER_STATUS,
    GST_SIGNALLING_MESSAGE_START_SESSION,
    GST_SIGNALLING_MESSAGE_END_SESSION,
    GST_SIGNALLING_MESSAGE_END_SESSION_V1_1,
    GST_SIGNALLING_MESSAGE_PEER_SDP,
    GST_SIGNALLING_MESSAGE_PEER_ICE,
    GST_SIGNALLING_MESSAGE_LIST,
    GST_SIGNALLING_MESSAGE_LIST_CONSUMERS,
  };
  static const GstSignallingMessageType from_server[] = {
    GST_SIGNALLING_MESSAGE_WELCOME,
    GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED,
    GST_SIGNALLING_MESSAGE_START_SESSION,
    GST_SIGNALLING_MESSAGE_SESSION_STARTED,
    GST_SIGNALLING_MESSAGE_END_SESSION,
    GST_SIGNALLING_MESSAGE_END_SESSION_V1_1,
    GST_SIGNALLING_MESSAGE_PEER_SDP,
    GST_SIGNALLING_MESSAGE_PEER_ICE,
    GST_SIGNALLING_MESSAGE_PRODUCERS,
    GST_SIGNALLING_MESSAGE_CONSUMERS,
    GST_SIGNALLING_MESSAGE_ERROR,
  };
  g_autoptr (GError) error = NULL;
  g_autofree gchar *page = NULL;
  Tally tally = { 0 };

  g_file_get_contents (page_path, &page, NULL, &error);
  g_assert_no_error (error);
  check_page (page, &tally);
  assert_complete (&tally, GST_SIGNALLING_SENDER_CLIENT, from_client, G_N_ELEMENTS (from_client));
  assert_complete (&tally, GST_SIGNALLING_SENDER_SERVER, from_server, G_N_ELEMENTS (from_server));
  g_test_message ("%u examples", tally.n_examples);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  if (argc != 2)
    g_error ("usage: %s docs/protocol.md", argv[0]);
  page_path = argv[1];
  test_watchdog_start ("protocol-examples", 60);
  g_test_add_func ("/protocol/examples", test_examples);
  result = g_test_run ();
  test_watchdog_stop ();
  return result;
}

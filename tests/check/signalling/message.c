/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every message in both directions: what is written, what is read, what is refused and with which words. */

#include <gst/signalling/protocol/message-private.h>

#include <string.h>

#include <tests/common/message-compare.h>
#include <tests/common/watchdog.h>

#define CLIENT GST_SIGNALLING_SENDER_CLIENT
#define SERVER GST_SIGNALLING_SENDER_SERVER
#define INVALID GST_SIGNALLING_ERROR_INVALID_MESSAGE
#define TOO_LARGE GST_SIGNALLING_ERROR_TOO_LARGE

static GstSignallingMessage *
try_parse (const gchar *text, gsize length, GstSignallingSender sender, GError **error)
{
  /* In a block of exactly this size, so that a memory checker sees every byte too far. */
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);

  return gst_signalling_message_parse (bytes, sender, error);
}

static GstSignallingMessage *
parse (const gchar *text, GstSignallingSender sender)
{
  g_autoptr (GError) error = NULL;
  GstSignallingMessage *message = try_parse (text, strlen (text), sender, &error);

  if (message == NULL)
    g_error ("%.200s: %s", text, error->message);
  return message;
}

static void
assert_refused (const gchar *text, GstSignallingSender sender, GstSignallingError code, const gchar *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSignallingMessage) message = try_parse (text, strlen (text), sender, &error);

  if (message)
    g_error ("accepted: %.200s", text);
  g_assert_error (error, GST_SIGNALLING_ERROR, (gint) code);
  if (strstr (error->message, words) == NULL)
    g_error ("%.200s: \"%s\" does not say \"%s\"", text, error->message, words);
}

static gchar *
to_text (GstSignallingMessage *message)
{
  g_autoptr (GBytes) bytes = gst_signalling_message_to_bytes (message);

  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
assert_same (GstSignallingMessage *a, GstSignallingMessage *b)
{
  const gchar *difference = test_message_difference (a, b);

  if (difference)
    g_error ("the %s differs", difference);
}

/* Takes over @message: it is written as @text, and reading that gives it back. */
static void
assert_written (GstSignallingMessage *message, GstSignallingSender sender, const gchar *text)
{
  g_autoptr (GstSignallingMessage) owned = message;
  g_autofree gchar *written = to_text (message);
  g_autoptr (GstSignallingMessage) again = NULL;
  g_autoptr (GstSignallingMessage) rebuilt = NULL;
  g_autofree gchar *rewritten = NULL;

  g_assert_cmpstr (written, ==, text);
  again = parse (written, sender);
  assert_same (message, again);
  rebuilt = test_message_rebuild (again);
  rewritten = to_text (rebuilt);
  g_assert_cmpstr (rewritten, ==, text);
}

/* Written */

static void
test_write_client (void)
{
  assert_written (gst_signalling_message_new_set_protocol_version (GST_SIGNALLING_VERSION_1_0), CLIENT,
      "{\"type\":\"setProtocolVersion\",\"version\":\"v1_0\"}");
  assert_written (gst_signalling_message_new_set_protocol_version (GST_SIGNALLING_VERSION_1_1), CLIENT,
      "{\"type\":\"setProtocolVersion\",\"version\":\"v1_1\"}");
  assert_written (gst_signalling_message_new_set_peer_status (GST_SIGNALLING_ROLE_NONE, NULL, NULL), CLIENT,
      "{\"type\":\"setPeerStatus\",\"roles\":[],\"meta\":null}");
  assert_written (gst_signalling_message_new_set_peer_status (
                      GST_SIGNALLING_ROLE_PRODUCER | GST_SIGNALLING_ROLE_LISTENER, "{\"name\": \"cam\"}", NULL),
      CLIENT, "{\"type\":\"setPeerStatus\",\"roles\":[\"producer\",\"listener\"],\"meta\":{\"name\": \"cam\"}}");
  assert_written (gst_signalling_message_new_set_peer_status (GST_SIGNALLING_ROLE_CONSUMER, " null ", NULL), CLIENT,
      "{\"type\":\"setPeerStatus\",\"roles\":[\"consumer\"],\"meta\":null}");
  assert_written (gst_signalling_message_new_start_session ("p", NULL, NULL), CLIENT,
      "{\"type\":\"startSession\",\"peerId\":\"p\",\"offer\":null}");
  assert_written (gst_signalling_message_new_start_session ("p", NULL, "v=0\r\n"), CLIENT,
      "{\"type\":\"startSession\",\"peerId\":\"p\",\"offer\":\"v=0\\r\\n\"}");
  assert_written (gst_signalling_message_new_list (), CLIENT, "{\"type\":\"list\"}");
  assert_written (gst_signalling_message_new_list_consumers (), CLIENT, "{\"type\":\"listConsumers\"}");
}

static void
write_for_either (GstSignallingSender sender)
{
  assert_written (
      gst_signalling_message_new_end_session ("s"), sender, "{\"type\":\"endSession\",\"sessionId\":\"s\"}");
  assert_written (gst_signalling_message_new_end_session_v1_1 ("s", NULL), sender,
      "{\"type\":\"endSessionV1_1\",\"sessionId\":\"s\",\"error\":null}");
  assert_written (gst_signalling_message_new_end_session_v1_1 ("s", "no \"camera\""), sender,
      "{\"type\":\"endSessionV1_1\",\"sessionId\":\"s\",\"error\":\"no \\\"camera\\\"\"}");
  assert_written (gst_signalling_message_new_peer_sdp ("s", "offer", "v=0\r\n"), sender,
      "{\"type\":\"peer\",\"sessionId\":\"s\",\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"}}");
  assert_written (gst_signalling_message_new_peer_sdp ("s", "answer", ""), sender,
      "{\"type\":\"peer\",\"sessionId\":\"s\",\"sdp\":{\"type\":\"answer\",\"sdp\":\"\"}}");
  assert_written (gst_signalling_message_new_peer_ice ("s", "candidate:1 1 udp 1 ::1 9 typ host", 2), sender,
      "{\"type\":\"peer\",\"sessionId\":\"s\",\"ice\":{\"candidate\":\"candidate:1 1 udp 1 ::1 9 typ host\","
      "\"sdpMLineIndex\":2}}");
  assert_written (gst_signalling_message_new_peer_ice ("s", "", G_MAXUINT32), sender,
      "{\"type\":\"peer\",\"sessionId\":\"s\",\"ice\":{\"candidate\":\"\",\"sdpMLineIndex\":4294967295}}");
}

static void
test_write_either (void)
{
  write_for_either (CLIENT);
  write_for_either (SERVER);
}

static void
test_write_server (void)
{
  assert_written (gst_signalling_message_new_welcome ("p"), SERVER, "{\"type\":\"welcome\",\"peerId\":\"p\"}");
  assert_written (gst_signalling_message_new_peer_status_changed (GST_SIGNALLING_ROLE_NONE, NULL, "p", NULL), SERVER,
      "{\"type\":\"peerStatusChanged\",\"peerId\":\"p\",\"roles\":[],\"meta\":null}");
  assert_written (gst_signalling_message_new_peer_status_changed (GST_SIGNALLING_ROLE_LISTENER, "[1]", "p", NULL),
      SERVER, "{\"type\":\"peerStatusChanged\",\"peerId\":\"p\",\"roles\":[\"listener\"],\"meta\":[1]}");
  assert_written (gst_signalling_message_new_start_session ("p", "s", NULL), SERVER,
      "{\"type\":\"startSession\",\"peerId\":\"p\",\"sessionId\":\"s\",\"offer\":null}");
  assert_written (gst_signalling_message_new_start_session ("p", "s", "v=0"), SERVER,
      "{\"type\":\"startSession\",\"peerId\":\"p\",\"sessionId\":\"s\",\"offer\":\"v=0\"}");
  assert_written (gst_signalling_message_new_session_started ("p", "s"), SERVER,
      "{\"type\":\"sessionStarted\",\"peerId\":\"p\",\"sessionId\":\"s\"}");
  assert_written (gst_signalling_message_new_producers (), SERVER, "{\"type\":\"list\",\"producers\":[]}");
  assert_written (gst_signalling_message_new_consumers (), SERVER, "{\"type\":\"listConsumers\",\"consumers\":[]}");
  assert_written (gst_signalling_message_new_error ("no"), SERVER, "{\"type\":\"error\",\"details\":\"no\"}");
}

static GstSignallingMessage *
fill_list (GstSignallingMessage *list)
{
  g_assert_true (gst_signalling_message_append_peer (list, "a", NULL, NULL));
  g_assert_true (gst_signalling_message_append_peer (list, "b \"x\"", " {\"n\": 1} ", NULL));
  g_assert_true (gst_signalling_message_append_peer (list, "", "null", NULL));
  g_assert_true (gst_signalling_message_append_peer (list, "d", "\"text\"", NULL));
  return list;
}

static void
test_write_lists (void)
{
  assert_written (fill_list (gst_signalling_message_new_producers ()), SERVER,
      "{\"type\":\"list\",\"producers\":[{\"id\":\"a\",\"meta\":null},{\"id\":\"b \\\"x\\\"\",\"meta\":{\"n\": 1}},"
      "{\"id\":\"\",\"meta\":null},{\"id\":\"d\",\"meta\":\"text\"}]}");
  assert_written (fill_list (gst_signalling_message_new_consumers ()), SERVER,
      "{\"type\":\"listConsumers\",\"consumers\":[{\"id\":\"a\",\"meta\":null},"
      "{\"id\":\"b \\\"x\\\"\",\"meta\":{\"n\": 1}},{\"id\":\"\",\"meta\":null},{\"id\":\"d\",\"meta\":\"text\"}]}");
}

/* Every character there is comes back, in each string a message has. */
static void
test_write_escapes (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree gchar *written = NULL;
  g_autoptr (GstSignallingMessage) message = NULL;
  g_autoptr (GstSignallingMessage) again = NULL;

  for (gunichar c = 1; c < 0x3000; c++)
    g_string_append_unichar (text, c);
  g_string_append (text, "\xf0\x9f\x98\x80\xef\xbf\xbf");
  message = gst_signalling_message_new_peer_sdp ("s\t\x01\"\\/", "offer", text->str);
  written = to_text (message);
  again = parse (written, CLIENT);
  assert_same (message, again);
  g_assert_cmpstr (gst_signalling_message_get_sdp (again), ==, text->str);
  assert_written (gst_signalling_message_new_error ("\x01\x1f\x7f\b\f\n\r\t\"\\/\xc3\xa9"), SERVER,
      "{\"type\":\"error\",\"details\":\"\\u0001\\u001f\x7f\\b\\f\\n\\r\\t\\\"\\\\/\xc3\xa9\"}");
}

/* Strings of the application that are not UTF-8 do not make a message that is not. */
static void
test_write_not_utf8 (void)
{
  assert_written (gst_signalling_message_new_end_session_v1_1 ("s\xff", "\xc3("), CLIENT,
      "{\"type\":\"endSessionV1_1\",\"sessionId\":\"s\xef\xbf\xbd\",\"error\":\"\xef\xbf\xbd(\"}");
}

/* Read */

static void
test_read_fields (void)
{
  g_autoptr (GstSignallingMessage) offer =
      parse ("{\"offer\":\"v=0\\n\",\"sessionId\":\"\\u0073\",\"peerId\":\"p\",\"type\":\"startSession\"}", SERVER);
  g_autoptr (GstSignallingMessage) ice =
      parse ("{\"ty\\u0070e\":\"pe\\u0065r\",\"sessionId\":\"s\",\"ice\":{\"sdpMid\":\"0\",\"usernameFragment\":null,"
             "\"sdpMLineIndex\":7,\"candidate\":\"c\\u0061\"}}",
          CLIENT);

  g_assert_cmpint (gst_signalling_message_get_message_type (offer), ==, GST_SIGNALLING_MESSAGE_START_SESSION);
  g_assert_cmpstr (gst_signalling_message_get_peer_id (offer), ==, "p");
  g_assert_cmpstr (gst_signalling_message_get_session_id (offer), ==, "s");
  g_assert_cmpstr (gst_signalling_message_get_sdp (offer), ==, "v=0\n");
  g_assert_true (gst_signalling_message_get_sdp (offer) == gst_signalling_message_get_sdp (offer));
  g_assert_null (gst_signalling_message_get_candidate (offer));
  g_assert_null (gst_signalling_message_get_error_text (offer));
  g_assert_cmpint (gst_signalling_message_get_message_type (ice), ==, GST_SIGNALLING_MESSAGE_PEER_ICE);
  g_assert_cmpstr (gst_signalling_message_get_candidate (ice), ==, "ca");
  g_assert_cmpuint (gst_signalling_message_get_sdp_m_line_index (ice), ==, 7);
  g_assert_null (gst_signalling_message_get_sdp (ice));
  g_assert_null (gst_signalling_message_get_sdp_type (ice));
  g_assert_null (gst_signalling_message_get_peer_id (ice));
  g_assert_null (gst_signalling_message_get_meta (ice));
  g_assert_null (gst_signalling_message_get_meta_node (ice));
  g_assert_cmpuint (gst_signalling_message_get_n_peers (ice), ==, 0);
  g_assert_null (gst_signalling_message_get_nth_peer_id (ice, 0));
}

static void
test_read_list (void)
{
  g_autoptr (GstSignallingMessage) list =
      parse ("{\"type\":\"list\",\"producers\":[{\"id\":\"a\"},{\"meta\":null,\"id\":\"b\"},"
             "{\"id\":\"\\u0063\",\"meta\":[ 18446744073709551615 ],\"since\":5}]}",
          SERVER);
  g_autoptr (JsonNode) node = gst_signalling_message_get_nth_peer_meta_node (list, 2);

  g_assert_cmpint (gst_signalling_message_get_message_type (list), ==, GST_SIGNALLING_MESSAGE_PRODUCERS);
  g_assert_cmpuint (gst_signalling_message_get_n_peers (list), ==, 3);
  g_assert_cmpstr (gst_signalling_message_get_nth_peer_id (list, 0), ==, "a");
  g_assert_null (gst_signalling_message_get_nth_peer_meta (list, 0));
  g_assert_null (gst_signalling_message_get_nth_peer_meta_node (list, 0));
  g_assert_cmpstr (gst_signalling_message_get_nth_peer_id (list, 1), ==, "b");
  g_assert_null (gst_signalling_message_get_nth_peer_meta (list, 1));
  g_assert_cmpstr (gst_signalling_message_get_nth_peer_id (list, 2), ==, "c");
  g_assert_cmpstr (gst_signalling_message_get_nth_peer_meta (list, 2), ==, "[ 18446744073709551615 ]");
  g_assert_true (JSON_NODE_HOLDS_ARRAY (node));
  g_assert_null (gst_signalling_message_get_nth_peer_id (list, 3));
  g_assert_null (gst_signalling_message_get_nth_peer_meta_node (list, 3));
}

/* Optional members may be absent or null, unknown ones may be anything, white space may be anywhere. */
static void
test_read_tolerant (void)
{
  static const struct
  {
    GstSignallingSender sender;
    const gchar *text;
    const gchar *plain;
  } cases[] = {
    { CLIENT, "\n{ \"type\" : \"list\" , \"x\" : [ { } ] }\t", "{\"type\":\"list\"}" },
    { CLIENT, "{\"type\":\"list\",\"sessionId\":5,\"sdp\":1,\"ice\":{\"candidate\":{}},\"producers\":7,\"roles\":{}}",
        "{\"type\":\"list\"}" },
    { CLIENT, "{\"type\":\"list\",\"x\":\"\\u0000\",\"peerId\":\"\\u0000\"}", "{\"type\":\"list\"}" },
    { CLIENT, "{\"type\":\"setPeerStatus\",\"roles\":[]}", "{\"type\":\"setPeerStatus\",\"roles\":[],\"meta\":null}" },
    { CLIENT, "{\"type\":\"setPeerStatus\",\"roles\":[\"listener\",\"listener\"],\"peerId\":9,\"meta\":null}",
        "{\"type\":\"setPeerStatus\",\"roles\":[\"listener\"],\"meta\":null}" },
    { CLIENT, "{\"type\":\"setPeerStatus\",\"roles\":[\"l\\u0069stener\"],\"peerId\":null}",
        "{\"type\":\"setPeerStatus\",\"roles\":[\"listener\"],\"meta\":null}" },
    /* Whether one peer may be both is not a matter of reading. */
    { CLIENT, "{\"type\":\"setPeerStatus\",\"roles\":[\"consumer\",\"producer\"]}",
        "{\"type\":\"setPeerStatus\",\"roles\":[\"producer\",\"consumer\"],\"meta\":null}" },
    { CLIENT, "{\"type\":\"startSession\",\"peerId\":\"p\",\"sessionId\":4}",
        "{\"type\":\"startSession\",\"peerId\":\"p\",\"offer\":null}" },
    { SERVER, "{\"type\":\"startSession\",\"peerId\":\"p\",\"sessionId\":\"s\"}",
        "{\"type\":\"startSession\",\"peerId\":\"p\",\"sessionId\":\"s\",\"offer\":null}" },
    { CLIENT, "{\"type\":\"endSessionV1_1\",\"sessionId\":\"s\"}",
        "{\"type\":\"endSessionV1_1\",\"sessionId\":\"s\",\"error\":null}" },
    { CLIENT, "{\"type\":\"endSession\",\"sessionId\":\"s\",\"error\":\"why\"}",
        "{\"type\":\"endSession\",\"sessionId\":\"s\"}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GstSignallingMessage) message = parse (cases[i].text, cases[i].sender);
    g_autofree gchar *written = to_text (message);

    g_assert_cmpstr (written, ==, cases[i].plain);
  }
}

/* What is passed on is the very same bytes, unless they could trip the other peer. */
static void
test_relay (void)
{
  static const gchar *const texts[] = {
    " {\"x\":[1.50,18446744073709551615],\"type\":\"peer\",\"sessionId\":\"\\u0073\",\"sdp\":{\"type\":\"offer\","
    "\"sdp\":\"\\u0076=0\",\"y\":0}}\n",
    "{\"type\":\"peer\",\"sessionId\":\"s\",\"ice\":{\"candidate\":\"\",\"sdpMLineIndex\":0,\"sdpMid\":null}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GBytes) text = g_bytes_new (texts[i], strlen (texts[i]));
    g_autoptr (GstSignallingMessage) message = gst_signalling_message_parse (text, CLIENT, NULL);
    g_autoptr (GBytes) relayed = gst_signalling_message_to_bytes (message);

    g_assert_true (relayed == text);
  }
}

static void
test_relay_null (void)
{
  static const gchar *const texts[] = {
    "{\"ice\":null,\"type\":\"peer\",\"sessionId\":\"s\",\"sdp\":{\"type\":\"answer\",\"sdp\":\"\\u0076=0\\n\"}}",
    "{\"type\":\"peer\",\"sessionId\":\"s\",\"sdp\":{\"type\":\"answer\",\"sdp\":\"\\u0076=0\\n\"},\"ice\":null}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GstSignallingMessage) message = parse (texts[i], CLIENT);
    g_autofree gchar *written = to_text (message);

    /* The string itself is as it was. */
    g_assert_cmpstr (
        written, ==, "{\"type\":\"peer\",\"sessionId\":\"s\",\"sdp\":{\"type\":\"answer\",\"sdp\":\"\\u0076=0\\n\"}}");
  }
}

/* Refused */

typedef struct
{
  GstSignallingSender sender;
  const gchar *text;
  const gchar *words;
} Refusal;

#define PEER "{\"type\":\"peer\",\"sessionId\":\"s\","
#define STATUS "{\"type\":\"setPeerStatus\","

static const Refusal refusals[] = {
  { CLIENT, "", "malformed at byte 0" },
  { CLIENT, "x", "malformed at byte 0" },
  { CLIENT, "[]", "malformed at byte 0: a message is an object" },
  { CLIENT, "\"list\"", "a message is an object" },
  { CLIENT, "null", "a message is an object" },
  { CLIENT, "[{\"type\":\"list\"}]", "a message is an object" },
  { CLIENT, "{\"type\":\"list\"}{\"type\":\"list\"}", "malformed at byte 15" },
  { CLIENT, "{\"type\":\"list\"", "malformed at byte 14: an object goes on without" },
  { CLIENT, "{\"type\":\"list\",}", "malformed at byte 15" },
  { CLIENT, "{\"type\":\"list\",\"type\":\"list\"}", "malformed at byte 15: a name occurs twice" },
  { CLIENT, "{\"type\":\"list\",\"\\u0074ype\":\"list\"}", "malformed at byte 15: a name occurs twice" },
  { CLIENT, "{\"type\":\"list\",\"x\":\"\\ud800\"}", "malformed at byte 20" },
  { CLIENT, "{\"type\":\"list\",\"x\":\"\xff\"}", "malformed at byte 20: not UTF-8" },
  { CLIENT, "{\"type\":\"list\",\"x\":{\"y\":1,\"y\":1}}", "malformed at byte 26: a name occurs twice" },
  { CLIENT, "{}", "a message: \"type\" is missing" },
  { CLIENT, "{\"Type\":\"list\"}", "\"type\" is missing" },
  { CLIENT, "{\"type\":null}", "a message: \"type\" at byte 8 is not a string" },
  { CLIENT, "{\"type\":5}", "\"type\" at byte 8 is not a string" },
  { CLIENT, "{\"type\":[\"list\"]}", "\"type\" at byte 8 is not a string" },
  { CLIENT, "{\"type\":\"\"}", "unknown message type \"\"" },
  { CLIENT, "{\"type\":\"List\"}", "unknown message type \"List\"" },
  { CLIENT, "{\"type\":\"list \"}", "unknown message type \"list.\"" },
  { CLIENT, "{\"type\":\"lis\"}", "unknown message type \"lis\"" },
  { CLIENT, "{\"type\":\"list\\u0000\"}", "\"type\" at byte 8 has a NUL character" },
  { CLIENT, "{\"type\":\"newPeer\"}", "unknown message type \"newPeer\"" },
  { SERVER, "{\"type\":\"newPeer\"}", "unknown message type \"newPeer\"" },
  { CLIENT, "{\"type\":\"a=candidate:1 1 udp 2 10.1.2.3 a-very-long-name\"}",
      "unknown message type \"a.candidate.1.1.udp.2.10.1.2.3.a.very.lo\"" },
  { CLIENT, "{\"type\":\"welcome\",\"peerId\":\"p\"}", "only the server may send \"welcome\"" },
  { CLIENT, "{\"type\":\"peerStatusChanged\"}", "only the server may send \"peerStatusChanged\"" },
  { CLIENT, "{\"type\":\"sessionStarted\"}", "only the server may send \"sessionStarted\"" },
  { CLIENT, "{\"type\":\"error\",\"details\":\"x\"}", "only the server may send \"error\"" },
  { SERVER, "{\"type\":\"setPeerStatus\",\"roles\":[]}", "only clients may send \"setPeerStatus\"" },
  { SERVER, "{\"type\":\"setProtocolVersion\",\"version\":\"v1_0\"}", "only clients may send \"setProtocolVersion\"" },
  { CLIENT, "{\"type\":\"setProtocolVersion\"}", "setProtocolVersion: \"version\" is missing" },
  { CLIENT, "{\"type\":\"setProtocolVersion\",\"version\":1}", "\"version\" at byte 39 is not a string" },
  { CLIENT, "{\"type\":\"setProtocolVersion\",\"version\":\"v2_0\"}",
      "\"version\" at byte 39 is neither v1_0 nor v1_1" },
  { CLIENT, "{\"type\":\"setProtocolVersion\",\"version\":\"1.1\"}", "neither v1_0 nor v1_1" },
  { CLIENT, STATUS "\"meta\":{}}", "setPeerStatus: \"roles\" is missing" },
  { CLIENT, STATUS "\"roles\":null}", "setPeerStatus: \"roles\" at byte 32 is not an array" },
  { CLIENT, STATUS "\"roles\":\"producer\"}", "\"roles\" at byte 32 is not an array" },
  { CLIENT, STATUS "\"roles\":{}}", "\"roles\" at byte 32 is not an array" },
  { CLIENT, STATUS "\"roles\":[null]}", "\"roles\" at byte 33 has an element that is not a role" },
  { CLIENT, STATUS "\"roles\":[1]}", "has an element that is not a role" },
  { CLIENT, STATUS "\"roles\":[\"producer\",\"Producer\"]}", "\"roles\" at byte 44 has an element" },
  { CLIENT, STATUS "\"roles\":[\"producer\\u0000\"]}", "has an element that is not a role" },
  { CLIENT, STATUS "\"roles\":[\"\"]}", "has an element that is not a role" },
  { CLIENT, STATUS "\"roles\":[\"a role with a name longer than any role has\"]}", "that is not a role" },
  { CLIENT, STATUS "\"roles\":[],\"meta\":}", "malformed at byte 42" },
  { CLIENT, STATUS "\"roles\":[],\"meta\":{\"a\":1,\"a\":1}}", "a name occurs twice" },
  { SERVER, "{\"type\":\"peerStatusChanged\",\"roles\":[]}", "peerStatusChanged: \"peerId\" is missing" },
  { SERVER, "{\"type\":\"peerStatusChanged\",\"peerId\":\"p\"}", "peerStatusChanged: \"roles\" is missing" },
  { SERVER, "{\"type\":\"welcome\"}", "welcome: \"peerId\" is missing" },
  { SERVER, "{\"type\":\"welcome\",\"peerId\":null}", "welcome: \"peerId\" at byte 27 is not a string" },
  { SERVER, "{\"type\":\"welcome\",\"peerId\":{}}", "welcome: \"peerId\" at byte 27 is not a string" },
  { SERVER, "{\"type\":\"welcome\",\"peerId\":\"p\\u0000q\"}", "\"peerId\" at byte 27 has a NUL character" },
  { CLIENT, "{\"type\":\"startSession\"}", "startSession: \"peerId\" is missing" },
  { CLIENT, "{\"type\":\"startSession\",\"peerId\":\"p\",\"offer\":{}}", "\"offer\" at byte 44 is not a string" },
  { CLIENT, "{\"type\":\"startSession\",\"peerId\":\"p\",\"offer\":\"\\u0000\"}", "\"offer\" at byte 44 has a NUL" },
  { SERVER, "{\"type\":\"startSession\",\"peerId\":\"p\"}", "startSession: \"sessionId\" is missing" },
  { SERVER, "{\"type\":\"sessionStarted\",\"peerId\":\"p\"}", "sessionStarted: \"sessionId\" is missing" },
  { SERVER, "{\"type\":\"sessionStarted\",\"sessionId\":\"p\"}", "sessionStarted: \"peerId\" is missing" },
  { CLIENT, "{\"type\":\"endSession\"}", "endSession: \"sessionId\" is missing" },
  { CLIENT, "{\"type\":\"endSession\",\"sessionId\":false}", "\"sessionId\" at byte 33 is not a string" },
  { CLIENT, "{\"type\":\"endSessionV1_1\",\"error\":\"x\"}", "endSessionV1_1: \"sessionId\" is missing" },
  { CLIENT, "{\"type\":\"endSessionV1_1\",\"sessionId\":\"s\",\"error\":[]}", "\"error\" at byte 49 is not a string" },
  { CLIENT, "{\"type\":\"peer\",\"ice\":{\"candidate\":\"\",\"sdpMLineIndex\":0}}", "peer: \"sessionId\" is missing" },
  { CLIENT, PEER "\"x\":0}", "peer: \"sdp\" and \"ice\" are both missing" },
  { CLIENT, PEER "\"sdp\":null,\"ice\":null}", "are both missing" },
  { CLIENT, PEER "\"sdp\":{},\"ice\":{}}", "peer: \"sdp\" at byte 37 and \"ice\" exclude each other" },
  { CLIENT, PEER "\"sdp\":\"v=0\"}", "peer: \"sdp\" at byte 37 is not an object" },
  { CLIENT, PEER "\"sdp\":[]}", "peer: \"sdp\" at byte 37 is not an object" },
  { CLIENT, PEER "\"sdp\":{}}", "peer: \"sdp.type\" is missing" },
  { CLIENT, PEER "\"sdp\":{\"type\":\"offer\"}}", "peer: \"sdp.sdp\" is missing" },
  { CLIENT, PEER "\"sdp\":{\"sdp\":\"v=0\"}}", "peer: \"sdp.type\" is missing" },
  { CLIENT, PEER "\"sdp\":{\"type\":\"offer\",\"sdp\":null}}", "\"sdp.sdp\" at byte 59 is not a string" },
  { CLIENT, PEER "\"sdp\":{\"type\":\"offer\",\"sdp\":\"a\\u0000b\"}}", "\"sdp.sdp\" at byte 59 has a NUL" },
  { CLIENT, PEER "\"sdp\":{\"type\":\"pranswer\",\"sdp\":\"\"}}",
      "\"sdp.type\" at byte 45 is neither offer nor answer" },
  { CLIENT, PEER "\"sdp\":{\"type\":\"Offer\",\"sdp\":\"\"}}", "is neither offer nor answer" },
  { CLIENT, PEER "\"sdp\":{\"type\":1,\"sdp\":\"\"}}", "\"sdp.type\" at byte 45 is not a string" },
  { CLIENT, PEER "\"sdp\":{\"type\":\"offer\",\"sdp\":\"\",\"type\":\"offer\"}}", "a name occurs twice" },
  { CLIENT, PEER "\"ice\":\"candidate\"}", "peer: \"ice\" at byte 37 is not an object" },
  { CLIENT, PEER "\"ice\":{}}", "peer: \"ice.candidate\" is missing" },
  { CLIENT, PEER "\"ice\":{\"candidate\":\"\"}}", "peer: \"ice.sdpMLineIndex\" is missing" },
  { CLIENT, PEER "\"ice\":{\"sdpMLineIndex\":0}}", "peer: \"ice.candidate\" is missing" },
  { CLIENT, PEER "\"ice\":{\"candidate\":null,\"sdpMLineIndex\":0}}", "\"ice.candidate\" at byte 50 is not a string" },
  { CLIENT, PEER "\"ice\":{\"candidate\":\"\",\"sdpMLineIndex\":null}}",
      "\"ice.sdpMLineIndex\" at byte 69 is not a num" },
  { CLIENT, PEER "\"ice\":{\"candidate\":\"\",\"sdpMLineIndex\":\"0\"}}",
      "\"ice.sdpMLineIndex\" at byte 69 is not a num" },
  { CLIENT, PEER "\"ice\":{\"candidate\":\"\",\"sdpMLineIndex\":-1}}", "is not an unsigned 32-bit integer" },
  { CLIENT, PEER "\"ice\":{\"candidate\":\"\",\"sdpMLineIndex\":1.0}}", "is not an unsigned 32-bit integer" },
  { CLIENT, PEER "\"ice\":{\"candidate\":\"\",\"sdpMLineIndex\":4294967296}}", "is not an unsigned 32-bit integer" },
  { SERVER, "{\"type\":\"list\"}", "list: \"producers\" is missing" },
  { SERVER, "{\"type\":\"list\",\"producers\":null}", "list: \"producers\" at byte 27 is not an array" },
  { SERVER, "{\"type\":\"list\",\"producers\":{}}", "list: \"producers\" at byte 27 is not an array" },
  { SERVER, "{\"type\":\"list\",\"producers\":[ 1]}", "\"producers\" at byte 29 has an element that is not an object" },
  { SERVER, "{\"type\":\"list\",\"producers\":[{}]}", "\"producers\" at byte 28 has an element without an id" },
  { SERVER, "{\"type\":\"list\",\"producers\":[{\"id\":7}]}", "has an element without an id" },
  { SERVER, "{\"type\":\"list\",\"producers\":[{\"id\":\"\\u0000\"}]}", "has an element without an id" },
  { SERVER, "{\"type\":\"listConsumers\",\"producers\":[]}", "listConsumers: \"consumers\" is missing" },
  { SERVER, "{\"type\":\"error\"}", "error: \"details\" is missing" },
  { SERVER, "{\"type\":\"error\",\"details\":{}}", "error: \"details\" at byte 26 is not a string" },
};

static void
test_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    assert_refused (refusals[i].text, refusals[i].sender, INVALID, refusals[i].words);
}

/* No beginning of a message is one. */
static void
test_truncated (void)
{
  static const gchar whole[] =
      PEER "\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\\u00e9\\ud83d\\ude00\xc3\xa9\"},\"x\":[1,-2e5,null]}";

  for (gsize length = 0; length < sizeof (whole) - 1; length++) {
    g_autofree gchar *beginning = g_strndup (whole, length);

    assert_refused (beginning, CLIENT, INVALID, "malformed at byte");
  }
}

/* What the parts of a message that are nobody's business say never comes to stand in an error. */
static void
test_errors_keep_secrets (void)
{
  static const gchar *const texts[] = {
    PEER "\"sdp\":{\"type\":\"SECRET\",\"sdp\":\"SECRET\"}}",
    PEER "\"sdp\":{\"type\":\"offer\",\"sdp\":\"SECRET\\u0000\"}}",
    PEER "\"sdp\":{\"type\":\"offer\",\"sdp\":\"SECRET\xff\"}}",
    PEER "\"sdp\":{\"type\":\"offer\",\"sdp\":\"SECRET",
    PEER "\"sdp\":{\"SECRET\":1,\"SECRET\":2}}",
    PEER "\"ice\":{\"candidate\":\"SECRET\"}}",
    PEER "\"ice\":{\"candidate\":\"SECRET\",\"sdpMLineIndex\":\"SECRET\"}}",
    PEER "\"ice\":\"SECRET\"}",
    STATUS "\"roles\":[\"SECRET\"],\"meta\":\"SECRET\"}",
    STATUS "\"roles\":[],\"meta\":{\"SECRET\":SECRET}}",
    "{\"type\":\"setProtocolVersion\",\"version\":\"SECRET\"}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (try_parse (texts[i], strlen (texts[i]), CLIENT, &error));
    g_assert_null (strstr (error->message, "SECRET"));
  }
}

/* Limits */

static gchar *
with_string (const gchar *before, const gchar *piece, gsize times, const gchar *after)
{
  GString *text = g_string_new (before);

  for (gsize i = 0; i < times; i++)
    g_string_append (text, piece);
  return g_string_free (g_string_append (text, after), FALSE);
}

/* @before, @times times @piece, @after is good, and with one more piece it is not. */
static void
assert_limit (GstSignallingSender sender, const gchar *before, const gchar *piece, gsize times, const gchar *after,
    const gchar *words)
{
  g_autofree gchar *at_limit = with_string (before, piece, times, after);
  g_autofree gchar *beyond = with_string (before, piece, times + 1, after);
  g_autoptr (GstSignallingMessage) message = parse (at_limit, sender);
  g_autoptr (GstSignallingMessage) rebuilt = test_message_rebuild (message);

  assert_same (message, rebuilt);
  assert_refused (beyond, sender, TOO_LARGE, words);
}

static void
test_limit_strings (void)
{
  assert_limit (CLIENT, "{\"type\":\"endSession\",\"sessionId\":\"", "x", GST_SIGNALLING_MAX_ID, "\"}", "is too long");
  assert_limit (CLIENT, "{\"type\":\"startSession\",\"peerId\":\"", "x", GST_SIGNALLING_MAX_ID, "\"}", "is too long");
  assert_limit (CLIENT, "{\"type\":\"startSession\",\"peerId\":\"p\",\"offer\":\"", "x", GST_SIGNALLING_MAX_SDP, "\"}",
      "is too long");
  assert_limit (
      CLIENT, PEER "\"sdp\":{\"type\":\"offer\",\"sdp\":\"", "\\n", GST_SIGNALLING_MAX_SDP / 2, "\"}}", "is too long");
  assert_limit (CLIENT, PEER "\"ice\":{\"sdpMLineIndex\":0,\"candidate\":\"", "x", GST_SIGNALLING_MAX_CANDIDATE, "\"}}",
      "is too long");
  assert_limit (CLIENT, "{\"type\":\"endSessionV1_1\",\"sessionId\":\"s\",\"error\":\"", "x",
      GST_SIGNALLING_MAX_ERROR_TEXT, "\"}", "is too long");
  assert_limit (SERVER, "{\"type\":\"error\",\"details\":\"", "x", GST_SIGNALLING_MAX_ERROR_TEXT, "\"}", "is too long");
  assert_limit (SERVER, "{\"type\":\"list\",\"producers\":[{\"id\":\"", "x", GST_SIGNALLING_MAX_ID, "\"}]}",
      "has an id that is too long");
}

static void
test_limit_sizes (void)
{
  gsize overhead = strlen ("{\"type\":\"list\"}");

  assert_limit (CLIENT, "{\"type\":\"list\"", " ", GST_SIGNALLING_MAX_CLIENT_TEXT - overhead, "}",
      "a message of 1048577 bytes, where 1048576 are the limit");
  assert_limit (SERVER, "{\"type\":\"list\",\"producers\":[]", " ",
      GST_SIGNALLING_MAX_SERVER_TEXT - overhead - strlen (",\"producers\":[]"), "}", "are the limit");
}

static void
test_limit_counts (void)
{
  assert_limit (CLIENT, STATUS "\"roles\":[\"listener\"", ",\"listener\"", GST_SIGNALLING_MAX_ROLES - 1, "]}",
      "\"roles\" at byte 32 has more than 16 elements");
  assert_limit (SERVER, "{\"type\":\"list\",\"producers\":[{\"id\":\"\"}", ",{\"id\":\"x\"}",
      GST_SIGNALLING_JSON_MAX_ELEMENTS - 1, "]}", "more than 100000 elements");
}

/* Meta has limits of its own, which are the same in a status, in a list, and in a constructor. */
static void
assert_meta_limit (const gchar *at_limit, const gchar *beyond, const gchar *words)
{
  static const struct
  {
    GstSignallingSender sender;
    const gchar *before;
    const gchar *after;
  } places[] = {
    { CLIENT, STATUS "\"roles\":[],\"meta\":", "}" },
    { SERVER, "{\"type\":\"peerStatusChanged\",\"peerId\":\"p\",\"roles\":[],\"meta\":", "}" },
    { SERVER, "{\"type\":\"list\",\"producers\":[{\"id\":\"p\",\"meta\":", "}]}" },
  };
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autofree gchar *good = g_strconcat (places[i].before, at_limit, places[i].after, NULL);
    g_autofree gchar *bad = g_strconcat (places[i].before, beyond, places[i].after, NULL);
    g_autoptr (GstSignallingMessage) message = parse (good, places[i].sender);
    g_autoptr (GstSignallingMessage) rebuilt = test_message_rebuild (message);

    assert_same (message, rebuilt);
    assert_refused (bad, places[i].sender, TOO_LARGE, words);
  }
  g_assert_null (gst_signalling_message_new_set_peer_status (0, beyond, &error));
  g_assert_error (error, GST_SIGNALLING_ERROR, TOO_LARGE);
}

static void
test_limit_meta (void)
{
  g_autofree gchar *opened = with_string ("", "[", GST_SIGNALLING_MAX_META_DEPTH, "");
  g_autofree gchar *deep = with_string (opened, "]", GST_SIGNALLING_MAX_META_DEPTH, "");
  g_autofree gchar *deeper = g_strconcat ("[", deep, "]", NULL);
  g_autofree gchar *large = with_string ("\"", "x", GST_SIGNALLING_MAX_META - 2, "\"");
  g_autofree gchar *larger = with_string ("\"", "x", GST_SIGNALLING_MAX_META - 1, "\"");
  g_autofree gchar *array = with_string ("[", " ", GST_SIGNALLING_MAX_META - 2, "]");
  g_autofree gchar *larger_array = with_string ("[", " ", GST_SIGNALLING_MAX_META - 1, "]");

  assert_meta_limit (deep, deeper, "nested too deep");
  assert_meta_limit (large, larger, "256 KiB");
  assert_meta_limit (array, larger_array, "256 KiB");
}

/* What a client may send at most can be passed on: the server's own message around it is within the limit for
 * messages of clients too, which is what a connection allows in either direction. */
static void
test_limits_fit (void)
{
  g_autofree gchar *id = with_string ("", "\\u0001", GST_SIGNALLING_MAX_ID, "");
  g_autofree gchar *sdp = with_string ("", "x", GST_SIGNALLING_MAX_SDP, "");
  g_autofree gchar *meta = with_string ("\"", "x", GST_SIGNALLING_MAX_META - 2, "\"");
  g_autoptr (GstSignallingMessage) start = gst_signalling_message_new_start_session (id, id, sdp);
  g_autoptr (GstSignallingMessage) status = gst_signalling_message_new_peer_status_changed (7, meta, id, NULL);
  g_autoptr (GBytes) start_text = gst_signalling_message_to_bytes (start);
  g_autoptr (GBytes) status_text = gst_signalling_message_to_bytes (status);

  g_assert_cmpuint (g_bytes_get_size (start_text), <, GST_SIGNALLING_MAX_CLIENT_TEXT);
  g_assert_cmpuint (g_bytes_get_size (status_text), <, GST_SIGNALLING_MAX_CLIENT_TEXT);
}

/* Meta */

static const gchar *const metas[] = {
  "{}",
  "[ ]",
  "true",
  "\"text\"",
  "\"\"",
  "0",
  "-0",
  "1.50",
  "1e2",
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775808",
  "18446744073709551615",
  "123456789012345678901234567890",
  "3.141592653589793238462643383279",
  "{\"n\":18446744073709551615,\"m\":-9223372036854775808}",
  "{ \"name\" : \"caf\xc3\xa9 \xf0\x9f\x98\x80\",\t\"escaped\":\"caf\\u00e9 \\ud83d\\ude00 \\/ \\u0041\" }",
  "{\"\":{\"\":[[],{},null,[null]]}}",
  "{\"z\":1,\"a\":2,\"Z\":3}",
  "\"\\u0000\"",
  "[{\"a\":{\"b\":{\"c\":[1,[2,[3,[4,{\"d\":\"\\\"\\\\\"}]]]]}}}]",
};

static void
assert_meta (GstSignallingMessage *message, const gchar *meta)
{
  g_autofree gchar *written = to_text (message);

  g_assert_cmpstr (gst_signalling_message_get_meta (message), ==, meta);
  g_assert_nonnull (strstr (written, meta));
}

/* Through a client, a server, and another client: not a byte of it changes. */
static void
test_meta_exact (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (metas); i++) {
    g_autofree gchar *spaced = g_strdup_printf (STATUS "\"meta\" :\n%s ,\"roles\":[]}", metas[i]);
    g_autoptr (GstSignallingMessage) built = gst_signalling_message_new_set_peer_status (0, metas[i], NULL);
    g_autoptr (GstSignallingMessage) received = parse (spaced, CLIENT);
    g_autoptr (GstSignallingMessage) told =
        gst_signalling_message_new_peer_status_changed (0, gst_signalling_message_get_meta (received), "p", NULL);
    g_autofree gchar *told_text = to_text (told);
    g_autoptr (GstSignallingMessage) heard = parse (told_text, SERVER);
    g_autoptr (GstSignallingMessage) list = gst_signalling_message_new_producers ();
    g_autofree gchar *list_text = NULL;
    g_autoptr (GstSignallingMessage) listed = NULL;

    assert_meta (built, metas[i]);
    assert_meta (received, metas[i]);
    assert_meta (heard, metas[i]);
    g_assert_true (gst_signalling_message_append_peer (list, "p", metas[i], NULL));
    list_text = to_text (list);
    listed = parse (list_text, SERVER);
    g_assert_cmpstr (gst_signalling_message_get_nth_peer_meta (listed, 0), ==, metas[i]);
  }
}

static void
test_meta_node (void)
{
  static const gchar meta[] =
      "{\"\":null,\"yes\":true,\"no\":false,\"max\":9223372036854775807,\"min\":-9223372036854775808,"
      "\"big\":9223372036854775808,\"half\":0.5,\"e\":1e2,\"text\":\"\\u00e9\\ud83d\\ude00\",\"nul\":\"a\\u0000b\","
      "\"k\\u0065y\":[1,[],{}]}";
  g_autoptr (GstSignallingMessage) message = gst_signalling_message_new_set_peer_status (0, meta, NULL);
  g_autoptr (JsonNode) node = gst_signalling_message_get_meta_node (message);
  JsonObject *object = json_node_get_object (node);
  JsonArray *array = json_object_get_array_member (object, "key");

  g_assert_cmpuint (json_object_get_size (object), ==, 11);
  g_assert_true (json_object_get_null_member (object, ""));
  g_assert_true (json_object_get_boolean_member (object, "yes"));
  g_assert_true (json_object_has_member (object, "no") && !json_object_get_boolean_member (object, "no"));
  g_assert_cmpint (json_object_get_int_member (object, "max"), ==, G_MAXINT64);
  g_assert_cmpint (json_object_get_int_member (object, "min"), ==, G_MININT64);
  g_assert_cmpint (json_node_get_value_type (json_object_get_member (object, "max")), ==, G_TYPE_INT64);
  g_assert_cmpint (json_node_get_value_type (json_object_get_member (object, "min")), ==, G_TYPE_INT64);
  g_assert_cmpint (json_node_get_value_type (json_object_get_member (object, "big")), ==, G_TYPE_DOUBLE);
  g_assert_cmpfloat (json_object_get_double_member (object, "big"), ==, 9223372036854775808.0);
  g_assert_cmpfloat (json_object_get_double_member (object, "half"), ==, 0.5);
  g_assert_cmpfloat (json_object_get_double_member (object, "e"), ==, 100.0);
  g_assert_cmpstr (json_object_get_string_member (object, "text"), ==, "\xc3\xa9\xf0\x9f\x98\x80");
  g_assert_cmpstr (json_object_get_string_member (object, "nul"), ==,
      "a\xef\xbf\xbd"
      "b");
  g_assert_cmpuint (json_array_get_length (array), ==, 3);
  g_assert_cmpuint (json_array_get_length (json_array_get_array_element (array, 1)), ==, 0);
  g_assert_cmpuint (json_object_get_size (json_array_get_object_element (array, 2)), ==, 0);
}

static void
test_meta_refused (void)
{
  static const gchar *const bad[] = { "", " ", "{", "{\"a\":1,\"a\":2}", "nul", "1 2", "\"\xff\"", "\"\\ud800\"", "'x'",
    "NaN", "{}}" };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) status_error = NULL;
    g_autoptr (GError) change_error = NULL;
    g_autoptr (GError) list_error = NULL;
    g_autoptr (GstSignallingMessage) list = gst_signalling_message_new_consumers ();

    g_assert_null (gst_signalling_message_new_set_peer_status (0, bad[i], &status_error));
    g_assert_error (status_error, GST_SIGNALLING_ERROR, INVALID);
    g_assert_true (g_str_has_prefix (status_error->message, "meta: malformed at byte "));
    g_assert_null (gst_signalling_message_new_peer_status_changed (0, bad[i], "p", &change_error));
    g_assert_error (change_error, GST_SIGNALLING_ERROR, INVALID);
    g_assert_false (gst_signalling_message_append_peer (list, "p", bad[i], &list_error));
    g_assert_error (list_error, GST_SIGNALLING_ERROR, INVALID);
    g_assert_cmpuint (gst_signalling_message_get_n_peers (list), ==, 0);
  }
}

/* Threads: everybody who asks at the same time gets the same strings and bytes. */

#define N_THREADS 4
#define N_LINES 20000
#define LINE "a=line\r\n"

typedef struct
{
  GstSignallingMessage *message;
  gint *n_ready;
  const gchar *sdp;
  GBytes *bytes;
} Reader;

static gpointer
read_at_once (gpointer user_data)
{
  Reader *reader = user_data;

  g_atomic_int_inc (reader->n_ready);
  while (g_atomic_int_get (reader->n_ready) < N_THREADS)
    g_thread_yield ();
  reader->sdp = gst_signalling_message_get_sdp (reader->message);
  reader->bytes = gst_signalling_message_to_bytes (reader->message);
  return NULL;
}

/* @text is long, so that making the string and the bytes takes a while and the threads meet in it. */
static void
read_from_threads (const gchar *text)
{
  g_autoptr (GstSignallingMessage) message = parse (text, CLIENT);
  gint n_ready = 0;
  Reader readers[N_THREADS];
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++) {
    readers[i] = (Reader){ message, &n_ready };
    threads[i] = g_thread_new ("reader", read_at_once, &readers[i]);
  }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < N_THREADS; i++) {
    g_assert_cmpuint (strlen (readers[i].sdp), ==, N_LINES * strlen (LINE));
    g_assert_true (g_str_has_prefix (readers[i].sdp, LINE LINE));
    g_assert_true (readers[i].sdp == readers[0].sdp);
    g_assert_true (readers[i].bytes == readers[0].bytes);
    g_bytes_unref (readers[i].bytes);
  }
}

static void
test_threads (void)
{
  g_autofree gchar *text =
      with_string ("{\"type\":\"startSession\",\"peerId\":\"p\",\"offer\":\"", "a=line\\r\\n", N_LINES, "\"}");

  for (guint i = 0; i < 100; i++)
    read_from_threads (text);
}

/* Random: small changes to good messages. Whatever is accepted comes back the same through the writer. */

static const struct
{
  GstSignallingSender sender;
  const gchar *text;
} seeds[] = {
  { CLIENT,
      "{\"type\":\"setPeerStatus\",\"roles\":[\"producer\",\"listener\"],\"meta\":{\"a\":[1,\"\\u00e9\",null]}}" },
  { CLIENT, PEER "\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\\ud83d\\ude00\"}}" },
  { CLIENT, PEER "\"ice\":{\"candidate\":\"candidate:1 1 udp 1 ::1 9\",\"sdpMLineIndex\":0,\"sdpMid\":\"0\"}}" },
  { CLIENT, "{\"type\":\"startSession\",\"peerId\":\"p\",\"offer\":\"v=0\"}" },
  { CLIENT, "{\"type\":\"endSessionV1_1\",\"sessionId\":\"s\",\"error\":null}" },
  { SERVER, "{\"type\":\"list\",\"producers\":[{\"id\":\"a\",\"meta\":null},{\"id\":\"b\",\"meta\":{\"x\":1.5e3}}]}" },
  { SERVER, "{\"type\":\"startSession\",\"peerId\":\"p\",\"sessionId\":\"s\",\"offer\":null}" },
  { SERVER, "{\"type\":\"error\",\"details\":\"no \\\"x\\\"\"}" },
};

static void
mutate (GString *text, GRand *random)
{
  static const gchar bytes[] = "\"\\{}[]:,0-1.eunlt \n\x80\xc3\xff";
  gsize at = (gsize) g_rand_int_range (random, 0, (gint) text->len);

  switch (g_rand_int_range (random, 0, 4)) {
    case 0:
      text->str[at] = bytes[g_rand_int_range (random, 0, sizeof (bytes))];
      break;
    case 1:
      text->str[at] ^= (gchar) (1 << g_rand_int_range (random, 0, 8));
      break;
    case 2:
      g_string_insert_c (text, (gssize) at, bytes[g_rand_int_range (random, 0, sizeof (bytes))]);
      break;
    default:
      if (text->len > 1)
        g_string_erase (text, (gssize) at, 1);
      break;
  }
}

static void
test_random (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (2);
  guint n_accepted = 0;

  for (guint i = 0; i < 40000; i++) {
    guint seed = i % G_N_ELEMENTS (seeds);
    g_autoptr (GString) text = g_string_new (seeds[seed].text);
    g_autoptr (GstSignallingMessage) message = NULL;
    g_autoptr (GstSignallingMessage) rebuilt = NULL;
    g_autoptr (GstSignallingMessage) again = NULL;
    g_autofree gchar *written = NULL;

    for (gint n = g_rand_int_range (random, 1, 4); n > 0; n--)
      mutate (text, random);
    message = try_parse (text->str, text->len, seeds[seed].sender, NULL);
    if (message == NULL)
      continue;
    n_accepted++;
    rebuilt = test_message_rebuild (message);
    written = to_text (rebuilt);
    again = parse (written, seeds[seed].sender);
    assert_same (message, again);
  }
  /* Enough of either kind for the case to mean something. */
  g_assert_cmpuint (n_accepted, >, 1000);
  g_assert_cmpuint (n_accepted, <, 39000);
}

static void
test_types (void)
{
  GType type = GST_TYPE_SIGNALLING_MESSAGE;
  g_autoptr (GstSignallingMessage) message = gst_signalling_message_new_list ();
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GEnumClass) kinds = g_type_class_ref (GST_TYPE_SIGNALLING_MESSAGE_TYPE);
  g_autoptr (GFlagsClass) roles = g_type_class_ref (GST_TYPE_SIGNALLING_ROLES);

  g_value_init (&value, type);
  g_value_set_boxed (&value, message);
  g_assert_true (g_value_get_boxed (&value) == message);
  g_assert_cmpstr (g_enum_get_value (kinds, GST_SIGNALLING_MESSAGE_PEER_ICE)->value_nick, ==, "peer-ice");
  g_assert_cmpuint (roles->mask, ==, 7);
  g_assert_true (G_TYPE_IS_ENUM (GST_TYPE_SIGNALLING_SENDER));
  g_assert_true (G_TYPE_IS_ENUM (GST_TYPE_SIGNALLING_VERSION));
}

static void
add_tests (void)
{
  g_test_add_func ("/message/write/client", test_write_client);
  g_test_add_func ("/message/write/either", test_write_either);
  g_test_add_func ("/message/write/server", test_write_server);
  g_test_add_func ("/message/write/lists", test_write_lists);
  g_test_add_func ("/message/write/escapes", test_write_escapes);
  g_test_add_func ("/message/write/not-utf8", test_write_not_utf8);
  g_test_add_func ("/message/read/fields", test_read_fields);
  g_test_add_func ("/message/read/list", test_read_list);
  g_test_add_func ("/message/read/tolerant", test_read_tolerant);
  g_test_add_func ("/message/relay/verbatim", test_relay);
  g_test_add_func ("/message/relay/null", test_relay_null);
  g_test_add_func ("/message/refused/table", test_refused);
  g_test_add_func ("/message/refused/truncated", test_truncated);
  g_test_add_func ("/message/refused/secrets", test_errors_keep_secrets);
  g_test_add_func ("/message/limits/strings", test_limit_strings);
  g_test_add_func ("/message/limits/sizes", test_limit_sizes);
  g_test_add_func ("/message/limits/counts", test_limit_counts);
  g_test_add_func ("/message/limits/meta", test_limit_meta);
  g_test_add_func ("/message/limits/fit", test_limits_fit);
  g_test_add_func ("/message/meta/exact", test_meta_exact);
  g_test_add_func ("/message/meta/node", test_meta_node);
  g_test_add_func ("/message/meta/refused", test_meta_refused);
  g_test_add_func ("/message/threads", test_threads);
  g_test_add_func ("/message/random", test_random);
  g_test_add_func ("/message/types", test_types);
}

int
main (int argc, char **argv)
{
  int result;

  g_test_init (&argc, &argv, NULL);
  test_watchdog_start ("message", 60);
  add_tests ();
  result = g_test_run ();
  test_watchdog_stop ();
  return result;
}

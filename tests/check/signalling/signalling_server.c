/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GstSignallingServer over real sockets: what it tells its application, its limits, its certificates, its life, and the
 * rules of docs/protocol.md, each at least once. No main loop runs anywhere. */

#include <string.h>

#include <tests/common/leak-check.h>
#include <tests/common/log-guard.h>
#include <tests/common/test-certificates.h>
#include <tests/common/test-time.h>
#include <tests/common/watchdog.h>

#include "protocol-peer.h"
#include "server-probe.h"

static const gchar *expectf (ServerProbe *server, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static const gchar *
expectf (ServerProbe *server, const gchar *format, ...)
{
  g_autofree gchar *pattern = NULL;
  va_list arguments;

  va_start (arguments, format);
  pattern = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return event_log_expect (server->log, pattern);
}

static ProtocolPeer *
join (ServerProbe *server)
{
  return protocol_peer_join (server_probe_get_port (server), RAW_SOCKET_PLAIN);
}

static ProtocolPeer *
join_as (ServerProbe *server, const gchar *roles)
{
  return protocol_peer_join_as (server_probe_get_port (server), roles);
}

static void
settle (ProtocolPeer *peer)
{
  g_free (protocol_peer_settle (peer));
}

/* --- Signals ------------------------------------------------------------------------------------------------------ */

static void
test_clients (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (ProtocolPeer) polite = join (server);
  g_autoptr (ProtocolPeer) rude = join (server);
  g_autoptr (ProtocolPeer) silent = join (server);
  g_autoptr (ProtocolPeer) broken = join (server);
  const RawFrameSpec unmasked = { .opcode = RAW_TEXT, .payload = "x", .length = 1, .mask = RAW_MASK_NEVER };

  expectf (server, "client-added %s 127.0.0.1", broken->id);
  raw_peer_send_close (polite->raw, 4321, "that is why");
  expectf (server, "client-removed %s remote clean finished 4321 that is why", polite->id);
  raw_peer_reset (rude->raw);
  expectf (server, "client-removed %s none transport unfinished 0 -", rude->id);
  raw_peer_fin (silent->raw);
  expectf (server, "client-removed %s none transport unfinished 0 -", silent->id);
  raw_peer_send (broken->raw, &unmasked);
  expectf (server, "client-removed %s none protocol unfinished 0 -", broken->id);
  raw_peer_expect_close (broken->raw, 1002);
  g_assert_cmpuint (event_log_count (server->log, "client-added *"), ==, 4);
  g_assert_cmpuint (event_log_count (server->log, "client-removed *"), ==, 4);
}

/* How a session ends, and what the application is told about it. */
static void
test_sessions (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (ProtocolPeer) producer = join_as (server, "['producer']");
  g_autoptr (ProtocolPeer) consumer = join (server);
  g_autoptr (ProtocolPeer) passive = join_as (server, "['consumer']");
  const gchar *session = protocol_peer_start_session (consumer, producer);

  expectf (server, "session-started %s %s %s", session, producer->id, consumer->id);
  protocol_peer_say (consumer, "{'type': 'endSession', 'sessionId': '%s'}", session);
  expectf (server, "session-ended %s %s %s by-consumer -", session, producer->id, consumer->id);
  protocol_peer_expect (producer, "endSession");

  session = protocol_peer_start_session (consumer, producer);
  protocol_peer_say (producer, "{'type': 'endSession', 'sessionId': '%s'}", session);
  expectf (server, "session-ended %s * by-producer -", session);
  protocol_peer_expect (consumer, "endSession");

  session = protocol_peer_start_session (consumer, producer);
  protocol_peer_say (producer, "{'type': 'setPeerStatus', 'roles': []}");
  expectf (server, "session-ended %s * producer-resigned -", session);
  protocol_peer_expect (consumer, "endSession");
  protocol_peer_say (producer, "{'type': 'setPeerStatus', 'roles': ['producer']}");
  settle (producer);

  protocol_peer_say (producer, "{'type': 'startSession', 'peerId': '%s'}", passive->id);
  session = protocol_peer_expect_text (passive, "sessionStarted", "sessionId");
  protocol_peer_expect (producer, "startSession");
  protocol_peer_say (passive, "{'type': 'setPeerStatus', 'roles': []}");
  expectf (server, "session-ended %s * consumer-resigned -", session);
  protocol_peer_expect (producer, "endSession");

  session = protocol_peer_start_session (consumer, producer);
  raw_peer_reset (consumer->raw);
  expectf (server, "session-ended %s * consumer-left -", session);
  g_assert_cmpstr (protocol_peer_expect_text (producer, "endSession", "sessionId"), ==, session);

  session = protocol_peer_start_session (passive, producer);
  raw_peer_send_close (producer->raw, 1000, NULL);
  expectf (server, "session-ended %s * producer-left -", session);
  protocol_peer_expect (passive, "endSession");
}

/* --- Limits ------------------------------------------------------------------------------------------------------- */

static void
expect_refusal (ServerProbe *server, guint status)
{
  g_autoptr (RawPeer) peer = raw_peer_connect ((guint16) server_probe_get_port (server), RAW_SOCKET_PLAIN);
  g_autoptr (GString) answer = g_string_new (NULL);
  g_autofree gchar *line = g_strdup_printf ("HTTP/1.1 %u ", status);
  gchar buffer[1024];
  gint64 deadline = test_time_deadline (RAW_PATIENCE);

  raw_peer_send_upgrade (peer, "/", NULL, NULL);
  while (!strstr (answer->str, "\r\n\r\n")) {
    gsize got = raw_socket_read (raw_peer_get_socket (peer), buffer, sizeof buffer, deadline);

    g_assert_cmpuint (got, >, 0);
    g_string_append_len (answer, buffer, (gssize) got);
  }
  g_assert_true (g_str_has_prefix (answer->str, line));
  g_assert_nonnull (strstr (answer->str, "\r\nRetry-After: "));
}

/* Whoever leaves makes room. */
static void
wait_for_room (ServerProbe *server)
{
  gint64 deadline = test_time_deadline (RAW_PATIENCE);
  guint status;

  do {
    g_autoptr (RawPeer) peer = raw_peer_connect ((guint16) server_probe_get_port (server), RAW_SOCKET_PLAIN);

    raw_peer_send_upgrade (peer, "/", NULL, NULL);
    status = raw_peer_expect_status (peer);
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  } while (status != 101);
}

static void
test_max_connections (void)
{
  g_autoptr (ServerProbe) server = server_probe_new ();
  g_autoptr (ProtocolPeer) first = NULL;
  g_autoptr (ProtocolPeer) second = NULL;

  g_object_set (server->server, "max-connections", 2, NULL);
  server_probe_start (server);
  first = join (server);
  second = join (server);
  expect_refusal (server, 503);
  settle (second);
  protocol_peer_leave (first);
  g_clear_pointer (&first, protocol_peer_free);
  wait_for_room (server);
}

static void
test_max_connections_per_address (void)
{
  g_autoptr (ServerProbe) server = server_probe_new ();
  g_autoptr (ProtocolPeer) first = NULL;

  g_object_set (server->server, "max-connections-per-address", 1, NULL);
  server_probe_start (server);
  first = join (server);
  expect_refusal (server, 429);
  settle (first);
  protocol_peer_leave (first);
  g_clear_pointer (&first, protocol_peer_free);
  wait_for_room (server);
}

/* The average counts: a burst is let pass, a flood is not, and whoever talks with moderation notices nothing. */
static void
test_max_messages_per_second (void)
{
  g_autoptr (ServerProbe) server = server_probe_new ();
  g_autoptr (ProtocolPeer) flooder = NULL;
  g_autoptr (ProtocolPeer) other = NULL;
  g_autoptr (GByteArray) burst = g_byte_array_new ();
  g_autoptr (GByteArray) flood = g_byte_array_new ();

  g_object_set (server->server, "max-messages-per-second", 5, NULL);
  server_probe_start (server);
  other = join (server);
  flooder = join (server);
  for (guint i = 0; i < 49; i++)
    raw_peer_append_text (flooder->raw, burst, "{\"type\":\"endSession\",\"sessionId\":\"x\"}");
  raw_peer_send_bytes (flooder->raw, burst);
  settle (flooder);
  for (guint i = 0; i < 1000; i++)
    raw_peer_append_text (flooder->raw, flood, "{\"type\":\"endSession\",\"sessionId\":\"x\"}");
  raw_peer_send_bytes (flooder->raw, flood);
  raw_peer_expect_close (flooder->raw, 1008);
  settle (other);
  raw_peer_send_close (flooder->raw, 1008, NULL);
  expectf (server, "client-removed %s local local finished 1008 *", flooder->id);
}

static void
test_max_message_size (void)
{
  g_autoptr (ServerProbe) server = server_probe_new ();
  g_autoptr (ProtocolPeer) peer = NULL;
  g_autofree gchar *fits = g_strnfill (2048, ' ');
  g_autofree gchar *long_one = g_strnfill (2049, ' ');

  g_object_set (server->server, "max-message-size", 2048, NULL);
  server_probe_start (server);
  peer = join (server);
  raw_peer_send_text (peer->raw, fits);
  protocol_peer_expect (peer, "error");
  raw_peer_send_text (peer->raw, long_one);
  raw_peer_expect_close (peer->raw, 1009);
  expectf (server, "client-removed %s none protocol *", peer->id);
}

/* One that never reads is dropped when its share of memory is used up; the others do not wait for it. */
static void
test_never_reads (void)
{
  g_autoptr (ServerProbe) server = server_probe_new ();
  g_autoptr (ProtocolPeer) deaf = NULL;
  g_autoptr (ProtocolPeer) producer = NULL;
  g_autoptr (ProtocolPeer) other = NULL;
  g_autofree gchar *candidate = g_strnfill (4000, 'c');
  const gchar *session;
  const gchar *removed = NULL;
  gint64 longest = 0;

  g_object_set (server->server, "max-queue-size", 64 * 1024, "max-messages-per-second", 0, "host", "127.0.0.1", NULL);
  server_probe_start (server);
  deaf = protocol_peer_join (server_probe_get_port (server), RAW_SOCKET_SMALL_WINDOW);
  producer = join_as (server, "['producer']");
  other = join (server);
  protocol_peer_say (deaf, "{'type': 'startSession', 'peerId': '%s'}", producer->id);
  session = protocol_peer_expect_text (producer, "startSession", "sessionId");
  for (guint i = 0; i < 20000 && !removed; i++) {
    gint64 since;

    protocol_peer_say (producer, "{'type': 'peer', 'sessionId': '%s', 'ice': {'candidate': '%s', 'sdpMLineIndex': 0}}",
        session, candidate);
    since = g_get_monotonic_time ();
    settle (other);
    longest = MAX (longest, g_get_monotonic_time () - since);
    removed = event_log_await (server->log, "client-removed *", 0);
  }
  g_assert_nonnull (removed);
  g_assert_nonnull (strstr (removed, deaf->id));
  g_assert_nonnull (strstr (removed, "none transport unfinished"));
  g_test_message ("longest answer to somebody else: %" G_GINT64_FORMAT " µs", longest);
  g_assert_cmpint (longest, <, test_time_scale (1000) * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpstr (protocol_peer_expect_text (producer, "endSession", "sessionId"), ==, session);
}

/* --- Certificates and ports --------------------------------------------------------------------------------------- */

static void
expect_failure (ServerProbe *server, GstSignallingError code, const gchar *says)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (gst_signalling_server_start (server->server, &error));
  g_assert_error (error, GST_SIGNALLING_ERROR, (gint) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, says));
  /* Nothing listens, plain or otherwise. */
  g_assert_false (gst_signalling_server_is_running (server->server));
  g_assert_cmpuint (gst_signalling_server_get_port (server->server), ==, 0);
}

static void
test_certificates (void)
{
  static const struct
  {
    const gchar *cert, *key, *says;
  } table[] = {
    { "localhost.pem", "mismatched.key", "does not fit" }, { "nonexistent.pem", "localhost.key", "nonexistent.pem" },
    { "localhost.pem", "nonexistent.key", "nonexistent.key" }, { "localhost.key", "localhost.key", "localhost.key" },
    { "make-certificates.sh", "localhost.key", "PEM" }, { "localhost.pem", NULL, "localhost.pem" },
    { NULL, "localhost.key", "no certificate" }, { "", "localhost.key", "" }, /* a folder */
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (ServerProbe) server = server_probe_new ();
    g_autofree gchar *cert = table[i].cert ? test_certificate_path (table[i].cert) : NULL;
    g_autofree gchar *key = table[i].key ? test_certificate_path (table[i].key) : NULL;

    g_object_set (server->server, "cert", cert, "key", key, NULL);
    expect_failure (server, GST_SIGNALLING_ERROR_SETTINGS, table[i].says);
  }
}

static void
test_certificate_object (void)
{
  g_autoptr (ServerProbe) server = server_probe_new ();
  g_autofree gchar *path = test_certificate_path ("localhost.pem");
  g_autoptr (GTlsCertificate) keyless = g_tls_certificate_new_from_file (path, NULL);
  g_autoptr (GTlsCertificate) whole = test_certificate_load ("localhost");
  g_autoptr (ProtocolPeer) peer = NULL;

  g_assert_nonnull (keyless);
  g_object_set (server->server, "tls-certificate", keyless, NULL);
  expect_failure (server, GST_SIGNALLING_ERROR_SETTINGS, "key");
  g_object_set (server->server, "tls-certificate", whole, NULL);
  server_probe_start (server);
  peer = protocol_peer_join (server_probe_get_port (server), RAW_SOCKET_TLS);
  settle (peer);
}

static void
test_certificate_files (void)
{
  g_autoptr (ServerProbe) server = server_probe_new ();
  g_autofree gchar *cert = test_certificate_path ("localhost.pem");
  g_autofree gchar *key = test_certificate_path ("localhost.key");
  g_autoptr (ProtocolPeer) peer = NULL;
  g_autoptr (RawPeer) plain = NULL;

  g_object_set (server->server, "cert", cert, "key", key, NULL);
  server_probe_start (server);
  peer = protocol_peer_join (server_probe_get_port (server), RAW_SOCKET_TLS);
  settle (peer);
  plain = raw_peer_connect ((guint16) server_probe_get_port (server), RAW_SOCKET_PLAIN);
  raw_peer_send_upgrade (plain, "/", NULL, NULL);
  g_assert_cmpuint (raw_peer_expect_status (plain), ==, 0);
}

static void
test_addresses (void)
{
  g_autoptr (ServerProbe) first = server_probe_run ();
  g_autoptr (ServerProbe) second = server_probe_new ();

  g_object_set (second->server, "port", server_probe_get_port (first), NULL);
  expect_failure (second, GST_SIGNALLING_ERROR_ADDRESS_IN_USE, "in use");
  g_object_set (second->server, "port", 0, "host", "nobody.invalid", NULL);
  expect_failure (second, GST_SIGNALLING_ERROR_NOT_FOUND, "nobody.invalid");
  g_object_set (second->server, "host", "192.0.2.1", NULL);
  expect_failure (second, GST_SIGNALLING_ERROR_FAILED, "192.0.2.1");
  g_object_set (second->server, "host", "127.0.0.1", NULL);
  server_probe_start (second);
}

/* --- Life --------------------------------------------------------------------------------------------------------- */

static void
test_stop (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (ProtocolPeer) polite = join (server);
  g_autoptr (ProtocolPeer) silent = join (server);
  gint64 since = g_get_monotonic_time ();

  raw_peer_send_close (polite->raw, 1000, NULL);
  gst_signalling_server_stop (server->server);
  g_assert_cmpint (g_get_monotonic_time () - since, <, test_time_scale (5000) * G_TIME_SPAN_MILLISECOND);
  event_log_close (server->log);
  raw_peer_expect_close (silent->raw, 1001);
  g_assert_cmpuint (event_log_count (server->log, "client-removed *"), ==, 2);
  g_assert_cmpuint (event_log_count (server->log, "client-removed * local local unfinished 0 -"), ==, 1);
  event_log_reopen (server->log);
  server_probe_start (server);
  g_clear_pointer (&polite, protocol_peer_free);
  polite = join (server);
}

static gpointer
drop_thread (gpointer server)
{
  g_object_unref (server);
  return NULL;
}

static void
test_drop (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (ProtocolPeer) a = join (server);
  g_autoptr (ProtocolPeer) b = join (server);
  g_autoptr (RawPeer) half = raw_peer_connect ((guint16) server_probe_get_port (server), RAW_SOCKET_PLAIN);
  GThread *thread;

  expectf (server, "client-added %s *", b->id);
  event_log_close (server->log);
  thread = g_thread_new ("dropper", drop_thread, g_steal_pointer (&server->server));
  raw_peer_expect_close (a->raw, 1001);
  raw_peer_expect_close (b->raw, 1001);
  raw_peer_send_close (a->raw, 1001, NULL);
  raw_peer_send_close (b->raw, 1001, NULL);
  raw_peer_expect_end (a->raw, RAW_END_FIN);
  raw_peer_expect_end (b->raw, RAW_END_FIN);
  g_assert_cmpint (raw_peer_read_to_end (half, RAW_PATIENCE), !=, RAW_END_NONE);
  g_thread_join (thread);
}

typedef struct
{
  ServerProbe *server;
  const gchar *event;
  gboolean drop;
  gint done;
} Deed;

static void
on_gone (gpointer log, GObject *server)
{
  event_log_add (log, "gone");
}

static void
do_deed (const gchar *event, gpointer data)
{
  Deed *deed = data;

  if (!g_str_has_prefix (event, deed->event) || !g_atomic_int_compare_and_exchange (&deed->done, FALSE, TRUE))
    return;
  if (deed->drop) {
    g_object_weak_ref (G_OBJECT (deed->server->server), on_gone, deed->server->log);
    g_clear_object (&deed->server->server);
  } else {
    gst_signalling_server_stop (deed->server->server);
  }
}

/* Stopped, or dropped, by a handler of each of its signals: everybody gets a Close. */
static void
play_deed (const gchar *event, gboolean drop)
{
  Deed deed = { NULL, event, drop, FALSE };
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (ProtocolPeer) producer = join_as (server, "['producer']");
  g_autoptr (ProtocolPeer) consumer = join (server);

  deed.server = server;
  event_log_set_hook (server->log, do_deed, &deed);
  if (g_str_has_prefix (event, "session")) {
    protocol_peer_say (consumer, "{'type': 'startSession', 'peerId': '%s'}", producer->id);
    if (g_str_has_prefix (event, "session-ended")) {
      raw_peer_expect_frame (consumer->raw, RAW_TEXT);
      raw_peer_send_close (consumer->raw, 1000, NULL);
      raw_peer_expect_close (consumer->raw, 1000);
    } else {
      raw_peer_expect_close (consumer->raw, 1001);
    }
  } else if (g_str_has_prefix (event, "client-removed")) {
    raw_peer_send_close (consumer->raw, 1000, NULL);
    raw_peer_expect_close (consumer->raw, 1000);
  } else {
    g_autoptr (RawPeer) third = raw_peer_connect ((guint16) server_probe_get_port (server), RAW_SOCKET_PLAIN);

    raw_peer_send_upgrade (third, "/", NULL, NULL);
    raw_peer_expect_upgrade (third);
    raw_peer_expect_close (third, 1001);
  }
  g_clear_pointer (&consumer, protocol_peer_free);
  raw_peer_expect_close (producer->raw, 1001);
  g_clear_pointer (&producer, protocol_peer_free);
  if (drop)
    event_log_expect (server->log, "gone");
  else
    gst_signalling_server_stop (server->server); /* waits for what the handler began */
  event_log_set_hook (server->log, NULL, NULL);
  if (!drop)
    event_log_close (server->log);
}

static void
test_handlers (void)
{
  static const gchar *const events[] = { "client-added", "client-removed", "session-started", "session-ended" };

  for (guint i = 0; i < G_N_ELEMENTS (events); i++) {
    play_deed (events[i], FALSE);
    play_deed (events[i], TRUE);
  }
}

static gpointer
start_and_stop_thread (gpointer server)
{
  for (guint i = 0; i < 30; i++) {
    g_autoptr (GError) error = NULL;

    gst_signalling_server_start (server, &error);
    g_assert_no_error (error);
    gst_signalling_server_stop (server);
  }
  return NULL;
}

static gpointer
start_thread (gpointer server)
{
  g_autoptr (GError) error = NULL;

  gst_signalling_server_start (server, &error);
  g_assert_no_error (error);
  return NULL;
}

static void
run_threads (GThreadFunc func, gpointer data)
{
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("user", func, data);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_concurrent (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  guint port = server_probe_get_port (server);
  g_autoptr (ProtocolPeer) peer = NULL;

  server_probe_start (server); /* twice is once */
  g_assert_cmpuint (server_probe_get_port (server), ==, port);
  gst_signalling_server_stop (server->server);
  gst_signalling_server_stop (server->server);
  run_threads (start_and_stop_thread, server->server);
  gst_signalling_server_stop (server->server);
  /* One port for all of them: only one may open it, and the others are as content. */
  g_object_set (server->server, "port", port, NULL);
  run_threads (start_thread, server->server);
  peer = join (server);
  settle (peer);
}

/* --- The rules of docs/protocol.md, by their numbers -------------------------------------------------------------- */

static void
test_rules_of_status (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (ProtocolPeer) listener = join_as (server, "['listener']");
  g_autoptr (ProtocolPeer) producer = join (server);
  JsonObject *status;

  g_assert_cmpstr (listener->id, !=, producer->id); /* 1 */
  protocol_peer_say (producer, "{'type': 'setPeerStatus', 'roles': ['producer'], 'peerId': 'x', 'meta': {'n': 1}}");
  status = protocol_peer_expect (listener, "peerStatusChanged"); /* 2 */
  g_assert_cmpstr (json_object_get_string_member (status, "peerId"), ==, producer->id);
  protocol_peer_say (producer, "{'type': 'setPeerStatus', 'roles': ['producer'], 'meta': {'n': 1}}");
  protocol_peer_say (producer, "{'type': 'setPeerStatus', 'roles': ['producer', 'consumer']}");
  protocol_peer_expect (producer, "error");
  settle (listener);
  protocol_peer_say (producer, "{'type': 'listConsumers'}"); /* 3 */
  g_assert_cmpuint (json_array_get_length (
                        json_object_get_array_member (protocol_peer_expect (producer, "listConsumers"), "consumers")),
      ==, 0);
  protocol_peer_say (producer, "{'type': 'setProtocolVersion', 'version': 'v1_1'}"); /* 7: too late */
  protocol_peer_expect (producer, "error");
  raw_peer_reset (producer->raw); /* 8, 11 */
  status = protocol_peer_expect (listener, "peerStatusChanged");
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (status, "roles")), ==, 0);
  g_assert_true (json_object_has_member (json_object_get_object_member (status, "meta"), "n"));
}

static void
test_rules_of_sessions (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (ProtocolPeer) producer = join_as (server, "['producer']");
  g_autoptr (ProtocolPeer) consumer = join (server);
  g_autoptr (ProtocolPeer) outsider = join (server);
  const gchar *first = protocol_peer_start_session (consumer, producer); /* 4 */
  const gchar *second = protocol_peer_start_session (consumer, producer);
  g_autofree gchar *sdp = g_strnfill (300 * 1024, 's');

  g_assert_cmpstr (first, !=, second);
  protocol_peer_say (consumer, "{'type': 'startSession', 'peerId': '%s'}", outsider->id);
  protocol_peer_expect (consumer, "error");
  protocol_peer_say (
      consumer, "{'type': 'peer', 'sessionId': '%s', 'sdp': {'type': 'offer', 'sdp': 'x'}}", first); /* 5 */
  protocol_peer_expect (consumer, "error");
  protocol_peer_say (
      outsider, "{'type': 'peer', 'sessionId': '%s', 'ice': {'candidate': 'x', 'sdpMLineIndex': 0}}", first);
  protocol_peer_expect (outsider, "error");
  protocol_peer_say (consumer, "{'type': 'peer', 'sessionId': 'none', 'ice': {'candidate': 'x', 'sdpMLineIndex': 0}}");
  settle (consumer);
  protocol_peer_say (
      producer, "{'type': 'peer', 'sessionId': '%s', 'sdp': {'type': 'offer', 'sdp': '%s'}}", first, sdp);
  g_assert_cmpstr (json_object_get_string_member (
                       json_object_get_object_member (protocol_peer_expect (consumer, "peer"), "sdp"), "sdp"),
      ==, sdp);
  protocol_peer_say (outsider, "{'type': 'endSession', 'sessionId': '%s'}", first); /* 6 */
  protocol_peer_expect (outsider, "error");
  protocol_peer_say (consumer, "{'type': 'endSession', 'sessionId': 'none'}");
  protocol_peer_say (consumer, "{'type': 'endSessionV1_1', 'sessionId': '%s', 'error': 'e'}", first); /* 7 */
  protocol_peer_expect (consumer, "error");
  protocol_peer_say (consumer, "{'type': 'endSession', 'sessionId': '%s'}", second);
  g_assert_cmpstr (protocol_peer_expect_text (producer, "endSession", "sessionId"), ==, second);
  settle (producer);
}

static void
test_rules_of_input (void)
{
  static const gchar *const bad[] = { "", "[]", "{", "{}", "{\"type\":\"newPeer\"}", "{\"type\":\"bogus\"}",
    "{\"type\":\"list\",\"type\":\"list\"}", "{\"type\":\"startSession\"}", "{\"type\":\"welcome\",\"peerId\":\"x\"}" };
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (ProtocolPeer) peer = join (server);
  g_autofree gchar *deep = g_strnfill (100000, '[');
  const RawFrameSpec binary = { .opcode = RAW_BINARY, .payload = "x", .length = 1 };
  const RawFrameSpec start = { .opcode = RAW_TEXT, .payload = "{\"type\"", .length = 7, .not_final = TRUE };
  const RawFrameSpec rest = { .opcode = RAW_CONTINUATION, .payload = ":\"list\"}", .length = 8 };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) { /* 9 */
    raw_peer_send_text (peer->raw, bad[i]);
    protocol_peer_expect (peer, "error");
  }
  raw_peer_send_text (peer->raw, deep);
  protocol_peer_expect (peer, "error");
  raw_peer_send (peer->raw, &binary);
  protocol_peer_expect (peer, "error");
  raw_peer_send (peer->raw, &start); /* 10 */
  raw_peer_send_ping (peer->raw, "between");
  raw_peer_send (peer->raw, &rest);
  raw_peer_expect_frame (peer->raw, RAW_PONG);
  protocol_peer_expect (peer, "list");
  raw_peer_send (peer->raw, &start); /* 11 */
  protocol_peer_leave (peer);
}

/* --- Running ------------------------------------------------------------------------------------------------------ */

static TestBaseline baseline;

static void
run_case (gconstpointer func)
{
  test_watchdog_start (g_test_get_path (), 60);
  ((void (*) (void)) func) ();
  test_baseline_check (&baseline, 8000);
  test_watchdog_stop ();
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *path;
    void (*func) (void);
  } cases[] = {
    { "/signalling-server/clients", test_clients },
    { "/signalling-server/sessions", test_sessions },
    { "/signalling-server/limits/connections", test_max_connections },
    { "/signalling-server/limits/connections-per-address", test_max_connections_per_address },
    { "/signalling-server/limits/messages-per-second", test_max_messages_per_second },
    { "/signalling-server/limits/message-size", test_max_message_size },
    { "/signalling-server/limits/never-reads", test_never_reads },
    { "/signalling-server/start/certificates", test_certificates },
    { "/signalling-server/start/certificate-object", test_certificate_object },
    { "/signalling-server/start/certificate-files", test_certificate_files },
    { "/signalling-server/start/addresses", test_addresses },
    { "/signalling-server/life/stop", test_stop },
    { "/signalling-server/life/drop", test_drop },
    { "/signalling-server/life/handlers", test_handlers },
    { "/signalling-server/life/concurrent", test_concurrent },
    { "/signalling-server/rules/status", test_rules_of_status },
    { "/signalling-server/rules/sessions", test_rules_of_sessions },
    { "/signalling-server/rules/input", test_rules_of_input },
  };

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  test_certificate_files ();
  test_addresses ();
  test_baseline_take (&baseline);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, cases[i].func, run_case);
  return g_test_run ();
}

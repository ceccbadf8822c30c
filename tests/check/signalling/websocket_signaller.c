/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GstWebSocketSignaller in each of its roles, mostly against a real server; against a scripted one where that has to
 * misbehave. No main loop runs anywhere. */

#include <stdio.h>
#include <string.h>

#include <tests/common/leak-check.h>
#include <tests/common/log-guard.h>
#include <tests/common/test-certificates.h>
#include <tests/common/watchdog.h>

#include "protocol-peer.h"
#include "server-probe.h"
#include "signaller-probe.h"

#define SDP "v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\ns=%s\\r\\nt=0 0\\r\\n"

static SignallerProbe *
probe_new (const gchar *name, guint port, GstWebSocketSignallerRole role)
{
  SignallerProbe *probe = signaller_probe_new (name, port);

  g_object_set (probe->signaller, "role", role, NULL);
  return probe;
}

static SignallerProbe *
connected_new (const gchar *name, guint port, GstWebSocketSignallerRole role)
{
  SignallerProbe *probe = probe_new (name, port, role);

  signaller_probe_connect (probe);
  return probe;
}

/* A word of the first line that matches from now on */
static gchar *
expect_word (SignallerProbe *probe, const gchar *pattern, guint n)
{
  return event_word (event_log_expect (probe->log, pattern), n);
}

static const gchar *expectf (SignallerProbe *probe, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static const gchar *
expectf (SignallerProbe *probe, const gchar *format, ...)
{
  g_autofree gchar *pattern = NULL;
  va_list arguments;

  va_start (arguments, format);
  pattern = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return event_log_expect (probe->log, pattern);
}

/* A client of the server that waits until it sees @n producers. */
static void
wait_for_producers (ProtocolPeer *observer, guint n)
{
  gint64 deadline = g_get_monotonic_time () + 10 * G_TIME_SPAN_SECOND;

  while (TRUE) {
    g_autofree gchar *ids = protocol_peer_settle (observer);
    g_auto (GStrv) words = g_strsplit (g_strstrip (ids), " ", -1);

    if ((*ids ? g_strv_length (words) : 0) == n)
      return;
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
  }
}

/* --- Producers ---------------------------------------------------------------------------------------------------- */

/* Asked for sessions, with and without an offer; answers, is answered, and is told of the end. */
static void
test_producer (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (SignallerProbe) producer =
      connected_new ("producer", server_probe_get_port (server), GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) consumer = protocol_peer_join (server_probe_get_port (server), RAW_SOCKET_PLAIN);
  g_autofree gchar *id = signaller_probe_get_id (producer);
  const gchar *first, *second;

  wait_for_producers (consumer, 1);
  protocol_peer_say (consumer, "{'type': 'startSession', 'peerId': '%s'}", id);
  first = protocol_peer_expect_text (consumer, "sessionStarted", "sessionId");
  expectf (producer, "requested %s %s none", first, consumer->id);
  protocol_peer_say (consumer, "{'type': 'startSession', 'peerId': '%s', 'offer': '" SDP "'}", id, "hello");
  second = protocol_peer_expect_text (consumer, "sessionStarted", "sessionId");
  expectf (producer, "requested %s %s offer", second, consumer->id);

  signaller_probe_send_sdp (producer, first, GST_WEBRTC_SDP_TYPE_OFFER, "our offer");
  g_assert_nonnull (strstr (json_object_get_string_member (
                                json_object_get_object_member (protocol_peer_expect (consumer, "peer"), "sdp"), "sdp"),
      "s=our offer"));
  protocol_peer_say (
      consumer, "{'type': 'peer', 'sessionId': '%s', 'sdp': {'type': 'answer', 'sdp': '" SDP "'}}", first, "yes");
  expectf (producer, "description %s answer yes", first);
  protocol_peer_say (
      consumer, "{'type': 'peer', 'sessionId': '%s', 'ice': {'candidate': 'candidate:x', 'sdpMLineIndex': 3}}", first);
  expectf (producer, "ice %s 3 candidate:x", first);

  protocol_peer_say (consumer, "{'type': 'endSession', 'sessionId': '%s'}", first);
  expectf (producer, "ended %s", first);
  gst_signaller_end_session (producer->signaller, second);
  g_assert_cmpstr (protocol_peer_expect_text (consumer, "endSession", "sessionId"), ==, second);
  g_assert_cmpuint (event_log_count (producer->log, "ended*"), ==, 1);
  g_assert_cmpuint (event_log_count (producer->log, "warning*"), ==, 0);
}

/* An offer that is no SDP: the consumer is told why, in words if it speaks 1.1, and the producer goes on. */
static void
test_producer_garbage_offer (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (SignallerProbe) producer =
      connected_new ("producer", server_probe_get_port (server), GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) consumer = protocol_peer_join (server_probe_get_port (server), RAW_SOCKET_PLAIN);
  g_autofree gchar *id = signaller_probe_get_id (producer);
  const gchar *session;

  protocol_peer_say (consumer, "{'type': 'setProtocolVersion', 'version': 'v1_1'}");
  wait_for_producers (consumer, 1);
  protocol_peer_say (consumer, "{'type': 'startSession', 'peerId': '%s', 'offer': 'no SDP at all'}", id);
  session = protocol_peer_expect_text (consumer, "sessionStarted", "sessionId");
  g_assert_nonnull (strstr (protocol_peer_expect_text (consumer, "endSessionV1_1", "error"), "offer"));
  expectf (producer, "warning *%s*", session);
  g_assert_cmpuint (event_log_count (producer->log, "requested*"), ==, 0);
  g_assert_cmpuint (event_log_count (producer->log, "error*"), ==, 0);

  protocol_peer_say (consumer, "{'type': 'startSession', 'peerId': '%s'}", id);
  session = protocol_peer_expect_text (consumer, "sessionStarted", "sessionId");
  expectf (producer, "requested %s *", session);
  protocol_peer_say (
      consumer, "{'type': 'peer', 'sessionId': '%s', 'sdp': {'type': 'answer', 'sdp': 'garbage'}}", session);
  expectf (producer, "ended-with-error %s *", session);
  protocol_peer_expect (consumer, "endSessionV1_1");
}

static void
test_meta (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (ProtocolPeer) listener = protocol_peer_join_as (server_probe_get_port (server), "['listener']");
  g_autoptr (SignallerProbe) producer =
      probe_new ("producer", server_probe_get_port (server), GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (SignallerProbe) other =
      connected_new ("other", server_probe_get_port (server), GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER);
  JsonObject *meta;
  const gchar *line;

  producer->meta = gst_structure_new ("meta", "name", G_TYPE_STRING, "Hall \"1\" ünï", "max", G_TYPE_UINT64,
      G_MAXUINT64, "min", G_TYPE_INT64, G_MININT64, "on", G_TYPE_BOOLEAN, TRUE, NULL);
  protocol_peer_expect (listener, "peerStatusChanged"); /* that is the other one */
  signaller_probe_connect (producer);
  meta = json_object_get_object_member (protocol_peer_expect (listener, "peerStatusChanged"), "meta");
  g_assert_cmpstr (json_object_get_string_member (meta, "name"), ==, "Hall \"1\" ünï");
  g_assert_cmpint (json_object_get_int_member (meta, "min"), ==, G_MININT64);
  g_assert_true (json_object_get_boolean_member (meta, "on"));
  /* And the way back */
  line = event_log_expect (other->log, "producer-added * new *");
  g_assert_nonnull (strstr (line, "max=(guint64)18446744073709551615"));
  g_assert_nonnull (strstr (line, "min=(gint64)-9223372036854775808"));
  g_assert_nonnull (strstr (line, "name=(string)\"Hall\\ \\\"1\\\"\\ "));
  g_assert_nonnull (strstr (line, "on=(boolean)true"));
}

/* --- Consumers ---------------------------------------------------------------------------------------------------- */

/* Both ends are signallers; everything goes both ways, in the order it was sent. */
static void
test_consumer_with_id (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  guint port = server_probe_get_port (server);
  g_autoptr (SignallerProbe) producer = connected_new ("producer", port, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) observer = protocol_peer_join (port, RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) consumer = probe_new ("consumer", port, GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER);
  g_autofree gchar *producer_id = signaller_probe_get_id (producer);
  g_autofree gchar *session = NULL;

  wait_for_producers (observer, 1);
  g_object_set (consumer->signaller, "producer-peer-id", producer_id, NULL);
  signaller_probe_connect (consumer);
  session = expect_word (consumer, "started *", 1);
  expectf (producer, "requested %s * none", session);
  signaller_probe_send_sdp (producer, session, GST_WEBRTC_SDP_TYPE_OFFER, "first");
  gst_signaller_send_ice (producer->signaller, session, "candidate:after", 0, NULL);
  expectf (consumer, "description %s offer first", session);
  expectf (consumer, "ice %s 0 candidate:after", session);
  signaller_probe_send_sdp (consumer, session, GST_WEBRTC_SDP_TYPE_ANSWER, "second");
  expectf (producer, "description %s answer second", session);

  gst_signaller_end_session_with_error (consumer->signaller, session, "decoder on fire");
  expectf (producer, "ended-with-error %s decoder on fire", session);
  event_log_expect (server->log, "session-ended * by-consumer decoder on fire");
  /* What crosses the end is nobody's business. */
  gst_signaller_send_ice (producer->signaller, session, "candidate:late", 0, NULL);
  g_free (protocol_peer_settle (observer));
  g_assert_cmpuint (event_log_count (consumer->log, "*candidate:late"), ==, 0);
  g_assert_cmpuint (event_log_count (consumer->log, "ended*"), ==, 0);
}

static void
test_consumer_of_nobody (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (SignallerProbe) consumer =
      probe_new ("consumer", server_probe_get_port (server), GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER);

  g_object_set (consumer->signaller, "producer-peer-id", "nobody", NULL);
  signaller_probe_connect (consumer);
  event_log_expect (consumer->log, "warning *");
  g_assert_cmpuint (event_log_count (consumer->log, "error*"), ==, 0);
  g_assert_cmpint (signaller_probe_get_state (consumer), ==, GST_SIGNALLER_CONNECTION_STATE_CONNECTED);
}

static void
test_first_producer_present (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  guint port = server_probe_get_port (server);
  g_autoptr (SignallerProbe) producer = connected_new ("producer", port, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) observer = protocol_peer_join (port, RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) consumer = probe_new ("consumer", port, GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER);
  g_autofree gchar *id = signaller_probe_get_id (producer);

  wait_for_producers (observer, 1);
  g_object_set (consumer->signaller, "connect-to-first-producer", TRUE, NULL);
  signaller_probe_connect (consumer);
  expectf (consumer, "started * %s", id);
  /* A consumer tells nobody of producers: that is what listeners are for. */
  g_assert_cmpuint (event_log_count (consumer->log, "producer-*"), ==, 0);
}

static void
test_first_producer_later (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  guint port = server_probe_get_port (server);
  g_autoptr (SignallerProbe) consumer = probe_new ("consumer", port, GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER);
  g_autoptr (ProtocolPeer) first = NULL;
  g_autoptr (ProtocolPeer) second = NULL;

  g_object_set (consumer->signaller, "connect-to-first-producer", TRUE, NULL);
  signaller_probe_connect (consumer);
  first = protocol_peer_join (port, RAW_SOCKET_PLAIN);
  protocol_peer_say (first, "{'type': 'setPeerStatus', 'roles': ['producer']}");
  protocol_peer_expect (first, "startSession");
  expectf (consumer, "started * %s", first->id);
  /* One is enough. */
  second = protocol_peer_join_as (port, "['producer']");
  g_free (protocol_peer_settle (second));
  /* But when that one has gone, the next is welcome. */
  protocol_peer_leave (first);
  event_log_expect (consumer->log, "ended *");
  expectf (consumer, "started * %s", second->id);
}

/* The one in the list leaves before it is asked. The server's answer to that crosses with the question to the next, and
 * must not be taken for its answer: nobody may be asked twice, or a third one too. */
static void
test_first_producer_vanishes (void)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) consumer =
      probe_new ("consumer", raw_listener_get_port (listener), GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER);
  g_autoptr (ProtocolPeer) server = NULL;

  g_object_set (consumer->signaller, "connect-to-first-producer", TRUE, NULL);
  gst_signaller_start (consumer->signaller);
  server = protocol_peer_serve (listener, "me");
  protocol_peer_expect (server, "setPeerStatus");
  protocol_peer_expect (server, "list");
  protocol_peer_say (server, "{'type': 'list', 'producers': [{'id': 'p1', 'meta': null}, {'id': 'p2', 'meta': null}, "
                             "{'id': 'p3', 'meta': null}]}");
  g_assert_cmpstr (protocol_peer_expect_text (server, "startSession", "peerId"), ==, "p1");
  protocol_peer_say (server, "{'type': 'peerStatusChanged', 'peerId': 'p1', 'roles': [], 'meta': null}");
  protocol_peer_say (server, "{'type': 'error', 'details': 'no such peer'}");
  event_log_expect (consumer->log, "warning *no such peer");
  g_assert_cmpstr (protocol_peer_expect_text (server, "startSession", "peerId"), !=, "p1");
  protocol_peer_say (server, "{'type': 'sessionStarted', 'peerId': 'p2', 'sessionId': 's'}");
  event_log_expect (consumer->log, "started s p2");
  /* Nothing but its Close comes after that. */
  g_assert_cmpuint (raw_peer_count (server->raw, RAW_TEXT), ==, 5);
  raw_peer_send_close (server->raw, 1000, NULL);
  raw_peer_expect_close (server->raw, 1000);
  g_assert_cmpuint (raw_peer_count (server->raw, RAW_TEXT), ==, 5);
  raw_peer_fin (server->raw);
  event_log_expect (consumer->log, "closed remote clean *");
}

/* The only one vanishes: the consumer waits for another. */
static void
test_first_producer_only_one_vanishes (void)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) consumer =
      probe_new ("consumer", raw_listener_get_port (listener), GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER);
  g_autoptr (ProtocolPeer) server = NULL;

  g_object_set (consumer->signaller, "connect-to-first-producer", TRUE, NULL);
  gst_signaller_start (consumer->signaller);
  server = protocol_peer_serve (listener, "me");
  protocol_peer_expect (server, "setPeerStatus");
  protocol_peer_expect (server, "list");
  protocol_peer_say (server, "{'type': 'list', 'producers': [{'id': 'p1', 'meta': null}]}");
  protocol_peer_expect (server, "startSession");
  protocol_peer_say (server, "{'type': 'error', 'details': 'no such peer'}");
  protocol_peer_say (server, "{'type': 'peerStatusChanged', 'peerId': 'p1', 'roles': [], 'meta': null}");
  protocol_peer_say (server, "{'type': 'peerStatusChanged', 'peerId': 'p9', 'roles': ['producer'], 'meta': null}");
  g_assert_cmpstr (protocol_peer_expect_text (server, "startSession", "peerId"), ==, "p9");
  raw_peer_send_close (server->raw, 1000, NULL);
  raw_peer_expect_close (server->raw, 1000);
  raw_peer_fin (server->raw);
  event_log_expect (consumer->log, "closed remote clean *");
}

/* Waits, and a producer calls: first a plain client, then another signaller cannot (it has no call for it). */
static void
test_passive_consumer (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  guint port = server_probe_get_port (server);
  g_autoptr (SignallerProbe) consumer = connected_new ("consumer", port, GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER);
  g_autoptr (ProtocolPeer) producer = protocol_peer_join (port, RAW_SOCKET_PLAIN);
  g_autofree gchar *id = signaller_probe_get_id (consumer);
  const gchar *session;
  JsonArray *consumers;

  do {
    protocol_peer_say (producer, "{'type': 'listConsumers'}");
    consumers = json_object_get_array_member (protocol_peer_expect (producer, "listConsumers"), "consumers");
  } while (json_array_get_length (consumers) == 0);
  protocol_peer_say (producer, "{'type': 'startSession', 'peerId': '%s'}", id);
  session = protocol_peer_expect_text (producer, "startSession", "sessionId");
  expectf (consumer, "started %s %s", session, producer->id);
  protocol_peer_say (
      producer, "{'type': 'peer', 'sessionId': '%s', 'sdp': {'type': 'offer', 'sdp': '" SDP "'}}", session, "call");
  expectf (consumer, "description %s offer call", session);
  signaller_probe_send_sdp (consumer, session, GST_WEBRTC_SDP_TYPE_ANSWER, "taken");
  protocol_peer_expect (producer, "peer");
  protocol_peer_leave (producer);
  expectf (consumer, "ended %s", session);
}

/* --- Listeners ---------------------------------------------------------------------------------------------------- */

static void
test_listener (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  guint port = server_probe_get_port (server);
  g_autoptr (ProtocolPeer) before = protocol_peer_join_as (port, "['producer']");
  g_autoptr (SignallerProbe) listener = connected_new ("listener", port, GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER);
  g_autoptr (ProtocolPeer) after = NULL;

  expectf (listener, "producer-added %s listed -", before->id);
  after = protocol_peer_join_as (port, "['producer']");
  expectf (listener, "producer-added %s new -", after->id);
  /* A new meta is no new producer. */
  protocol_peer_say (after, "{'type': 'setPeerStatus', 'roles': ['producer'], 'meta': {'n': 1}}");
  g_free (protocol_peer_settle (after));
  protocol_peer_say (after, "{'type': 'setPeerStatus', 'roles': [], 'meta': {'n': 2}}");
  expectf (listener, "producer-removed %s v, n=(guint64)2;", after->id);
  protocol_peer_leave (before);
  expectf (listener, "producer-removed %s -", before->id);
  g_assert_cmpuint (event_log_count (listener->log, "producer-added*"), ==, 2);
}

/* What changed while there was no connection is told afterwards, and nothing else is. */
static void
test_listener_reconnects (void)
{
  g_autoptr (RawListener) raw = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) listener =
      probe_new ("listener", raw_listener_get_port (raw), GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER);
  g_autoptr (ProtocolPeer) first = NULL;
  g_autoptr (ProtocolPeer) second = NULL;

  gst_signaller_start (listener->signaller);
  first = protocol_peer_serve (raw, "one");
  protocol_peer_expect (first, "setPeerStatus");
  protocol_peer_expect (first, "list");
  protocol_peer_say (first, "{'type': 'list', 'producers': [{'id': 'stays', 'meta': null}, {'id': 'goes', 'meta': "
                            "{'a': 1}}]}");
  event_log_expect (listener->log, "producer-added goes *");
  raw_peer_reset (first->raw);
  event_log_expect (listener->log, "state reconnecting");
  second = protocol_peer_serve (raw, "two");
  event_log_expect (listener->log, "client-id two");
  protocol_peer_expect (second, "setPeerStatus");
  protocol_peer_expect (second, "list");
  protocol_peer_say (
      second, "{'type': 'list', 'producers': [{'id': 'stays', 'meta': null}, {'id': 'new', 'meta': null}]}");
  event_log_expect (listener->log, "producer-removed goes v, a=(guint64)1;");
  event_log_expect (listener->log, "producer-added new *");
  g_assert_cmpuint (event_log_count (listener->log, "producer-*"), ==, 4);
  raw_peer_send_close (second->raw, 1000, NULL);
  raw_peer_expect_close (second->raw, 1000);
  raw_peer_fin (second->raw);
  event_log_expect (listener->log, "closed remote clean *");
}

/* --- Order -------------------------------------------------------------------------------------------------------- */

#define N_THREADS 4
#define N_CANDIDATES 200

typedef struct
{
  SignallerProbe *probe;
  const gchar *session;
  guint number;
} Sender;

static gpointer
send_candidates (gpointer data)
{
  Sender *sender = data;

  for (guint i = 0; i < N_CANDIDATES; i++) {
    g_autofree gchar *text = g_strdup_printf ("%u.%u", sender->number, i);

    gst_signaller_send_ice (sender->probe->signaller, sender->session, text, 0, NULL);
  }
  return NULL;
}

/* From several threads at once: nothing is lost, and what one thread sends stays in its order. */
static void
test_order (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  guint port = server_probe_get_port (server);
  g_autoptr (SignallerProbe) producer = connected_new ("producer", port, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) consumer = protocol_peer_join (port, RAW_SOCKET_PLAIN);
  g_autofree gchar *id = signaller_probe_get_id (producer);
  guint next[N_THREADS] = { 0 };
  Sender senders[N_THREADS];
  GThread *threads[N_THREADS];
  const gchar *session;

  wait_for_producers (consumer, 1);
  protocol_peer_say (consumer, "{'type': 'startSession', 'peerId': '%s'}", id);
  session = protocol_peer_expect_text (consumer, "sessionStarted", "sessionId");
  event_log_expect (producer->log, "requested *");
  for (guint i = 0; i < N_THREADS; i++) {
    senders[i] = (Sender){ producer, session, i };
    threads[i] = g_thread_new ("sender", send_candidates, &senders[i]);
  }
  for (guint i = 0; i < N_THREADS * N_CANDIDATES; i++) {
    JsonObject *ice = json_object_get_object_member (protocol_peer_expect (consumer, "peer"), "ice");
    guint thread, number;

    g_assert_cmpint (sscanf (json_object_get_string_member (ice, "candidate"), "%u.%u", &thread, &number), ==, 2);
    g_assert_cmpuint (number, ==, next[thread]++);
  }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
}

/* --- Servers that misbehave --------------------------------------------------------------------------------------- */

static gchar *
deep_json (guint depth)
{
  GString *text = g_string_new ("{\"type\":\"list\",\"producers\":");

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  return g_string_free (text, FALSE);
}

/* None of this ends anything, and what follows is understood. */
static void
test_hostile_server (void)
{
  static const gchar *const junk[] = { "", "null", "[]", "{", "{}", "nonsense", "{\"type\":1}", "{\"type\":\"bogus\"}",
    "{\"type\":\"welcome\"}", "{\"type\":\"welcome\",\"peerId\":\"again\"}", "{\"type\":\"listConsumers\"}",
    "{\"type\":\"listConsumers\",\"consumers\":[{\"id\":\"c\",\"meta\":null}]}",
    "{\"type\":\"list\",\"producers\":[{\"id\":null}]}", "{\"type\":\"list\",\"producers\":7}",
    "{\"type\":\"startSession\",\"peerId\":\"x\",\"sessionId\":\"s1\"}", "{\"type\":\"startSession\",\"peerId\":\"x\"}",
    "{\"type\":\"peer\",\"sessionId\":\"none\",\"ice\":{\"candidate\":\"x\",\"sdpMLineIndex\":0}}",
    "{\"type\":\"peer\",\"sessionId\":\"none\",\"sdp\":{\"type\":\"offer\",\"sdp\":\"x\"}}",
    "{\"type\":\"endSession\",\"sessionId\":\"none\"}", "{\"type\":\"peerStatusChanged\",\"roles\":[]}",
    "{\"type\":\"setPeerStatus\",\"roles\":[]}", "{\"type\":\"\\u0000\"}" };
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) consumer =
      probe_new ("listener", raw_listener_get_port (listener), GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER);
  g_autoptr (ProtocolPeer) server = NULL;
  g_autofree gchar *deep = deep_json (500000);
  const RawFrameSpec binary = { .opcode = RAW_BINARY, .payload = "\0\1\2", .length = 3 };

  gst_signaller_start (consumer->signaller);
  server = protocol_peer_serve (listener, "me");
  for (guint i = 0; i < G_N_ELEMENTS (junk); i++)
    raw_peer_send_text (server->raw, junk[i]);
  raw_peer_send_text (server->raw, deep);
  raw_peer_send (server->raw, &binary);
  protocol_peer_say (server, "{'type': 'error', 'details': 'that was me'}");
  event_log_expect (consumer->log, "warning *that was me");
  protocol_peer_say (server, "{'type': 'peerStatusChanged', 'peerId': 'p', 'roles': ['producer'], 'meta': null}");
  event_log_expect (consumer->log, "producer-added p new -");
  g_assert_cmpuint (event_log_count (consumer->log, "error*"), ==, 0);
  g_assert_cmpuint (event_log_count (consumer->log, "closed*"), ==, 0);
  g_assert_cmpuint (event_log_count (consumer->log, "client-id*"), ==, 1);
  g_assert_cmpuint (event_log_count (consumer->log, "requested*"), ==, 0);
  /* The session that nobody here can have was refused, in the words of both versions. */
  protocol_peer_expect (server, "setPeerStatus");
  protocol_peer_expect (server, "list");
  protocol_peer_expect (server, "endSessionV1_1");
  protocol_peer_expect (server, "endSession");
  raw_peer_send_close (server->raw, 1000, NULL);
  raw_peer_expect_close (server->raw, 1000);
  g_assert_cmpuint (raw_peer_count (server->raw, RAW_TEXT), ==, 5);
  raw_peer_fin (server->raw);
  event_log_expect (consumer->log, "closed remote clean finished 1000 for-good *");
}

/* Servers with many producers have long lists; docs/protocol.md promises 16 MiB. */
static void
test_long_list (void)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) consumer =
      probe_new ("listener", raw_listener_get_port (listener), GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER);
  g_autoptr (ProtocolPeer) server = NULL;
  g_autoptr (GString) list = g_string_new ("{\"type\":\"list\",\"producers\":[");
  g_autofree gchar *padding = g_strnfill (100000, 'x');

  for (guint i = 0; i < 30; i++)
    g_string_append_printf (list, "%s{\"id\":\"p%u\",\"meta\":{\"text\":\"%s\"}}", i > 0 ? "," : "", i, padding);
  g_string_append (list, "]}");
  gst_signaller_start (consumer->signaller);
  server = protocol_peer_serve (listener, "me");
  raw_peer_send_text (server->raw, list->str);
  event_log_expect (consumer->log, "producer-added p29 *");
  raw_peer_send_close (server->raw, 1000, NULL);
  raw_peer_expect_close (server->raw, 1000);
  raw_peer_fin (server->raw);
  event_log_expect (consumer->log, "closed remote clean *");
}

/* --- Properties --------------------------------------------------------------------------------------------------- */

static void
test_client_id (void)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (SignallerProbe) producer =
      connected_new ("producer", server_probe_get_port (server), GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autofree gchar *id = signaller_probe_get_id (producer);

  g_assert_nonnull (id);
  g_assert_cmpuint (event_log_count (producer->log, "client-id*"), ==, 1);
  gst_signaller_stop (producer->signaller);
  g_assert_null (signaller_probe_get_id (producer));
  g_assert_cmpuint (event_log_count (producer->log, "client-id none"), ==, 1);
  g_assert_cmpuint (event_log_count (producer->log, "state disconnected"), ==, 1);
}

static void
test_defaults (void)
{
  g_autoptr (GstWebSocketSignaller) signaller = gst_web_socket_signaller_new ();
  g_autofree gchar *uri = NULL, *producer = NULL, *cafile = NULL, *id = NULL;
  g_autoptr (GstStructure) headers = NULL;
  GstWebSocketSignallerRole role;
  GstSignallerConnectionState state;
  gboolean insecure, first, munging;
  guint connect, ping, pong;
  gint reconnect;

  g_object_get (signaller, "uri", &uri, "producer-peer-id", &producer, "cafile", &cafile, "role", &role, "client-id",
      &id, "headers", &headers, "insecure-tls", &insecure, "connect-to-first-producer", &first, "connect-timeout",
      &connect, "reconnect-timeout", &reconnect, "ping-interval", &ping, "pong-timeout", &pong, "connection-state",
      &state, "manual-sdp-munging", &munging, NULL);
  g_assert_cmpstr (uri, ==, "ws://127.0.0.1:8443/");
  g_assert_null (producer);
  g_assert_null (cafile);
  g_assert_null (id);
  g_assert_null (headers);
  g_assert_cmpint (role, ==, GST_WEB_SOCKET_SIGNALLER_ROLE_CONSUMER);
  g_assert_false (insecure || first || munging);
  g_assert_cmpuint (connect, ==, 20);
  g_assert_cmpint (reconnect, ==, 60);
  g_assert_cmpuint (ping, ==, 20);
  g_assert_cmpuint (pong, ==, 10);
  g_assert_cmpint (state, ==, GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED);
}

static void
test_uri (void)
{
  static const struct
  {
    const gchar *set, *get, *producer;
    gboolean first;
  } table[] = {
    { NULL, "ws://127.0.0.1:8443/", NULL, FALSE },
    { "", "ws://127.0.0.1:8443/", NULL, FALSE },
    { "ws://h:1", "ws://h:1/", NULL, FALSE },
    { "ws://h:1/", "ws://h:1/", NULL, FALSE },
    { "wss://h/p/q", "wss://h/p/q", NULL, FALSE },
    { "ws://h:1?peer-id=abc", "ws://h:1/", "abc", FALSE },
    { "ws://h:1/?peer-id=a%20b%2Fc&x=1", "ws://h:1/?x=1", "a b/c", FALSE },
    { "ws://h:1/?x=%20&peer-id=&y", "ws://h:1/?x=%20&y", NULL, FALSE },
    { "ws://h:1/?connect-to-first-producer", "ws://h:1/", NULL, TRUE },
    { "ws://h:1/?connect-to-first-producer=", "ws://h:1/", NULL, TRUE },
    { "ws://h:1/?connect-to-first-producer=1", "ws://h:1/", NULL, TRUE },
    { "ws://h:1/?connect-to-first-producer=True", "ws://h:1/", NULL, TRUE },
    { "ws://h:1/?connect-to-first-producer=false", "ws://h:1/", NULL, FALSE },
    { "ws://h:1/?peer-idx=1", "ws://h:1/?peer-idx=1", NULL, FALSE },
    { "ws://[::1]:9/?token=a%3Db", "ws://[::1]:9/?token=a%3Db", NULL, FALSE },
    { "not a uri", "not a uri", NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GstWebSocketSignaller) signaller = gst_web_socket_signaller_new ();
    g_autofree gchar *uri = NULL, *producer = NULL;
    gboolean first;

    g_object_set (signaller, "uri", table[i].set, NULL);
    g_object_get (signaller, "uri", &uri, "producer-peer-id", &producer, "connect-to-first-producer", &first, NULL);
    g_assert_cmpstr (uri, ==, table[i].get);
    g_assert_cmpstr (producer, ==, table[i].producer);
    g_assert_cmpint (first, ==, table[i].first);
  }
}

static void
test_headers (void)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) producer = signaller_probe_new ("producer", raw_listener_get_port (listener));
  g_autoptr (GstStructure) headers =
      gst_structure_new ("headers", "Authorization", G_TYPE_STRING, "Bearer abc", "X-Number", G_TYPE_INT, 42, NULL);
  g_autoptr (RawPeer) server = NULL;
  const gchar *request;

  g_object_set (producer->signaller, "headers", headers, NULL);
  gst_signaller_start (producer->signaller);
  server = raw_listener_accept (listener);
  request = raw_peer_expect_request (server);
  g_assert_nonnull (strstr (request, "\r\nAuthorization: Bearer abc\r\n"));
  g_assert_nonnull (strstr (request, "\r\nX-Number: 42\r\n"));
}

/* Exactly one error, with a sentence that says what is wrong and keeps the value to itself. */
static void
test_impossible_settings (void)
{
  static const struct
  {
    const gchar *uri, *cafile, *header, *value, *says;
  } table[] = {
    { "http://localhost/", NULL, NULL, NULL, "http" },
    { "not a uri", NULL, NULL, NULL, "not a uri" },
    { "ws:///path", NULL, NULL, NULL, "host" },
    { "ws://localhost/", NULL, "X-Bad", "a\r\nInjected: yes", "X-Bad" },
    { "ws://localhost/", NULL, "Bad Name", "v", "Bad Name" },
    { "wss://localhost/", "/nonexistent.pem", NULL, NULL, "/nonexistent.pem" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (SignallerProbe) probe = signaller_probe_new (table[i].says, 1);
    const gchar *line;

    g_object_set (probe->signaller, "uri", table[i].uri, "cafile", table[i].cafile, NULL);
    if (table[i].header) {
      g_autoptr (GstStructure) headers = gst_structure_new_empty ("headers");

      gst_structure_set (headers, table[i].header, G_TYPE_STRING, table[i].value, NULL);
      g_object_set (probe->signaller, "headers", headers, NULL);
    }
    g_assert_true (gst_signaller_start (probe->signaller));
    event_log_expect (probe->log, "closed none handshake unfinished 0 for-good *");
    line = event_log_expect (probe->log, "error *");
    g_assert_nonnull (strstr (line, table[i].says));
    g_assert_null (strstr (line, "Injected"));
    g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 1);
    g_assert_cmpint (signaller_probe_get_state (probe), ==, GST_SIGNALLER_CONNECTION_STATE_FAILED);
  }
}

/* --- TLS ---------------------------------------------------------------------------------------------------------- */

static ServerProbe *
run_tls_server (void)
{
  ServerProbe *server = server_probe_new ();
  g_autoptr (GTlsCertificate) certificate = test_certificate_load ("localhost");

  g_object_set (server->server, "tls-certificate", certificate, NULL);
  server_probe_start (server);
  return server;
}

static SignallerProbe *
tls_probe_new (ServerProbe *server)
{
  SignallerProbe *probe = signaller_probe_new ("signaller", 1);
  g_autofree gchar *uri = g_strdup_printf ("wss://localhost:%u/", server_probe_get_port (server));

  g_object_set (probe->signaller, "uri", uri, NULL);
  return probe;
}

static void
test_tls_authority (void)
{
  g_autoptr (ServerProbe) server = run_tls_server ();
  g_autoptr (SignallerProbe) probe = tls_probe_new (server);
  g_autofree gchar *authority = test_certificate_path ("ca.pem");

  g_object_set (probe->signaller, "cafile", authority, NULL);
  signaller_probe_connect (probe);
}

static void
test_tls_system_roots (void)
{
  g_autoptr (ServerProbe) server = run_tls_server ();
  g_autoptr (SignallerProbe) probe = tls_probe_new (server);

  gst_signaller_start (probe->signaller);
  event_log_expect (probe->log, "error *certificate*");
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 1);
}

static void
test_tls_insecure (void)
{
  g_autoptr (ServerProbe) server = run_tls_server ();
  g_autoptr (SignallerProbe) probe = tls_probe_new (server);

  g_object_set (probe->signaller, "insecure-tls", TRUE, NULL);
  signaller_probe_connect (probe);
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

static void
warm_up (void)
{
  test_tls_authority ();
  test_consumer_of_nobody ();
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *path;
    void (*func) (void);
  } cases[] = {
    { "/websocket-signaller/producer", test_producer },
    { "/websocket-signaller/producer/garbage", test_producer_garbage_offer },
    { "/websocket-signaller/meta", test_meta },
    { "/websocket-signaller/consumer/id", test_consumer_with_id },
    { "/websocket-signaller/consumer/of-nobody", test_consumer_of_nobody },
    { "/websocket-signaller/consumer/first-present", test_first_producer_present },
    { "/websocket-signaller/consumer/first-later", test_first_producer_later },
    { "/websocket-signaller/consumer/first-vanishes", test_first_producer_vanishes },
    { "/websocket-signaller/consumer/only-one-vanishes", test_first_producer_only_one_vanishes },
    { "/websocket-signaller/consumer/passive", test_passive_consumer },
    { "/websocket-signaller/listener", test_listener },
    { "/websocket-signaller/listener/reconnects", test_listener_reconnects },
    { "/websocket-signaller/order", test_order },
    { "/websocket-signaller/hostile-server", test_hostile_server },
    { "/websocket-signaller/long-list", test_long_list },
    { "/websocket-signaller/properties/client-id", test_client_id },
    { "/websocket-signaller/properties/defaults", test_defaults },
    { "/websocket-signaller/properties/uri", test_uri },
    { "/websocket-signaller/properties/headers", test_headers },
    { "/websocket-signaller/properties/impossible", test_impossible_settings },
    { "/websocket-signaller/tls/authority", test_tls_authority },
    { "/websocket-signaller/tls/system-roots", test_tls_system_roots },
    { "/websocket-signaller/tls/insecure", test_tls_insecure },
  };

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  warm_up ();
  test_baseline_take (&baseline);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, cases[i].func, run_case);
  return g_test_run ();
}

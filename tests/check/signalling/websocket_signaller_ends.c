/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How connections of GstWebSocketSignaller end, and what it makes of that: told once, in the right class, an error only
 * where something failed for good, and a new connection where one is wanted. */

#include <tests/common/leak-check.h>
#include <tests/common/log-guard.h>
#include <tests/common/test-time.h>
#include <tests/common/watchdog.h>

#include "protocol-peer.h"
#include "server-probe.h"
#include "signaller-probe.h"

static SignallerProbe *
probe_new (RawListener *listener, GstWebSocketSignallerRole role)
{
  SignallerProbe *probe = signaller_probe_new ("signaller", raw_listener_get_port (listener));

  g_object_set (probe->signaller, "role", role, NULL);
  return probe;
}

/* Connected as a producer with the id @id */
static ProtocolPeer *
connect_producer (SignallerProbe *probe, RawListener *listener, const gchar *id)
{
  ProtocolPeer *server;

  gst_signaller_start (probe->signaller);
  server = protocol_peer_serve (listener, id);
  protocol_peer_expect (server, "setPeerStatus");
  event_log_expect (probe->log, "state connected");
  return server;
}

static void
answer_close (ProtocolPeer *server)
{
  const RawFrame *frame = raw_peer_expect_close (server->raw, 1000);

  raw_peer_send_close (server->raw, frame->code, NULL);
  raw_peer_fin (server->raw);
}

/* --- The server closes -------------------------------------------------------------------------------------------- */

typedef struct
{
  guint code; /* 0: none */
  gboolean again;
  gboolean warns;
} Clean;

static void
test_clean (gconstpointer data)
{
  const Clean *clean = data;
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = connect_producer (probe, listener, "me");
  g_autofree gchar *expected = g_strdup_printf ("closed remote clean finished %u %s %s",
      clean->code ? clean->code : 1005, clean->again ? "again" : "for-good", clean->code ? "why not" : "-");

  raw_peer_send_close (server->raw, clean->code, clean->code ? "why not" : NULL);
  /* libsoup does not know the newer codes, and answers them with one of its own. */
  raw_peer_expect_close (server->raw, clean->code >= 1012 && clean->code <= 1014 ? 1002
                                      : clean->code                              ? clean->code
                                                                                 : 1000);
  raw_peer_fin (server->raw);
  event_log_expect (probe->log, expected);
  g_assert_cmpuint (event_log_count (probe->log, "closed *"), ==, 1);
  if (clean->again)
    event_log_expect (probe->log, "reconnecting 1 *");
  gst_signaller_stop (probe->signaller);
  g_assert_cmpuint (event_log_count (probe->log, "state reconnecting"), ==, clean->again);
  g_assert_cmpuint (event_log_count (probe->log, "state disconnected"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "client-id none"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "warning *"), ==, clean->warns);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
}

/* Nobody wants another connection: an orderly end is still no error. */
static void
test_clean_without_retry (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = NULL;

  g_object_set (probe->signaller, "reconnect-timeout", 0, NULL);
  server = connect_producer (probe, listener, "me");
  raw_peer_send_close (server->raw, 1001, NULL);
  raw_peer_expect_close (server->raw, 1001);
  raw_peer_fin (server->raw);
  event_log_expect (probe->log, "closed remote clean finished 1001 for-good -");
  g_assert_cmpint (signaller_probe_get_state (probe), ==, GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED);
}

/* The server asks for more patience than there is: one end, told as what it is. */
static void
test_try_again_too_late (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = NULL;

  g_object_set (probe->signaller, "reconnect-timeout", 1, NULL);
  server = connect_producer (probe, listener, "me");
  raw_peer_send_close (server->raw, 1013, NULL);
  raw_peer_expect_close (server->raw, 1002);
  raw_peer_fin (server->raw);
  event_log_expect (probe->log, "closed remote clean finished 1013 for-good -");
  gst_signaller_stop (probe->signaller);
  g_assert_cmpuint (event_log_count (probe->log, "closed *"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
}

/* A Close that is wrong is a Close all the same: a warning. */
static void
test_illegal_close (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = connect_producer (probe, listener, "me");

  raw_peer_send_close (server->raw, 2999, NULL);
  raw_peer_expect_close (server->raw, 1002);
  raw_peer_fin (server->raw);
  event_log_expect (probe->log, "closed remote protocol unfinished 2999 for-good *");
  event_log_expect (probe->log, "warning *");
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
  g_assert_cmpint (signaller_probe_get_state (probe), ==, GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED);
}

static void
test_violation (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = connect_producer (probe, listener, "me");
  const RawFrameSpec reserved = { .opcode = 3 };

  raw_peer_send (server->raw, &reserved);
  raw_peer_expect_close (server->raw, 1002);
  raw_peer_fin (server->raw);
  event_log_expect (probe->log, "closed none protocol unfinished 0 for-good *");
  event_log_expect (probe->log, "error *");
  gst_signaller_stop (probe->signaller);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "closed *"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "state failed"), ==, 1);
}

/* --- The connection breaks ---------------------------------------------------------------------------------------- */

static void
take_down (ProtocolPeer *server, gboolean by_reset)
{
  if (by_reset)
    raw_peer_reset (server->raw);
  else
    raw_peer_fin (server->raw);
}

/* There is a new connection under a new id, registered like the first; sessions know nothing of it. */
static void
test_lost (gconstpointer by_reset)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) first = connect_producer (probe, listener, "one");
  g_autoptr (ProtocolPeer) second = NULL;
  g_autofree gchar *delay = NULL;

  protocol_peer_say (first, "{'type': 'startSession', 'peerId': 'c', 'sessionId': 's'}");
  event_log_expect (probe->log, "requested s c none");
  take_down (first, by_reset != NULL);
  event_log_expect (probe->log, "state reconnecting");
  event_log_expect (probe->log, "closed none transport unfinished 0 again -");
  delay = event_word (event_log_expect (probe->log, "reconnecting 1 *"), 2);
  g_assert_cmpuint (g_ascii_strtoull (delay, NULL, 10), <=, 250);
  second = protocol_peer_serve (listener, "two");
  event_log_expect (probe->log, "meta");
  event_log_expect (probe->log, "client-id two");
  event_log_expect (probe->log, "state connected");
  protocol_peer_expect (second, "setPeerStatus");
  protocol_peer_say (second, "{'type': 'peer', 'sessionId': 's', 'ice': {'candidate': 'c', 'sdpMLineIndex': 0}}");
  event_log_expect (probe->log, "ice s 0 c");
  g_assert_cmpuint (event_log_count (probe->log, "ended*"), ==, 0);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
  g_assert_cmpuint (event_log_count (probe->log, "closed *"), ==, 1);
  raw_peer_send_close (second->raw, 1000, NULL);
  raw_peer_expect_close (second->raw, 1000);
  raw_peer_fin (second->raw);
  event_log_expect (probe->log, "closed remote clean finished 1000 for-good *");
}

static void
reset_when_welcomed (const gchar *event, gpointer server)
{
  if (g_str_equal (event, "client-id one"))
    raw_peer_reset (((ProtocolPeer *) server)->raw);
}

/* The connection is gone when the signaller says its role: it ends within that very call. */
static void
test_lost_while_sending (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = NULL;

  g_object_set (probe->signaller, "reconnect-timeout", 0, NULL);
  gst_signaller_start (probe->signaller);
  server = protocol_peer_new (raw_listener_accept_websocket (listener));
  event_log_set_hook (probe->log, reset_when_welcomed, server);
  protocol_peer_expect (server, "setProtocolVersion");
  raw_peer_stay_idle (server->raw, 50); /* until the signaller has seen that it is sent */
  protocol_peer_say (server, "{'type': 'welcome', 'peerId': 'one'}");
  event_log_expect (probe->log, "closed none transport unfinished 0 for-good *");
  event_log_expect (probe->log, "error *");
  g_assert_cmpuint (event_log_count (probe->log, "closed *"), ==, 1);
}

static void
test_lost_without_retry (gconstpointer by_reset)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = NULL;

  g_object_set (probe->signaller, "reconnect-timeout", 0, NULL);
  server = connect_producer (probe, listener, "one");
  take_down (server, by_reset != NULL);
  event_log_expect (probe->log, "state failed");
  event_log_expect (probe->log, "closed none transport unfinished 0 for-good *");
  event_log_expect (probe->log, "error *");
  gst_signaller_stop (probe->signaller);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "closed *"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "reconnecting *"), ==, 0);
}

static void
test_retries_used_up (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = NULL;

  g_object_set (probe->signaller, "reconnect-timeout", 1, NULL);
  server = connect_producer (probe, listener, "one");
  g_clear_pointer (&listener, raw_listener_free);
  raw_peer_reset (server->raw);
  event_log_expect (probe->log, "closed none transport unfinished 0 again *");
  event_log_expect (probe->log, "reconnecting 1 *");
  event_log_expect (probe->log, "reconnecting 2 * Cannot connect *");
  event_log_expect (probe->log, "state failed");
  event_log_expect (probe->log, "closed none handshake unfinished 0 for-good *");
  event_log_expect (probe->log, "error Cannot connect *");
  gst_signaller_stop (probe->signaller);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "closed *"), ==, 2);
}

/* What a new attempt cannot cure ends the attempts. */
static void
test_refused_for_good (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = connect_producer (probe, listener, "one");
  g_autoptr (RawPeer) later = NULL;

  raw_peer_reset (server->raw);
  later = raw_listener_accept (listener);
  raw_peer_expect_request (later);
  raw_peer_send_string (later, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
  event_log_expect (probe->log, "closed none handshake unfinished 0 for-good *");
  event_log_expect (probe->log, "error *401*");
  gst_signaller_stop (probe->signaller);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 1);
}

/* Something accepts WebSockets, a proxy perhaps, and drops them: the attempts go on counting, and slow down. */
static void
test_nobody_behind_it (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = connect_producer (probe, listener, "one");

  raw_peer_reset (server->raw);
  for (guint i = 1; i <= 3; i++) {
    g_autofree gchar *attempt = g_strdup_printf ("reconnecting %u *", i);
    g_autoptr (RawPeer) peer = NULL;

    event_log_expect (probe->log, attempt);
    peer = raw_listener_accept_websocket (listener);
    raw_peer_expect_frame (peer, RAW_TEXT);
    raw_peer_reset (peer);
  }
  event_log_expect (probe->log, "reconnecting 4 *");
}

static void
test_server_restarts (gconstpointer unused)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  guint port = server_probe_get_port (server);
  g_autoptr (SignallerProbe) probe = signaller_probe_new ("signaller", port);
  g_autofree gchar *first = NULL, *second = NULL;

  signaller_probe_connect (probe);
  first = signaller_probe_get_id (probe);
  gst_signalling_server_stop (server->server);
  event_log_expect (probe->log, "closed remote clean finished 1001 again *");
  event_log_expect (probe->log, "reconnecting 2 *"); /* one attempt found nobody */
  g_object_set (server->server, "port", port, NULL);
  server_probe_start (server);
  event_log_expect (probe->log, "state connected");
  second = signaller_probe_get_id (probe);
  g_assert_cmpstr (first, !=, second);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
}

static void
test_keepalive (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = NULL;
  gint64 since;

  g_object_set (probe->signaller, "ping-interval", 1, "pong-timeout", 1, "reconnect-timeout", 0, NULL);
  server = connect_producer (probe, listener, "one");
  since = g_get_monotonic_time ();
  raw_peer_expect_frame (server->raw, RAW_PING);
  raw_peer_look_away (server->raw, 1500); /* and does not answer */
  event_log_expect (probe->log, "closed none transport unfinished 0 for-good *");
  g_assert_cmpint (g_get_monotonic_time () - since, >=, 1900 * G_TIME_SPAN_MILLISECOND);
  event_log_expect (probe->log, "error *ping*");
  raw_peer_expect_close (server->raw, 1001);
}

/* --- We close ----------------------------------------------------------------------------------------------------- */

static gpointer
stop_thread (gpointer signaller)
{
  gst_signaller_stop (signaller);
  return NULL;
}

static void
test_stop (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = connect_producer (probe, listener, "one");
  g_autoptr (GThread) stopper = g_thread_new ("stopper", stop_thread, probe->signaller);

  answer_close (server);
  event_log_expect (probe->log, "state closing");
  event_log_expect (probe->log, "state disconnected");
  event_log_expect (probe->log, "closed local local finished 1000 for-good *");
  g_thread_join (g_steal_pointer (&stopper));
  g_assert_cmpuint (event_log_count (probe->log, "closed *"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "warning *"), ==, 0);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
}

static void
test_stop_unanswered (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = connect_producer (probe, listener, "one");
  gint64 since = g_get_monotonic_time ();

  gst_signaller_stop (probe->signaller);
  g_assert_cmpint (g_get_monotonic_time () - since, <, test_time_scale (5750) * G_TIME_SPAN_MILLISECOND);
  event_log_expect (probe->log, "closed local local unfinished 0 for-good *");
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
  raw_peer_expect_close (server->raw, 1000);
}

static void
test_stop_while_reconnecting (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER);
  g_autoptr (ProtocolPeer) server = NULL;

  g_object_set (probe->signaller, "reconnect-timeout", -1, NULL);
  server = connect_producer (probe, listener, "one");
  g_clear_pointer (&listener, raw_listener_free);
  raw_peer_reset (server->raw);
  event_log_expect (probe->log, "reconnecting 2 *");
  gst_signaller_stop (probe->signaller);
  g_assert_cmpint (signaller_probe_get_state (probe), ==, GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED);
  g_assert_cmpuint (event_log_count (probe->log, "closed local local *"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
}

/* --- Running ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  const gchar *path;
  void (*func) (gconstpointer data);
  gconstpointer data;
} Case;

static TestBaseline baseline;

static void
run_case (gconstpointer data)
{
  const Case *test = data;

  test_watchdog_start (test->path, 60);
  test->func (test->data);
  test_baseline_check (&baseline, 8000);
  test_watchdog_stop ();
}

static void
add_clean_cases (void)
{
  static const Clean codes[] = { { 0 }, { 1000 }, { 1001, .again = TRUE }, { 1002, .warns = TRUE },
    { 1003, .warns = TRUE }, { 1007, .warns = TRUE }, { 1008, .warns = TRUE }, { 1009, .warns = TRUE },
    { 1010, .warns = TRUE }, { 1011, .again = TRUE, .warns = TRUE }, { 1012, .again = TRUE }, { 1013, .again = TRUE },
    { 1014, .again = TRUE }, { 3000 }, { 4000 }, { 4999 } };
  static Case cases[G_N_ELEMENTS (codes)];

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    g_autofree gchar *path = g_strdup_printf ("/websocket-signaller/ends/clean/%u", codes[i].code);

    cases[i] = (Case){ "clean", test_clean, &codes[i] };
    g_test_add_data_func (path, &cases[i], run_case);
  }
}

int
main (int argc, char **argv)
{
  static const Case cases[] = {
    { "/websocket-signaller/ends/clean/without-retry", test_clean_without_retry },
    { "/websocket-signaller/ends/clean/try-again-too-late", test_try_again_too_late },
    { "/websocket-signaller/ends/illegal-close", test_illegal_close },
    { "/websocket-signaller/ends/violation", test_violation },
    { "/websocket-signaller/ends/lost/fin", test_lost },
    { "/websocket-signaller/ends/lost/rst", test_lost, "RST" },
    { "/websocket-signaller/ends/lost/while-sending", test_lost_while_sending },
    { "/websocket-signaller/ends/lost/fin-without-retry", test_lost_without_retry },
    { "/websocket-signaller/ends/lost/rst-without-retry", test_lost_without_retry, "RST" },
    { "/websocket-signaller/ends/lost/retries-used-up", test_retries_used_up },
    { "/websocket-signaller/ends/lost/refused-for-good", test_refused_for_good },
    { "/websocket-signaller/ends/lost/nobody-behind-it", test_nobody_behind_it },
    { "/websocket-signaller/ends/lost/keepalive", test_keepalive },
    { "/websocket-signaller/ends/server-restarts", test_server_restarts },
    { "/websocket-signaller/ends/stop/answered", test_stop },
    { "/websocket-signaller/ends/stop/unanswered", test_stop_unanswered },
    { "/websocket-signaller/ends/stop/reconnecting", test_stop_while_reconnecting },
  };

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  test_lost (NULL);
  test_server_restarts (NULL);
  test_baseline_take (&baseline);
  add_clean_cases ();
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], run_case);
  return g_test_run ();
}

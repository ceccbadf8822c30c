/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* GstWebSocketSignaller and threads: stopped, started and dropped from everywhere, at every time, by several at once.
 * No main loop runs anywhere. */

#include <string.h>

#include <tests/common/leak-check.h>
#include <tests/common/log-guard.h>
#include <tests/common/test-time.h>
#include <tests/common/watchdog.h>

#include "protocol-peer.h"
#include "server-probe.h"
#include "signaller-probe.h"

#define SDP "v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\ns=x\\r\\nt=0 0\\r\\n"

/* --- From handlers ------------------------------------------------------------------------------------------------ */

/* The moment of which it is tried: what a server says, in which role, that leads there. */
typedef struct
{
  const gchar *event;
  GstWebSocketSignallerRole role;
  const gchar *said[4]; /* after the welcome; "RST" resets */
  gboolean no_close;    /* the connection is gone by then, or not there yet */
} Moment;

#define PRODUCER GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER
#define LISTENER GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER
#define START "{'type': 'startSession', 'peerId': 'c', 'sessionId': 's'}"

static const Moment moments[] = {
  { "meta", PRODUCER, { NULL } },
  { "client-id me", PRODUCER, { NULL } },
  { "state connected", PRODUCER, { NULL } },
  { "requested s *", PRODUCER, { START, START } },
  { "started s *", PRODUCER, { "{'type': 'sessionStarted', 'peerId': 'p', 'sessionId': 's'}" } },
  { "description s *", PRODUCER,
      { START, "{'type': 'peer', 'sessionId': 's', 'sdp': {'type': 'answer', 'sdp': '" SDP "'}}" } },
  { "ice s *", PRODUCER,
      { START, "{'type': 'peer', 'sessionId': 's', 'ice': {'candidate': 'x', 'sdpMLineIndex': 0}}" } },
  { "ended s", PRODUCER, { START, "{'type': 'endSession', 'sessionId': 's'}" } },
  { "ended-with-error s *", PRODUCER, { START, "{'type': 'endSessionV1_1', 'sessionId': 's', 'error': 'e'}" } },
  { "warning *", PRODUCER, { "{'type': 'error', 'details': 'd'}", "{'type': 'error', 'details': 'e'}" } },
  { "warning *", PRODUCER, { "{'type': 'startSession', 'peerId': 'c', 'sessionId': 's', 'offer': 'none'}" } },
  { "producer-added *", LISTENER,
      { "{'type': 'list', 'producers': [{'id': 'p', 'meta': null}, {'id': 'q', 'meta': null}]}" } },
  { "producer-removed *", LISTENER,
      { "{'type': 'list', 'producers': [{'id': 'p', 'meta': null}, {'id': 'q', 'meta': null}]}",
          "{'type': 'list', 'producers': []}" } },
  { "state reconnecting", PRODUCER, { "RST" }, .no_close = TRUE },
  { "closed none transport *", PRODUCER, { "RST" }, .no_close = TRUE },
  { "reconnecting 1 *", PRODUCER, { "RST" }, .no_close = TRUE },
};

typedef struct
{
  SignallerProbe *probe;
  const Moment *moment;
  void (*action) (SignallerProbe *probe);
  gint done;
} Deed;

static void
do_deed (const gchar *event, gpointer data)
{
  Deed *deed = data;

  if (!g_pattern_match_simple (deed->moment->event, event) ||
      !g_atomic_int_compare_and_exchange (&deed->done, FALSE, TRUE))
    return;
  deed->action (deed->probe);
  event_log_add (deed->probe->log, "done");
}

static SignallerProbe *
probe_new (RawListener *listener, const Moment *moment)
{
  SignallerProbe *probe = signaller_probe_new (moment->event, raw_listener_get_port (listener));

  g_object_set (probe->signaller, "role", moment->role, NULL);
  return probe;
}

static void
play (ProtocolPeer *server, const Moment *moment)
{
  for (guint i = 0; i < G_N_ELEMENTS (moment->said) && moment->said[i]; i++) {
    if (strcmp (moment->said[i], "RST") == 0)
      raw_peer_reset (server->raw);
    else
      protocol_peer_say (server, "%s", moment->said[i]);
  }
}

/* Unlike protocol_peer_serve(), does without the client's first message: it may have been stopped before. */
static ProtocolPeer *
serve (RawListener *listener, const Moment *moment)
{
  ProtocolPeer *server = protocol_peer_new (raw_listener_accept_websocket (listener));

  protocol_peer_say (server, "{'type': 'welcome', 'peerId': 'me'}");
  play (server, moment);
  return server;
}

static void
finish (ProtocolPeer *server, const Moment *moment)
{
  if (moment->no_close)
    return;
  raw_peer_expect_close (server->raw, 1000);
  raw_peer_send_close (server->raw, 1000, NULL);
  raw_peer_fin (server->raw);
}

static void
action_stop (SignallerProbe *probe)
{
  gst_signaller_stop (probe->signaller);
}

static void
test_stop_in_handler (gconstpointer data)
{
  Deed deed = { NULL, data, action_stop, FALSE };
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, data);
  g_autoptr (ProtocolPeer) server = NULL;

  deed.probe = probe;
  event_log_set_hook (probe->log, do_deed, &deed);
  gst_signaller_start (probe->signaller);
  server = serve (listener, data);
  event_log_expect (probe->log, "done");
  finish (server, data);
  gst_signaller_stop (probe->signaller);
  event_log_close (probe->log);
  g_assert_cmpuint (event_log_count (probe->log, "state disconnected"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "closed local local *"), ==, 1);
  g_assert_cmpuint (event_log_count (probe->log, "reconnecting *"), <=, 1);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
  g_assert_cmpuint (event_log_count (probe->log, "producer-added *"), <=,
      g_str_has_prefix (deed.moment->event, "producer-removed") ? 2 : 1);
  g_assert_cmpuint (event_log_count (probe->log, "producer-removed *"), <=, 1);
  g_assert_cmpuint (event_log_count (probe->log, "warning *"), <=, 1);
  g_assert_cmpuint (event_log_count (probe->log, "requested *"), <=, 1);
}

/* Stopped and started at once: there is a second connection. */
static void
action_restart (SignallerProbe *probe)
{
  gst_signaller_stop (probe->signaller);
  gst_signaller_start (probe->signaller);
}

static void
test_restart_in_handler (gconstpointer data)
{
  Deed deed = { NULL, data, action_restart, FALSE };
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, data);
  g_autoptr (ProtocolPeer) first = NULL;
  g_autoptr (ProtocolPeer) second = NULL;

  deed.probe = probe;
  event_log_set_hook (probe->log, do_deed, &deed);
  gst_signaller_start (probe->signaller);
  first = serve (listener, data);
  event_log_expect (probe->log, "done");
  finish (first, data);
  second = protocol_peer_serve (listener, "again");
  event_log_expect (probe->log, "client-id again");
  event_log_expect (probe->log, "state connected");
  g_assert_cmpuint (event_log_count (probe->log, "closed local local *"), ==, 1);
  raw_peer_send_close (second->raw, 1000, NULL);
  raw_peer_expect_close (second->raw, 1000);
  raw_peer_fin (second->raw);
  event_log_expect (probe->log, "closed remote clean *");
}

static void
action_drop (SignallerProbe *probe)
{
  signaller_probe_drop (probe);
}

/* The last reference goes while one of its signals is emitted: the server gets its Close, and nobody hears anything. */
static void
test_drop_in_handler (gconstpointer data)
{
  Deed deed = { NULL, data, action_drop, FALSE };
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = probe_new (listener, data);
  g_autoptr (ProtocolPeer) server = NULL;

  deed.probe = probe;
  event_log_set_hook (probe->log, do_deed, &deed);
  gst_signaller_start (probe->signaller);
  server = serve (listener, data);
  event_log_expect (probe->log, "gone");
  finish (server, data);
  if (!deed.moment->no_close)
    raw_peer_expect_end (server->raw, RAW_END_FIN);
  g_assert_cmpuint (event_log_count (probe->log, "closed local*"), ==, 0);
  g_assert_cmpuint (event_log_count (probe->log, "state disconnected"), ==, 0);
}

/* Started again by the handler that is told of the end. */
static void
on_end_start (const gchar *event, gpointer data)
{
  SignallerProbe *probe = data;

  if (g_str_has_prefix (event, "closed remote"))
    gst_signaller_start (probe->signaller);
}

static void
test_start_in_closed (gconstpointer unused)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  guint port = server_probe_get_port (server);
  g_autoptr (SignallerProbe) probe = signaller_probe_new ("signaller", port);

  g_object_set (probe->signaller, "reconnect-timeout", 0, NULL);
  event_log_set_hook (probe->log, on_end_start, probe);
  signaller_probe_connect (probe);
  gst_signalling_server_stop (server->server);
  event_log_expect (probe->log, "closed remote *");
  /* Nobody is there any more: a first connection is not retried. */
  event_log_expect (probe->log, "error *");
  event_log_set_hook (probe->log, NULL, NULL);
  g_object_set (server->server, "port", port, NULL);
  server_probe_start (server);
  signaller_probe_connect (probe);
}

/* --- From several threads ----------------------------------------------------------------------------------------- */

static gpointer
stop_thread (gpointer signaller)
{
  gst_signaller_stop (signaller);
  return NULL;
}

/* However many stop it, in whatever state it just is: every one returns when it is over. */
static void
test_concurrent_stop (gconstpointer unused)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (SignallerProbe) probe = signaller_probe_new ("signaller", server_probe_get_port (server));

  for (guint round = 0; round < 60; round++) {
    GThread *threads[3];

    gst_signaller_start (probe->signaller);
    if (round % 3 == 0)
      event_log_expect (probe->log, "state connected");
    for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
      threads[i] = g_thread_new ("stopper", stop_thread, probe->signaller);
    gst_signaller_stop (probe->signaller);
    for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
      g_thread_join (threads[i]);
    event_log_close (probe->log);
    g_assert_cmpint (signaller_probe_get_state (probe), ==, GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED);
    g_assert_null (signaller_probe_get_id (probe));
    event_log_reopen (probe->log);
  }
  g_assert_cmpuint (event_log_count (probe->log, "closed *"), ==, 60);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
}

static gpointer
stop_server_thread (gpointer server)
{
  gst_signalling_server_stop (server);
  return NULL;
}

/* The connection ends by itself in the same instant: whoever stops the signaller hears nothing after that. */
static void
test_stop_meets_end (gconstpointer unused)
{
  g_autoptr (ServerProbe) server = server_probe_new ();
  g_autoptr (SignallerProbe) probe = signaller_probe_new ("signaller", 1);

  g_object_set (probe->signaller, "reconnect-timeout", 0, NULL);
  for (guint round = 0; round < 60; round++) {
    g_autofree gchar *uri = NULL;
    GThread *thread;

    server_probe_start (server);
    uri = g_strdup_printf ("ws://127.0.0.1:%u", server_probe_get_port (server));
    g_object_set (probe->signaller, "uri", uri, NULL);
    signaller_probe_connect (probe);
    thread = g_thread_new ("stopper", stop_server_thread, server->server);
    if (round % 2)
      event_log_expect (probe->log, round % 4 == 1 ? "client-id none" : "closed *");
    gst_signaller_stop (probe->signaller);
    event_log_close (probe->log);
    g_thread_join (thread);
    g_assert_cmpint (signaller_probe_get_state (probe), ==, GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED);
    event_log_reopen (probe->log);
  }
  g_assert_cmpuint (event_log_count (probe->log, "closed *"), ==, 60);
}

static gpointer
start_and_stop_thread (gpointer signaller)
{
  for (guint i = 0; i < 50; i++) {
    gst_signaller_start (signaller);
    gst_signaller_stop (signaller);
  }
  return NULL;
}

static void
test_concurrent_start_and_stop (gconstpointer unused)
{
  g_autoptr (ServerProbe) server = server_probe_run ();
  g_autoptr (SignallerProbe) probe = signaller_probe_new ("signaller", server_probe_get_port (server));
  GThread *threads[3];

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("restarter", start_and_stop_thread, probe->signaller);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  gst_signaller_stop (probe->signaller);
  g_assert_cmpint (signaller_probe_get_state (probe), ==, GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED);
  signaller_probe_connect (probe);
  g_assert_cmpuint (event_log_count (probe->log, "error *"), ==, 0);
}

typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean inside;
  gboolean open;
} Gate;

static void
wait_at_gate (const gchar *event, gpointer data)
{
  Gate *gate = data;

  if (!g_str_has_prefix (event, "producer-added"))
    return;
  g_mutex_lock (&gate->lock);
  gate->inside = TRUE;
  g_cond_broadcast (&gate->changed);
  while (!gate->open)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

static void
set_gate (Gate *gate, gboolean open)
{
  g_mutex_lock (&gate->lock);
  gate->open = open;
  g_cond_broadcast (&gate->changed);
  while (!open && !gate->inside)
    g_cond_wait (&gate->changed, &gate->lock);
  g_mutex_unlock (&gate->lock);
}

/* A handler that does not return cannot hold up a stop for ever, and is the last one that ran. */
static void
test_stop_with_blocked_handler (gconstpointer unused)
{
  Gate gate = { 0 };
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = signaller_probe_new ("signaller", raw_listener_get_port (listener));
  g_autoptr (ProtocolPeer) server = NULL;
  gint64 since;

  g_object_set (probe->signaller, "role", LISTENER, NULL);
  event_log_set_hook (probe->log, wait_at_gate, &gate);
  gst_signaller_start (probe->signaller);
  server = protocol_peer_serve (listener, "me");
  protocol_peer_say (server, "{'type': 'list', 'producers': [{'id': 'p', 'meta': null}, {'id': 'q', 'meta': null}]}");
  set_gate (&gate, FALSE);
  since = g_get_monotonic_time ();
  gst_signaller_stop (probe->signaller);
  g_assert_cmpint (g_get_monotonic_time () - since, <, test_time_scale (6500) * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (signaller_probe_get_state (probe), ==, GST_SIGNALLER_CONNECTION_STATE_DISCONNECTED);
  event_log_close (probe->log);
  set_gate (&gate, TRUE);
  raw_peer_expect_close (server->raw, 1000);
  raw_peer_send_close (server->raw, 1000, NULL);
  raw_peer_fin (server->raw);
  raw_peer_expect_end (server->raw, RAW_END_FIN);
}

/* --- Dropped ------------------------------------------------------------------------------------------------------ */

static gpointer
drop_thread (gpointer signaller)
{
  g_object_unref (signaller);
  return NULL;
}

static void
test_drop_open (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = signaller_probe_new ("signaller", raw_listener_get_port (listener));
  g_autoptr (ProtocolPeer) server = NULL;
  GThread *thread;

  gst_signaller_start (probe->signaller);
  server = protocol_peer_serve (listener, "me");
  event_log_expect (probe->log, "state connected");
  event_log_close (probe->log);
  thread = g_thread_new ("dropper", drop_thread, g_steal_pointer (&probe->signaller));
  raw_peer_expect_close (server->raw, 1000);
  raw_peer_send_close (server->raw, 1000, NULL);
  raw_peer_fin (server->raw);
  raw_peer_expect_end (server->raw, RAW_END_FIN);
  g_thread_join (thread);
}

static void
test_drop_connecting (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = signaller_probe_new ("signaller", raw_listener_get_port (listener));
  g_autoptr (RawPeer) server = NULL;
  gint64 since;

  gst_signaller_start (probe->signaller);
  server = raw_listener_accept (listener);
  raw_peer_expect_request (server);
  event_log_close (probe->log);
  since = g_get_monotonic_time ();
  g_clear_object (&probe->signaller);
  g_assert_cmpint (g_get_monotonic_time () - since, <, test_time_scale (1000) * G_TIME_SPAN_MILLISECOND);
}

static void
test_drop_reconnecting (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autoptr (SignallerProbe) probe = signaller_probe_new ("signaller", raw_listener_get_port (listener));
  g_autoptr (ProtocolPeer) server = NULL;

  gst_signaller_start (probe->signaller);
  server = protocol_peer_serve (listener, "me");
  event_log_expect (probe->log, "state connected");
  g_clear_pointer (&listener, raw_listener_free);
  raw_peer_reset (server->raw);
  event_log_expect (probe->log, "reconnecting 1 *");
  g_clear_object (&probe->signaller);
  event_log_close (probe->log);
}

static void
test_cycles (gconstpointer unused)
{
  g_autoptr (ServerProbe) server = server_probe_run ();

  for (guint i = 0; i < 200; i++) {
    g_autoptr (SignallerProbe) probe = signaller_probe_new ("signaller", server_probe_get_port (server));

    signaller_probe_connect (probe);
  }
  g_assert_cmpuint (event_log_count (server->log, "client-added *"), ==, 200);
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
add_moments (const gchar *what, void (*func) (gconstpointer data))
{
  for (guint i = 0; i < G_N_ELEMENTS (moments); i++) {
    g_autofree gchar *event = g_strdelimit (g_strdup (moments[i].event), " *", 0x2d);
    g_autofree gchar *path = g_strdup_printf ("/websocket-signaller/life/%s/%u-%s", what, i, event);
    Case *test = g_new0 (Case, 1);

    *test = (Case){ what, func, &moments[i] };
    g_test_add_data_func_full (path, test, (GTestDataFunc) run_case, g_free);
  }
}

int
main (int argc, char **argv)
{
  static const Case cases[] = {
    { "/websocket-signaller/life/start-in-closed", test_start_in_closed },
    { "/websocket-signaller/life/concurrent-stop", test_concurrent_stop },
    { "/websocket-signaller/life/stop-meets-end", test_stop_meets_end },
    { "/websocket-signaller/life/concurrent-start-and-stop", test_concurrent_start_and_stop },
    { "/websocket-signaller/life/stop-with-blocked-handler", test_stop_with_blocked_handler },
    { "/websocket-signaller/life/drop/open", test_drop_open },
    { "/websocket-signaller/life/drop/connecting", test_drop_connecting },
    { "/websocket-signaller/life/drop/reconnecting", test_drop_reconnecting },
    { "/websocket-signaller/life/cycles", test_cycles },
  };

  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  test_start_in_closed (NULL);
  test_baseline_take (&baseline);
  add_moments ("stop-in-handler", test_stop_in_handler);
  add_moments ("restart-in-handler", test_restart_in_handler);
  add_moments ("drop-in-handler", test_drop_in_handler);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add_data_func (cases[i].path, &cases[i], run_case);
  return g_test_run ();
}

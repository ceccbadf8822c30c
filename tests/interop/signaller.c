/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The WebSocket signaller against a server that is a program of its own, ours or another:
 *
 *   interop-signaller [--like-ours] COMMAND [ARGUMENT...]
 *
 * --like-ours: the server speaks version 1.1, and answers and sends Close frames as RFC 6455 asks for. */
#include <gst/signalling/signalling.h>
#include <signal.h>
#include <string.h>
#include <tests/common/load/load-clock.h>
#include <tests/common/load/load-crowd.h>
#include <tests/common/load/load-text.h>
#include <tests/common/log-guard.h>
#include <tests/common/server-process.h>
#include <tests/common/watchdog.h>
#include <tests/interop/actor.h>

static const gchar *const *server_command;
static gboolean like_ours;

typedef struct
{
  TestServerProcess *server;
  const gchar *url;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  test_watchdog_start (g_test_get_path (), 60);
  fixture->server = test_server_process_new (server_command);
  test_server_process_start (fixture->server);
  fixture->url = test_server_process_get_url (fixture->server);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  test_server_process_free (fixture->server);
  test_watchdog_stop ();
}

static Actor *
new_producer (Fixture *fixture)
{
  return actor_new ("producer", fixture->url, "role", GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER, NULL);
}

static Actor *
new_listener (Fixture *fixture)
{
  return actor_new ("listener", fixture->url, "role", GST_WEB_SOCKET_SIGNALLER_ROLE_LISTENER, NULL);
}

/* The producer of its own accord: there is nobody but a producer to be the first. */
static Actor *
new_consumer (Fixture *fixture)
{
  return actor_new ("consumer", fixture->url, "connect-to-first-producer", TRUE, NULL);
}

static GstWebRTCSessionDescription *
new_description (GstWebRTCSDPType type, const gchar *name)
{
  GstSDPMessage *sdp = NULL;

  gst_sdp_message_new (&sdp);
  gst_sdp_message_set_version (sdp, "0");
  gst_sdp_message_set_origin (sdp, "-", "1", "1", "IN", "IP4", "127.0.0.1");
  gst_sdp_message_set_session_name (sdp, name);
  return gst_webrtc_session_description_new (type, sdp);
}

static void
send_description (Actor *from, const gchar *session, GstWebRTCSDPType type, const gchar *name)
{
  g_autoptr (GstWebRTCSessionDescription) description = new_description (type, name);

  g_assert_true (gst_signaller_send_session_description (from->signaller, session, description));
}

/* What was told, with everything in it in the place it belongs to. */
static void
assert_told (Actor *actor, guint count, const gchar *kind, const gchar *session, const gchar *rest)
{
  g_autofree gchar *line = g_strdup_printf ("%s %s%s", kind, session, rest);

  actor_await (actor, count, line);
}

static void
negotiate (Actor *producer, Actor *consumer, const gchar *session)
{
  send_description (producer, session, GST_WEBRTC_SDP_TYPE_OFFER, "the-offer");
  assert_told (consumer, 1, "session-description", session, " offer the-offer");
  send_description (consumer, session, GST_WEBRTC_SDP_TYPE_ANSWER, "the-answer");
  assert_told (producer, 1, "session-description", session, " answer the-answer");
  for (guint line = 0; line < 20; line++) {
    g_assert_true (gst_signaller_send_ice (producer->signaller, session, "candidate:1", line, NULL));
    g_assert_true (gst_signaller_send_ice (consumer->signaller, session, "candidate:2", line, NULL));
  }
  assert_told (consumer, 1, "handle-ice", session, " 19 candidate:1");
  assert_told (producer, 1, "handle-ice", session, " 19 candidate:2");
}

/* The session both are told of. */
static gchar *
meet (Actor *producer, Actor *consumer, guint number)
{
  g_autofree gchar *started = actor_wait (consumer, number, "session-started ");
  g_autofree gchar *requested = actor_wait (producer, number, "session-requested ");
  g_autofree gchar *producer_id = actor_dup_id (producer);
  g_autofree gchar *consumer_id = actor_dup_id (consumer);
  g_auto (GStrv) at_consumer = g_strsplit (started, " ", -1);
  g_auto (GStrv) at_producer = g_strsplit (requested, " ", -1);

  g_assert_cmpstr (at_consumer[0], ==, at_producer[0]);
  g_assert_cmpstr (at_consumer[1], ==, producer_id);
  g_assert_cmpstr (at_producer[1], ==, consumer_id);
  return g_strdup (at_consumer[0]);
}

static void
test_consumer_of_id (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Actor) other = new_producer (fixture);
  g_autoptr (Actor) producer = new_producer (fixture);
  g_autofree gchar *other_id = actor_dup_id (other);
  g_autofree gchar *id = actor_dup_id (producer);
  g_autoptr (Actor) listener = new_listener (fixture);
  g_autoptr (Actor) consumer = NULL;
  g_autofree gchar *session = NULL;

  assert_told (listener, 1, "producer-added", id, "");
  consumer = actor_new ("consumer", fixture->url, "producer-peer-id", id, NULL);
  session = meet (producer, consumer, 1);
  negotiate (producer, consumer, session);
  g_assert_cmpuint (actor_count (other, "session-requested"), ==, 0);
}

static void
test_consumer_of_first (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Actor) consumer = new_consumer (fixture);
  g_autofree gchar *consumer_id = actor_dup_id (consumer);
  g_autoptr (Actor) producer = new_producer (fixture);
  g_autofree gchar *session = meet (producer, consumer, 1);

  negotiate (producer, consumer, session);
}

static void
test_listener (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Actor) early = new_producer (fixture);
  g_autofree gchar *early_id = actor_dup_id (early);
  g_autoptr (Actor) listener = new_listener (fixture);
  g_autoptr (Actor) late = NULL;
  g_autofree gchar *late_id = NULL;

  assert_told (listener, 1, "producer-added", early_id, " producer");
  late = new_producer (fixture);
  late_id = actor_dup_id (late);
  assert_told (listener, 1, "producer-added", late_id, " producer");
  g_clear_pointer (&early, actor_free);
  assert_told (listener, 1, "producer-removed", early_id, "");
  g_assert_cmpuint (actor_count (listener, "producer-removed"), ==, 1);
}

/* A producer that calls: nobody of ours does that, so it is a peer of the load generator. */
static void
on_caller_message (LoadPeer *peer, const char *text, gsize length, gpointer user_data)
{
  if (load_text_has_type (text, length, "startSession"))
    load_text_get_string (text, length, "sessionId", user_data, 64);
}

static gboolean
has_session (gpointer session)
{
  return *(const char *) session != '\0';
}

static void
test_passive_consumer (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LoadLoop) loop = load_loop_new (&error);
  g_autoptr (LoadTarget) target = load_target_new (fixture->url, 1, &error);
  g_autoptr (LoadCrowd) caller = load_crowd_new (loop, target, 1);
  g_autoptr (Actor) consumer = actor_new ("consumer", fixture->url, "reconnect-timeout", 0, NULL);
  g_autofree gchar *id = actor_dup_id (consumer);
  gint64 deadline = load_clock_now () + 20 * LOAD_NS_PER_S;
  char session[64] = "";

  g_assert_true (load_crowd_connect (caller, 1, deadline, &error));
  load_crowd_set_handler (caller, on_caller_message, session);
  /* Its status may still be on the way: what it is asked for comes until it is there. */
  while (!has_session (session)) {
    load_peer_printf (&caller->peers[0], "{\"type\":\"startSession\",\"peerId\":\"%s\"}", id);
    g_assert_true (load_crowd_settle (caller, deadline, &error));
  }
  assert_told (consumer, 1, "session-started", session, "");
  load_peer_printf (&caller->peers[0],
      "{\"type\":\"peer\",\"sessionId\":\"%s\",\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\\r\\no=- 1 1 IN IP4 "
      "127.0.0.1\\r\\ns=called\\r\\nt=0 0\\r\\n\"}}",
      session);
  load_loop_flush (loop);
  assert_told (consumer, 1, "session-description", session, " offer called");
}

static void
check_end (Fixture *fixture, gboolean by_producer, const gchar *why)
{
  g_autoptr (Actor) producer = new_producer (fixture);
  g_autofree gchar *id = actor_dup_id (producer);
  g_autoptr (Actor) consumer = new_consumer (fixture);
  g_autofree gchar *session = meet (producer, consumer, 1);
  Actor *one = by_producer ? producer : consumer;
  Actor *other = by_producer ? consumer : producer;
  g_autofree gchar *space_and_why = g_strdup_printf (" %s", why);

  negotiate (producer, consumer, session);
  g_assert_true (why ? gst_signaller_end_session_with_error (one->signaller, session, why)
                     : gst_signaller_end_session (one->signaller, session));
  if (why && like_ours)
    assert_told (other, 1, "session-ended-with-error", session, space_and_why);
  else
    assert_told (other, 1, "session-ended", session, "");
  /* The other's own end comes after all there was to be told. */
  g_assert_true (gst_signaller_stop (other->signaller));
  g_assert_cmpuint (actor_count (other, "session-ended"), ==, 1);
  g_assert_cmpuint (actor_count (one, "session-ended"), ==, 0);
}

static void
test_consumer_ends (Fixture *fixture, gconstpointer data)
{
  check_end (fixture, FALSE, NULL);
}

static void
test_producer_ends (Fixture *fixture, gconstpointer data)
{
  check_end (fixture, TRUE, NULL);
}

static void
test_ends_with_error (Fixture *fixture, gconstpointer data)
{
  check_end (fixture, FALSE, "the decoder broke");
  check_end (fixture, TRUE, "the encoder broke");
}

static void
test_leaving (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Actor) producer = new_producer (fixture);
  g_autoptr (Actor) consumer = new_consumer (fixture);
  g_autofree gchar *first = meet (producer, consumer, 1);
  g_autofree gchar *second = NULL;
  g_autoptr (Actor) another = NULL;

  g_clear_pointer (&consumer, actor_free);
  assert_told (producer, 1, "session-ended", first, "");
  another = new_consumer (fixture);
  second = actor_wait (another, 1, "session-started ");
  g_clear_pointer (&producer, actor_free);
  actor_await (another, 1, "session-ended ");
  g_assert_cmpuint (actor_count (another, "error"), ==, 0);
}

/* Our own end is never a failure, whether the server answers it or not. */
static void
test_stop (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Actor) producer = new_producer (fixture);
  g_autofree gchar *id = actor_dup_id (producer);
  gint64 start = g_get_monotonic_time ();

  g_assert_true (gst_signaller_stop (producer->signaller));
  g_assert_cmpint (g_get_monotonic_time () - start, <, 6 * G_TIME_SPAN_SECOND);
  actor_await (producer, 1,
      like_ours ? "connection-closed local stays-away answered 1000" : "connection-closed local stays-away");
  g_assert_cmpuint (actor_count (producer, "error"), ==, 0);
}

static void
check_return (Fixture *fixture, gint signal_number, const gchar *closed)
{
  g_autoptr (Actor) producer = new_producer (fixture);
  g_autofree gchar *id = actor_dup_id (producer);
  g_autoptr (Actor) consumer = new_consumer (fixture);
  g_autofree gchar *session = meet (producer, consumer, 1);
  g_autofree gchar *new_id = NULL;
  g_autoptr (Actor) newcomer = NULL;
  gint status = test_server_process_stop (fixture->server, signal_number);

  if (like_ours && signal_number == SIGTERM)
    g_assert_cmpint (status, ==, 0);
  actor_await (producer, 1, closed);
  actor_await (consumer, 1, closed);
  test_server_process_start (fixture->server);
  new_id = actor_wait (producer, 2, "client-id ");
  g_assert_cmpstr (new_id, !=, id);
  actor_await (consumer, 2, "client-id ");
  newcomer = actor_new ("newcomer", fixture->url, "producer-peer-id", new_id, NULL);
  actor_await (newcomer, 1, "session-started ");
  actor_await (producer, 2, "session-requested ");
  /* Media goes on without the server: nobody ended the session, and nobody asks for another one. */
  g_assert_cmpuint (actor_count (consumer, "session-started"), ==, 1);
  g_assert_cmpuint (actor_count (consumer, "session-ended"), ==, 0);
  g_assert_cmpuint (actor_count (producer, "session-ended"), ==, 0);
  g_assert_cmpuint (actor_count (producer, "error"), ==, 0);
}

static void
test_server_killed (Fixture *fixture, gconstpointer data)
{
  check_return (fixture, SIGKILL, "connection-closed transport returns unanswered 0");
}

static void
test_server_restarted (Fixture *fixture, gconstpointer data)
{
  check_return (fixture, SIGTERM,
      like_ours ? "connection-closed clean returns answered 1001" : "connection-closed transport returns");
}

static void
test_server_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Actor) stays = actor_new ("stays away", fixture->url, "reconnect-timeout", 0, NULL);
  g_autoptr (Actor) tries = actor_new ("gives up", fixture->url, "reconnect-timeout", 1, NULL);
  g_autofree gchar *stays_id = actor_dup_id (stays);
  g_autofree gchar *tries_id = actor_dup_id (tries);
  GstSignallerConnectionState state;

  (void) test_server_process_stop (fixture->server, SIGKILL);
  actor_await (stays, 1, "connection-closed transport stays-away");
  actor_await (stays, 1, "error ");
  actor_await (tries, 1, "error ");
  g_assert_cmpuint (actor_count (stays, "error "), ==, 1);
  g_assert_cmpuint (actor_count (tries, "error "), ==, 1);
  g_object_get (tries->signaller, "connection-state", &state, NULL);
  g_assert_cmpint (state, ==, GST_SIGNALLER_CONNECTION_STATE_FAILED);
}

static void
add_case (const gchar *path, void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int argc, char **argv)
{
  gint first;

  g_test_init (&argc, &argv, NULL);
  gst_init (NULL, NULL);
  test_log_guard_start ();
  like_ours = argc > 1 && strcmp (argv[1], "--like-ours") == 0;
  first = like_ours ? 2 : 1;
  if (argc <= first) {
    g_printerr ("Usage: %s [--like-ours] COMMAND [ARGUMENT...]\n", argv[0]);
    return 2;
  }
  server_command = (const gchar *const *) argv + first;
  add_case ("/interop/consumer-of-id", test_consumer_of_id);
  add_case ("/interop/consumer-of-first", test_consumer_of_first);
  add_case ("/interop/passive-consumer", test_passive_consumer);
  add_case ("/interop/listener", test_listener);
  add_case ("/interop/consumer-ends", test_consumer_ends);
  add_case ("/interop/producer-ends", test_producer_ends);
  add_case ("/interop/ends-with-error", test_ends_with_error);
  add_case ("/interop/leaving", test_leaving);
  add_case ("/interop/stop", test_stop);
  add_case ("/interop/server-killed", test_server_killed);
  add_case ("/interop/server-restarted", test_server_restarted);
  add_case ("/interop/server-gone", test_server_gone);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the router promises its caller, and a conversation of router.rules cannot show: what things cost, which
 * objects are handed on, what a callback may not do; and when two texts of meta are equal. */
#include <gst/signalling/server/meta-private.h>
#include <gst/signalling/server/router-private.h>

#include <string.h>

#include <tests/common/log-guard.h>
#include <tests/common/watchdog.h>

#define N_PEERS 10000

typedef struct
{
  guint delivered;
  GstSignallingMessage *last;
  gboolean same; /* everything delivered since the count began was one object */
  guint started;
  guint ended;
  guint statuses;
  gchar *session_id;
  GstSignallingRouter *router; /* for a callback that does what it may not */
  GstSignallingRouterPeer *peer;
} Counter;

static void
on_deliver (gpointer peer_data, GstSignallingMessage *message, gpointer user_data)
{
  Counter *counter = user_data;

  counter->same = counter->delivered == 0 || (counter->same && counter->last == message);
  counter->delivered++;
  g_clear_pointer (&counter->last, gst_signalling_message_unref);
  counter->last = gst_signalling_message_ref (message);
}

static void
on_session_started (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id, gpointer user_data)
{
  Counter *counter = user_data;

  counter->started++;
  g_free (counter->session_id);
  counter->session_id = g_strdup (session_id);
}

static void
on_session_ended (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id,
    GstSignallingSessionEnd why, const gchar *error_text, gpointer user_data)
{
  Counter *counter = user_data;

  counter->ended++;
}

static void
on_status_changed (const gchar *peer_id, GstSignallingRoles roles, const gchar *meta, gpointer user_data)
{
  Counter *counter = user_data;

  counter->statuses++;
}

static const GstSignallingRouterCallbacks callbacks = {
  .deliver = on_deliver,
  .session_started = on_session_started,
  .session_ended = on_session_ended,
  .status_changed = on_status_changed,
};

static void
counter_clear (Counter *counter)
{
  g_clear_pointer (&counter->last, gst_signalling_message_unref);
  g_clear_pointer (&counter->session_id, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Counter, counter_clear)

static void
count_from_here (Counter *counter)
{
  counter->delivered = 0;
  counter->started = 0;
  counter->ended = 0;
  counter->statuses = 0;
}

static void
set_status (GstSignallingRouter *router, GstSignallingRouterPeer *peer, GstSignallingRoles roles, const gchar *meta)
{
  g_autoptr (GstSignallingMessage) message = gst_signalling_message_new_set_peer_status (roles, meta, NULL);

  g_assert_true (gst_signalling_router_handle (router, peer, message));
}

static void
start_session (GstSignallingRouter *router, GstSignallingRouterPeer *consumer, GstSignallingRouterPeer *producer)
{
  g_autoptr (GstSignallingMessage) message =
      gst_signalling_message_new_start_session (gst_signalling_router_peer_get_id (producer), NULL, NULL);

  g_assert_true (gst_signalling_router_handle (router, consumer, message));
}

static void
test_ids_are_never_used_again (void)
{
  g_auto (Counter) counter = { 0 };
  g_autoptr (GstSignallingRouter) router = gst_signalling_router_new (NULL, &callbacks, &counter);
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < N_PEERS; i++) {
    GstSignallingRouterPeer *peer = gst_signalling_router_add_peer (router, NULL);
    const gchar *id = gst_signalling_router_peer_get_id (peer);

    g_assert_true (g_uuid_string_is_valid (id));
    g_assert_true (id[14] == '4'); /* RFC 4122, 4.1.3: a random one */
    g_assert_true (g_hash_table_add (ids, g_strdup (id)));
    if (i % 2)
      gst_signalling_router_remove_peer (router, peer);
  }
  g_assert_cmpuint (counter.delivered, ==, N_PEERS);
  g_assert_cmpuint (gst_signalling_router_get_n_peers (router), ==, N_PEERS / 2);
}

/* Thousands of connections: only those that listen are called, and all get one object, which is written once. */
static void
test_a_status_costs_its_listeners (gconstpointer data)
{
  guint n_listeners = GPOINTER_TO_UINT (data);
  g_auto (Counter) counter = { 0 };
  g_autoptr (GstSignallingRouter) router = gst_signalling_router_new (NULL, &callbacks, &counter);
  GstSignallingRouterPeer *producer = gst_signalling_router_add_peer (router, NULL);

  for (guint i = 0; i < N_PEERS; i++) {
    GstSignallingRouterPeer *peer = gst_signalling_router_add_peer (router, NULL);

    if (i < n_listeners)
      set_status (router, peer, GST_SIGNALLING_ROLE_LISTENER, NULL);
  }
  count_from_here (&counter);
  set_status (router, producer, GST_SIGNALLING_ROLE_PRODUCER, "{\"n\": 1}");
  g_assert_cmpuint (counter.delivered, ==, n_listeners);
  g_assert_cmpuint (counter.statuses, ==, 1);
  g_assert_true (n_listeners == 0 || counter.same);
  set_status (router, producer, GST_SIGNALLING_ROLE_PRODUCER, "{\"n\":1}");
  g_assert_cmpuint (counter.delivered, ==, n_listeners);
  g_assert_cmpuint (counter.statuses, ==, 1);

  count_from_here (&counter);
  gst_signalling_router_remove_peer (router, producer);
  g_assert_cmpuint (counter.delivered, ==, n_listeners);
  g_assert_cmpuint (counter.statuses, ==, 0);
  g_assert_true (n_listeners == 0 || counter.same);
}

static void
test_a_list_is_made_once (void)
{
  g_auto (Counter) counter = { 0 };
  g_autoptr (GstSignallingRouter) router = gst_signalling_router_new (NULL, &callbacks, &counter);
  g_autoptr (GstSignallingMessage) question = gst_signalling_message_new_list ();
  g_autoptr (GstSignallingMessage) first = NULL;
  GstSignallingRouterPeer *peer = NULL;

  for (guint i = 0; i < 100; i++) {
    peer = gst_signalling_router_add_peer (router, NULL);
    set_status (router, peer, GST_SIGNALLING_ROLE_PRODUCER, NULL);
  }
  count_from_here (&counter);
  for (guint i = 0; i < 100; i++)
    g_assert_true (gst_signalling_router_handle (router, peer, question));
  g_assert_cmpuint (counter.delivered, ==, 100);
  g_assert_true (counter.same);
  g_assert_cmpuint (gst_signalling_message_get_n_peers (counter.last), ==, 100);

  /* The one that was handed out stays as it was. */
  first = gst_signalling_message_ref (counter.last);
  gst_signalling_router_remove_peer (router, peer);
  peer = gst_signalling_router_add_peer (router, NULL);
  g_assert_true (gst_signalling_router_handle (router, peer, question));
  g_assert_cmpuint (gst_signalling_message_get_n_peers (counter.last), ==, 99);
  g_assert_cmpuint (gst_signalling_message_get_n_peers (first), ==, 100);
}

/* What is relayed is the object that came in, whatever its size. */
static void
test_a_relay_hands_on_the_message (void)
{
  g_auto (Counter) counter = { 0 };
  g_autoptr (GstSignallingRouter) router = gst_signalling_router_new (NULL, &callbacks, &counter);
  GstSignallingRouterPeer *producer = gst_signalling_router_add_peer (router, NULL);
  GstSignallingRouterPeer *consumer = gst_signalling_router_add_peer (router, NULL);
  g_autofree gchar *sdp = g_strnfill (300 * 1024UL, 'x');
  g_autoptr (GstSignallingMessage) offer = NULL;

  set_status (router, producer, GST_SIGNALLING_ROLE_PRODUCER, NULL);
  start_session (router, consumer, producer);
  offer = gst_signalling_message_new_peer_sdp (counter.session_id, "offer", sdp);
  count_from_here (&counter);
  g_assert_true (gst_signalling_router_handle (router, producer, offer));
  g_assert_cmpuint (counter.delivered, ==, 1);
  g_assert_true (counter.last == offer);
}

static void
test_a_crowd_leaves_one_by_one (void)
{
  g_auto (Counter) counter = { 0 };
  g_autoptr (GstSignallingRouter) router = gst_signalling_router_new (NULL, &callbacks, &counter);
  GstSignallingRouterPeer *producer = gst_signalling_router_add_peer (router, NULL);
  g_autofree GstSignallingRouterPeer **viewers = g_new0 (GstSignallingRouterPeer *, N_PEERS);

  set_status (router, producer, GST_SIGNALLING_ROLE_PRODUCER, NULL);
  for (guint i = 0; i < N_PEERS; i++) {
    viewers[i] = gst_signalling_router_add_peer (router, NULL);
    start_session (router, viewers[i], producer);
  }
  g_assert_cmpuint (gst_signalling_router_get_n_sessions (router), ==, N_PEERS);
  g_assert_cmpuint (gst_signalling_router_peer_get_n_sessions (producer), ==, N_PEERS);
  g_assert_cmpuint (gst_signalling_router_peer_get_roles (producer), ==, GST_SIGNALLING_ROLE_PRODUCER);

  count_from_here (&counter);
  for (guint i = 0; i < N_PEERS / 2; i++)
    gst_signalling_router_remove_peer (router, viewers[i]);
  g_assert_cmpuint (counter.delivered, ==, N_PEERS / 2);
  gst_signalling_router_remove_peer (router, producer);
  g_assert_cmpuint (counter.delivered, ==, N_PEERS);
  g_assert_cmpuint (counter.ended, ==, N_PEERS);
  g_assert_cmpuint (gst_signalling_router_get_n_sessions (router), ==, 0);
  g_assert_cmpuint (gst_signalling_router_get_n_peers (router), ==, N_PEERS / 2);
}

static void
test_freed_with_everything_in_it (void)
{
  g_auto (Counter) counter = { 0 };
  GstSignallingRouter *router = gst_signalling_router_new (NULL, &callbacks, &counter);
  GstSignallingRouterPeer *producer = gst_signalling_router_add_peer (router, NULL);
  GstSignallingRouterPeer *consumer = gst_signalling_router_add_peer (router, NULL);
  g_autoptr (GstSignallingMessage) question = gst_signalling_message_new_list ();

  set_status (router, producer, GST_SIGNALLING_ROLE_PRODUCER | GST_SIGNALLING_ROLE_LISTENER, "\"meta\"");
  start_session (router, consumer, producer);
  g_assert_true (gst_signalling_router_handle (router, consumer, question));
  count_from_here (&counter);
  gst_signalling_router_free (router);
  g_assert_cmpuint (counter.delivered + counter.ended, ==, 0);
}

/* The parser lets none of these through; whoever hands them in all the same is refused. */
static void
test_words_of_the_server_are_refused (void)
{
  g_auto (Counter) counter = { 0 };
  g_autoptr (GstSignallingRouter) router = gst_signalling_router_new (NULL, &callbacks, &counter);
  GstSignallingRouterPeer *peer = gst_signalling_router_add_peer (router, NULL);
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_signalling_message_unref);

  g_ptr_array_add (words, gst_signalling_message_new_welcome ("x"));
  g_ptr_array_add (words, gst_signalling_message_new_peer_status_changed (0, NULL, "x", NULL));
  g_ptr_array_add (words, gst_signalling_message_new_session_started ("x", "y"));
  g_ptr_array_add (words, gst_signalling_message_new_producers ());
  g_ptr_array_add (words, gst_signalling_message_new_consumers ());
  g_ptr_array_add (words, gst_signalling_message_new_error ("x"));
  for (guint i = 0; i < words->len; i++) {
    count_from_here (&counter);
    g_assert_false (gst_signalling_router_handle (router, peer, words->pdata[i]));
    g_assert_cmpuint (counter.delivered, ==, 1);
    g_assert_cmpint (gst_signalling_message_get_message_type (counter.last), ==, GST_SIGNALLING_MESSAGE_ERROR);
  }
}

static void
test_an_unreadable_text_is_answered (void)
{
  g_auto (Counter) counter = { 0 };
  g_autoptr (GstSignallingRouter) router = gst_signalling_router_new (NULL, &callbacks, &counter);
  GstSignallingRouterPeer *peer = gst_signalling_router_add_peer (router, NULL);
  g_autoptr (GError) error =
      g_error_new (GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_INVALID_MESSAGE, "\"type\" is missing");

  gst_signalling_router_refuse (router, peer, error);
  g_assert_cmpuint (counter.delivered, ==, 2);
  g_assert_cmpstr (gst_signalling_message_get_error_text (counter.last), ==, "\"type\" is missing");
}

static void
misbehave (gpointer peer_data, GstSignallingMessage *message, gpointer user_data)
{
  Counter *counter = user_data;

  if (counter->router)
    gst_signalling_router_remove_peer (counter->router, counter->peer);
}

static void
test_callbacks_stay_out_subprocess (void)
{
  static const GstSignallingRouterCallbacks bad = { .deliver = misbehave };
  g_auto (Counter) counter = { 0 };
  g_autoptr (GstSignallingRouter) router = gst_signalling_router_new (NULL, &bad, &counter);
  GstSignallingRouterPeer *peer = gst_signalling_router_add_peer (router, NULL);
  g_autoptr (GstSignallingMessage) question = gst_signalling_message_new_list ();

  test_log_guard_stop ();
  counter.router = router;
  counter.peer = peer;
  gst_signalling_router_handle (router, peer, question);
}

static void
test_callbacks_stay_out (void)
{
  g_test_trap_subprocess ("/router/promises/callbacks-stay-out/subprocess", 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*gst_signalling_router_remove_peer*calling_out == 0*");
}

typedef struct
{
  const gchar *name;
  const gchar *a;
  const gchar *b;
  gboolean equal;
} MetaCase;

static const MetaCase meta_cases[] = {
  { "null-is-absence", NULL, NULL, TRUE },
  { "something-is-not-null", NULL, "{}", FALSE },
  { "the-same", "[1]", "[1]", TRUE },
  { "white-space", "[1,2]", " [ 1 ,\n\t2\r] ", TRUE },
  { "white-space-in-strings", "\"a b\"", "\"ab\"", FALSE },
  { "member-order", "{\"a\":1,\"b\":{\"c\":2,\"d\":[]}}", "{\"b\":{\"d\":[],\"c\":2},\"a\":1}", TRUE },
  { "element-order", "[1,2]", "[2,1]", FALSE },
  { "one-member-more", "{\"a\":1}", "{\"a\":1,\"b\":1}", FALSE },
  { "another-name", "{\"a\":1}", "{\"b\":1}", FALSE },
  { "values-swapped", "{\"a\":1,\"b\":2}", "{\"a\":2,\"b\":1}", FALSE },
  { "escapes", "\"A/\\n\\u00e9\"", "\"\\u0041\\/\\u000A\xc3\xa9\"", TRUE },
  { "escaped-names", "{\"\\u0061\":1}", "{\"a\":1}", TRUE },
  { "surrogates", "\"\\ud83d\\ude00\"", "\"\xf0\x9f\x98\x80\"", TRUE },
  { "nul", "\"a\\u0000b\"", "\"a\\u0000c\"", FALSE },
  { "nul-is-a-character", "\"a\\u0000\"", "\"a\"", FALSE },
  { "a-backslash-is-no-escape", "\"\\\\u0041\"", "\"\\u0041\"", FALSE },
  { "above-2-to-the-53", "9007199254740993", "9007199254740992", FALSE },
  { "64-bits-unsigned", "18446744073709551615", "-1", FALSE },
  { "beyond-64-bits", "18446744073709551616", "18446744073709551617", FALSE },
  { "a-number-is-no-string", "1", "\"1\"", FALSE },
  { "a-string-that-looks-like-structure", "[\"a\",\"b\"]", "[\"a,1:b\"]", FALSE },
  { "nested-arrays", "[[],[1]]", "[[1],[]]", FALSE },
  { "array-borders", "[[1],2]", "[[1,2]]", FALSE },
  { "empty-object-and-array", "{}", "[]", FALSE },
  { "words", "[true,false,null]", "[true,null,false]", FALSE },
};

static void
test_meta (gconstpointer data)
{
  const MetaCase *meta = data;

  g_assert_cmpint (gst_signalling_meta_equal (meta->a, meta->b), ==, meta->equal);
  g_assert_cmpint (gst_signalling_meta_equal (meta->b, meta->a), ==, meta->equal);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_guard_start ();
  test_watchdog_start ("router_promises", 50);
  g_test_add_func ("/router/promises/ids-are-never-used-again", test_ids_are_never_used_again);
  g_test_add_data_func (
      "/router/promises/a-status-costs-its-listeners/0", GUINT_TO_POINTER (0), test_a_status_costs_its_listeners);
  g_test_add_data_func (
      "/router/promises/a-status-costs-its-listeners/1", GUINT_TO_POINTER (1), test_a_status_costs_its_listeners);
  g_test_add_data_func (
      "/router/promises/a-status-costs-its-listeners/5", GUINT_TO_POINTER (5), test_a_status_costs_its_listeners);
  g_test_add_func ("/router/promises/a-list-is-made-once", test_a_list_is_made_once);
  g_test_add_func ("/router/promises/a-relay-hands-on-the-message", test_a_relay_hands_on_the_message);
  g_test_add_func ("/router/promises/a-crowd-leaves-one-by-one", test_a_crowd_leaves_one_by_one);
  g_test_add_func ("/router/promises/freed-with-everything-in-it", test_freed_with_everything_in_it);
  g_test_add_func ("/router/promises/words-of-the-server-are-refused", test_words_of_the_server_are_refused);
  g_test_add_func ("/router/promises/an-unreadable-text-is-answered", test_an_unreadable_text_is_answered);
  g_test_add_func ("/router/promises/callbacks-stay-out", test_callbacks_stay_out);
  g_test_add_func ("/router/promises/callbacks-stay-out/subprocess", test_callbacks_stay_out_subprocess);
  for (guint i = 0; i < G_N_ELEMENTS (meta_cases); i++) {
    g_autofree gchar *path = g_strdup_printf ("/router/meta/%s", meta_cases[i].name);

    g_test_add_data_func (path, &meta_cases[i], test_meta);
  }
  return g_test_run ();
}

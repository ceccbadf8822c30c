/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Negative controls: what libsoup does by itself in the rows of docs/closing-handshake.md that the channel works
 * around. A failure here is good news: libsoup was repaired, and the work-around it names can be reconsidered. */

#include <libsoup/soup.h>
#include <string.h>

#include <tests/common/log-guard.h>
#include <tests/common/raw-peer.h>
#include <tests/common/test-certificates.h>
#include <tests/common/test-time.h>
#include <tests/common/watchdog.h>

#define BACKLOG_MESSAGES 100
#define BACKLOG_SIZE 65536
/* libsoup's close timer: 5 s, counted in whole seconds. Longer than that nothing of its own happens any more. */
#define BEYOND_CLOSE_TIMER 7000

/* libsoup alone, on a thread of its own. Everything but the counters belongs to that thread. */
typedef struct
{
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  SoupSession *session;
  SoupServer *server;
  SoupWebsocketConnection *connection;

  GMutex lock; /* guards what follows */
  GCond changed;
  gboolean open;
  guint port;
  guint n_answers;
  guint n_closed;
  guint n_errors;
  guint code; /* at `closed` */
} Bare;

typedef struct
{
  Bare *bare;
  void (*func) (Bare *bare, gconstpointer data);
  gconstpointer data;
  gboolean done;
} Call;

static gpointer
run_loop (gpointer data)
{
  Bare *bare = data;

  g_main_context_push_thread_default (bare->context);
  g_main_loop_run (bare->loop);
  g_main_context_pop_thread_default (bare->context);
  return NULL;
}

static gboolean
run_call (gpointer data)
{
  Call *call = data;

  call->func (call->bare, call->data);
  g_mutex_lock (&call->bare->lock);
  call->done = TRUE;
  g_cond_broadcast (&call->bare->changed);
  g_mutex_unlock (&call->bare->lock);
  return G_SOURCE_REMOVE;
}

/* Runs @func on libsoup's thread and waits for it. */
static void
bare_call (Bare *bare, void (*func) (Bare *, gconstpointer), gconstpointer data)
{
  Call call = { bare, func, data, FALSE };

  g_main_context_invoke (bare->context, run_call, &call);
  g_mutex_lock (&bare->lock);
  while (!call.done)
    g_cond_wait (&bare->changed, &bare->lock);
  g_mutex_unlock (&bare->lock);
}

static gboolean
bare_wait (Bare *bare, const guint *counter, guint milliseconds)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&bare->lock);
  gint64 deadline = test_time_deadline (milliseconds);

  while (*counter == 0) {
    if (!g_cond_wait_until (&bare->changed, &bare->lock, deadline))
      return FALSE;
  }
  return TRUE;
}

static void
count (Bare *bare, guint *counter)
{
  g_mutex_lock (&bare->lock);
  (*counter)++;
  g_cond_broadcast (&bare->changed);
  g_mutex_unlock (&bare->lock);
}

static void
on_error (SoupWebsocketConnection *connection, GError *error, Bare *bare)
{
  count (bare, &bare->n_errors);
}

/* After our own close this is how the peer's Close shows. */
static void
on_state (SoupWebsocketConnection *connection, GParamSpec *pspec, Bare *bare)
{
  if (soup_websocket_connection_get_close_code (connection) != 0)
    count (bare, &bare->n_answers);
}

static void
on_closed (SoupWebsocketConnection *connection, Bare *bare)
{
  bare->code = soup_websocket_connection_get_close_code (connection);
  count (bare, &bare->n_closed);
}

static void
take_connection (Bare *bare, SoupWebsocketConnection *connection)
{
  bare->connection = g_object_ref (connection);
  g_signal_connect (connection, "error", G_CALLBACK (on_error), bare);
  g_signal_connect (connection, "notify::state", G_CALLBACK (on_state), bare);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), bare);
  g_mutex_lock (&bare->lock);
  bare->open = TRUE;
  g_cond_broadcast (&bare->changed);
  g_mutex_unlock (&bare->lock);
}

static void
on_connected (GObject *session, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) connection =
      soup_session_websocket_connect_finish (SOUP_SESSION (session), result, &error);

  g_assert_no_error (error);
  take_connection (user_data, connection);
}

static void
start_client (Bare *bare, gconstpointer uri)
{
  g_autoptr (SoupMessage) message = soup_message_new ("GET", uri);
  g_autoptr (GTlsDatabase) authority = test_certificate_load_authority ();

  bare->session = soup_session_new_with_options ("tls-database", authority, NULL);
  soup_session_websocket_connect_async (
      bare->session, message, NULL, NULL, G_PRIORITY_DEFAULT, NULL, on_connected, bare);
}

static void
on_accepted (SoupServer *server, SoupServerMessage *message, const char *path, SoupWebsocketConnection *connection,
    gpointer bare)
{
  take_connection (bare, connection);
}

static void
start_server (Bare *bare, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  g_autoslist (GUri) uris = NULL;

  bare->server = soup_server_new (NULL, NULL);
  soup_server_add_websocket_handler (bare->server, NULL, NULL, NULL, on_accepted, bare, NULL);
  soup_server_listen_local (bare->server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (bare->server);
  bare->port = (guint) g_uri_get_port (uris->data);
}

static void
queue_backlog (Bare *bare, gconstpointer unused)
{
  g_autofree gchar *text = g_strnfill (BACKLOG_SIZE, 'x');

  for (guint i = 0; i < BACKLOG_MESSAGES; i++)
    soup_websocket_connection_send_text (bare->connection, text);
}

static void
close_with_backlog (Bare *bare, gconstpointer unused)
{
  queue_backlog (bare, NULL);
  soup_websocket_connection_close (bare->connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
}

static Bare *
bare_new (void)
{
  Bare *bare = g_new0 (Bare, 1);

  bare->context = g_main_context_new ();
  bare->loop = g_main_loop_new (bare->context, FALSE);
  bare->thread = g_thread_new ("bare-libsoup", run_loop, bare);
  return bare;
}

static void
drop (Bare *bare, gconstpointer unused)
{
  if (bare->connection)
    g_signal_handlers_disconnect_by_data (bare->connection, bare);
  g_clear_object (&bare->connection);
  if (bare->server)
    soup_server_disconnect (bare->server);
  g_clear_object (&bare->server);
  g_clear_object (&bare->session);
}

static void
quit (Bare *bare, gconstpointer unused)
{
  g_main_loop_quit (bare->loop);
}

static void
bare_free (Bare *bare)
{
  bare_call (bare, drop, NULL);
  bare_call (bare, quit, NULL);
  g_thread_join (bare->thread);
  while (g_main_context_iteration (bare->context, FALSE))
    ;
  g_main_loop_unref (bare->loop);
  g_main_context_unref (bare->context);
  g_free (bare);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bare, bare_free)

/* A connection between libsoup in the given role and a raw peer with a small window. */
typedef struct
{
  Bare *bare;
  RawPeer *peer;
  RawListener *listener;
} Pair;

static void
wait_until_open (Bare *bare)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&bare->lock);

  while (!bare->open)
    g_cond_wait (&bare->changed, &bare->lock);
}

static void
pair_start (Pair *pair, gboolean client, RawSocketFlags flags)
{
  g_autofree gchar *uri = NULL;

  pair->bare = bare_new ();
  pair->listener = NULL;
  if (client) {
    pair->listener = raw_listener_new (flags | RAW_SOCKET_SMALL_WINDOW);
    uri = raw_listener_get_uri (pair->listener);
    bare_call (pair->bare, start_client, uri);
    pair->peer = raw_listener_accept_websocket (pair->listener);
  } else {
    bare_call (pair->bare, start_server, NULL);
    pair->peer = raw_peer_connect_websocket ((guint16) pair->bare->port, flags | RAW_SOCKET_SMALL_WINDOW);
  }
  wait_until_open (pair->bare);
}

static void
pair_end (Pair *pair)
{
  bare_free (pair->bare);
  raw_peer_free (pair->peer);
  g_clear_pointer (&pair->listener, raw_listener_free);
}

static void
say (const gchar *row, gboolean client, const gchar *variant, RawPeer *peer)
{
  g_autofree gchar *seen = raw_peer_describe (peer);

  g_test_message ("bare libsoup, row %s %s%s: peer saw %s", row, client ? "client" : "server", variant, seen);
}

/* Row 12b: both close at once and libsoup has a backlog: it throws the backlog and its Close away. */
static void
lose_close_when_both_close (gboolean client, RawSocketFlags flags)
{
  Pair pair;

  pair_start (&pair, client, flags);
  bare_call (pair.bare, close_with_backlog, NULL);
  raw_peer_send_close (pair.peer, 1001, "bye");
  g_assert_true (bare_wait (pair.bare, &pair.bare->n_answers, RAW_PATIENCE));
  /* TLS cannot be closed by half: there the client waits for the server's FIN. */
  if (flags & RAW_SOCKET_TLS)
    raw_peer_fin (pair.peer);
  raw_peer_read_to_end (pair.peer, RAW_PATIENCE);
  raw_peer_fin (pair.peer);
  g_assert_true (bare_wait (pair.bare, &pair.bare->n_closed, RAW_PATIENCE));
  g_assert_cmpuint (pair.bare->n_errors, ==, 0);
  g_assert_cmpuint (pair.bare->code, ==, 1001);
  say ("12b", client, flags & RAW_SOCKET_TLS ? " tls" : "", pair.peer);
  g_assert_cmpuint (raw_peer_count (pair.peer, RAW_TEXT), <, BACKLOG_MESSAGES);
  g_assert_cmpuint (raw_peer_count (pair.peer, RAW_CLOSE), ==, 0);
  pair_end (&pair);
}

static void
test_12b_client (void)
{
  lose_close_when_both_close (TRUE, RAW_SOCKET_PLAIN);
}

static void
test_12b_client_tls (void)
{
  lose_close_when_both_close (TRUE, RAW_SOCKET_TLS);
}

static void
test_12b_server (void)
{
  lose_close_when_both_close (FALSE, RAW_SOCKET_PLAIN);
}

/* Row 13b: the peer does not read: the 5 s from close() on pass, the stream is cut, no Close, no error. */
static void
check_13b (Pair *pair, gboolean client)
{
  g_assert_true (bare_wait (pair->bare, &pair->bare->n_closed, BEYOND_CLOSE_TIMER));
  g_assert_cmpuint (pair->bare->n_errors, ==, 0);
  g_assert_cmpuint (pair->bare->code, ==, 0);
  raw_peer_read_to_end (pair->peer, RAW_PATIENCE);
  say ("13b", client, "", pair->peer);
  g_assert_cmpuint (raw_peer_count (pair->peer, RAW_TEXT), <, BACKLOG_MESSAGES);
  g_assert_cmpuint (raw_peer_count (pair->peer, RAW_CLOSE), ==, 0);
}

static void
test_13b (void)
{
  Pair client, server;

  pair_start (&client, TRUE, RAW_SOCKET_PLAIN);
  pair_start (&server, FALSE, RAW_SOCKET_PLAIN);
  bare_call (client.bare, close_with_backlog, NULL);
  bare_call (server.bare, close_with_backlog, NULL);
  check_13b (&client, TRUE);
  check_13b (&server, FALSE);
  pair_end (&client);
  pair_end (&server);
}

static void
violate_protocol (RawPeer *peer)
{
  RawFrameSpec unknown = { .opcode = 0x3, .payload = "?", .length = 1 };

  raw_peer_send (peer, &unknown);
}

/* Row 14f: an error while the output is blocked: no timer is armed, `closed` never comes. */
static void
test_14f (void)
{
  Pair client, server;

  pair_start (&client, TRUE, RAW_SOCKET_PLAIN);
  pair_start (&server, FALSE, RAW_SOCKET_PLAIN);
  bare_call (client.bare, queue_backlog, NULL);
  bare_call (server.bare, queue_backlog, NULL);
  violate_protocol (client.peer);
  violate_protocol (server.peer);
  g_assert_true (bare_wait (client.bare, &client.bare->n_errors, RAW_PATIENCE));
  g_assert_true (bare_wait (server.bare, &server.bare->n_errors, RAW_PATIENCE));
  g_assert_false (bare_wait (client.bare, &client.bare->n_closed, BEYOND_CLOSE_TIMER));
  g_assert_cmpuint (server.bare->n_closed, ==, 0);
  pair_end (&client);
  pair_end (&server);
}

static void
test_14g_subprocess (void)
{
  Pair pair;

  /* On its way to the assertion libsoup warns of this and that. */
  test_log_guard_stop ();
  pair_start (&pair, FALSE, RAW_SOCKET_PLAIN);
  bare_call (pair.bare, queue_backlog, NULL);
  violate_protocol (pair.peer);
  g_assert_true (bare_wait (pair.bare, &pair.bare->n_errors, RAW_PATIENCE));
  raw_peer_read_to_end (pair.peer, RAW_PATIENCE);
  g_assert_true (bare_wait (pair.bare, &pair.bare->n_closed, RAW_PATIENCE));
  pair_end (&pair);
}

/* Row 14g: the same, and then the peer reads: libsoup's server aborts the process. */
static void
test_14g (void)
{
  g_test_trap_subprocess ("/libsoup/14g/server/subprocess", (guint64) test_time_scale (30000) * 1000, 0);
  g_assert_false (g_test_trap_has_passed ());
  g_assert_false (g_test_trap_reached_timeout ());
  g_test_trap_assert_stderr ("*soup_websocket_connection_finalize*assertion failed*");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_guard_start ();
  test_watchdog_start ("libsoup_negative", 60);
  g_test_add_func ("/libsoup/12b/client", test_12b_client);
  g_test_add_func ("/libsoup/12b/client-tls", test_12b_client_tls);
  g_test_add_func ("/libsoup/12b/server", test_12b_server);
  g_test_add_func ("/libsoup/13b", test_13b);
  g_test_add_func ("/libsoup/14f", test_14f);
  g_test_add_func ("/libsoup/14g/server", test_14g);
  g_test_add_func ("/libsoup/14g/server/subprocess", test_14g_subprocess);
  return g_test_run ();
}

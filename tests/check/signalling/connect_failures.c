/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Opening handshakes that fail, seen by GstWebSocketSignaller: row 18 of docs/closing-handshake.md. Every failure is
 * told once, as what it is, within the time given to it, and nothing is left over. */

#include <gst/gst.h>
#include <gst/signalling/signalling.h>

#include <tests/common/leak-check.h>
#include <tests/common/log-guard.h>
#include <tests/common/raw-peer.h>
#include <tests/common/test-certificates.h>
#include <tests/common/test-time.h>
#include <tests/common/watchdog.h>

/* Long where it is not to be met: a sanitizer makes a TLS handshake slow. */
#define CONNECT_TIMEOUT_S 15
#define SHORT_CONNECT_TIMEOUT_S 1

typedef struct
{
  const gchar *name;
  void (*script) (RawListener *listener, gconstpointer data);
  gconstpointer data;
  GstSignallingError code;
  RawSocketFlags flags;
  const gchar *certificate; /* NULL: the good one */
  gboolean no_authority;    /* the client is not told whom to trust */
  const gchar *says;        /* must be part of the text */
  gboolean by_timeout;
} Failure;

typedef struct
{
  GstSignaller *signaller;
  GMutex lock; /* guards what follows: signals come from the signaller's thread */
  GCond changed;
  guint n_closed;
  guint n_errors;
  gchar *text;
  GstSignallingCloseInfo *info;
} Attempt;

static void
on_closed (GstSignaller *signaller, GstSignallingCloseInfo *info, Attempt *attempt)
{
  g_mutex_lock (&attempt->lock);
  attempt->n_closed++;
  if (attempt->info == NULL)
    attempt->info = gst_signalling_close_info_ref (info);
  g_cond_broadcast (&attempt->changed);
  g_mutex_unlock (&attempt->lock);
}

static void
on_error (GstSignaller *signaller, const gchar *text, Attempt *attempt)
{
  g_mutex_lock (&attempt->lock);
  attempt->n_errors++;
  g_free (attempt->text);
  attempt->text = g_strdup (text);
  g_cond_broadcast (&attempt->changed);
  g_mutex_unlock (&attempt->lock);
}

static void
attempt_start (Attempt *attempt, const gchar *uri, gboolean trusting, guint timeout_s)
{
  g_autofree gchar *authority = trusting ? test_certificate_path ("ca.pem") : NULL;

  attempt->signaller = GST_SIGNALLER (gst_web_socket_signaller_new ());
  g_object_set (attempt->signaller, "uri", uri, "cafile", authority, "connect-timeout",
      test_time_scale (timeout_s * 1000) / 1000, NULL);
  g_signal_connect (attempt->signaller, "connection-closed", G_CALLBACK (on_closed), attempt);
  g_signal_connect (attempt->signaller, "error", G_CALLBACK (on_error), attempt);
  gst_signaller_start (attempt->signaller);
}

static void
attempt_wait (Attempt *attempt)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&attempt->lock);
  gint64 deadline = test_time_deadline (RAW_PATIENCE);

  while (attempt->n_closed == 0 || attempt->n_errors == 0) {
    if (!g_cond_wait_until (&attempt->changed, &attempt->lock, deadline))
      g_error ("the failure was not told in time");
  }
}

static void
attempt_end (Attempt *attempt)
{
  gst_signaller_stop (attempt->signaller);
  g_clear_object (&attempt->signaller);
  g_clear_pointer (&attempt->info, gst_signalling_close_info_unref);
  g_clear_pointer (&attempt->text, g_free);
}

static void
check_failure (Attempt *attempt, GstSignallingError code, const gchar *says)
{
  const GError *error = gst_signalling_close_info_get_error (attempt->info);

  g_test_message ("%s", attempt->text);
  g_assert_cmpuint (attempt->n_closed, ==, 1);
  g_assert_cmpuint (attempt->n_errors, ==, 1);
  g_assert_cmpint (gst_signalling_close_info_get_close_class (attempt->info), ==, GST_SIGNALLING_CLOSE_HANDSHAKE);
  g_assert_cmpint (gst_signalling_close_info_get_initiator (attempt->info), ==, GST_SIGNALLING_INITIATOR_NONE);
  g_assert_false (gst_signalling_close_info_get_will_reconnect (attempt->info));
  g_assert_true (g_error_matches (error, GST_SIGNALLING_ERROR, (gint) code));
  if (says)
    g_assert_nonnull (g_strstr_len (attempt->text, -1, says));
}

/* --- What servers do ---------------------------------------------------------------------------------------------- */

static void
answer (RawListener *listener, gconstpointer text)
{
  g_autoptr (RawPeer) peer = raw_listener_accept (listener);

  raw_peer_expect_request (peer);
  raw_peer_send_string (peer, text);
  raw_peer_fin (peer);
  raw_peer_read_to_end (peer, RAW_PATIENCE);
}

/* Right but for what is in @headers */
static void
answer_101 (RawListener *listener, gconstpointer headers)
{
  g_autoptr (RawPeer) peer = raw_listener_accept (listener);
  g_autofree gchar *key = NULL;
  g_autofree gchar *text = NULL;

  raw_peer_expect_request (peer);
  key = raw_peer_make_accept_key (peer);
  text = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\n%sConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n",
      (const gchar *) headers, key);
  raw_peer_send_string (peer, text);
  raw_peer_read_to_end (peer, RAW_PATIENCE);
}

static void
end_after_request (RawListener *listener, gconstpointer reset)
{
  g_autoptr (RawPeer) peer = raw_listener_accept (listener);

  raw_peer_expect_request (peer);
  if (reset) {
    raw_peer_reset (peer);
    return;
  }
  raw_peer_fin (peer);
  raw_peer_read_to_end (peer, RAW_PATIENCE);
}

static void
end_before_tls (RawListener *listener, gconstpointer text)
{
  g_autoptr (RawPeer) peer = raw_listener_accept_tcp (listener);

  if (text)
    raw_peer_send_string (peer, text);
  raw_peer_fin (peer);
  raw_peer_read_to_end (peer, RAW_PATIENCE);
}

/* The client turns away during or right after the TLS handshake. */
static void
show_certificate (RawListener *listener, gconstpointer unused)
{
  g_autoptr (RawPeer) peer = raw_listener_accept_tcp (listener);
  g_autoptr (GTlsCertificate) certificate = raw_listener_dup_certificate (listener);
  g_autoptr (GError) error = NULL;

  if (raw_socket_start_tls_server (raw_peer_get_socket (peer), certificate, &error))
    raw_peer_read_to_end (peer, RAW_PATIENCE);
}

static void
say_nothing (RawListener *listener, gconstpointer unused)
{
  g_autoptr (RawPeer) peer = raw_listener_accept (listener);

  raw_peer_expect_request (peer);
  raw_peer_read_to_end (peer, RAW_PATIENCE);
}

static void
say_nothing_during_tls (RawListener *listener, gconstpointer unused)
{
  g_autoptr (RawPeer) peer = raw_listener_accept_tcp (listener);

  raw_peer_read_to_end (peer, RAW_PATIENCE);
}

/* libsoup's own timeout is per read: whoever says a byte now and then could go on for ever. */
static void
drip (RawListener *listener, gconstpointer unused)
{
  g_autoptr (RawPeer) peer = raw_listener_accept (listener);
  const gchar *text =
      "HTTP/1.1 101 Switching Protocols\r\nX-Patience: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

  raw_peer_expect_request (peer);
  for (guint i = 0; text[i] && raw_peer_stay_idle (peer, 100); i++) {
    gchar byte[2] = { text[i], 0 };

    raw_peer_send_string (peer, byte);
  }
  g_assert_cmpint (raw_socket_get_end (raw_peer_get_socket (peer)), !=, RAW_END_NONE);
}

#define STATUS(code) "HTTP/1.1 " code " Whatever\r\nContent-Length: 0\r\n\r\n"
#define WRONG_KEY                                                                                                      \
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"                                  \
  "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n"
#define MOVED "HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/ws\r\nContent-Length: 0\r\n\r\n"

/* clang-format off */
static const Failure failures[] = {
  { "status/200", answer, STATUS ("200"), GST_SIGNALLING_ERROR_CONNECT, .says = "200" },
  { "status/400", answer, STATUS ("400"), GST_SIGNALLING_ERROR_CONNECT, .says = "400" },
  { "status/401", answer, STATUS ("401"), GST_SIGNALLING_ERROR_NOT_AUTHORIZED, .says = "401" },
  { "status/403", answer, STATUS ("403"), GST_SIGNALLING_ERROR_NOT_AUTHORIZED, .says = "403" },
  { "status/404", answer, STATUS ("404"), GST_SIGNALLING_ERROR_NOT_FOUND, .says = "404" },
  { "status/407", answer, STATUS ("407"), GST_SIGNALLING_ERROR_NOT_AUTHORIZED, .says = "407" },
  { "status/410", answer, STATUS ("410"), GST_SIGNALLING_ERROR_NOT_FOUND, .says = "410" },
  { "status/426", answer, STATUS ("426"), GST_SIGNALLING_ERROR_CONNECT, .says = "426" },
  { "status/429", answer, STATUS ("429"), GST_SIGNALLING_ERROR_CONNECT, .says = "429" },
  { "status/500", answer, STATUS ("500"), GST_SIGNALLING_ERROR_CONNECT, .says = "500" },
  { "status/503", answer, STATUS ("503"), GST_SIGNALLING_ERROR_CONNECT, .says = "503" },
  { "redirect", answer, MOVED, GST_SIGNALLING_ERROR_CONNECT, .says = "elsewhere.invalid" },
  { "upgrade/wrong-key", answer, WRONG_KEY, GST_SIGNALLING_ERROR_HANDSHAKE },
  { "upgrade/no-header", answer_101, "", GST_SIGNALLING_ERROR_HANDSHAKE },
  { "upgrade/protocol", answer_101, "Upgrade: websocket\r\nSec-WebSocket-Protocol: chat\r\n", GST_SIGNALLING_ERROR_HANDSHAKE },
  { "upgrade/extension", answer_101, "Upgrade: websocket\r\nSec-WebSocket-Extensions: permessage-deflate\r\n", GST_SIGNALLING_ERROR_HANDSHAKE },
  { "not-http", answer, "SSH-2.0-OpenSSH_9.2\r\n", GST_SIGNALLING_ERROR_HANDSHAKE },
  { "half-a-status-line", answer, "HTTP/1.", GST_SIGNALLING_ERROR_HANDSHAKE },
  { "fin", end_after_request, NULL, GST_SIGNALLING_ERROR_CONNECT },
  { "reset", end_after_request, "reset", GST_SIGNALLING_ERROR_CONNECT },
  { "silence", say_nothing, NULL, GST_SIGNALLING_ERROR_CONNECT, .by_timeout = TRUE },
  { "dripping", drip, NULL, GST_SIGNALLING_ERROR_CONNECT, .by_timeout = TRUE },
  { "tls/status-503", answer, STATUS ("503"), GST_SIGNALLING_ERROR_CONNECT, RAW_SOCKET_TLS, .says = "503" },
  { "tls/unknown-authority", show_certificate, NULL, GST_SIGNALLING_ERROR_NOT_AUTHORIZED, RAW_SOCKET_TLS, NULL, TRUE },
  { "tls/wrong-host", show_certificate, NULL, GST_SIGNALLING_ERROR_NOT_AUTHORIZED, RAW_SOCKET_TLS, "wrong-host", .says = "another host" },
  { "tls/expired", show_certificate, NULL, GST_SIGNALLING_ERROR_NOT_AUTHORIZED, RAW_SOCKET_TLS, "expired", .says = "not valid today" },
  { "tls/fin", end_before_tls, NULL, GST_SIGNALLING_ERROR_CONNECT, RAW_SOCKET_TLS },
  { "tls/not-tls", end_before_tls, STATUS ("400"), GST_SIGNALLING_ERROR_CONNECT, RAW_SOCKET_TLS },
  { "tls/silence", say_nothing_during_tls, NULL, GST_SIGNALLING_ERROR_CONNECT, RAW_SOCKET_TLS, .by_timeout = TRUE },
};
/* clang-format on */

/* --- Tests -------------------------------------------------------------------------------------------------------- */

static void
run_failure (const Failure *failure)
{
  g_autoptr (RawListener) listener = raw_listener_new (failure->flags);
  g_autofree gchar *uri = raw_listener_get_uri (listener);
  Attempt attempt = { NULL };

  if (failure->certificate)
    raw_listener_set_certificate (listener, failure->certificate);
  attempt_start (&attempt, uri, !failure->no_authority && (failure->flags & RAW_SOCKET_TLS),
      failure->by_timeout ? SHORT_CONNECT_TIMEOUT_S : CONNECT_TIMEOUT_S);
  failure->script (listener, failure->data);
  attempt_wait (&attempt);
  check_failure (&attempt, failure->code, failure->says);
  attempt_end (&attempt);
}

static void
check_at_rest (void (*func) (gconstpointer), gconstpointer data)
{
  static gboolean warm;
  TestBaseline baseline;

  test_watchdog_start ("an opening handshake", 30);
  if (!warm) {
    run_failure (&failures[0]);
    run_failure (&failures[22]);
  }
  warm = TRUE;
  test_baseline_take (&baseline);
  func (data);
  test_baseline_check (&baseline, 3000);
  test_watchdog_stop ();
}

static void
run_failure_at_rest (gconstpointer data)
{
  run_failure (data);
}

static void
test_failure (gconstpointer data)
{
  check_at_rest (run_failure_at_rest, data);
}

static void
run_bad_uri (gconstpointer data)
{
  const gchar *uri = data;
  Attempt attempt = { NULL };

  attempt_start (&attempt, uri, FALSE, CONNECT_TIMEOUT_S);
  attempt_wait (&attempt);
  check_failure (&attempt, GST_SIGNALLING_ERROR_SETTINGS, NULL);
  attempt_end (&attempt);
}

static void
test_bad_uri (gconstpointer uri)
{
  check_at_rest (run_bad_uri, uri);
}

static void
run_refused (gconstpointer unused)
{
  RawListener *listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autofree gchar *uri = raw_listener_get_uri (listener);
  Attempt attempt = { NULL };

  raw_listener_free (listener);
  attempt_start (&attempt, uri, FALSE, CONNECT_TIMEOUT_S);
  attempt_wait (&attempt);
  check_failure (&attempt, GST_SIGNALLING_ERROR_CONNECT, NULL);
  attempt_end (&attempt);
}

static void
test_refused (void)
{
  check_at_rest (run_refused, NULL);
}

/* Without a name server the answer is "try again" rather than "there is none". */
static void
run_unknown_host (gconstpointer unused)
{
  Attempt attempt = { NULL };
  const GError *error;

  attempt_start (&attempt, "ws://nowhere.invalid:8443/", FALSE, CONNECT_TIMEOUT_S);
  attempt_wait (&attempt);
  error = gst_signalling_close_info_get_error (attempt.info);
  check_failure (&attempt,
      error && error->code == GST_SIGNALLING_ERROR_CONNECT ? GST_SIGNALLING_ERROR_CONNECT
                                                           : GST_SIGNALLING_ERROR_NOT_FOUND,
      "nowhere.invalid");
  attempt_end (&attempt);
}

static void
test_unknown_host (void)
{
  check_at_rest (run_unknown_host, NULL);
}

/* Stopped by us while it goes on: no error, and nothing after stop() has returned */
static void
run_stopped (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autofree gchar *uri = raw_listener_get_uri (listener);
  g_autoptr (RawPeer) peer = NULL;
  Attempt attempt = { NULL };
  guint n_closed;

  attempt_start (&attempt, uri, FALSE, CONNECT_TIMEOUT_S);
  peer = raw_listener_accept (listener);
  raw_peer_expect_request (peer);
  gst_signaller_stop (attempt.signaller);
  n_closed = attempt.n_closed;
  g_assert_cmpuint (attempt.n_errors, ==, 0);
  raw_peer_read_to_end (peer, RAW_PATIENCE);
  g_assert_cmpuint (attempt.n_closed, ==, n_closed);
  if (attempt.info)
    g_assert_cmpint (gst_signalling_close_info_get_close_class (attempt.info), ==, GST_SIGNALLING_CLOSE_LOCAL);
  attempt_end (&attempt);
  g_assert_cmpuint (attempt.n_errors, ==, 0);
}

static void
test_stopped (void)
{
  check_at_rest (run_stopped, NULL);
}

/* 14z, the client's side: no extension is asked for */
static void
run_no_extension (gconstpointer unused)
{
  g_autoptr (RawListener) listener = raw_listener_new (RAW_SOCKET_PLAIN);
  g_autofree gchar *uri = raw_listener_get_uri (listener);
  g_autoptr (RawPeer) peer = NULL;
  Attempt attempt = { NULL };
  const gchar *request;

  attempt_start (&attempt, uri, FALSE, CONNECT_TIMEOUT_S);
  peer = raw_listener_accept (listener);
  request = raw_peer_expect_request (peer);
  g_assert_nonnull (g_strstr_len (request, -1, "Sec-WebSocket-Key"));
  g_assert_null (g_strstr_len (request, -1, "Sec-WebSocket-Extensions"));
  raw_peer_reset (peer);
  attempt_wait (&attempt);
  attempt_end (&attempt);
}

static void
test_no_extension (void)
{
  check_at_rest (run_no_extension, NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  for (gsize i = 0; i < G_N_ELEMENTS (failures); i++) {
    g_autofree gchar *path = g_strconcat ("/connect/18/", failures[i].name, NULL);

    g_test_add_data_func (path, &failures[i], test_failure);
  }
  g_test_add_data_func ("/connect/18/uri/scheme", "http://127.0.0.1:1/", test_bad_uri);
  g_test_add_data_func ("/connect/18/uri/no-host", "ws://", test_bad_uri);
  g_test_add_data_func ("/connect/18/uri/nonsense", "not a URI", test_bad_uri);
  g_test_add_func ("/connect/18/refused", test_refused);
  g_test_add_func ("/connect/18/unknown-host", test_unknown_host);
  g_test_add_func ("/connect/18/stopped", test_stopped);
  g_test_add_func ("/connect/14z", test_no_extension);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What comes in at the server's door before there is a WebSocket, and does not become one: row 19 of
 * docs/closing-handshake.md, and rows 14z and 28, which need the whole server. Whatever one connection does, its socket
 * is freed within the deadline and the next client is served. */

#include <gst/gst.h>
#include <gst/signalling/signalling.h>
#include <string.h>

#include <tests/common/leak-check.h>
#include <tests/common/log-guard.h>
#include <tests/common/raw-peer.h>
#include <tests/common/test-certificates.h>
#include <tests/common/test-time.h>
#include <tests/common/watchdog.h>

/* Long where it is not to be met: a sanitizer makes a TLS handshake slow. */
#define HANDSHAKE_TIMEOUT_S 15
#define SHORT_HANDSHAKE_TIMEOUT_S 1
#define N_PINGS 200000

/* The server runs on its own thread; what its signals note is guarded by the lock. */
typedef struct
{
  GstSignallingServer *server;
  guint16 port;
  RawSocketFlags flags;
  GMutex lock;
  GCond changed;
  guint n_offenders; /* clients removed for a violation */
} Door;

typedef void (*DoorFunc) (Door *door, gconstpointer data);

typedef struct
{
  const gchar *name;
  DoorFunc func;
  gconstpointer data;
  guint status;
  RawSocketFlags flags;
  guint timeout_s; /* 0: long */
} Visit;

static void
on_removed (GstSignallingServer *server, const gchar *id, GstSignallingCloseInfo *info, Door *door)
{
  if (gst_signalling_close_info_get_close_class (info) != GST_SIGNALLING_CLOSE_PROTOCOL)
    return;
  g_mutex_lock (&door->lock);
  door->n_offenders++;
  g_cond_broadcast (&door->changed);
  g_mutex_unlock (&door->lock);
}

static void
door_open (Door *door, RawSocketFlags flags, guint timeout_s)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *certificate = flags & RAW_SOCKET_TLS ? test_certificate_path ("localhost.pem") : NULL;
  g_autofree gchar *key = flags & RAW_SOCKET_TLS ? test_certificate_path ("localhost.key") : NULL;

  door->flags = flags;
  door->server = gst_signalling_server_new ();
  g_object_set (door->server, "host", "127.0.0.1", "port", 0, "cert", certificate, "key", key, "handshake-timeout",
      test_time_scale (timeout_s * 1000) / 1000, NULL);
  g_signal_connect (door->server, "client-removed", G_CALLBACK (on_removed), door);
  gst_signalling_server_start (door->server, &error);
  g_assert_no_error (error);
  door->port = (guint16) gst_signalling_server_get_port (door->server);
}

static void
wait_for_offender (Door *door)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&door->lock);
  gint64 deadline = test_time_deadline (RAW_PATIENCE);

  while (door->n_offenders == 0) {
    if (!g_cond_wait_until (&door->changed, &door->lock, deadline))
      g_error ("the violation was not told");
  }
}

static void
door_close (Door *door)
{
  gst_signalling_server_stop (door->server);
  g_clear_object (&door->server);
}

/* The next client is served: it is welcomed, and its Close is answered. */
static void
check_service (Door *door)
{
  g_autoptr (RawPeer) peer = raw_peer_connect_websocket (door->port, door->flags);
  const RawFrame *welcome = raw_peer_expect_frame (peer, RAW_TEXT);

  g_assert_nonnull (g_strstr_len (
      g_bytes_get_data (welcome->payload, NULL), (gssize) g_bytes_get_size (welcome->payload), "welcome"));
  raw_peer_send_close (peer, 1000, NULL);
  raw_peer_expect_close (peer, 1000);
  raw_peer_expect_end (peer, RAW_END_FIN);
}

/* --- Visitors ----------------------------------------------------------------------------------------------------- */

/* A request that is no upgrade gets an HTTP status, never a bare end. */
static void
visit_request (Door *door, gconstpointer data)
{
  const Visit *visit = data;
  g_autoptr (RawPeer) peer = raw_peer_connect (door->port, door->flags);

  raw_peer_send_string (peer, visit->data);
  g_assert_cmpuint (raw_peer_expect_status (peer), ==, visit->status);
}

/* Says @data, or nothing, and then nothing more: the deadline ends it. */
static void
visit_half (Door *door, gconstpointer data)
{
  const Visit *visit = data;
  g_autoptr (RawPeer) peer = raw_peer_connect (door->port, door->flags);
  gint64 start = g_get_monotonic_time ();

  if (visit->data)
    raw_peer_send_string (peer, visit->data);
  check_service (door);
  raw_peer_read_to_end (peer, RAW_PATIENCE);
  g_assert_cmpint ((g_get_monotonic_time () - start) / 1000, <=, test_time_scale (visit->timeout_s * 1000 + 1500));
}

/* Connects to a TLS port and never says hello. */
static void
visit_silent_tls (Door *door, gconstpointer data)
{
  g_autoptr (RawPeer) peer = raw_peer_connect (door->port, RAW_SOCKET_PLAIN);

  check_service (door);
  raw_peer_read_to_end (peer, RAW_PATIENCE);
}

/* Goes away in the middle of @data or behind it. */
static void
visit_fin (Door *door, gconstpointer data)
{
  const Visit *visit = data;
  g_autoptr (RawPeer) peer = raw_peer_connect (door->port, door->flags);

  raw_peer_send_string (peer, visit->data);
  raw_peer_fin (peer);
  raw_peer_read_to_end (peer, RAW_PATIENCE);
}

static void
visit_reset (Door *door, gconstpointer data)
{
  const Visit *visit = data;
  g_autoptr (RawPeer) peer = raw_peer_connect (door->port, door->flags);

  raw_peer_send_string (peer, visit->data);
  raw_peer_reset (peer);
}

/* A header of 200 kB: whatever the answer, it does not hold the door. */
static void
visit_big_header (Door *door, gconstpointer data)
{
  g_autoptr (RawPeer) peer = raw_peer_connect (door->port, door->flags);
  g_autofree gchar *filler = g_strnfill (200 * 1000, 'h');
  g_autofree gchar *request = g_strdup_printf ("GET / HTTP/1.1\r\nX-Filler: %s\r\n", filler);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) request, (guint) strlen (request));
  raw_peer_try_send_bytes (peer, bytes, 1000);
  check_service (door);
  raw_peer_read_to_end (peer, RAW_PATIENCE);
}

/* 14z: compression is offered and not taken; a frame that claims to be compressed is a violation. */
static void
visit_deflate (Door *door, gconstpointer data)
{
  g_autoptr (RawPeer) peer = raw_peer_connect (door->port, door->flags);
  RawFrameSpec compressed = { .opcode = RAW_TEXT, .payload = "\xaa\x56\x04\x00", .length = 4, .rsv = 4 };

  raw_peer_send_upgrade (peer, "/", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n", NULL);
  g_assert_null (g_strstr_len (raw_peer_expect_upgrade (peer), -1, "Sec-WebSocket-Extensions"));
  raw_peer_expect_frame (peer, RAW_TEXT);
  raw_peer_send (peer, &compressed);
  raw_peer_expect_close (peer, 1002);
  raw_peer_expect_end (peer, RAW_END_FIN);
  wait_for_offender (door);
}

/* 28: who floods with pings and does not read is turned out, and others are served meanwhile. */
static void
visit_flood (Door *door, gconstpointer data)
{
  g_autoptr (RawPeer) peer = raw_peer_connect_websocket (door->port, door->flags | RAW_SOCKET_SMALL_WINDOW);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  RawFrameSpec ping = { .opcode = RAW_PING, .payload = "ping", .length = 4 };
  gint64 start;

  for (guint i = 0; i < N_PINGS; i++)
    raw_peer_append (peer, bytes, &ping);
  raw_peer_try_send_bytes (peer, bytes, 300);
  start = g_get_monotonic_time ();
  check_service (door);
  g_assert_cmpint ((g_get_monotonic_time () - start) / 1000, <, test_time_scale (1000));
  wait_for_offender (door);
}

/* --- Tests -------------------------------------------------------------------------------------------------------- */

#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define UPGRADE "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define WHOLE "GET / HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Version: 13\r\n" KEY "\r\n"

/* clang-format off */
static const Visit visits[] = {
  { "get", visit_request, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 200 },
  { "wrong-version", visit_request, "GET / HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Version: 8\r\n" KEY "\r\n", 426 },
  { "no-version", visit_request, "GET / HTTP/1.1\r\n" UPGRADE KEY "\r\n", 426 },
  { "no-key", visit_request, "GET / HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Version: 13\r\n\r\n", 400 },
  { "bad-key", visit_request, "GET / HTTP/1.1\r\n" UPGRADE "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\n\r\n", 400 },
  { "post", visit_request, "POST / HTTP/1.1\r\n" UPGRADE "Content-Length: 0\r\n\r\n", 405 },
  { "not-http", visit_request, "\x16\x03\x01 hello\r\n\r\n", 400 },
  { "silent", visit_half, NULL, 0, 0, SHORT_HANDSHAKE_TIMEOUT_S },
  { "half-a-line", visit_half, "GET / HT", 0, 0, SHORT_HANDSHAKE_TIMEOUT_S },
  { "half-a-request", visit_half, "GET / HTTP/1.1\r\nHost: localhost\r\n", 0, 0, SHORT_HANDSHAKE_TIMEOUT_S },
  { "silent-over-tls", visit_half, NULL, 0, RAW_SOCKET_TLS, 3 },
  { "no-hello", visit_silent_tls, NULL, 0, RAW_SOCKET_TLS, 3 },
  { "fin-in-request", visit_fin, "GET / HTTP/1.1\r\n" },
  { "fin-behind-request", visit_fin, WHOLE },
  { "reset-in-request", visit_reset, "GET / HTTP/1.1\r\n" },
  { "reset-behind-request", visit_reset, WHOLE },
  { "reset-over-tls", visit_reset, WHOLE, 0, RAW_SOCKET_TLS },
  { "big-header", visit_big_header, .timeout_s = 3 },
};
static const Visit visit_14z = { "14z", visit_deflate };
static const Visit visit_28 = { "28", visit_flood };
/* clang-format on */

static void
run_visit (const Visit *visit)
{
  Door door = { NULL };

  door_open (&door, visit->flags, visit->timeout_s ? visit->timeout_s : HANDSHAKE_TIMEOUT_S);
  visit->func (&door, visit);
  check_service (&door);
  door_close (&door);
}

static void
test_visit (gconstpointer data)
{
  const Visit *visit = data;
  static gboolean warm;
  TestBaseline baseline;

  test_watchdog_start (visit->name, 30);
  if (!warm) {
    const Visit tls = { "warm-up", visit_request, visits[0].data, 200, RAW_SOCKET_TLS };

    run_visit (&visits[0]);
    run_visit (&tls);
  }
  warm = TRUE;
  test_baseline_take (&baseline);
  run_visit (visit);
  test_baseline_check (&baseline, 3000);
  test_watchdog_stop ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  for (gsize i = 0; i < G_N_ELEMENTS (visits); i++) {
    g_autofree gchar *path = g_strconcat ("/server/19/", visits[i].name, NULL);

    g_test_add_data_func (path, &visits[i], test_visit);
  }
  g_test_add_data_func ("/server/14z", &visit_14z, test_visit);
  g_test_add_data_func ("/server/28", &visit_28, test_visit);
  return g_test_run ();
}

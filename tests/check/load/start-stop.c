/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Server and signaller in one process, started and stopped again and again:
 *
 *   start-stop [--full]
 *
 * Nothing may be left of them: no descriptor, no thread, no memory. */
#include <gst/signalling/signalling.h>
#include <string.h>
#include <tests/common/leak-check.h>
#include <tests/common/load/load-process.h>
#include <tests/common/log-guard.h>
#include <tests/common/test-time.h>
#include <tests/common/watchdog.h>
#include <unistd.h>

static guint n_cycles;

/* Told from the signaller's thread. */
typedef struct
{
  GMutex lock;
  GCond changed;
  gboolean welcomed;
  guint n_errors;
} Watch;

static void
on_client_id (GObject *signaller, GParamSpec *property, Watch *watch)
{
  g_autofree gchar *id = NULL;

  g_object_get (signaller, "client-id", &id, NULL);
  g_mutex_lock (&watch->lock);
  watch->welcomed = watch->welcomed || id;
  g_cond_broadcast (&watch->changed);
  g_mutex_unlock (&watch->lock);
}

static void
on_error (GstSignaller *signaller, const gchar *text, Watch *watch)
{
  g_mutex_lock (&watch->lock);
  watch->n_errors++;
  g_mutex_unlock (&watch->lock);
}

static GstSignallingServer *
start_server (void)
{
  GstSignallingServer *server = gst_signalling_server_new ();
  g_autoptr (GError) error = NULL;

  g_object_set (server, "host", "127.0.0.1", "port", 0, NULL);
  gst_signalling_server_start (server, &error);
  g_assert_no_error (error);
  return server;
}

static GstSignaller *
new_signaller (GstSignallingServer *server, Watch *watch)
{
  GstSignaller *signaller = GST_SIGNALLER (gst_web_socket_signaller_new ());
  g_autofree gchar *uri = g_strdup_printf ("ws://127.0.0.1:%u", gst_signalling_server_get_port (server));

  g_object_set (signaller, "uri", uri, "role", GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER, NULL);
  g_signal_connect (signaller, "notify::client-id", G_CALLBACK (on_client_id), watch);
  g_signal_connect (signaller, "error", G_CALLBACK (on_error), watch);
  return signaller;
}

static void
wait_for_welcome (Watch *watch)
{
  gint64 deadline = test_time_deadline (20000);

  g_mutex_lock (&watch->lock);
  while (!watch->welcomed && g_cond_wait_until (&watch->changed, &watch->lock, deadline)) {
  }
  g_assert_true (watch->welcomed);
  g_mutex_unlock (&watch->lock);
}

/* Every other signaller is stopped before it can have been welcomed. */
static void
run_signaller (GstSignallingServer *server, gboolean in_haste)
{
  Watch watch = { .welcomed = FALSE };
  g_autoptr (GstSignaller) signaller = new_signaller (server, &watch);

  g_mutex_init (&watch.lock);
  g_cond_init (&watch.changed);
  g_assert_true (gst_signaller_start (signaller));
  if (!in_haste)
    wait_for_welcome (&watch);
  g_assert_true (gst_signaller_stop (signaller));
  g_assert_cmpuint (watch.n_errors, ==, 0);
  g_mutex_clear (&watch.lock);
  g_cond_clear (&watch.changed);
}

static void
cycle_both (guint number)
{
  g_autoptr (GstSignallingServer) server = start_server ();

  run_signaller (server, number % 2);
  gst_signalling_server_stop (server);
}

static gint64
read_rss (void)
{
  LoadProcess process;

  g_assert_true (load_process_read (getpid (), &process, NULL));
  return process.rss_bytes;
}

static void
assert_has_not_grown (gint64 before)
{
  gint64 grown = read_rss () - before;

  g_test_message ("%.1f KiB more after %u cycles", grown / 1024.0, n_cycles);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  g_assert_cmpint (grown, <, 2 * 1024 * 1024 + n_cycles * 512);
#endif
}

static void
test_both (void)
{
  TestBaseline baseline;
  gint64 rss;

  for (guint i = 0; i < 20; i++)
    cycle_both (i);
  test_baseline_take (&baseline);
  rss = read_rss ();
  for (guint i = 0; i < n_cycles; i++) {
    test_watchdog_start ("start and stop of both", 60);
    cycle_both (i);
  }
  test_watchdog_stop ();
  test_baseline_check (&baseline, 5000);
  assert_has_not_grown (rss);
}

static void
test_signallers (void)
{
  g_autoptr (GstSignallingServer) server = start_server ();
  TestBaseline baseline;
  gint64 rss;

  for (guint i = 0; i < 20; i++)
    run_signaller (server, i % 2);
  test_baseline_take (&baseline);
  rss = read_rss ();
  for (guint i = 0; i < n_cycles; i++) {
    test_watchdog_start ("start and stop of a signaller", 60);
    run_signaller (server, i % 2);
  }
  test_watchdog_stop ();
  test_baseline_check (&baseline, 5000);
  assert_has_not_grown (rss);
  gst_signalling_server_stop (server);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  n_cycles = argc > 1 && strcmp (argv[1], "--full") == 0 ? 1000 : 60;
  g_test_add_func ("/start-stop/both", test_both);
  g_test_add_func ("/start-stop/signallers", test_signallers);
  return g_test_run ();
}

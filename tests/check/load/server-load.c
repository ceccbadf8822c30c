/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What crowds and vandals do to the server program, which runs in a process of its own:
 *
 *   server-load [--full] COMMAND [ARGUMENT...]
 *
 * Afterwards it has the descriptors and threads it began with, has lost nothing, has not grown, and in the meantime
 * a bystander was served in time. --full is the size it has to bear; without it the same is done in small. */
#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <tests/check/load/swarm.h>
#include <tests/common/load/load-clock.h>
#include <tests/common/load/load-crowd.h>
#include <tests/common/load/load-pairs.h>
#include <tests/common/load/load-process.h>
#include <tests/common/server-process.h>
#include <tests/common/test-time.h>
#include <tests/common/watchdog.h>

#define REGISTER "{\"type\":\"setPeerStatus\",\"roles\":[\"producer\"],\"meta\":{\"name\":\"load\"}}"
#define MIB (G_GINT64_CONSTANT (1024) * 1024)

static const char *const *server_command;
static gboolean full;

typedef struct
{
  TestServerProcess *server;
  LoadLoop *loop;
  LoadTarget *target;
  LoadCrowd *bystander; /* one peer that wants to be served whatever happens */
  LoadProcess before;
  gint64 deadline;
  gint64 worst; /* that the bystander had to wait */
} Fixture;

static guint
scaled (guint count)
{
  return full ? count : MAX (count / 10, 1);
}

/* How much of the server's memory can be judged: the sanitizers keep what was freed. */
static gboolean
memory_is_meaningful (void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return FALSE;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return FALSE;
#endif
#endif
  return TRUE;
}

static void
read_server (Fixture *fixture, LoadProcess *process)
{
  g_autoptr (GError) error = NULL;

  load_process_read (test_server_process_get_pid (fixture->server), process, &error);
  g_assert_no_error (error);
}

/* A question and its answer. */
static void
ask (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  gint64 start = load_clock_now ();

  load_crowd_settle (fixture->bystander, fixture->deadline, &error);
  g_assert_no_error (error);
  fixture->worst = MAX (fixture->worst, load_clock_now () - start);
}

/* What another process gives back cannot be waited for as an event: it is looked at while the bystander keeps asking,
 * until it has been the same for a while. */
static void
read_settled (Fixture *fixture, LoadProcess *process)
{
  guint previous = 0;

  for (guint n_same = 0; n_same < 50; n_same++) {
    ask (fixture);
    read_server (fixture, process);
    if (process->n_sockets != previous)
      n_same = 0;
    previous = process->n_sockets;
  }
}

/* What a server keeps for the next crowd of the same size is not lost: everybody comes and goes once before. */
static void
warm_up (Fixture *fixture, guint n_peers)
{
  g_autoptr (LoadCrowd) crowd = load_crowd_new (fixture->loop, fixture->target, n_peers);
  g_autoptr (GError) error = NULL;

  load_crowd_connect (crowd, 64, fixture->deadline, &error);
  g_assert_no_error (error);
  load_crowd_close (crowd, fixture->deadline, &error);
  g_assert_no_error (error);
}

static void
start_with (Fixture *fixture, const char *const *command, guint n_peers)
{
  g_autoptr (GError) error = NULL;

  fixture->deadline = load_clock_now () + test_time_scale (full ? 240000 : 60000) * LOAD_NS_PER_MS;
  test_watchdog_start (g_test_get_path (), full ? 300 : 90);
  fixture->server = test_server_process_new (command);
  test_server_process_start (fixture->server);
  fixture->loop = load_loop_new (&error);
  g_assert_no_error (error);
  fixture->target = load_target_new (test_server_process_get_url (fixture->server), 8, &error);
  g_assert_no_error (error);
  fixture->bystander = load_crowd_new (fixture->loop, fixture->target, 1);
  load_crowd_connect (fixture->bystander, 1, fixture->deadline, &error);
  g_assert_no_error (error);
  warm_up (fixture, n_peers);
  read_settled (fixture, &fixture->before);
  fixture->worst = 0;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  start_with (fixture, server_command, scaled (2000));
}

static void
set_up_impatient (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) command = NULL;

  g_strv_builder_addv (builder, (const gchar **) server_command);
  g_strv_builder_add (builder, "--handshake-timeout=1");
  command = g_strv_builder_end (builder);
  start_with (fixture, (const char *const *) command, scaled (2000));
}

static void
set_up_few_descriptors (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) command = NULL;

  g_strv_builder_add_many (builder, "sh", "-c", "ulimit -n 64 && exec \"$@\"", "sh", NULL);
  g_strv_builder_addv (builder, (const gchar **) server_command);
  command = g_strv_builder_end (builder);
  start_with (fixture, (const char *const *) command, 40);
}

/* What another process gives back cannot be waited for as an event: it is looked at while the bystander keeps asking.
 */
static void
assert_gives_back (Fixture *fixture)
{
  gint64 deadline = load_clock_now () + test_time_scale (10000) * LOAD_NS_PER_MS;
  LoadProcess now;

  do {
    ask (fixture);
    read_server (fixture, &now);
  } while ((now.n_sockets > fixture->before.n_sockets || now.n_threads > fixture->before.n_threads) &&
           load_clock_now () < deadline);
  g_assert_cmpuint (now.n_sockets, <=, fixture->before.n_sockets);
  /* It keeps a descriptor for every 32 of the clients it once had, for the next ones. */
  g_assert_cmpuint (now.n_descriptors, <=, fixture->before.n_descriptors + 8 + scaled (10000) / 32);
  g_assert_cmpuint (now.n_threads, <=, fixture->before.n_threads);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  assert_gives_back (fixture);
  g_test_message ("the bystander waited %.1f ms at most", fixture->worst / 1e6);
  g_assert_cmpint (fixture->worst, <, test_time_scale (2000) * LOAD_NS_PER_MS);
  load_crowd_close (fixture->bystander, fixture->deadline, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (fixture->bystander->n_clean, ==, 1);
  load_crowd_free (fixture->bystander);
  g_assert_cmpint (test_server_process_stop (fixture->server, SIGTERM), ==, 0);
  test_server_process_free (fixture->server);
  load_target_free (fixture->target);
  load_loop_free (fixture->loop);
  test_watchdog_stop ();
}

/* Rounds of the same: what the later ones need beyond the first is a leak. The heap takes a few to find its size. */
static void
assert_does_not_grow (Fixture *fixture, void (*round) (Fixture *fixture))
{
  LoadProcess first, last;

  for (guint i = 0; i < 4; i++)
    round (fixture);
  assert_gives_back (fixture);
  read_settled (fixture, &first);
  for (guint i = 0; i < 3; i++)
    round (fixture);
  assert_gives_back (fixture);
  read_server (fixture, &last);
  g_test_message ("%.1f MiB after four rounds, %.1f MiB after seven", (double) first.rss_bytes / MIB,
      (double) last.rss_bytes / MIB);
  if (memory_is_meaningful ())
    g_assert_cmpint (last.rss_bytes, <, first.rss_bytes + first.rss_bytes / 10 + MIB);
}

static void
idle_round (Fixture *fixture)
{
  g_autoptr (LoadCrowd) crowd = load_crowd_new (fixture->loop, fixture->target, scaled (10000));
  g_autoptr (GError) error = NULL;

  load_crowd_connect (crowd, 64, fixture->deadline, &error);
  g_assert_no_error (error);
  load_crowd_tell (crowd, REGISTER, fixture->deadline, &error);
  g_assert_no_error (error);
  ask (fixture);
  load_crowd_close (crowd, fixture->deadline, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (crowd->n_clean, ==, crowd->n_peers);
}

static void
test_idle (Fixture *fixture, gconstpointer data)
{
  assert_does_not_grow (fixture, idle_round);
}

static void
churn_round (Fixture *fixture)
{
  g_autoptr (LoadCrowd) crowd = load_crowd_new (fixture->loop, fixture->target, scaled (10000));
  g_autoptr (GError) error = NULL;

  crowd->churn = TRUE;
  load_crowd_connect (crowd, 64, fixture->deadline, &error);
  g_assert_no_error (error);
  ask (fixture);
  g_assert_cmpuint (crowd->n_clean, ==, crowd->n_peers);
}

static void
test_churn (Fixture *fixture, gconstpointer data)
{
  assert_does_not_grow (fixture, churn_round);
}

/* Everybody at once, from both sides of every session. */
static void
burst (Fixture *fixture, LoadPairs *pairs, guint n_messages)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < pairs->n_pairs; i++) {
    for (guint n = 0; n < n_messages; n++) {
      load_pair_relay (&pairs->pairs[i], LOAD_PRODUCER, 0);
      load_pair_relay (&pairs->pairs[i], LOAD_CONSUMER, 0);
    }
  }
  load_pairs_drain (pairs, fixture->deadline, &error);
  g_assert_no_error (error);
}

static gboolean
no_session_left (gpointer pairs)
{
  return ((LoadPairs *) pairs)->n_set_up == 0;
}

static void
sessions_round (Fixture *fixture)
{
  g_autoptr (LoadPairs) pairs = load_pairs_new (fixture->loop, fixture->target, scaled (1000), 300);
  g_autoptr (GError) error = NULL;

  load_pairs_connect (pairs, 64, fixture->deadline, &error);
  g_assert_no_error (error);
  load_pairs_set_up (pairs, fixture->deadline, &error);
  g_assert_no_error (error);
  burst (fixture, pairs, 50);
  ask (fixture);
  for (guint i = 0; i < pairs->n_pairs; i++)
    load_pair_end_session (&pairs->pairs[i], i % 2);
  g_assert_true (load_loop_run (fixture->loop, no_session_left, pairs, fixture->deadline));
  g_assert_cmpuint (pairs->n_errors, ==, 0);
  load_crowd_close (pairs->crowd, fixture->deadline, &error);
  g_assert_no_error (error);
}

static void
test_sessions (Fixture *fixture, gconstpointer data)
{
  assert_does_not_grow (fixture, sessions_round);
}

static void
flood (LoadPair *pair, const char *answer)
{
  for (guint i = 0; i < 60; i++)
    load_peer_printf (pair->sides[LOAD_CONSUMER],
        "{\"type\":\"peer\",\"sessionId\":\"%s\",\"sdp\":{\"type\":\"answer\",\"sdp\":\"%s\"}}", pair->session, answer);
}

static gboolean
floods_are_written (gpointer user_data)
{
  LoadPairs *pairs = user_data;

  for (guint i = 0; i < pairs->n_pairs; i++) {
    LoadConnection *connection = pairs->pairs[i].sides[LOAD_CONSUMER]->connection;

    if (connection != NULL && load_connection_get_backlog (connection) > 0)
      return FALSE;
  }
  return TRUE;
}

/* Twelve megabytes for each of those who do not read: more than the kernel takes and the server is to keep. */
static void
test_slow_readers (Fixture *fixture, gconstpointer data)
{
  g_autoptr (LoadPairs) pairs = load_pairs_new (fixture->loop, fixture->target, scaled (100), 300);
  g_autofree char *answer = g_strnfill (200000, 'x');
  g_autoptr (GError) error = NULL;
  LoadProcess process;
  gint64 largest = 0;

  load_pairs_connect (pairs, 64, fixture->deadline, &error);
  g_assert_no_error (error);
  load_pairs_set_up (pairs, fixture->deadline, &error);
  g_assert_no_error (error);
  pairs->crowd->closing = TRUE; /* they may be thrown out */
  for (guint i = 0; i < pairs->n_pairs; i++) {
    load_connection_set_reading (pairs->pairs[i].sides[LOAD_PRODUCER]->connection, FALSE);
    flood (&pairs->pairs[i], answer);
  }
  while (!floods_are_written (pairs)) {
    ask (fixture);
    read_server (fixture, &process);
    largest = MAX (largest, process.rss_bytes);
  }
  g_test_message (
      "%u slow readers cost %.1f MiB", pairs->n_pairs, (double) (largest - fixture->before.rss_bytes) / MIB);
  if (memory_is_meaningful ())
    g_assert_cmpint (largest, <, fixture->before.rss_bytes + (16 + 5 * pairs->n_pairs) * MIB);
  for (guint i = 0; i < 2 * pairs->n_pairs; i++) {
    if (pairs->crowd->peers[i].connection)
      load_connection_abort (pairs->crowd->peers[i].connection);
  }
}

static void
test_half_open (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Swarm) silent = swarm_new (fixture->loop, fixture->target, scaled (1000), LOAD_STOP_AT_TCP);
  g_autoptr (Swarm) half = swarm_new (fixture->loop, fixture->target, scaled (1000), LOAD_STOP_AT_REQUEST);

  ask (fixture);
  g_assert_true (load_loop_run (fixture->loop, swarm_has_ended, silent, fixture->deadline));
  g_assert_true (load_loop_run (fixture->loop, swarm_has_ended, half, fixture->deadline));
  g_assert_cmpuint (half->n_opened, ==, 0);
}

static void
reset_round (Fixture *fixture)
{
  for (guint wave = 0; wave < 10; wave++) {
    g_autoptr (Swarm) swarm = swarm_new (fixture->loop, fixture->target, scaled (1000), LOAD_STOP_MIXED);

    /* Whatever each of them has reached by the time the bystander is answered. */
    for (guint i = 0; i <= wave % 4; i++)
      ask (fixture);
    swarm_abort (swarm);
  }
}

static void
test_reset_storm (Fixture *fixture, gconstpointer data)
{
  assert_does_not_grow (fixture, reset_round);
}

/* Peers that are cut off in the middle of what they say and hear. */
static void
cut_off_round (Fixture *fixture)
{
  g_autoptr (LoadPairs) pairs = load_pairs_new (fixture->loop, fixture->target, scaled (500), 300);
  g_autoptr (GError) error = NULL;

  load_pairs_connect (pairs, 64, fixture->deadline, &error);
  g_assert_no_error (error);
  load_pairs_set_up (pairs, fixture->deadline, &error);
  g_assert_no_error (error);
  pairs->crowd->closing = TRUE;
  for (guint i = 0; i < pairs->n_pairs; i++) {
    for (guint n = 0; n < 20; n++)
      load_pair_relay (&pairs->pairs[i], i % 2, 0);
  }
  load_loop_flush (fixture->loop);
  for (guint i = 0; i < pairs->n_pairs; i++) {
    if (pairs->pairs[i].sides[(i / 2) % 2]->connection)
      load_connection_abort (pairs->pairs[i].sides[(i / 2) % 2]->connection);
  }
  ask (fixture);
}

static void
test_cut_off (Fixture *fixture, gconstpointer data)
{
  assert_does_not_grow (fixture, cut_off_round);
}

/* More than it can take: those who are in are served, it does not go round in circles over those who are not, and when
 * there is room again, there is room for others. */
static void
test_out_of_descriptors (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Swarm) swarm = swarm_new (fixture->loop, fixture->target, 200, LOAD_STOP_AT_OPEN);
  g_autoptr (LoadCrowd) newcomers = load_crowd_new (fixture->loop, fixture->target, 20);
  gint64 end = load_clock_now () + test_time_scale (2000) * LOAD_NS_PER_MS;
  g_autoptr (GError) error = NULL;
  LoadProcess full_house, later;

  while (swarm->n_welcomed < 20 && load_clock_now () < fixture->deadline)
    ask (fixture);
  ask (fixture);
  read_server (fixture, &full_house);
  while (load_clock_now () < end)
    load_loop_iterate (fixture->loop, end);
  read_server (fixture, &later);
  g_test_message ("%u of %u welcomed, %u refused; %.0f ms of CPU time in 2 s", swarm->n_welcomed, swarm->n_members,
      swarm->n_ended, (later.cpu_ns - full_house.cpu_ns) / 1e6);
  g_assert_cmpint (later.cpu_ns - full_house.cpu_ns, <, test_time_scale (1000) * LOAD_NS_PER_MS);
  g_assert_cmpuint (swarm->n_welcomed, <, swarm->n_members);
  ask (fixture);
  swarm_abort (swarm);
  load_crowd_connect (newcomers, 4, fixture->deadline, &error);
  g_assert_no_error (error);
  load_crowd_close (newcomers, fixture->deadline, &error);
  g_assert_no_error (error);
}

static void
add_case (const char *path, void (*prepare) (Fixture *fixture, gconstpointer data),
    void (*test) (Fixture *fixture, gconstpointer data))
{
  g_test_add (path, Fixture, NULL, prepare, test, tear_down);
}

/* This side and the server, which inherits the limit, need a descriptor for each of the crowd. */
static gboolean
raise_descriptor_limit (rlim_t needed)
{
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= needed)
    return TRUE;
  limit.rlim_cur = needed;
  limit.rlim_max = MAX (limit.rlim_max, needed);
  return setrlimit (RLIMIT_NOFILE, &limit) == 0;
}

int
main (int argc, char **argv)
{
  int first;

  g_test_init (&argc, &argv, NULL);
  full = argc > 1 && strcmp (argv[1], "--full") == 0;
  first = full ? 2 : 1;
  if (argc <= first) {
    g_printerr ("Usage: %s [--full] COMMAND [ARGUMENT...]\n", argv[0]);
    return 2;
  }
  if (!raise_descriptor_limit (scaled (10000) + 500)) {
    g_print ("1..0 # SKIP there may not be enough descriptors: %s\n", g_strerror (errno));
    return 0;
  }
  server_command = (const char *const *) argv + first;
  add_case ("/load/idle", set_up, test_idle);
  add_case ("/load/churn", set_up, test_churn);
  add_case ("/load/sessions", set_up, test_sessions);
  add_case ("/load/slow-readers", set_up, test_slow_readers);
  add_case ("/load/half-open", set_up_impatient, test_half_open);
  add_case ("/load/reset-storm", set_up, test_reset_storm);
  add_case ("/load/cut-off", set_up, test_cut_off);
  add_case ("/load/out-of-descriptors", set_up_few_descriptors, test_out_of_descriptors);
  return g_test_run ();
}

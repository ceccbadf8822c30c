/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A load generator for any server of the signalling protocol: one thread, epoll, and nothing of the library this
 * repository is about, so that it measures others by the same measure. docs/benchmarks.md says how to read it. */
#include <tests/benchmarks/bench.h>

#include <errno.h>
#include <gio/gio.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* In this order: memory is measured while the server is young. */
static const struct
{
  const char *name;
  gboolean (*measure) (Bench *bench, GError **error);
} measurements[] = {
  { "memory", bench_measure_memory },
  { "connect", bench_measure_connect },
  { "churn", bench_measure_churn },
  { "sessions", bench_measure_sessions },
  { "relay", bench_measure_relay },
  { "crowded", bench_measure_crowded },
  { "saturation", bench_measure_saturation },
  { "presence", bench_measure_presence },
};

static Bench bench = {
  .n_connections = 5000,
  .n_idle = 10000,
  .n_sessions = 200,
  .n_listeners = 1000,
  .n_changes = 200,
  .concurrency = 64,
  .rate = 10000,
  .duration = 5,
  .size = 300,
  .window = 4,
};
static char *server_url;
static char *wanted;
static int server_pid;
static int timeout = 300;

/* clang-format off */
static const GOptionEntry entries[] = {
  { "server", 's', 0, G_OPTION_ARG_STRING, &server_url, "Server to load, on this machine only", "ws://HOST:PORT" },
  { "pid", 'p', 0, G_OPTION_ARG_INT, &server_pid, "Its process, to read CPU time and memory of", "PID" },
  { "measure", 'm', 0, G_OPTION_ARG_STRING, &wanted,
    "Only these: memory,connect,churn,sessions,relay,crowded,saturation,presence", "LIST" },
  { "connections", 0, 0, G_OPTION_ARG_INT, &bench.n_connections, "Connections of connect and churn (5000)", "N" },
  { "concurrency", 0, 0, G_OPTION_ARG_INT, &bench.concurrency, "Connects under way at the same time (64)", "N" },
  { "idle", 0, 0, G_OPTION_ARG_INT, &bench.n_idle, "Idle peers of memory and presence (10000)", "N" },
  { "sessions", 0, 0, G_OPTION_ARG_INT, &bench.n_sessions, "Sessions of sessions, relay and saturation (200)", "N" },
  { "rate", 0, 0, G_OPTION_ARG_INT, &bench.rate, "Messages per second of relay (10000)", "N" },
  { "size", 0, 0, G_OPTION_ARG_INT, &bench.size, "Bytes of a relayed message (300)", "N" },
  { "window", 0, 0, G_OPTION_ARG_INT, &bench.window, "Messages under way per session of saturation (4)", "N" },
  { "listeners", 0, 0, G_OPTION_ARG_INT, &bench.n_listeners, "Most listeners of presence (1000)", "N" },
  { "changes", 0, 0, G_OPTION_ARG_INT, &bench.n_changes, "Status changes per row of presence (200)", "N" },
  { "duration", 'd', 0, G_OPTION_ARG_INT, &bench.duration, "Seconds of sessions, relay and saturation (5)", "S" },
  { "timeout", 't', 0, G_OPTION_ARG_INT, &timeout, "Give up after so many seconds in all (300)", "S" },
  { "tsv", 0, 0, G_OPTION_ARG_NONE, &bench.machine_readable, "Name, value and unit separated by tabs", NULL },
  { NULL }
};

/* Bounds of what a slip of the finger can do to the machine. */
static const struct
{
  const char *name;
  const int *value;
  int min;
  int max;
} bounds[] = {
  { "connections", &bench.n_connections, 1, 100000 },
  { "concurrency", &bench.concurrency, 1, 10000 },
  { "idle", &bench.n_idle, 1, 100000 },
  { "sessions", &bench.n_sessions, 1, 20000 },
  { "rate", &bench.rate, 1, 1000000 },
  { "size", &bench.size, 180, 300 * 1024 },
  { "window", &bench.window, 1, 1000 },
  { "listeners", &bench.n_listeners, 0, 10000 },
  { "changes", &bench.n_changes, 1, 100000 },
  { "duration", &bench.duration, 1, 120 },
  { "timeout", &timeout, 1, 3600 },
};
/* clang-format on */

static gboolean
check_bounds (GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (bounds); i++) {
    if (*bounds[i].value >= bounds[i].min && *bounds[i].value <= bounds[i].max)
      continue;
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s is to be from %d to %d", bounds[i].name,
        bounds[i].min, bounds[i].max);
    return FALSE;
  }
  return TRUE;
}

static gboolean
is_wanted (const char *name)
{
  g_auto (GStrv) names = wanted != NULL ? g_strsplit (wanted, ",", -1) : NULL;

  return names == NULL || g_strv_contains ((const char *const *) names, name);
}

static gboolean
check_wanted (GError **error)
{
  g_auto (GStrv) names = g_strsplit (wanted != NULL ? wanted : "memory", ",", -1);

  for (guint i = 0; names[i] != NULL; i++) {
    gboolean known = FALSE;

    for (guint j = 0; j < G_N_ELEMENTS (measurements); j++)
      known = known || strcmp (names[i], measurements[j].name) == 0;
    if (!known) {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "there is no measurement '%s'", names[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
parse_options (int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- load on a signalling server, and what it makes of it");

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1 || server_url == NULL) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s",
        *argc > 1 ? "there are too many arguments" : "--server is needed");
    return FALSE;
  }
  return check_bounds (error) && check_wanted (error);
}

/* As many descriptors as the most populous measurement needs. */
static gboolean
raise_descriptor_limit (GError **error)
{
  rlim_t needed = MAX (bench.n_idle + MAX (bench.n_listeners, 2 * bench.n_sessions), bench.n_connections) + 64;
  struct rlimit limit;

  getrlimit (RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= needed)
    return TRUE;
  limit.rlim_cur = needed;
  limit.rlim_max = MAX (limit.rlim_max, needed);
  if (setrlimit (RLIMIT_NOFILE, &limit) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
      "%lu descriptors are needed and the system does not let us have them (ulimit -n)", (unsigned long) needed);
  return FALSE;
}

static gboolean
set_up_bench (GError **error)
{
  bench.table = stdout;
  bench.server_pid = server_pid;
  bench.deadline = load_clock_now () + timeout * LOAD_NS_PER_S;
  bench.target = load_target_new (server_url, 8, error);
  if (bench.target == NULL || !raise_descriptor_limit (error))
    return FALSE;
  if (server_pid != 0 && load_process_cpu_ns (server_pid) == 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "there is no process %d", server_pid);
    return FALSE;
  }
  bench.loop = load_loop_new (error);
  return bench.loop != NULL;
}

static gboolean
run_measurements (void)
{
  gboolean all_well = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (measurements); i++) {
    g_autoptr (GError) error = NULL;

    if (!is_wanted (measurements[i].name) || (server_pid == 0 && strcmp (measurements[i].name, "memory") == 0))
      continue;
    if (!measurements[i].measure (&bench, &error)) {
      fflush (stdout);
      g_printerr ("signalling-load: %s: %s\n", measurements[i].name, error->message);
      all_well = FALSE;
    }
  }
  return all_well;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean all_well;

  setlocale (LC_ALL, "C.UTF-8");
  if (!parse_options (&argc, &argv, &error) || !set_up_bench (&error)) {
    g_printerr ("signalling-load: %s\n", error->message);
    return 2;
  }
  /* In case a bug keeps us from looking at the clock. */
  alarm (timeout + 30);
  all_well = run_measurements ();
  load_loop_free (bench.loop);
  load_target_free (bench.target);
  return all_well ? EXIT_SUCCESS : EXIT_FAILURE;
}

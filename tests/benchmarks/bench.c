/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/benchmarks/bench.h>

#include <unistd.h>

static gint64
read_run_wait (pid_t pid)
{
  LoadProcess process;

  return load_process_read (pid, &process, NULL) ? process.run_wait_ns : 0;
}

void
bench_usage_start (const Bench *bench, BenchUsage *usage)
{
  usage->server_wait_ns = read_run_wait (bench->server_pid);
  usage->own_wait_ns = read_run_wait (getpid ());
  usage->own_cpu_ns = load_process_cpu_ns (getpid ());
  usage->server_cpu_ns = load_process_cpu_ns (bench->server_pid);
  usage->wall_ns = load_clock_now ();
}

void
bench_usage_stop (const Bench *bench, BenchUsage *usage)
{
  usage->wall_ns = load_clock_now () - usage->wall_ns;
  usage->server_cpu_ns = load_process_cpu_ns (bench->server_pid) - usage->server_cpu_ns;
  usage->own_cpu_ns = load_process_cpu_ns (getpid ()) - usage->own_cpu_ns;
  usage->server_wait_ns = read_run_wait (bench->server_pid) - usage->server_wait_ns;
  usage->own_wait_ns = read_run_wait (getpid ()) - usage->own_wait_ns;
}

void
bench_title (const Bench *bench, const char *format, ...)
{
  g_autofree char *title = NULL;
  va_list args;

  va_start (args, format);
  title = g_strdup_vprintf (format, args);
  va_end (args);
  fprintf (bench->table, bench->machine_readable ? "# %s\n" : "\n%s\n", title);
  fflush (bench->table);
}

void
bench_value (const Bench *bench, const char *name, double value, const char *unit)
{
  int decimals = value < 10 ? 3 : value < 1000 ? 1 : 0;

  if (bench->machine_readable)
    fprintf (bench->table, "%s\t%.6g\t%s\n", name, value, unit);
  else
    fprintf (bench->table, "  %-58s %12.*f %s\n", name, decimals, value, unit);
  fflush (bench->table);
}

static double
percent (gint64 part, gint64 whole)
{
  return whole > 0 ? 100.0 * part / whole : 0;
}

/* A generator that had no time left measures itself; who waited for a core measured the neighbours: both are told
 * next to the result. */
void
bench_rates (const Bench *bench, const char *what, guint64 count, const BenchUsage *usage)
{
  g_autofree char *per_second = g_strdup_printf ("%s per second", what);
  g_autofree char *per_cpu = g_strdup_printf ("%s per CPU second of the server", what);
  g_autofree char *server_load = g_strdup_printf ("%s: server CPU", what);
  g_autofree char *server_wait = g_strdup_printf ("%s: server waiting for a core", what);
  g_autofree char *own_load = g_strdup_printf ("%s: generator CPU", what);
  g_autofree char *own_wait = g_strdup_printf ("%s: generator waiting for a core", what);

  bench_value (bench, per_second, count * 1e9 / MAX (usage->wall_ns, 1), "/s");
  if (usage->server_cpu_ns > 0) {
    bench_value (bench, per_cpu, count * 1e9 / usage->server_cpu_ns, "/CPU s");
    bench_value (bench, server_load, percent (usage->server_cpu_ns, usage->wall_ns), "%");
    bench_value (bench, server_wait, percent (usage->server_wait_ns, usage->wall_ns), "%");
  }
  bench_value (bench, own_load, percent (usage->own_cpu_ns, usage->wall_ns), "%");
  bench_value (bench, own_wait, percent (usage->own_wait_ns, usage->wall_ns), "%");
}

void
bench_latency (const Bench *bench, const char *what, const LoadHistogram *histogram)
{
  static const double percents[] = { 50, 99, 99.9 };

  for (guint i = 0; i < G_N_ELEMENTS (percents); i++) {
    g_autofree char *name = g_strdup_printf ("%s p%g", what, percents[i]);

    bench_value (bench, name, load_histogram_percentile (histogram, percents[i]) / 1e6, "ms");
  }
  g_autofree char *name = g_strdup_printf ("%s max", what);
  bench_value (bench, name, histogram->max / 1e6, "ms");
}

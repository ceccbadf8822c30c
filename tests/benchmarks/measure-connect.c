/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/benchmarks/bench.h>

/* From connect() over the upgrade to the welcome; the connections stay until all are there. */
gboolean
bench_measure_connect (Bench *bench, GError **error)
{
  g_autoptr (LoadCrowd) crowd = load_crowd_new (bench->loop, bench->target, bench->n_connections);
  g_autofree LoadHistogram *times = g_new0 (LoadHistogram, 1);
  BenchUsage usage;

  bench_title (bench, "Connecting: %d connections, %d at a time", bench->n_connections, bench->concurrency);
  crowd->welcome_times = times;
  bench_usage_start (bench, &usage);
  if (!load_crowd_connect (crowd, bench->concurrency, bench->deadline, error))
    return FALSE;
  bench_usage_stop (bench, &usage);
  bench_rates (bench, "connects", bench->n_connections, &usage);
  bench_latency (bench, "connect to welcome", times);
  bench_usage_start (bench, &usage);
  if (!load_crowd_close (crowd, bench->deadline, error))
    return FALSE;
  bench_usage_stop (bench, &usage);
  bench_rates (bench, "closes", bench->n_connections, &usage);
  bench_value (bench, "closing handshakes completed", 100.0 * crowd->n_clean / bench->n_connections, "%");
  return TRUE;
}

/* Everybody leaves as soon as it is welcomed: a whole life, closing handshake included. */
gboolean
bench_measure_churn (Bench *bench, GError **error)
{
  g_autoptr (LoadCrowd) crowd = load_crowd_new (bench->loop, bench->target, bench->n_connections);
  BenchUsage usage;

  bench_title (bench, "Churn: %d connections come and go, %d at a time", bench->n_connections, bench->concurrency);
  crowd->churn = TRUE;
  bench_usage_start (bench, &usage);
  if (!load_crowd_connect (crowd, bench->concurrency, bench->deadline, error))
    return FALSE;
  bench_usage_stop (bench, &usage);
  bench_rates (bench, "lives", bench->n_connections, &usage);
  bench_value (bench, "closing handshakes completed", 100.0 * crowd->n_clean / bench->n_connections, "%");
  return TRUE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/benchmarks/bench.h>

#include <tests/common/load/load-pairs.h>

/* How the measurement is going. */
typedef struct
{
  gint64 end; /* no session is started after it */
  guint64 n_set_up;
  guint64 n_torn_down;
  LoadHistogram latency;
} Sessions;

static void
on_set_up (LoadPair *pair, gpointer user_data)
{
  Sessions *sessions = user_data;

  load_histogram_add (&sessions->latency, load_clock_now () - pair->started);
  sessions->n_set_up++;
  load_pair_end_session (pair, sessions->n_set_up % 2);
}

static void
on_torn_down (LoadPair *pair, gpointer user_data)
{
  Sessions *sessions = user_data;

  sessions->n_torn_down++;
  if (load_clock_now () < sessions->end)
    load_pair_start_session (pair);
}

static gboolean
is_over (gpointer user_data)
{
  LoadPairs *pairs = user_data;
  Sessions *sessions = pairs->user_data;

  return (load_clock_now () >= sessions->end && sessions->n_torn_down == sessions->n_set_up && pairs->n_set_up == 0) ||
         pairs->crowd->n_unexpected > 0;
}

static gboolean
run_sessions (Bench *bench, LoadPairs *pairs, Sessions *sessions, GError **error)
{
  BenchUsage usage;

  if (!load_pairs_connect (pairs, bench->concurrency, bench->deadline, error))
    return FALSE;
  pairs->set_up = on_set_up;
  pairs->torn_down = on_torn_down;
  pairs->user_data = sessions;
  sessions->end = load_clock_now () + bench->duration * LOAD_NS_PER_S;
  bench_usage_start (bench, &usage);
  for (guint i = 0; i < pairs->n_pairs; i++)
    load_pair_start_session (&pairs->pairs[i]);
  load_loop_run (bench->loop, is_over, pairs, sessions->end + 10 * LOAD_NS_PER_S);
  bench_usage_stop (bench, &usage);
  if (!load_pairs_drain (pairs, bench->deadline, error))
    return FALSE;
  bench_rates (bench, "sessions", sessions->n_torn_down, &usage);
  bench_latency (bench, "startSession until both are told", &sessions->latency);
  bench_value (bench, "sessions whose end was not told", (double) (sessions->n_set_up - sessions->n_torn_down), "");
  return load_crowd_close (pairs->crowd, bench->deadline, error);
}

/* Set up, told to both, ended by one of the two in turn, told to the other, again. */
gboolean
bench_measure_sessions (Bench *bench, GError **error)
{
  g_autoptr (LoadPairs) pairs = load_pairs_new (bench->loop, bench->target, bench->n_sessions, bench->size);
  g_autofree Sessions *sessions = g_new0 (Sessions, 1);

  bench_title (bench, "Sessions: %d pairs set up and end one session after the other, for %d s", bench->n_sessions,
      bench->duration);
  return run_sessions (bench, pairs, sessions, error);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/benchmarks/bench.h>

#include <tests/common/load/load-pairs.h>

/* How one measurement is going. */
typedef struct
{
  Bench *bench;
  LoadPairs *pairs;
  LoadHistogram *latency; /* NULL while warming up */
  LoadHistogram lateness; /* of the generator against its own schedule */
  gboolean replying;
  const char *suffix; /* of the names of the results */
} Relay;

static void
on_relayed (LoadPair *pair, guint receiver, gint64 sent, gpointer user_data)
{
  Relay *relay = user_data;
  gint64 now = load_clock_now ();

  if (relay->latency != NULL)
    load_histogram_add (relay->latency, now - sent);
  if (relay->replying)
    load_pair_relay (pair, receiver, now);
}

/* The messages of a schedule are sent when they are due, or as soon after it as we can, and are stamped with the
 * time they were due at: a server that stalls makes all of those late that fell due meanwhile. */
static void
follow_schedule (Relay *relay, gint64 duration)
{
  LoadPairs *pairs = relay->pairs;
  guint64 n_messages = (guint64) relay->bench->rate * duration / LOAD_NS_PER_S;
  gint64 start = load_clock_now ();
  guint64 next = 0;

  while (next < n_messages && pairs->crowd->n_unexpected == 0) {
    gint64 due = start + (gint64) (next * LOAD_NS_PER_S / relay->bench->rate);
    gint64 now = load_clock_now ();

    if (due > now) {
      load_loop_iterate (pairs->crowd->loop, due);
      continue;
    }
    if (relay->latency != NULL)
      load_histogram_add (&relay->lateness, now - due);
    load_pair_relay (&pairs->pairs[next % pairs->n_pairs], (next / pairs->n_pairs) % 2, due);
    next++;
    if (next % 64 == 0)
      load_loop_flush (pairs->crowd->loop);
  }
}

static gboolean
prepare (Relay *relay, Bench *bench, GError **error)
{
  relay->bench = bench;
  relay->pairs = load_pairs_new (bench->loop, bench->target, bench->n_sessions, bench->size);
  relay->pairs->relayed = on_relayed;
  relay->pairs->user_data = relay;
  return load_pairs_connect (relay->pairs, bench->concurrency, bench->deadline, error) &&
         load_pairs_set_up (relay->pairs, bench->deadline, error);
}

static gint64
drain_deadline (const Bench *bench)
{
  return MIN (load_clock_now () + 20 * LOAD_NS_PER_S, bench->deadline);
}

static void
report_fixed_rate (const Relay *relay, guint64 n_messages, const BenchUsage *usage, const LoadHistogram *latency)
{
  g_autofree char *messages = g_strdup_printf ("messages at the fixed rate%s", relay->suffix);
  g_autofree char *latencies = g_strdup_printf ("relay latency at the fixed rate%s", relay->suffix);
  g_autofree char *behind = g_strdup_printf ("generator behind its schedule%s p99", relay->suffix);

  bench_rates (relay->bench, messages, n_messages, usage);
  bench_latency (relay->bench, latencies, latency);
  bench_value (relay->bench, behind, load_histogram_percentile (&relay->lateness, 99) / 1e6, "ms");
}

static gboolean
run_fixed_rate (Relay *relay, LoadHistogram *latency, GError **error)
{
  Bench *bench = relay->bench;
  BenchUsage usage;
  guint64 before;

  follow_schedule (relay, LOAD_NS_PER_S / 2);
  if (!load_pairs_drain (relay->pairs, drain_deadline (bench), error))
    return FALSE;
  before = relay->pairs->n_relayed;
  relay->latency = latency;
  bench_usage_start (bench, &usage);
  follow_schedule (relay, bench->duration * LOAD_NS_PER_S);
  if (!load_pairs_drain (relay->pairs, drain_deadline (bench), error))
    return FALSE;
  bench_usage_stop (bench, &usage);
  report_fixed_rate (relay, relay->pairs->n_relayed - before, &usage, latency);
  return load_crowd_close (relay->pairs->crowd, bench->deadline, error);
}

gboolean
bench_measure_relay (Bench *bench, GError **error)
{
  g_autofree LoadHistogram *latency = g_new0 (LoadHistogram, 1);
  g_autofree Relay *relay = g_new0 (Relay, 1);
  gboolean done;

  relay->suffix = "";
  bench_title (bench, "Relay at %d messages/s of %d bytes over %d sessions, for %d s", bench->rate, bench->size,
      bench->n_sessions, bench->duration);
  done = prepare (relay, bench, error) && run_fixed_rate (relay, latency, error);
  load_pairs_free (relay->pairs);
  return done;
}

#define REGISTER "{\"type\":\"setPeerStatus\",\"roles\":[\"producer\"],\"meta\":{\"name\":\"idle\"}}"

/* The same among thousands who do nothing: what they cost shows in the difference. */
gboolean
bench_measure_crowded (Bench *bench, GError **error)
{
  g_autoptr (LoadCrowd) idle = load_crowd_new (bench->loop, bench->target, bench->n_idle);
  g_autofree LoadHistogram *latency = g_new0 (LoadHistogram, 1);
  g_autofree Relay *relay = g_new0 (Relay, 1);
  gboolean done;

  bench_title (bench, "Relay at %d messages/s of %d bytes over %d sessions, for %d s, among %d idle peers", bench->rate,
      bench->size, bench->n_sessions, bench->duration, bench->n_idle);
  relay->suffix = ", crowded";
  if (!load_crowd_connect (idle, bench->concurrency, bench->deadline, error) ||
      !load_crowd_tell (idle, REGISTER, bench->deadline, error))
    return FALSE;
  done = prepare (relay, bench, error) && run_fixed_rate (relay, latency, error);
  load_pairs_free (relay->pairs);
  return done && load_crowd_close (idle, bench->deadline, error);
}

static void
iterate_for (Relay *relay, gint64 duration)
{
  gint64 end = load_clock_now () + duration;

  while (load_clock_now () < end && relay->pairs->crowd->n_unexpected == 0)
    load_loop_iterate (relay->bench->loop, end);
}

/* Every session keeps `window` messages under way: who gets one sends one back. The latency under such a load is
 * the number of messages under way divided by the rate, and says how evenly the sessions are served. */
static gboolean
run_saturation (Relay *relay, LoadHistogram *latency, GError **error)
{
  Bench *bench = relay->bench;
  BenchUsage usage;
  guint64 before;

  relay->replying = TRUE;
  for (int i = 0; i < bench->n_sessions * bench->window; i++)
    load_pair_relay (&relay->pairs->pairs[i % bench->n_sessions], (i / bench->n_sessions) % 2, load_clock_now ());
  iterate_for (relay, LOAD_NS_PER_S / 2);
  before = relay->pairs->n_relayed;
  relay->latency = latency;
  bench_usage_start (bench, &usage);
  iterate_for (relay, bench->duration * LOAD_NS_PER_S);
  bench_usage_stop (bench, &usage);
  relay->latency = NULL;
  relay->replying = FALSE;
  bench_rates (bench, "messages at saturation", relay->pairs->n_relayed - before, &usage);
  bench_latency (bench, "relay latency at saturation", latency);
  return load_pairs_drain (relay->pairs, drain_deadline (bench), error) &&
         load_crowd_close (relay->pairs->crowd, bench->deadline, error);
}

gboolean
bench_measure_saturation (Bench *bench, GError **error)
{
  g_autofree LoadHistogram *latency = g_new0 (LoadHistogram, 1);
  g_autofree Relay *relay = g_new0 (Relay, 1);
  gboolean done;

  bench_title (bench, "Relay at saturation: %d messages of %d bytes under way in each of %d sessions, for %d s",
      bench->window, bench->size, bench->n_sessions, bench->duration);
  done = prepare (relay, bench, error) && run_saturation (relay, latency, error);
  load_pairs_free (relay->pairs);
  return done;
}

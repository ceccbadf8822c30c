/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/benchmarks/bench.h>

#include <tests/common/load/load-text.h>
#include <gio/gio.h>
#include <string.h>

#define REGISTER "{\"type\":\"setPeerStatus\",\"roles\":[\"producer\"],\"meta\":{\"name\":\"idle\"}}"
#define LISTEN "{\"type\":\"setPeerStatus\",\"roles\":[\"listener\"],\"meta\":null}"
#define CHANGE "{\"type\":\"setPeerStatus\",\"roles\":[\"producer\"],\"meta\":{\"change\":%u}}"

/* One peer changes its status, some listen, the others are there only to be scanned by a server that scans. */
typedef struct
{
  Bench *bench;
  LoadCrowd *changer;
  LoadCrowd *listeners;
  guint n_idle;
  guint n_heard; /* of the present change */
  LoadHistogram latency;
} Presence;

static void
on_listener_message (LoadPeer *peer, const char *text, gsize length, gpointer user_data)
{
  Presence *presence = user_data;
  char id[64];

  if (load_text_has_type (text, length, "peerStatusChanged") &&
      load_text_get_string (text, length, "peerId", id, sizeof id) && strcmp (id, presence->changer->peers[0].id) == 0)
    presence->n_heard++;
}

static gboolean
all_heard (gpointer user_data)
{
  Presence *presence = user_data;

  return presence->n_heard >= presence->listeners->n_peers || presence->listeners->n_unexpected > 0 ||
         presence->changer->n_unexpected > 0;
}

static gboolean
change_once (Presence *presence, guint number, GError **error)
{
  gint64 start = load_clock_now ();

  presence->n_heard = 0;
  load_peer_printf (&presence->changer->peers[0], CHANGE, number);
  if (!load_loop_run (presence->bench->loop, all_heard, presence, start + 20 * LOAD_NS_PER_S)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "only %u of %u listeners heard of a change",
        presence->n_heard, presence->listeners->n_peers);
    return FALSE;
  }
  if (presence->listeners->n_peers > 0)
    load_histogram_add (&presence->latency, load_clock_now () - start);
  return load_crowd_check (presence->listeners, error) && load_crowd_check (presence->changer, error);
}

static gboolean
run_changes (Presence *presence, GError **error)
{
  Bench *bench = presence->bench;
  g_autofree char *name =
      g_strdup_printf ("status change, %u idle, %u listening", presence->n_idle, presence->listeners->n_peers);
  g_autofree char *latency_name = g_strdup_printf ("%s: told to all", name);
  BenchUsage usage;

  bench_usage_start (bench, &usage);
  for (int i = 0; i < bench->n_changes; i++) {
    if (!change_once (presence, i, error))
      return FALSE;
  }
  if (!load_crowd_settle (presence->changer, bench->deadline, error))
    return FALSE;
  bench_usage_stop (bench, &usage);
  if (bench->server_pid != 0)
    bench_value (bench, name, usage.server_cpu_ns / 1e3 / bench->n_changes, "CPU us");
  if (presence->listeners->n_peers > 0)
    bench_latency (bench, latency_name, &presence->latency);
  return load_crowd_close (presence->changer, bench->deadline, error) &&
         load_crowd_close (presence->listeners, bench->deadline, error);
}

static gboolean
measure_with (Bench *bench, guint n_idle, guint n_listeners, GError **error)
{
  g_autoptr (LoadCrowd) changer = load_crowd_new (bench->loop, bench->target, 1);
  g_autoptr (LoadCrowd) listeners = load_crowd_new (bench->loop, bench->target, n_listeners);
  g_autofree Presence *presence = g_new0 (Presence, 1);

  presence->bench = bench;
  presence->changer = changer;
  presence->listeners = listeners;
  presence->n_idle = n_idle;
  load_crowd_set_handler (listeners, on_listener_message, presence);
  return load_crowd_connect (changer, 1, bench->deadline, error) &&
         load_crowd_connect (listeners, bench->concurrency, bench->deadline, error) &&
         load_crowd_tell (listeners, LISTEN, bench->deadline, error) && run_changes (presence, error);
}

static gboolean
measure_growing (Bench *bench, guint n_idle, GError **error)
{
  if (!measure_with (bench, n_idle, 0, error))
    return FALSE;
  for (guint n_listeners = 1; n_listeners <= (guint) bench->n_listeners; n_listeners *= 10) {
    if (!measure_with (bench, n_idle, n_listeners, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
bench_measure_presence (Bench *bench, GError **error)
{
  g_autoptr (LoadCrowd) idle = load_crowd_new (bench->loop, bench->target, bench->n_idle);

  bench_title (bench, "Presence: what a change of status costs the server (%d changes each)", bench->n_changes);
  return measure_growing (bench, 0, error) && load_crowd_connect (idle, bench->concurrency, bench->deadline, error) &&
         load_crowd_tell (idle, REGISTER, bench->deadline, error) && measure_growing (bench, bench->n_idle, error) &&
         load_crowd_close (idle, bench->deadline, error);
}

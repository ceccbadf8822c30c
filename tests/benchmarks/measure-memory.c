/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/benchmarks/bench.h>

#include <gio/gio.h>
#include <unistd.h>

#define REGISTER "{\"type\":\"setPeerStatus\",\"roles\":[\"producer\"],\"meta\":{\"name\":\"idle\"}}"

/* Memory goes back to the kernel some time after it was freed, and taken some time after it was asked for: two
 * equal readings a while apart count. */
static gboolean
read_settled (const Bench *bench, LoadProcess *process, GError **error)
{
  gint64 previous = -1;

  for (guint i = 0; i < 20; i++) {
    if (!load_process_read (bench->server_pid, process, error))
      return FALSE;
    if (process->rss_bytes == previous)
      break;
    previous = process->rss_bytes;
    g_usleep (250000);
  }
  return TRUE;
}

static gboolean
fill (Bench *bench, LoadCrowd *crowd, GError **error)
{
  return load_crowd_connect (crowd, bench->concurrency, bench->deadline, error) &&
         load_crowd_tell (crowd, REGISTER, bench->deadline, error);
}

/* Has to come first in the life of a server: afterwards its heap has room left from earlier measurements. */
gboolean
bench_measure_memory (Bench *bench, GError **error)
{
  g_autoptr (LoadCrowd) crowd = load_crowd_new (bench->loop, bench->target, bench->n_idle);
  LoadProcess before, full, after;

  if (bench->server_pid == 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "memory cannot be measured without --pid");
    return FALSE;
  }
  bench_title (bench, "Memory: %d registered peers that do nothing", bench->n_idle);
  if (!read_settled (bench, &before, error) || !fill (bench, crowd, error) || !read_settled (bench, &full, error) ||
      !load_crowd_close (crowd, bench->deadline, error) || !read_settled (bench, &after, error))
    return FALSE;
  bench_value (bench, "RSS without peers", before.rss_bytes / 1024.0, "KiB");
  bench_value (bench, "RSS per idle peer", (full.rss_bytes - before.rss_bytes) / 1024.0 / bench->n_idle, "KiB");
  bench_value (bench, "RSS kept after all left", after.rss_bytes / 1024.0, "KiB");
  bench_value (bench, "descriptors kept after all left", (double) after.n_descriptors - before.n_descriptors, "");
  bench_value (bench, "closing handshakes completed", 100.0 * crowd->n_clean / bench->n_idle, "%");
  return TRUE;
}

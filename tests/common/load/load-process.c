/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/load/load-process.h>

#include <tests/common/load/load-clock.h>
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

gint64
load_process_cpu_ns (pid_t pid)
{
  struct timespec used;
  clockid_t clock;

  if (pid == 0 || clock_getcpuclockid (pid, &clock) != 0 || clock_gettime (clock, &used) != 0)
    return 0;
  return used.tv_sec * LOAD_NS_PER_S + used.tv_nsec;
}

static gint64
read_rss (const char *status)
{
  const char *line = strstr (status, "\nVmRSS:");

  return line != NULL ? g_ascii_strtoll (line + strlen ("\nVmRSS:"), NULL, 10) * 1024 : 0;
}

/* The second number of schedstat is the time spent waiting for a core. */
static gint64
read_run_wait (const char *task_folder, const char *task)
{
  g_autofree char *path = g_build_filename (task_folder, task, "schedstat", NULL);
  g_autofree char *text = NULL;
  char *end = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  g_ascii_strtoll (text, &end, 10);
  return g_ascii_strtoll (end, NULL, 10);
}

static void
read_threads (pid_t pid, LoadProcess *process)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%d/task", (int) pid);
  g_autoptr (GDir) tasks = g_dir_open (folder, 0, NULL);
  const char *task;

  while (tasks != NULL && (task = g_dir_read_name (tasks)) != NULL) {
    process->n_threads++;
    process->run_wait_ns += read_run_wait (folder, task);
  }
}

static void
read_descriptors (pid_t pid, LoadProcess *process)
{
  g_autofree char *folder = g_strdup_printf ("/proc/%d/fd", (int) pid);
  g_autoptr (GDir) descriptors = g_dir_open (folder, 0, NULL);
  const char *name;

  while (descriptors != NULL && (name = g_dir_read_name (descriptors)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);
    g_autofree char *link = g_file_read_link (path, NULL);

    process->n_descriptors++;
    if (link != NULL && g_str_has_prefix (link, "socket:"))
      process->n_sockets++;
  }
}

gboolean
load_process_read (pid_t pid, LoadProcess *process, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/status", (int) pid);
  g_autofree char *status = NULL;

  memset (process, 0, sizeof *process);
  if (pid == 0)
    return TRUE;
  if (!g_file_get_contents (path, &status, NULL, error)) {
    g_prefix_error (error, "the server process %d is gone: ", (int) pid);
    return FALSE;
  }
  process->cpu_ns = load_process_cpu_ns (pid);
  process->rss_bytes = read_rss (status);
  read_descriptors (pid, process);
  read_threads (pid, process);
  return TRUE;
}

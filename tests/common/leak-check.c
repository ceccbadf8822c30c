/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "leak-check.h"

#include <glib/gstdio.h>
#include <string.h>

#include "test-time.h"

#define TASKS "/proc/self/task"
#define DESCRIPTORS "/proc/self/fd"

static gchar *
read_line (const gchar *task, const gchar *name)
{
  g_autofree gchar *path = g_build_filename (TASKS, task, name, NULL);
  gchar *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return g_strdup ("?");
  return g_strchomp (text);
}

/* Threads that libraries start once and keep; sanitizer run-times have one too. */
static gboolean
is_kept_thread (const gchar *name)
{
  static const gchar *const kept[] = { "pool", "gmain", "gdbus", "dconf", "watchdog", "asan", "tsan" };

  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++) {
    if (g_str_has_prefix (name, kept[i]))
      return TRUE;
  }
  return FALSE;
}

static guint
count_threads (void)
{
  g_autoptr (GDir) dir = g_dir_open (TASKS, 0, NULL);
  const gchar *task;
  guint count = 0;

  while (dir && (task = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *name = read_line (task, "comm");

    /* "?": it ended between the two looks */
    if (!is_kept_thread (name) && strcmp (name, "?") != 0)
      count++;
  }
  return count;
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open (DESCRIPTORS, 0, NULL);
  guint count = 0;

  while (dir && g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

void
test_baseline_take (TestBaseline *baseline)
{
  baseline->descriptors = count_descriptors ();
  baseline->threads = count_threads ();
}

static gboolean
is_reached (const TestBaseline *baseline)
{
  return count_descriptors () <= baseline->descriptors && count_threads () <= baseline->threads;
}

void
test_baseline_check (const TestBaseline *baseline, guint milliseconds)
{
  gint64 deadline = test_time_deadline (milliseconds);

  /* The kernel tells nobody when a thread of ours is gone from /proc, so look again until time is up. */
  while (!is_reached (baseline)) {
    g_autofree gchar *threads = NULL;
    g_autofree gchar *descriptors = NULL;

    if (g_get_monotonic_time () < deadline) {
      g_poll (NULL, 0, 2);
      continue;
    }
    threads = test_threads_describe ();
    descriptors = test_descriptors_describe ();
    g_error ("left over: %u descriptors instead of %u, %u threads instead of %u\n%s%s", count_descriptors (),
        baseline->descriptors, count_threads (), baseline->threads, threads, descriptors);
  }
}

gchar *
test_threads_describe (void)
{
  g_autoptr (GDir) dir = g_dir_open (TASKS, 0, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  const gchar *task;

  while (dir && (task = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *name = read_line (task, "comm");
    g_autofree gchar *wait = read_line (task, "wchan");

    g_string_append_printf (text, "  thread %s %s: %s\n", task, name, wait);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gchar *
test_descriptors_describe (void)
{
  g_autoptr (GDir) dir = g_dir_open (DESCRIPTORS, 0, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  const gchar *descriptor;

  while (dir && (descriptor = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (DESCRIPTORS, descriptor, NULL);
    g_autofree gchar *target = g_file_read_link (path, NULL);

    g_string_append_printf (text, "  descriptor %s: %s\n", descriptor, target ? target : "?");
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

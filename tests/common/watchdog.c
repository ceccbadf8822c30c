/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watchdog.h"

#include <stdio.h>
#include <stdlib.h>

#include "leak-check.h"
#include "test-time.h"

/* `lock` guards all of it; the thread is started once and lives as long as the process. */
static struct
{
  GMutex lock;
  GCond changed;
  GThread *thread;
  gint64 due; /* 0: nothing is being watched */
  gchar *what;
} watchdog;

static void
bite (void)
{
  g_autofree gchar *threads = test_threads_describe ();

  fprintf (stderr, "\nwatchdog: %s hangs; threads:\n%s", watchdog.what, threads);
  fflush (stderr);
  abort ();
}

static gpointer
watch (gpointer unused)
{
  g_mutex_lock (&watchdog.lock);
  while (TRUE) {
    if (watchdog.due == 0)
      g_cond_wait (&watchdog.changed, &watchdog.lock);
    else if (!g_cond_wait_until (&watchdog.changed, &watchdog.lock, watchdog.due) &&
             g_get_monotonic_time () >= watchdog.due)
      bite ();
  }
  return NULL;
}

void
test_watchdog_start (const gchar *what, guint seconds)
{
  g_mutex_lock (&watchdog.lock);
  if (watchdog.thread == NULL)
    watchdog.thread = g_thread_new ("watchdog", watch, NULL);
  g_free (watchdog.what);
  watchdog.what = g_strdup (what);
  watchdog.due = test_time_deadline (seconds * 1000);
  g_cond_signal (&watchdog.changed);
  g_mutex_unlock (&watchdog.lock);
}

void
test_watchdog_stop (void)
{
  g_mutex_lock (&watchdog.lock);
  watchdog.due = 0;
  g_clear_pointer (&watchdog.what, g_free);
  g_cond_signal (&watchdog.changed);
  g_mutex_unlock (&watchdog.lock);
}

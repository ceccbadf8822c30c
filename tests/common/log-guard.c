/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "log-guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `lock` guards all of it: any thread may log. */
static struct
{
  GMutex lock;
  gchar *domain;
  gchar *text;
  guint allowed;
  gboolean stopped;
} guard;

static const gchar *
find_field (const GLogField *fields, gsize n_fields, const gchar *key)
{
  for (gsize i = 0; i < n_fields; i++) {
    if (strcmp (fields[i].key, key) == 0 && fields[i].length < 0)
      return fields[i].value;
  }
  return "";
}

static gboolean
is_allowed (const gchar *domain, const gchar *message)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&guard.lock);

  if (guard.stopped)
    return TRUE;
  if (guard.text == NULL || strcmp (domain, guard.domain) != 0 || strstr (message, guard.text) == NULL)
    return FALSE;
  guard.allowed++;
  return TRUE;
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  const gchar *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  const gchar *message = find_field (fields, n_fields, "MESSAGE");

  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) == 0)
    return g_log_writer_default (level, fields, n_fields, NULL);
  if (is_allowed (domain, message))
    return G_LOG_WRITER_HANDLED;
  fprintf (stderr, "\nlogged where nothing may be: %s: %s\n", domain, message);
  fflush (stderr);
  abort ();
}

void
test_log_guard_start (void)
{
  /* GLib would abort before the writer has its say on what is allowed. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  /* GTest's own handler would copy every debug line into the TAP output. */
  g_log_set_default_handler (g_log_default_handler, NULL);
  g_log_set_writer_func (write_log, NULL, NULL);
}

void
test_log_guard_allow (const gchar *domain, const gchar *text)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&guard.lock);

  g_free (guard.domain);
  g_free (guard.text);
  guard.domain = g_strdup (domain);
  guard.text = g_strdup (text);
  guard.allowed = 0;
}

guint
test_log_guard_get_allowed (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&guard.lock);

  return guard.allowed;
}

void
test_log_guard_forget (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&guard.lock);

  g_clear_pointer (&guard.domain, g_free);
  g_clear_pointer (&guard.text, g_free);
  guard.allowed = 0;
}

void
test_log_guard_stop (void)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&guard.lock);

  guard.stopped = TRUE;
}

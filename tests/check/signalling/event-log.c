/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "event-log.h"

#include <tests/common/test-time.h>

#define PATIENCE 10000

/* `lock` guards all of it. */
struct _EventLog
{
  GMutex lock;
  GCond changed;
  gchar *name;
  GPtrArray *lines;
  guint seen;
  guint n_adding; /* threads that have not left event_log_add() */
  gboolean closed;
  EventLogHook hook;
  gpointer hook_data;
};

EventLog *
event_log_new (const gchar *name)
{
  EventLog *self = g_new0 (EventLog, 1);

  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->name = g_strdup (name);
  self->lines = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
event_log_free (EventLog *self)
{
  g_mutex_lock (&self->lock);
  while (self->n_adding > 0)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_ptr_array_unref (self->lines);
  g_free (self->name);
  g_free (self);
}

void
event_log_add (EventLog *self, const gchar *format, ...)
{
  EventLogHook hook;
  gpointer hook_data;
  const gchar *line;
  va_list arguments;

  va_start (arguments, format);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->lines, g_strdup_vprintf (format, arguments));
  line = self->lines->pdata[self->lines->len - 1];
  if (self->closed)
    g_error ("%s: after the end: %s", self->name, line);
  self->n_adding++;
  hook = self->hook;
  hook_data = self->hook_data;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  va_end (arguments);
  if (hook)
    hook (line, hook_data);
  g_mutex_lock (&self->lock);
  self->n_adding--;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

void
event_log_set_hook (EventLog *self, EventLogHook hook, gpointer user_data)
{
  g_mutex_lock (&self->lock);
  self->hook = hook;
  self->hook_data = user_data;
  g_mutex_unlock (&self->lock);
}

static void
set_closed (EventLog *self, gboolean closed)
{
  g_mutex_lock (&self->lock);
  self->closed = closed;
  g_mutex_unlock (&self->lock);
}

void
event_log_close (EventLog *self)
{
  set_closed (self, TRUE);
}

void
event_log_reopen (EventLog *self)
{
  set_closed (self, FALSE);
}

/* With the lock. */
static const gchar *
find (EventLog *self, const gchar *pattern)
{
  for (guint i = self->seen; i < self->lines->len; i++) {
    if (!g_pattern_match_simple (pattern, self->lines->pdata[i]))
      continue;
    self->seen = i + 1;
    return self->lines->pdata[i];
  }
  return NULL;
}

const gchar *
event_log_await (EventLog *self, const gchar *pattern, guint milliseconds)
{
  gint64 deadline = test_time_deadline (milliseconds);
  const gchar *line;

  g_mutex_lock (&self->lock);
  while ((line = find (self, pattern)) == NULL) {
    if (!g_cond_wait_until (&self->changed, &self->lock, deadline))
      break;
  }
  g_mutex_unlock (&self->lock);
  return line;
}

const gchar *
event_log_expect (EventLog *self, const gchar *pattern)
{
  const gchar *line = event_log_await (self, pattern, PATIENCE);

  if (line == NULL) {
    g_autofree gchar *all = event_log_join (self, "*");

    g_error ("%s: \"%s\" did not happen; what did: %s", self->name, pattern, all);
  }
  return line;
}

guint
event_log_count (EventLog *self, const gchar *pattern)
{
  guint count = 0;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->lines->len; i++)
    count += g_pattern_match_simple (pattern, self->lines->pdata[i]);
  g_mutex_unlock (&self->lock);
  return count;
}

gchar *
event_log_join (EventLog *self, const gchar *pattern)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->lines->len; i++) {
    if (g_pattern_match_simple (pattern, self->lines->pdata[i]))
      g_string_append_printf (text, "%s%s", text->len > 0 ? "; " : "", (gchar *) self->lines->pdata[i]);
  }
  g_mutex_unlock (&self->lock);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gchar *
event_word (const gchar *event, guint n)
{
  g_auto (GStrv) words = g_strsplit (event, " ", -1);

  g_assert_cmpuint (n, <, g_strv_length (words));
  return g_strdup (words[n]);
}

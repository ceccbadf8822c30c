/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What happened, in order, as lines of text, from any thread; a test waits for the lines it expects. Patterns are globs
 * (GPatternSpec). Waiting is bounded, and what does not come fails the test with everything that did. */
typedef struct _EventLog EventLog;

/* Runs in the thread of the event, after it was written down: in a signal handler, that is. */
typedef void (*EventLogHook) (const gchar *event, gpointer user_data);

EventLog *event_log_new (const gchar *name) G_GNUC_WARN_UNUSED_RESULT;
void event_log_free (EventLog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (EventLog, event_log_free)

void event_log_add (EventLog *self, const gchar *format, ...) G_GNUC_PRINTF (2, 3);
void event_log_set_hook (EventLog *self, EventLogHook hook, gpointer user_data);
/* Nothing may happen any more: an event after this fails the test. */
void event_log_close (EventLog *self);
void event_log_reopen (EventLog *self);

/* The first line after those already seen that matches, and what is before it counts as seen too. The line belongs to
 * the log. */
const gchar *event_log_expect (EventLog *self, const gchar *pattern);
/* The same within @milliseconds, and NULL when it does not come. */
const gchar *event_log_await (EventLog *self, const gchar *pattern, guint milliseconds);
/* How many lines match, seen or not */
guint event_log_count (EventLog *self, const gchar *pattern);
/* All that match, joined by "; " */
gchar *event_log_join (EventLog *self, const gchar *pattern) G_GNUC_WARN_UNUSED_RESULT;
/* Word @n of a line, from 0 */
gchar *event_word (const gchar *event, guint n) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

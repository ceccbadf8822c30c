/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Descriptors and threads before and after. What GLib starts once and keeps (its worker, its idle pool threads) does
 * not count as a thread; its descriptors do, so the first case of a program warms everything up before it asks. */
typedef struct
{
  guint descriptors;
  guint threads;
} TestBaseline;

void test_baseline_take (TestBaseline *baseline);
/* Fails, naming what is left over, when the process has not come back to @baseline within @milliseconds. */
void test_baseline_check (const TestBaseline *baseline, guint milliseconds);

/* One line per thread: id, name, what it waits in */
gchar *test_threads_describe (void) G_GNUC_WARN_UNUSED_RESULT;
/* One line per open descriptor */
gchar *test_descriptors_describe (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

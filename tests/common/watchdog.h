/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Ends a test that hangs: says which case it was and what every thread was waiting in, then aborts, so that a core
 * or a debugger has the stacks of all threads. Time starts anew with every call: a fixture calls it per case. */
void test_watchdog_start (const gchar *what, guint seconds);
void test_watchdog_stop (void);

G_END_DECLS

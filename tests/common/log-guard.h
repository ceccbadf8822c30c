/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From now on every WARNING and CRITICAL of GLib, libsoup, this library or anybody else aborts the program where it
 * is logged, with the stack of the culprit. Called once, after g_test_init(). */
void test_log_guard_start (void);
/* Except those of @domain that contain @text, until test_log_guard_forget(). */
void test_log_guard_allow (const gchar *domain, const gchar *text);
/* How many were let pass since then. */
guint test_log_guard_get_allowed (void);
void test_log_guard_forget (void);
/* For a process that is meant to go wrong: everything is let pass. */
void test_log_guard_stop (void);

G_END_DECLS

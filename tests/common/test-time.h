/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Test programs under valgrind or a sanitizer run many times slower: GST_SIGNALLING_TEST_SLOW says how many. Every
 * span of a test, those it gives to the code under test included, goes through this. */
guint test_time_scale (guint milliseconds);
/* @milliseconds from now, scaled, as monotonic time in µs */
gint64 test_time_deadline (guint milliseconds);
/* What is left until @deadline in milliseconds, rounded up, 0 when it has passed: a timeout for poll() */
gint test_time_left (gint64 deadline);

G_END_DECLS

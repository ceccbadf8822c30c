/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "test-time.h"

guint
test_time_scale (guint milliseconds)
{
  static gsize factor;

  if (g_once_init_enter (&factor)) {
    const gchar *text = g_getenv ("GST_SIGNALLING_TEST_SLOW");
    guint64 value = text ? g_ascii_strtoull (text, NULL, 10) : 1;

    g_once_init_leave (&factor, CLAMP (value, 1, 100));
  }
  return milliseconds * (guint) factor;
}

gint64
test_time_deadline (guint milliseconds)
{
  return g_get_monotonic_time () + (gint64) test_time_scale (milliseconds) * 1000;
}

gint
test_time_left (gint64 deadline)
{
  gint64 left = deadline - g_get_monotonic_time ();

  return left > 0 ? (gint) ((left + 999) / 1000) : 0;
}

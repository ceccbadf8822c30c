/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <time.h>

#define LOAD_NS_PER_S G_GINT64_CONSTANT (1000000000)
#define LOAD_NS_PER_MS G_GINT64_CONSTANT (1000000)
#define LOAD_NS_PER_US G_GINT64_CONSTANT (1000)

/* g_get_monotonic_time() counts microseconds, which is the size of the things measured here. */
static inline gint64
load_clock_now (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return now.tv_sec * LOAD_NS_PER_S + now.tv_nsec;
}

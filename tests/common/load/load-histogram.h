/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Durations in nanoseconds, kept with a relative error below 1/64 whatever their size. */
#define LOAD_HISTOGRAM_SUB_BITS 6
#define LOAD_HISTOGRAM_BUCKETS ((64 - LOAD_HISTOGRAM_SUB_BITS + 1) << LOAD_HISTOGRAM_SUB_BITS)

typedef struct
{
  guint64 counts[LOAD_HISTOGRAM_BUCKETS];
  guint64 n;
  gint64 max;
} LoadHistogram;

void load_histogram_add (LoadHistogram *histogram, gint64 value);
gint64 load_histogram_percentile (const LoadHistogram *histogram, double percent);

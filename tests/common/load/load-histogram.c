/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/load/load-histogram.h>

static guint
bucket_of (guint64 value)
{
  guint shift = 0;

  if (value >> LOAD_HISTOGRAM_SUB_BITS != 0)
    shift = 64 - __builtin_clzll (value) - LOAD_HISTOGRAM_SUB_BITS;
  return (shift << LOAD_HISTOGRAM_SUB_BITS) + (value >> shift);
}

/* The largest value that falls into @bucket, so that a percentile is never told too small. */
static gint64
upper_bound_of (guint bucket)
{
  guint shift = bucket >> LOAD_HISTOGRAM_SUB_BITS;
  guint64 base = bucket & ((1u << LOAD_HISTOGRAM_SUB_BITS) - 1);

  return (gint64) (((base + 1) << shift) - 1);
}

void
load_histogram_add (LoadHistogram *histogram, gint64 value)
{
  histogram->counts[bucket_of (MAX (value, 0))]++;
  histogram->n++;
  histogram->max = MAX (histogram->max, value);
}

gint64
load_histogram_percentile (const LoadHistogram *histogram, double percent)
{
  guint64 wanted = (guint64) (histogram->n * percent / 100.0 + 0.5);
  guint64 seen = 0;

  for (guint bucket = 0; bucket < LOAD_HISTOGRAM_BUCKETS; bucket++) {
    seen += histogram->counts[bucket];
    if (seen >= MAX (wanted, 1))
      return MIN (upper_bound_of (bucket), histogram->max);
  }
  return histogram->max;
}

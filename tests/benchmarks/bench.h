/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <tests/common/load/load-clock.h>
#include <tests/common/load/load-crowd.h>
#include <tests/common/load/load-process.h>

#include <stdio.h>

/* What all measurements share. */
typedef struct
{
  LoadLoop *loop;
  LoadTarget *target;
  pid_t server_pid; /* 0: not known, nothing is said about its CPU time and memory */
  FILE *table;      /* for people, or for a script that puts several runs side by side */
  gboolean machine_readable;
  gint64 deadline;

  int n_connections;
  int n_idle;
  int n_sessions;
  int n_listeners;
  int n_changes;
  int concurrency;
  int rate;
  int duration;
  int size;
  int window;
} Bench;

/* The resources used between two moments, by the server and by this program. */
typedef struct
{
  gint64 wall_ns;
  gint64 server_cpu_ns;
  gint64 server_wait_ns;
  gint64 own_cpu_ns;
  gint64 own_wait_ns;
} BenchUsage;

void bench_usage_start (const Bench *bench, BenchUsage *usage);
void bench_usage_stop (const Bench *bench, BenchUsage *usage);

void bench_title (const Bench *bench, const char *format, ...) G_GNUC_PRINTF (2, 3);
void bench_value (const Bench *bench, const char *name, double value, const char *unit);
void bench_rates (const Bench *bench, const char *what, guint64 count, const BenchUsage *usage);
void bench_latency (const Bench *bench, const char *what, const LoadHistogram *histogram);

gboolean bench_measure_memory (Bench *bench, GError **error);
gboolean bench_measure_connect (Bench *bench, GError **error);
gboolean bench_measure_churn (Bench *bench, GError **error);
gboolean bench_measure_relay (Bench *bench, GError **error);
gboolean bench_measure_crowded (Bench *bench, GError **error);
gboolean bench_measure_saturation (Bench *bench, GError **error);
gboolean bench_measure_sessions (Bench *bench, GError **error);
gboolean bench_measure_presence (Bench *bench, GError **error);

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* What the kernel says about the server's process. Everything is 0 for pid 0: not known. */
typedef struct
{
  gint64 cpu_ns;      /* of all its threads, those that ended included */
  gint64 run_wait_ns; /* time its threads were ready to run and had no core */
  gint64 rss_bytes;
  guint n_threads;
  guint n_descriptors;
  guint n_sockets; /* of them: one per connection, and those that listen */
} LoadProcess;

gboolean load_process_read (pid_t pid, LoadProcess *process, GError **error);
gint64 load_process_cpu_ns (pid_t pid);

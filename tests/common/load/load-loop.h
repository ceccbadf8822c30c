/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

typedef struct _LoadConnection LoadConnection;
typedef struct _LoadLoop LoadLoop;

typedef gboolean (*LoadPredicate) (gpointer user_data);

/* One epoll instance, driven by one thread. */
LoadLoop *load_loop_new (GError **error) G_GNUC_WARN_UNUSED_RESULT;
void load_loop_free (LoadLoop *loop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoadLoop, load_loop_free)

/* Waits until something happened or @until (monotonic ns), handles it, and writes what was queued by doing so. */
void load_loop_iterate (LoadLoop *loop, gint64 until);
/* Iterates until @done says so; FALSE when that did not happen before @deadline. */
gboolean load_loop_run (LoadLoop *loop, LoadPredicate done, gpointer user_data, gint64 deadline);
/* Writes what was queued since the last iteration. */
void load_loop_flush (LoadLoop *loop);

/* For connections only. */
gboolean load_loop_watch (LoadLoop *loop, LoadConnection *connection, int fd, guint32 events);
void load_loop_change (LoadLoop *loop, LoadConnection *connection, int fd, guint32 events);
void load_loop_mark_dirty (LoadLoop *loop, LoadConnection *connection);
void load_loop_bury (LoadLoop *loop, LoadConnection *connection);
guint8 *load_loop_get_buffer (LoadLoop *loop, gsize *size);

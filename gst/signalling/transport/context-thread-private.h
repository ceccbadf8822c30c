/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include <gst/signalling/transport/deadline-private.h>

G_BEGIN_DECLS

/* A thread that runs a main context of its own: the owner of all network state of one signaller or server.
 *
 * Life: `new` starts the thread. `hold`/`release` count what still needs the loop (an open connection, a
 * stop in progress). `stop` says that nothing new will come: the loop ends when the last hold is released.
 * Called from another thread, `join` waits for that, at most until @until (monotonic time, µs); called from the
 * thread itself, or when time runs out, the thread ends by itself later: it owns what it needs to do so. */
typedef struct _GstSignallingContextThread GstSignallingContextThread;

GstSignallingContextThread *gst_signalling_context_thread_new (const gchar *name);
GstSignallingContextThread *gst_signalling_context_thread_ref (GstSignallingContextThread *thread);
void gst_signalling_context_thread_unref (GstSignallingContextThread *thread);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstSignallingContextThread, gst_signalling_context_thread_unref)

GMainContext *gst_signalling_context_thread_get_context (GstSignallingContextThread *thread);
gboolean gst_signalling_context_thread_is_current (GstSignallingContextThread *thread);
/* The deadlines of this thread; only to be used on it. */
GstSignallingDeadlines *gst_signalling_context_thread_get_deadlines (GstSignallingContextThread *thread);

/* Any thread. Tasks run in the order of the calls. The task is run exactly once, or, after the loop has ended,
 * only its @destroy is called. */
void gst_signalling_context_thread_invoke (
    GstSignallingContextThread *thread, GSourceFunc func, gpointer data, GDestroyNotify destroy);
void gst_signalling_context_thread_hold (GstSignallingContextThread *thread);
void gst_signalling_context_thread_release (GstSignallingContextThread *thread);
void gst_signalling_context_thread_stop (GstSignallingContextThread *thread);
gboolean gst_signalling_context_thread_join (GstSignallingContextThread *thread, gint64 until);

G_END_DECLS

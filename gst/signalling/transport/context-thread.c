/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/transport/context-thread-private.h>

/* @lock guards @n_holds, @n_tasks, @stopping, @finished and @joinable, and is never held while a callback runs. The
 * rest is set once, before the thread starts; @deadlines belongs to the thread. The thread itself owns a reference
 * until it ends. */
struct _GstSignallingContextThread
{
  gatomicrefcount ref_count;
  GMainContext *context;
  GstSignallingDeadlines *deadlines;
  GThread *thread;

  GMutex lock;
  GCond joinable_cond;
  guint n_holds;
  guint n_tasks;
  gboolean stopping;
  gboolean finished; /* no task is accepted any more */
  gboolean joinable; /* and nothing is left of the thread but its end */
};

typedef struct
{
  GstSignallingContextThread *thread; /* borrowed: tasks are gone before the thread ends */
  GSourceFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Task;

static gboolean
must_run (GstSignallingContextThread *thread)
{
  gboolean run;

  g_mutex_lock (&thread->lock);
  run = !thread->stopping || thread->n_holds > 0;
  g_mutex_unlock (&thread->lock);
  return run;
}

/* Nothing may be left over: not a task, and not what libsoup put off to an idle handler, which keeps its objects alive
 * until it has run. */
static gboolean
try_finish (GstSignallingContextThread *thread)
{
  gboolean finished;

  while (g_main_context_iteration (thread->context, FALSE))
    ;
  g_mutex_lock (&thread->lock);
  finished = thread->finished = thread->n_tasks == 0 && thread->n_holds == 0;
  g_mutex_unlock (&thread->lock);
  return finished;
}

static gpointer
run_thread (gpointer data)
{
  GstSignallingContextThread *thread = data;

  g_main_context_push_thread_default (thread->context);
  do {
    while (must_run (thread))
      g_main_context_iteration (thread->context, TRUE);
  } while (!try_finish (thread));
  gst_signalling_deadlines_free (g_steal_pointer (&thread->deadlines));
  g_main_context_pop_thread_default (thread->context);

  g_mutex_lock (&thread->lock);
  thread->joinable = TRUE;
  g_cond_broadcast (&thread->joinable_cond);
  g_mutex_unlock (&thread->lock);
  gst_signalling_context_thread_unref (thread);
  return NULL;
}

GstSignallingContextThread *
gst_signalling_context_thread_new (const gchar *name)
{
  GstSignallingContextThread *thread = g_new0 (GstSignallingContextThread, 1);

  g_atomic_ref_count_init (&thread->ref_count);
  g_mutex_init (&thread->lock);
  g_cond_init (&thread->joinable_cond);
  thread->context = g_main_context_new ();
  thread->deadlines = gst_signalling_deadlines_new (thread->context);
  thread->thread = g_thread_new (name, run_thread, gst_signalling_context_thread_ref (thread));
  return thread;
}

GstSignallingContextThread *
gst_signalling_context_thread_ref (GstSignallingContextThread *thread)
{
  g_atomic_ref_count_inc (&thread->ref_count);
  return thread;
}

void
gst_signalling_context_thread_unref (GstSignallingContextThread *thread)
{
  if (!g_atomic_ref_count_dec (&thread->ref_count))
    return;
  /* The thread owns a reference, so it has ended, or is ending: in here. */
  g_thread_unref (thread->thread);
  g_main_context_unref (thread->context);
  g_mutex_clear (&thread->lock);
  g_cond_clear (&thread->joinable_cond);
  g_free (thread);
}

GMainContext *
gst_signalling_context_thread_get_context (GstSignallingContextThread *thread)
{
  return thread->context;
}

gboolean
gst_signalling_context_thread_is_current (GstSignallingContextThread *thread)
{
  return g_main_context_is_owner (thread->context);
}

GstSignallingDeadlines *
gst_signalling_context_thread_get_deadlines (GstSignallingContextThread *thread)
{
  g_assert (gst_signalling_context_thread_is_current (thread));
  return thread->deadlines;
}

static gboolean
run_task (gpointer data)
{
  Task *task = data;

  task->func (task->data);
  return G_SOURCE_REMOVE;
}

static void
free_task (gpointer data)
{
  Task *task = data;

  if (task->destroy)
    task->destroy (task->data);
  if (task->thread) {
    g_mutex_lock (&task->thread->lock);
    task->thread->n_tasks--;
    g_mutex_unlock (&task->thread->lock);
  }
  g_free (task);
}

void
gst_signalling_context_thread_invoke (
    GstSignallingContextThread *thread, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Task *task = g_new0 (Task, 1);

  task->func = func;
  task->data = data;
  task->destroy = destroy;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "signalling-task");
  g_source_set_callback (source, run_task, task, free_task);

  /* Attached under the lock, so that the thread cannot end between the question and the answer. */
  g_mutex_lock (&thread->lock);
  if (!thread->finished) {
    task->thread = thread;
    thread->n_tasks++;
    g_source_attach (source, thread->context);
  }
  g_mutex_unlock (&thread->lock);
}

void
gst_signalling_context_thread_hold (GstSignallingContextThread *thread)
{
  g_mutex_lock (&thread->lock);
  thread->n_holds++;
  g_mutex_unlock (&thread->lock);
}

void
gst_signalling_context_thread_release (GstSignallingContextThread *thread)
{
  g_mutex_lock (&thread->lock);
  g_assert (thread->n_holds > 0);
  thread->n_holds--;
  g_mutex_unlock (&thread->lock);
  g_main_context_wakeup (thread->context);
}

void
gst_signalling_context_thread_stop (GstSignallingContextThread *thread)
{
  g_mutex_lock (&thread->lock);
  thread->stopping = TRUE;
  g_mutex_unlock (&thread->lock);
  g_main_context_wakeup (thread->context);
}

gboolean
gst_signalling_context_thread_join (GstSignallingContextThread *thread, gint64 until)
{
  gboolean ended;

  if (gst_signalling_context_thread_is_current (thread))
    return FALSE;
  g_mutex_lock (&thread->lock);
  while (!thread->joinable && g_cond_wait_until (&thread->joinable_cond, &thread->lock, until))
    ;
  ended = thread->joinable;
  g_mutex_unlock (&thread->lock);
  return ended;
}

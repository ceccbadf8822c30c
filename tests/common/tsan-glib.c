/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Only in builds with the thread sanitizer: GLib of the system is not instrumented, so that its locks, its reference
 * counts and its hand-over of sources between threads are invisible, and everything they order looks like a race. These
 * definitions come before GLib's, tell the sanitizer, and call GLib's. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <glib-object.h>

void __tsan_acquire (void *address);
void __tsan_release (void *address);

#define REAL(name)                                                                                                     \
  static __typeof__ (&name) real;                                                                                      \
  if (!real)                                                                                                           \
  real = (__typeof__ (&name)) dlsym (RTLD_NEXT, #name)

/* Of this file nothing is to be looked at. */
#pragma clang attribute push(__attribute__((no_sanitize("thread"))), apply_to = function)

/* Stands for whatever one thread gives another along with a source. */
static int sources;

void
g_mutex_lock (GMutex *mutex)
{
  REAL (g_mutex_lock);
  real (mutex);
  __tsan_acquire (mutex);
}

gboolean
g_mutex_trylock (GMutex *mutex)
{
  gboolean locked;

  REAL (g_mutex_trylock);
  locked = real (mutex);
  if (locked)
    __tsan_acquire (mutex);
  return locked;
}

void
g_mutex_unlock (GMutex *mutex)
{
  REAL (g_mutex_unlock);
  __tsan_release (mutex);
  real (mutex);
}

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait);
  __tsan_release (mutex);
  real (cond, mutex);
  __tsan_acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  gboolean signalled;

  REAL (g_cond_wait_until);
  __tsan_release (mutex);
  signalled = real (cond, mutex, end_time);
  __tsan_acquire (mutex);
  return signalled;
}

gboolean (g_atomic_ref_count_dec) (gatomicrefcount *count)
{
  gboolean last;

  REAL (g_atomic_ref_count_dec);
  __tsan_release (count);
  last = real (count);
  __tsan_acquire (count);
  return last;
}

void
g_object_unref (gpointer object)
{
  REAL (g_object_unref);
  __tsan_release (object);
  real (object);
}

guint
g_source_attach (GSource *source, GMainContext *context)
{
  REAL (g_source_attach);
  __tsan_release (&sources);
  return real (source, context);
}

static gint
poll_and_acquire (GPollFD *fds, guint n_fds, gint timeout)
{
  gint ready = g_poll (fds, n_fds, timeout);

  __tsan_acquire (&sources);
  return ready;
}

GMainContext *
g_main_context_new (void)
{
  GMainContext *context;

  REAL (g_main_context_new);
  context = real ();
  g_main_context_set_poll_func (context, poll_and_acquire);
  return context;
}

#pragma clang attribute pop

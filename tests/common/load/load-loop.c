/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/load/load-loop.h>

#include <tests/common/load/load-clock.h>
#include <tests/common/load/load-connection-private.h>
#include <errno.h>
#include <gio/gio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#define EVENTS_PER_WAIT 256
#define BUFFER_SIZE (256 * 1024)

struct _LoadLoop
{
  int epoll_fd;
  guint8 *buffer;   /* every read goes through it */
  GPtrArray *dirty; /* connections with output nobody tried to write yet */
  GPtrArray *dead;  /* freed by their owner; the events at hand may still name them */
};

LoadLoop *
load_loop_new (GError **error)
{
  int fd = epoll_create1 (EPOLL_CLOEXEC);
  LoadLoop *loop;

  if (fd < 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "epoll: %s", g_strerror (errno));
    return NULL;
  }
  /* The kernel may otherwise wake us up to 50 µs late, which is the order of what is measured. */
  prctl (PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  loop = g_new0 (LoadLoop, 1);
  loop->epoll_fd = fd;
  loop->buffer = g_malloc (BUFFER_SIZE);
  loop->dirty = g_ptr_array_new ();
  loop->dead = g_ptr_array_new_with_free_func ((GDestroyNotify) load_connection_destroy);
  return loop;
}

void
load_loop_free (LoadLoop *loop)
{
  g_ptr_array_unref (loop->dirty);
  g_ptr_array_unref (loop->dead);
  close (loop->epoll_fd);
  g_free (loop->buffer);
  g_free (loop);
}

guint8 *
load_loop_get_buffer (LoadLoop *loop, gsize *size)
{
  *size = BUFFER_SIZE;
  return loop->buffer;
}

gboolean
load_loop_watch (LoadLoop *loop, LoadConnection *connection, int fd, guint32 events)
{
  struct epoll_event event = { .events = events, .data = { .ptr = connection } };

  return epoll_ctl (loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

void
load_loop_change (LoadLoop *loop, LoadConnection *connection, int fd, guint32 events)
{
  struct epoll_event event = { .events = events, .data = { .ptr = connection } };

  epoll_ctl (loop->epoll_fd, EPOLL_CTL_MOD, fd, &event);
}

void
load_loop_mark_dirty (LoadLoop *loop, LoadConnection *connection)
{
  g_ptr_array_add (loop->dirty, connection);
}

void
load_loop_bury (LoadLoop *loop, LoadConnection *connection)
{
  g_ptr_array_add (loop->dead, connection);
}

void
load_loop_flush (LoadLoop *loop)
{
  /* Writing may end a connection, whose handler may queue output on others: the list can grow meanwhile. */
  for (guint i = 0; i < loop->dirty->len; i++)
    load_connection_flush (g_ptr_array_index (loop->dirty, i));
  g_ptr_array_set_size (loop->dirty, 0);
}

static int
wait_for_events (LoadLoop *loop, struct epoll_event *events, gint64 until)
{
  gint64 left = MAX (until - load_clock_now (), 0);
  struct timespec timeout = { .tv_sec = left / LOAD_NS_PER_S, .tv_nsec = left % LOAD_NS_PER_S };

  return epoll_pwait2 (loop->epoll_fd, events, EVENTS_PER_WAIT, &timeout, NULL);
}

void
load_loop_iterate (LoadLoop *loop, gint64 until)
{
  struct epoll_event events[EVENTS_PER_WAIT];
  int n_events;

  load_loop_flush (loop);
  n_events = wait_for_events (loop, events, until);
  for (int i = 0; i < n_events; i++) {
    load_connection_dispatch (events[i].data.ptr, events[i].events);
    load_loop_flush (loop);
  }
  g_ptr_array_set_size (loop->dead, 0);
}

gboolean
load_loop_run (LoadLoop *loop, LoadPredicate done, gpointer user_data, gint64 deadline)
{
  while (!done (user_data)) {
    if (load_clock_now () >= deadline)
      return FALSE;
    load_loop_iterate (loop, deadline);
  }
  load_loop_flush (loop);
  return TRUE;
}

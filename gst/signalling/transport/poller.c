/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <glib-unix.h>

#include <gst/signalling/transport/poller-private.h>

#define SLOTS_PER_SHARD 32
#define MAX_EVENTS 256
/* Sources that wait for a time rather than for a socket, as libsoup's own close timer does, are looked at that often.
 */
#define SWEEP_MS 1000

struct _GstSignallingShard
{
  GMainContext *context;
  guint n_slots;
  gboolean hot; /* in the queue of those to run */
};

struct _GstSignallingPoller
{
  GstSignallingContextThread *thread;
  int epoll_fd;
  GSource *source;
  GPtrArray *shards;              /* owned */
  GPtrArray *with_room;           /* those of them that take more slots */
  GstSignallingShard *main_shard; /* the thread's own context, when there is no descriptor for another one */
  GQueue hot;
  GstSignallingDeadline sweep;
};

/* -- shards ------------------------------------------------------------------------------------------------------- */

static GstSignallingShard *
shard_new (GMainContext *context)
{
  GstSignallingShard *shard = g_new0 (GstSignallingShard, 1);

  shard->context = context;
  return shard;
}

static void
shard_free (gpointer data)
{
  GstSignallingShard *shard = data;

  /* What was put off there must not be lost. */
  g_main_context_push_thread_default (shard->context);
  while (g_main_context_iteration (shard->context, FALSE))
    ;
  g_main_context_pop_thread_default (shard->context);
  g_main_context_unref (shard->context);
  g_free (shard);
}

static void
run_shard (GstSignallingShard *shard)
{
  g_main_context_push_thread_default (shard->context);
  g_main_context_iteration (shard->context, FALSE);
  g_main_context_pop_thread_default (shard->context);
}

static void
make_hot (GstSignallingPoller *poller, GstSignallingShard *shard)
{
  if (shard->hot || shard == poller->main_shard)
    return;
  shard->hot = TRUE;
  g_queue_push_tail (&poller->hot, shard);
  g_source_set_ready_time (poller->source, 0);
}

/* Those that get hot again meanwhile have their turn in the next round. */
static void
run_hot_shards (GstSignallingPoller *poller)
{
  GQueue round = poller->hot;
  GstSignallingShard *shard;

  g_queue_init (&poller->hot);
  while ((shard = g_queue_pop_head (&round))) {
    shard->hot = FALSE;
    run_shard (shard);
  }
}

/* GLib ends the process when a new context gets no descriptor. */
static gboolean
has_descriptors (void)
{
  int first = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  int second = first >= 0 ? open ("/dev/null", O_RDONLY | O_CLOEXEC) : -1;

  if (first >= 0)
    close (first);
  if (second >= 0)
    close (second);
  return second >= 0;
}

static GstSignallingShard *
find_shard (GstSignallingPoller *poller)
{
  GstSignallingShard *shard;

  if (poller->with_room->len > 0)
    return g_ptr_array_index (poller->with_room, poller->with_room->len - 1);
  if (!has_descriptors ())
    return poller->main_shard;
  shard = shard_new (g_main_context_new ());
  g_ptr_array_add (poller->shards, shard);
  g_ptr_array_add (poller->with_room, shard);
  return shard;
}

static GstSignallingShard *
take_place (GstSignallingPoller *poller)
{
  GstSignallingShard *shard = find_shard (poller);

  shard->n_slots++;
  if (shard != poller->main_shard && shard->n_slots == SLOTS_PER_SHARD)
    g_ptr_array_remove_fast (poller->with_room, shard);
  return shard;
}

static void
give_back_place (GstSignallingPoller *poller, GstSignallingShard *shard)
{
  if (shard != poller->main_shard && shard->n_slots == SLOTS_PER_SHARD)
    g_ptr_array_add (poller->with_room, shard);
  shard->n_slots--;
}

static void
on_sweep (gpointer owner)
{
  GstSignallingPoller *poller = owner;

  for (guint i = 0; i < poller->shards->len; i++)
    make_hot (poller, g_ptr_array_index (poller->shards, i));
  gst_signalling_deadline_arm (
      gst_signalling_context_thread_get_deadlines (poller->thread), &poller->sweep, SWEEP_MS, on_sweep, poller);
}

/* -- sockets ------------------------------------------------------------------------------------------------------ */

/* No slot is removed while the events of a round are handed out: marking a stream readable runs nothing else. */
static void
hand_out_events (GstSignallingPoller *poller)
{
  struct epoll_event events[MAX_EVENTS];
  int n = epoll_wait (poller->epoll_fd, events, MAX_EVENTS, 0);

  for (int i = 0; i < n; i++) {
    GstSignallingPollerSlot *slot = events[i].data.ptr;

    slot->readable (slot->owner, (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
  }
}

static gboolean
on_ready (int fd, GIOCondition condition, gpointer user_data)
{
  GstSignallingPoller *poller = user_data;

  g_source_set_ready_time (poller->source, -1);
  hand_out_events (poller);
  run_hot_shards (poller);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_poller (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return ((GUnixFDSourceFunc) (void (*) (void)) callback) (-1, 0, user_data);
}

gboolean
gst_signalling_poller_add (GstSignallingPoller *poller, GstSignallingPollerSlot *slot, int fd,
    GstSignallingPollerFunc readable, gpointer owner)
{
  struct epoll_event event = { .events = EPOLLIN | EPOLLRDHUP | EPOLLET, .data.ptr = slot };

  if (epoll_ctl (poller->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    return FALSE;
  slot->poller = poller;
  slot->fd = fd;
  slot->readable = readable;
  slot->owner = owner;
  slot->shard = take_place (poller);
  return TRUE;
}

void
gst_signalling_poller_mute (GstSignallingPollerSlot *slot)
{
  if (!slot->poller || slot->fd < 0)
    return;
  epoll_ctl (slot->poller->epoll_fd, EPOLL_CTL_DEL, slot->fd, NULL);
  slot->fd = -1;
}

void
gst_signalling_poller_remove (GstSignallingPollerSlot *slot)
{
  if (!slot->poller)
    return;
  gst_signalling_poller_mute (slot);
  give_back_place (slot->poller, slot->shard);
  /* Whatever the end of the connection put off to its context. */
  make_hot (slot->poller, slot->shard);
  slot->poller = NULL;
}

GMainContext *
gst_signalling_poller_slot_get_context (GstSignallingPollerSlot *slot)
{
  return slot->shard->context;
}

void
gst_signalling_poller_slot_wake (GstSignallingPollerSlot *slot)
{
  if (slot->poller)
    make_hot (slot->poller, slot->shard);
}

/* -- the poller --------------------------------------------------------------------------------------------------- */

GstSignallingPoller *
gst_signalling_poller_new (GstSignallingContextThread *thread)
{
  static GSourceFuncs funcs = { .dispatch = dispatch_poller };
  GstSignallingPoller *poller = g_new0 (GstSignallingPoller, 1);
  GMainContext *context = gst_signalling_context_thread_get_context (thread);

  poller->thread = gst_signalling_context_thread_ref (thread);
  poller->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  poller->shards = g_ptr_array_new_with_free_func (shard_free);
  poller->with_room = g_ptr_array_new ();
  poller->main_shard = shard_new (context);
  g_queue_init (&poller->hot);
  poller->source = g_source_new (&funcs, sizeof (GSource));
  if (poller->epoll_fd >= 0)
    g_source_add_unix_fd (poller->source, poller->epoll_fd, G_IO_IN);
  g_source_set_static_name (poller->source, "signalling-poller");
  g_source_set_callback (poller->source, G_SOURCE_FUNC (on_ready), poller, NULL);
  g_source_attach (poller->source, context);
  gst_signalling_deadline_arm (
      gst_signalling_context_thread_get_deadlines (thread), &poller->sweep, SWEEP_MS, on_sweep, poller);
  return poller;
}

void
gst_signalling_poller_free (GstSignallingPoller *poller)
{
  gst_signalling_deadline_cancel (&poller->sweep);
  g_queue_clear (&poller->hot);
  g_ptr_array_unref (poller->with_room);
  g_ptr_array_unref (poller->shards);
  g_free (poller->main_shard);
  g_source_destroy (poller->source);
  g_source_unref (poller->source);
  if (poller->epoll_fd >= 0)
    close (poller->epoll_fd);
  gst_signalling_context_thread_unref (poller->thread);
  g_free (poller);
}

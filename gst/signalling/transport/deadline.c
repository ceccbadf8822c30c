/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/transport/deadline-private.h>

/* A timing wheel: one list per 100 ms slot. A deadline further away than one turn stays in its slot for the turns
 * it needs. Owned by the thread that iterates the context. */
#define SLOT_US (100 * G_TIME_SPAN_MILLISECOND)
#define N_SLOTS 256

struct _GstSignallingDeadlines
{
  GSource *source;
  gint64 tick; /* the last slot number that was looked at */
  guint n_armed;
  GstSignallingDeadline slots[N_SLOTS]; /* list heads */
};

static void
list_init (GstSignallingDeadline *head)
{
  head->next = head->prev = head;
}

static void
list_append (GstSignallingDeadline *head, GstSignallingDeadline *item)
{
  item->prev = head->prev;
  item->next = head;
  head->prev->next = item;
  head->prev = item;
}

static void
list_remove (GstSignallingDeadline *item)
{
  item->prev->next = item->next;
  item->next->prev = item->prev;
  item->next = item->prev = NULL;
}

static void
list_move (GstSignallingDeadline *from, GstSignallingDeadline *to)
{
  list_init (to);
  while (from->next != from) {
    GstSignallingDeadline *item = from->next;

    list_remove (item);
    list_append (to, item);
  }
}

static GstSignallingDeadline *
slot_at (GstSignallingDeadlines *deadlines, gint64 tick)
{
  return &deadlines->slots[tick % N_SLOTS];
}

/* Callbacks may cancel or arm any deadline, those of this slot included: so the slot is emptied first. */
static void
fire_slot (GstSignallingDeadlines *deadlines, gint64 tick)
{
  GstSignallingDeadline batch;

  list_move (slot_at (deadlines, tick), &batch);
  while (batch.next != &batch) {
    GstSignallingDeadline *deadline = batch.next;

    list_remove (deadline);
    if (deadline->due > tick * SLOT_US) {
      list_append (slot_at (deadlines, tick), deadline); /* another turn */
      continue;
    }
    deadline->deadlines = NULL;
    deadlines->n_armed--;
    deadline->func (deadline->owner);
  }
}

static gboolean
on_tick (gpointer user_data)
{
  GstSignallingDeadlines *deadlines = user_data;
  gint64 now_tick = g_source_get_time (deadlines->source) / SLOT_US;

  /* After a long pause every slot once is enough. */
  if (now_tick - deadlines->tick > N_SLOTS)
    deadlines->tick = now_tick - N_SLOTS;
  while (deadlines->tick < now_tick)
    fire_slot (deadlines, ++deadlines->tick);
  g_source_set_ready_time (deadlines->source, deadlines->n_armed > 0 ? (deadlines->tick + 1) * SLOT_US : -1);
  return G_SOURCE_CONTINUE;
}

static gboolean
dispatch_tick (GSource *source, GSourceFunc callback, gpointer user_data)
{
  return callback (user_data);
}

GstSignallingDeadlines *
gst_signalling_deadlines_new (GMainContext *context)
{
  static GSourceFuncs funcs = { .dispatch = dispatch_tick };
  GstSignallingDeadlines *deadlines = g_new0 (GstSignallingDeadlines, 1);

  for (guint i = 0; i < N_SLOTS; i++)
    list_init (&deadlines->slots[i]);
  deadlines->source = g_source_new (&funcs, sizeof (GSource));
  g_source_set_static_name (deadlines->source, "signalling-deadlines");
  g_source_set_callback (deadlines->source, on_tick, deadlines, NULL);
  g_source_attach (deadlines->source, context);
  return deadlines;
}

void
gst_signalling_deadlines_free (GstSignallingDeadlines *deadlines)
{
  for (guint i = 0; i < N_SLOTS; i++) {
    while (deadlines->slots[i].next != &deadlines->slots[i])
      gst_signalling_deadline_cancel (deadlines->slots[i].next);
  }
  g_source_destroy (deadlines->source);
  g_source_unref (deadlines->source);
  g_free (deadlines);
}

void
gst_signalling_deadline_arm (GstSignallingDeadlines *deadlines, GstSignallingDeadline *deadline, guint milliseconds,
    GstSignallingDeadlineFunc func, gpointer owner)
{
  gint64 now = g_get_monotonic_time ();
  gint64 tick;

  gst_signalling_deadline_cancel (deadline);
  if (deadlines->n_armed == 0) {
    deadlines->tick = now / SLOT_US;
    g_source_set_ready_time (deadlines->source, (deadlines->tick + 1) * SLOT_US);
  }
  deadline->due = now + milliseconds * (gint64) G_TIME_SPAN_MILLISECOND;
  deadline->func = func;
  deadline->owner = owner;
  deadline->deadlines = deadlines;
  deadlines->n_armed++;
  tick = (deadline->due + SLOT_US - 1) / SLOT_US; /* rounded up: never early */
  list_append (slot_at (deadlines, MAX (tick, deadlines->tick + 1)), deadline);
}

void
gst_signalling_deadline_cancel (GstSignallingDeadline *deadline)
{
  if (!deadline->deadlines)
    return;
  list_remove (deadline);
  deadline->deadlines->n_armed--;
  deadline->deadlines = NULL;
}

gboolean
gst_signalling_deadline_is_armed (const GstSignallingDeadline *deadline)
{
  return deadline->deadlines != NULL;
}

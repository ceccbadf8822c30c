/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signalling.h>

G_BEGIN_DECLS

/* A WebSocket signaller and everything it told, one line per signal: "session-ended SESSION", "error TEXT" and so on.
 * Its signals come from a thread of its own, so a lock guards the lines. */
typedef struct
{
  GstSignaller *signaller;
  const gchar *name;
  GMutex lock;
  GCond told;
  GPtrArray *lines;
} Actor;

/* @property and what follows are properties of the signaller, with values, ended by NULL. It is started. */
Actor *actor_new (const gchar *name, const gchar *url, const gchar *property, ...) G_GNUC_NULL_TERMINATED
    G_GNUC_WARN_UNUSED_RESULT;
/* Stops it first. */
void actor_free (Actor *actor);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Actor, actor_free)

/* Waits until @count lines starting with @start were told, and returns the rest of the last one of them. */
gchar *actor_wait (Actor *actor, guint count, const gchar *start) G_GNUC_WARN_UNUSED_RESULT;
void actor_await (Actor *actor, guint count, const gchar *start);
guint actor_count (Actor *actor, const gchar *start);
gchar *actor_dup_id (Actor *actor) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

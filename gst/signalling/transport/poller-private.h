/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/transport/context-thread-private.h>

G_BEGIN_DECLS

/* Input of thousands of sockets on one thread, at a cost that depends on the busy ones only.
 *
 * A main context looks at every source and every descriptor it has in each round: with 400 connections that was 95 µs
 * for a message that takes 5. So the sockets wait in one epoll set, which is one source of the thread's context; and
 * the sources libsoup makes for them belong to shards, small contexts of their own that nobody looks at until one of
 * their sockets has something.
 *
 * Everything belongs to the context thread, which runs the shards too: handlers called from a shard differ from others
 * in their thread-default context only. */
typedef struct _GstSignallingPoller GstSignallingPoller;
typedef struct _GstSignallingShard GstSignallingShard;

/* @at_end: the other side has sent its FIN, or the connection broke. */
typedef void (*GstSignallingPollerFunc) (gpointer owner, gboolean at_end);

/* Embedded in its owner, who removes it before the socket is closed. Zero-filled means not added. */
typedef struct
{
  GstSignallingPoller *poller;
  GstSignallingShard *shard;
  int fd;
  GstSignallingPollerFunc readable;
  gpointer owner;
} GstSignallingPollerSlot;

GstSignallingPoller *gst_signalling_poller_new (GstSignallingContextThread *thread);
/* After the last slot was removed. */
void gst_signalling_poller_free (GstSignallingPoller *poller);

/* @readable is called once when there is input, an end or an error to be read, and again when more has come
 * (edge-triggered: whoever stops before everything is read has to come back by itself). FALSE when the kernel refuses:
 * then nothing was added. */
gboolean gst_signalling_poller_add (GstSignallingPoller *poller, GstSignallingPollerSlot *slot, int fd,
    GstSignallingPollerFunc readable, gpointer owner);
/* No more events; the slot keeps its context. */
void gst_signalling_poller_mute (GstSignallingPollerSlot *slot);
void gst_signalling_poller_remove (GstSignallingPollerSlot *slot);
/* Where the slot's sources are to be attached. */
GMainContext *gst_signalling_poller_slot_get_context (GstSignallingPollerSlot *slot);
/* A source attached there is ready, or will be when this round is over. */
void gst_signalling_poller_slot_wake (GstSignallingPollerSlot *slot);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <tests/common/load/load-crowd.h>

typedef struct _LoadPairs LoadPairs;

/* A producer, its one consumer, and the session between the two. */
typedef struct
{
  LoadPairs *pairs;
  LoadPeer *sides[2];    /* LOAD_PRODUCER, LOAD_CONSUMER */
  char session[64];      /* as the consumer was told */
  guint n_told;          /* who has heard of the session: 2 when it is set up */
  gint64 started;        /* when the consumer asked for it */
  guint32 n_sent[2];     /* messages relayed, by sender */
  guint32 n_received[2]; /* and by receiver */
} LoadPair;

enum
{
  LOAD_PRODUCER,
  LOAD_CONSUMER,
};

/* Every relayed message, with the time it was due or sent at; checked to be the next one of its sender. */
typedef void (*LoadPairRelayFunc) (LoadPair *pair, guint receiver, gint64 sent, gpointer user_data);
/* A session is set up, or its end was told to the other side. */
typedef void (*LoadPairFunc) (LoadPair *pair, gpointer user_data);

struct _LoadPairs
{
  LoadCrowd *crowd;
  LoadPair *pairs;
  guint n_pairs;
  guint n_set_up;
  guint size;        /* bytes of a relayed message */
  char *text;        /* where such a message is written */
  guint64 n_relayed; /* messages that arrived */
  guint64 n_wrong;   /* out of order, or twice */
  guint64 n_errors;  /* `error` messages, for whatever reason */
  LoadPairRelayFunc relayed;
  LoadPairFunc set_up;
  LoadPairFunc torn_down;
  gpointer user_data;
};

LoadPairs *
load_pairs_new (LoadLoop *loop, const LoadTarget *target, guint n_pairs, guint size) G_GNUC_WARN_UNUSED_RESULT;
void load_pairs_free (LoadPairs *pairs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoadPairs, load_pairs_free)

/* Connects everybody and registers the producers. */
gboolean load_pairs_connect (LoadPairs *pairs, guint concurrency, gint64 deadline, GError **error);
/* One session per pair. */
gboolean load_pairs_set_up (LoadPairs *pairs, gint64 deadline, GError **error);
/* Waits until everything sent has arrived. */
gboolean load_pairs_drain (LoadPairs *pairs, gint64 deadline, GError **error);

void load_pair_start_session (LoadPair *pair);
void load_pair_end_session (LoadPair *pair, guint side);
void load_pair_relay (LoadPair *pair, guint sender, gint64 stamp);

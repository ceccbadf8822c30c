/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <tests/common/load/load-connection.h>
#include <tests/common/load/load-histogram.h>

typedef struct _LoadCrowd LoadCrowd;

/* One member of a crowd: a connection that was welcomed. */
typedef struct
{
  LoadCrowd *crowd;
  LoadConnection *connection; /* NULL before it connects and after it ended */
  guint index;
  gboolean welcomed;
  char id[64];        /* what the server calls it */
  gpointer user_data; /* for whoever uses the crowd */
} LoadPeer;

/* Every message but the welcome. */
typedef void (*LoadPeerMessageFunc) (LoadPeer *peer, const char *text, gsize length, gpointer user_data);

struct _LoadCrowd
{
  LoadLoop *loop;
  const LoadTarget *target;
  LoadPeer *peers;
  guint n_peers;
  guint n_started;
  guint n_welcomed;
  guint n_ended;
  guint n_clean;      /* ended by a Close frame from the server, and FIN */
  guint n_unexpected; /* ended although nobody here asked for it */
  gboolean closing;
  gboolean churn; /* everybody leaves, by a closing handshake, as soon as it is welcomed */
  LoadEnd last_end;
  LoadHistogram *welcome_times; /* from connect() to the welcome; NULL when nobody wants them */
  LoadPeerMessageFunc message;
  gpointer user_data;
};

LoadCrowd *load_crowd_new (LoadLoop *loop, const LoadTarget *target, guint n_peers) G_GNUC_WARN_UNUSED_RESULT;
void load_crowd_free (LoadCrowd *crowd);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoadCrowd, load_crowd_free)

void load_crowd_set_handler (LoadCrowd *crowd, LoadPeerMessageFunc message, gpointer user_data);
/* Connects everybody, at most @concurrency at a time, until all are welcomed (and, in a churn, gone again). */
gboolean load_crowd_connect (LoadCrowd *crowd, guint concurrency, gint64 deadline, GError **error);
/* Sends @text by everybody and waits until the server has worked through it. */
gboolean load_crowd_tell (LoadCrowd *crowd, const char *text, gint64 deadline, GError **error);
/* Waits until the server has worked through what everybody sent. */
gboolean load_crowd_settle (LoadCrowd *crowd, gint64 deadline, GError **error);
/* The closing handshake, by everybody at once. */
gboolean load_crowd_close (LoadCrowd *crowd, gint64 deadline, GError **error);
/* FALSE and an error when somebody was thrown out. */
gboolean load_crowd_check (const LoadCrowd *crowd, GError **error);

void load_peer_send (LoadPeer *peer, const char *text);
void load_peer_printf (LoadPeer *peer, const char *format, ...) G_GNUC_PRINTF (2, 3);
char *load_end_describe (const LoadEnd *end) G_GNUC_WARN_UNUSED_RESULT;

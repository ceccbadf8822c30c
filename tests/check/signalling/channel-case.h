/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/server/entrance-private.h>
#include <gst/signalling/server/listener-private.h>
#include <gst/signalling/transport/channel-private.h>

#include <tests/common/raw-peer.h>

G_BEGIN_DECLS

/* One row of docs/closing-handshake.md played once: a channel on its context thread, client or server, against a raw
 * peer, and everything the channel reports. The script of the row runs on the test's thread.
 *
 * What holds for every row is asserted here and not in the scripts:
 *   I1  nobody logs a warning (log-guard.h)
 *   I2  exactly one verdict; an error for TRANSPORT and PROTOCOL, none for CLEAN and LOCAL
 *   I3  at most one Close from us, no data behind it, every frame masked as its sender's role wants
 *   I4  no reset from us, unless the row says so
 *   I5  no descriptor and no thread is left
 *   I6  no callback after the verdict, or after detaching
 *   I7  an end we started is over within T_drain + T_reply + 0.5 s */
typedef struct _ChannelCase ChannelCase;

typedef enum
{
  ROW_CLIENT = 1 << 0, /* the channel plays the client */
  ROW_SERVER = 1 << 1,
  ROW_BOTH = ROW_CLIENT | ROW_SERVER,
  ROW_TLS = 1 << 2,          /* over TLS too */
  ROW_SMALL_WINDOW = 1 << 3, /* the peer's receive window is small */
  ROW_RESET = 1 << 4,        /* the channel's side may end with an RST, for the reason given in `note` */
  ROW_RESET_CLIENT = 1 << 5, /* the same, but the client only */
  ROW_RESET_SERVER = 1 << 6,
  ROW_CLOSED_EARLY = 1 << 7, /* a local close is not what ends it: I7 does not apply */
  ROW_SLOW = 1 << 8,         /* takes more than a second: in the program for those */
} RowFlags;

typedef struct
{
  const gchar *id; /* "12b", as in the document */
  const gchar *variant;
  void (*run) (ChannelCase *self);
  guint flags;
  guint number; /* whatever the script makes of it: a close code, a delay … */
  gconstpointer data;
  const gchar *note; /* for the table: what cannot be better, and why */
} Row;

struct _ChannelCase
{
  const Row *row;
  gboolean client;
  gboolean tls;
  /* May be changed before channel_case_start(). */
  GstSignallingChannelLimits limits;
  RawSocketFlags peer_flags;

  RawPeer *peer; /* NULL until channel_case_start() */
  RawListener *listener;
  gboolean peer_has_reset;
  gboolean is_open_question; /* more than one verdict is right */
  GstSignallingContextThread *thread;

  /* Of the context thread */
  SoupSession *session;
  GstSignallingListener *server;
  GstSignallingEntrance *entrance;
  gsize queued;                  /* by read_queued() */
  GstSignallingChannel *channel; /* of the last connection; borrowed after its verdict */
  void (*on_message) (ChannelCase *self, const gchar *text);
  guint16 port;

  GMutex lock; /* guards what follows */
  GCond changed;
  gboolean open;
  gboolean is_empty; /* of the entrance */
  gboolean blocked;
  gboolean gate_open;
  GPtrArray *messages;
  guint n_ended;
  guint n_answered;
  guint n_after_end;
  gboolean detached;
  gint64 close_time; /* of the local close, 0 when there was none */
  gint64 answered_time;
  gint64 ended_time;
  GstSignallingCloseInfo *info;
};

/* Adds a test for every transport of every row that has @role. @slow: those marked ROW_SLOW, or the others. */
void channel_rows_add (const Row *rows, guint n_rows, RowFlags role, gboolean slow);

/* --- Before the script -------------------------------------------------------------------------------------------- */

/* Connects; both ends are open when it returns. */
void channel_case_start (ChannelCase *self);
/* In pieces: @peer accepts or connects, and may send something along with its part of the upgrade. */
void channel_case_listen (ChannelCase *self);
void channel_case_shake_hands (ChannelCase *self, const GByteArray *extra);
void channel_case_wait_open (ChannelCase *self);

/* --- The channel's side: any of these from the test's thread ------------------------------------------------------ */

typedef void (*ChannelCaseFunc) (ChannelCase *self);

/* Runs @func on the context thread and waits for it. */
void channel_case_call (ChannelCase *self, ChannelCaseFunc func);
/* Lets the context thread run nothing at all until channel_case_unblock(), and then first @func. */
void channel_case_block (ChannelCase *self, ChannelCaseFunc func);
void channel_case_unblock (ChannelCase *self);
void channel_case_close (ChannelCase *self, guint code, const gchar *reason);
/* For a ChannelCaseFunc: on the context thread. */
void channel_case_close_here (ChannelCase *self, guint code, const gchar *reason);
gboolean channel_case_send_here (ChannelCase *self, const gchar *text, GError **error);
void channel_case_detach (ChannelCase *self);
void channel_case_send (ChannelCase *self, const gchar *text);
/* @n messages of @size bytes, each beginning with its number; the queue must take them all. */
void channel_case_send_many (ChannelCase *self, guint n, gsize size);

/* The same, until the peer, who does not read, has all that its kernel and ours will hold, and the rest is queued. */
void channel_case_fill (ChannelCase *self, guint n, gsize size);

void channel_case_wait_message (ChannelCase *self, const gchar *text);
guint channel_case_count_messages (ChannelCase *self);
void channel_case_wait_answered (ChannelCase *self);
gboolean channel_case_has_ended (ChannelCase *self);
void channel_case_wait_ended (ChannelCase *self);
/* Waits for the verdict. @code: the peer's. */
void channel_case_expect (ChannelCase *self, GstSignallingCloseClass close_class, gboolean clean, guint code);
/* Where libsoup leaves it open which of the two it is: CLEAN, or TRANSPORT and nothing known of the Close */
void channel_case_expect_clean_or_lost (ChannelCase *self, guint code);
void channel_case_expect_error (ChannelCase *self, GstSignallingError code);
/* Milliseconds from @since (monotonic time) to the verdict */
gint64 channel_case_get_end_ms (ChannelCase *self, gint64 since);

/* --- The peer's side ---------------------------------------------------------------------------------------------- */

void channel_case_peer_reset (ChannelCase *self);
/* After the Close frames: whoever plays the server closes TCP first (RFC 6455, 7.1.1), and nobody resets. */
void channel_case_end_tcp (ChannelCase *self);

G_END_DECLS

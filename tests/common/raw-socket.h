/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A TCP connection on 127.0.0.1, plain or TLS, that a test ends the way it wants: FIN, RST, with or without
 * close_notify. It has no thread and no main loop: bytes are read only while a test waits for something, so a peer that
 * never reads is one that is never asked to. Used by one thread. */
typedef struct _RawSocket RawSocket;

typedef enum
{
  RAW_SOCKET_PLAIN = 0,
  RAW_SOCKET_TLS = 1 << 0,
  /* A receive window of a few KiB, so that the other side's output is blocked soon. */
  RAW_SOCKET_SMALL_WINDOW = 1 << 1,
} RawSocketFlags;

/* How the other side ended the connection. */
typedef enum
{
  RAW_END_NONE,
  RAW_END_FIN,
  RAW_END_RST,
} RawEnd;

/* Takes @socket, accepted or connected. */
RawSocket *raw_socket_new (GSocket *socket) G_GNUC_WARN_UNUSED_RESULT;
/* Connects to 127.0.0.1:@port; TLS, which accepts any certificate, is up when this returns. */
RawSocket *raw_socket_connect (guint16 port, RawSocketFlags flags) G_GNUC_WARN_UNUSED_RESULT;
/* Ends whatever is left, without RST where that is possible. */
void raw_socket_free (RawSocket *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RawSocket, raw_socket_free)

gboolean raw_socket_start_tls_server (RawSocket *self, GTlsCertificate *certificate, GError **error);

/* Reads once, waiting until @deadline (monotonic time, µs). The number of bytes; 0 when there were none, be it for time
 * or because of the end. */
gsize raw_socket_read (RawSocket *self, void *buffer, gsize size, gint64 deadline);
/* Writes as much as the other side takes until @deadline. The number of bytes written. */
gsize raw_socket_write (RawSocket *self, const void *data, gsize size, gint64 deadline);
/* Goes below TLS: what the other side gets is no TLS record. */
void raw_socket_write_below_tls (RawSocket *self, const void *data, gsize size);

void raw_socket_fin (RawSocket *self);
/* TLS only: the polite end of TLS, without FIN */
void raw_socket_close_notify (RawSocket *self);
void raw_socket_reset (RawSocket *self);

RawEnd raw_socket_get_end (RawSocket *self);
/* Looks again whether an RST followed the FIN. */
void raw_socket_look_for_reset (RawSocket *self);
/* Whether TLS was ended by a close_notify */
gboolean raw_socket_was_notified (RawSocket *self);
gint64 raw_socket_get_end_time (RawSocket *self);
guint64 raw_socket_get_bytes_read (RawSocket *self);
gint raw_socket_get_fd (RawSocket *self);

G_END_DECLS

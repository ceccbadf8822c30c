/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "raw-socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include "test-time.h"

/* What Linux makes of it is twice that plus a little, and no less. */
#define SMALL_WINDOW 4096
#define HANDSHAKE_MS 5000

struct _RawSocket
{
  GSocket *socket;
  GIOStream *tls; /* NULL: plain */
  gboolean fin_sent;
  gboolean tls_over; /* what comes now is below TLS, and not looked at */
  gboolean notified; /* the other side's close_notify was read */
  RawEnd end;
  gint64 end_time;
  guint64 bytes_read;
};

RawSocket *
raw_socket_new (GSocket *socket)
{
  RawSocket *self = g_new0 (RawSocket, 1);

  self->socket = socket;
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  return self;
}

static gboolean
accept_any_certificate (GTlsConnection *tls, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer unused)
{
  return TRUE;
}

static gboolean
shake_hands (RawSocket *self, GIOStream *tls, GError **error)
{
  gboolean done;

  self->tls = tls;
  /* The socket's timeout bounds the handshake, which blocks; everything later polls by itself. */
  g_socket_set_timeout (self->socket, MAX (1, test_time_scale (HANDSHAKE_MS) / 1000));
  done = g_tls_connection_handshake (G_TLS_CONNECTION (tls), NULL, error);
  g_socket_set_timeout (self->socket, 0);
  return done;
}

gboolean
raw_socket_start_tls_server (RawSocket *self, GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GSocketConnection) base = g_socket_connection_factory_create_connection (self->socket);
  GIOStream *tls = g_tls_server_connection_new (G_IO_STREAM (base), certificate, error);

  return tls && shake_hands (self, tls, error);
}

static gboolean
start_tls_client (RawSocket *self, GError **error)
{
  g_autoptr (GSocketConnection) base = g_socket_connection_factory_create_connection (self->socket);
  GIOStream *tls = g_tls_client_connection_new (G_IO_STREAM (base), NULL, error);

  if (tls == NULL)
    return FALSE;
  g_signal_connect (tls, "accept-certificate", G_CALLBACK (accept_any_certificate), NULL);
  return shake_hands (self, tls, error);
}

RawSocket *
raw_socket_connect (guint16 port, RawSocketFlags flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  GSocket *socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  RawSocket *self;

  g_assert_no_error (error);
  if (flags & RAW_SOCKET_SMALL_WINDOW)
    g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, SMALL_WINDOW, NULL);
  g_socket_connect (socket, address, NULL, &error);
  g_assert_no_error (error);
  self = raw_socket_new (socket);
  if (flags & RAW_SOCKET_TLS)
    start_tls_client (self, &error);
  g_assert_no_error (error);
  return self;
}

void
raw_socket_free (RawSocket *self)
{
  g_clear_object (&self->tls);
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_free (self);
}

static void
set_end (RawSocket *self, RawEnd end)
{
  if (self->end == end || self->end == RAW_END_RST)
    return;
  self->end = end;
  if (self->end_time == 0)
    self->end_time = g_get_monotonic_time ();
}

/* -1: would block. An end is noted, and 0 returned. */
static gssize
read_plain (RawSocket *self, void *buffer, gsize size)
{
  gssize got = recv (g_socket_get_fd (self->socket), buffer, size, MSG_DONTWAIT);

  if (got > 0)
    return got;
  if (got < 0 && (errno == EAGAIN || errno == EINTR))
    return -1;
  set_end (self, got == 0 ? RAW_END_FIN : RAW_END_RST);
  return 0;
}

static gssize
read_tls (RawSocket *self, void *buffer, gsize size)
{
  g_autoptr (GError) error = NULL;
  GPollableInputStream *input = G_POLLABLE_INPUT_STREAM (g_io_stream_get_input_stream (self->tls));
  gssize got = g_pollable_input_stream_read_nonblocking (input, buffer, size, NULL, &error);

  if (got > 0)
    return got;
  if (got == 0) {
    /* Below TLS the FIN is still to come. */
    self->notified = TRUE;
    self->tls_over = TRUE;
    return read_plain (self, buffer, size);
  }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return -1;
  if (error->domain == G_TLS_ERROR && error->code != G_TLS_ERROR_EOF) {
    /* TLS is broken, by an alert for instance; how TCP ends is still to come. */
    self->tls_over = TRUE;
    return read_plain (self, buffer, size);
  }
  set_end (self, error->domain == G_TLS_ERROR ? RAW_END_FIN : RAW_END_RST);
  return 0;
}

static void
wait_for_socket (RawSocket *self, gshort events, gint64 deadline)
{
  struct pollfd poll_fd = { .fd = g_socket_get_fd (self->socket), .events = events };

  poll (&poll_fd, 1, test_time_left (deadline));
}

gsize
raw_socket_read (RawSocket *self, void *buffer, gsize size, gint64 deadline)
{
  while (self->end == RAW_END_NONE) {
    gssize got = self->tls && !self->tls_over ? read_tls (self, buffer, size) : read_plain (self, buffer, size);

    if (got > 0 && self->tls_over)
      continue;
    if (got >= 0) {
      self->bytes_read += (gsize) got;
      return (gsize) got;
    }
    if (test_time_left (deadline) == 0)
      return 0;
    wait_for_socket (self, POLLIN, deadline);
  }
  return 0;
}

/* -1: would block, -2: nobody there to take it */
static gssize
write_plain (RawSocket *self, const void *data, gsize size)
{
  gssize sent = send (g_socket_get_fd (self->socket), data, size, MSG_DONTWAIT | MSG_NOSIGNAL);

  if (sent >= 0)
    return sent;
  return errno == EAGAIN || errno == EINTR ? -1 : -2;
}

static gssize
write_tls (RawSocket *self, const void *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  GPollableOutputStream *output = G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->tls));
  gssize sent = g_pollable_output_stream_write_nonblocking (output, data, size, NULL, &error);

  if (sent >= 0)
    return sent;
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? -1 : -2;
}

gsize
raw_socket_write (RawSocket *self, const void *data, gsize size, gint64 deadline)
{
  gsize done = 0;

  while (done < size) {
    const guint8 *rest = (const guint8 *) data + done;
    gssize sent = self->tls ? write_tls (self, rest, size - done) : write_plain (self, rest, size - done);

    if (sent == -2)
      break;
    if (sent >= 0)
      done += (gsize) sent;
    else if (test_time_left (deadline) == 0)
      break;
    else
      wait_for_socket (self, POLLOUT, deadline);
  }
  return done;
}

void
raw_socket_write_below_tls (RawSocket *self, const void *data, gsize size)
{
  g_assert_cmpint (write_plain (self, data, size), ==, size);
}

void
raw_socket_fin (RawSocket *self)
{
  if (!self->fin_sent)
    shutdown (g_socket_get_fd (self->socket), SHUT_WR);
  self->fin_sent = TRUE;
}

void
raw_socket_close_notify (RawSocket *self)
{
  g_assert_nonnull (self->tls);
  g_output_stream_close (g_io_stream_get_output_stream (self->tls), NULL, NULL);
}

void
raw_socket_reset (RawSocket *self)
{
  struct linger linger = { .l_onoff = 1, .l_linger = 0 };

  setsockopt (g_socket_get_fd (self->socket), SOL_SOCKET, SO_LINGER, &linger, sizeof (linger));
  g_socket_close (self->socket, NULL);
}

RawEnd
raw_socket_get_end (RawSocket *self)
{
  return self->end;
}

void
raw_socket_look_for_reset (RawSocket *self)
{
  gint error = 0;
  socklen_t size = sizeof (error);

  if (g_socket_is_closed (self->socket))
    return;
  getsockopt (g_socket_get_fd (self->socket), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0)
    set_end (self, RAW_END_RST);
}

gboolean
raw_socket_was_notified (RawSocket *self)
{
  return self->notified;
}

gint64
raw_socket_get_end_time (RawSocket *self)
{
  return self->end_time;
}

guint64
raw_socket_get_bytes_read (RawSocket *self)
{
  return self->bytes_read;
}

gint
raw_socket_get_fd (RawSocket *self)
{
  return g_socket_get_fd (self->socket);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/load/load-connection-private.h>

#include <tests/common/load/load-clock.h>
#include <tests/common/load/load-frame.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

typedef enum
{
  STATE_CONNECTING,
  STATE_UPGRADING,
  STATE_OPEN,
  STATE_CLOSING, /* our Close is queued or written */
  STATE_ENDED,
} State;

/* Owned by whoever made it; used on the thread that iterates the loop, only. */
struct _LoadConnection
{
  LoadLoop *loop;
  const LoadTarget *target;
  const LoadConnectionHandlers *handlers;
  gpointer user_data;
  int fd;
  State state;
  LoadStop stop;
  guint32 events; /* what epoll watches for */
  gboolean dirty;
  gboolean reading;
  gint64 start;
  GByteArray *in;        /* the start of a frame whose rest has not come, NULL without one */
  GByteArray *fragments; /* of a message whose last frame has not come, NULL without one */
  GByteArray *out;       /* NULL when everything is written */
  gsize written;         /* bytes at the start of out that are written */
  LoadEnd end;
};

static void
set_events (LoadConnection *connection, guint32 events)
{
  if (connection->events == events || connection->fd < 0)
    return;
  connection->events = events;
  load_loop_change (connection->loop, connection, connection->fd, events);
}

static void
update_events (LoadConnection *connection)
{
  guint32 events = connection->reading ? EPOLLIN | EPOLLRDHUP : 0;

  if (connection->out != NULL || connection->state == STATE_CONNECTING)
    events |= EPOLLOUT;
  set_events (connection, events);
}

static void
drop_descriptor (LoadConnection *connection)
{
  if (connection->fd >= 0)
    close (connection->fd);
  connection->fd = -1;
  g_clear_pointer (&connection->in, g_byte_array_unref);
  g_clear_pointer (&connection->out, g_byte_array_unref);
  g_clear_pointer (&connection->fragments, g_byte_array_unref);
}

static void
end_now (LoadConnection *connection, int error_number)
{
  if (connection->state == STATE_ENDED)
    return;
  connection->state = STATE_ENDED;
  connection->end.error_number = error_number;
  connection->end.reset = error_number == ECONNRESET || error_number == EPIPE;
  drop_descriptor (connection);
  connection->handlers->ended (connection, &connection->end, connection->user_data);
}

static void
end_illegal (LoadConnection *connection)
{
  connection->end.illegal = TRUE;
  end_now (connection, EPROTO);
}

LoadConnection *
load_connection_new (LoadLoop *loop, const LoadTarget *target, guint serial, LoadStop stop,
    const LoadConnectionHandlers *handlers, gpointer user_data, GError **error)
{
  gint64 start = load_clock_now ();
  int fd = load_target_open_socket (target, serial, error);
  LoadConnection *connection;

  if (fd < 0)
    return NULL;
  connection = g_new0 (LoadConnection, 1);
  connection->loop = loop;
  connection->target = target;
  connection->handlers = handlers;
  connection->user_data = user_data;
  connection->fd = fd;
  connection->stop = stop;
  connection->reading = TRUE;
  connection->start = start;
  connection->events = EPOLLIN | EPOLLRDHUP | EPOLLOUT;
  load_loop_watch (loop, connection, fd, connection->events);
  return connection;
}

void
load_connection_destroy (LoadConnection *connection)
{
  g_free (connection);
}

void
load_connection_free (LoadConnection *connection)
{
  connection->state = STATE_ENDED;
  drop_descriptor (connection);
  load_loop_bury (connection->loop, connection);
}

gboolean
load_connection_is_open (const LoadConnection *connection)
{
  return connection->state == STATE_OPEN;
}

gsize
load_connection_get_backlog (const LoadConnection *connection)
{
  return connection->out != NULL ? connection->out->len - connection->written : 0;
}

gint64
load_connection_get_start (const LoadConnection *connection)
{
  return connection->start;
}

void
load_connection_set_reading (LoadConnection *connection, gboolean reading)
{
  connection->reading = reading;
  update_events (connection);
}

static GByteArray *
get_out (LoadConnection *connection)
{
  if (connection->out == NULL)
    connection->out = g_byte_array_new ();
  if (!connection->dirty) {
    connection->dirty = TRUE;
    load_loop_mark_dirty (connection->loop, connection);
  }
  return connection->out;
}

void
load_connection_send_raw (LoadConnection *connection, const void *data, gsize length)
{
  if (connection->state != STATE_ENDED)
    g_byte_array_append (get_out (connection), data, length);
}

void
load_connection_send_frame (LoadConnection *connection, guint8 opcode, gboolean fin, const void *payload, gsize length)
{
  if (connection->state == STATE_OPEN)
    load_frame_append (get_out (connection), opcode, fin, payload, length);
}

void
load_connection_send_text (LoadConnection *connection, const char *text, gsize length)
{
  load_connection_send_frame (connection, LOAD_OPCODE_TEXT, TRUE, text, length);
}

/* RFC 6455, section 7.1.2; the server closes TCP first (section 7.1.1), so from here on we only wait. */
void
load_connection_close (LoadConnection *connection, guint16 code)
{
  guint8 payload[2] = { code >> 8, code & 0xff };

  if (connection->state != STATE_OPEN)
    return;
  load_connection_send_frame (connection, LOAD_OPCODE_CLOSE, TRUE, payload, sizeof payload);
  connection->state = STATE_CLOSING;
}

void
load_connection_abort (LoadConnection *connection)
{
  struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

  if (connection->fd < 0)
    return;
  setsockopt (connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  connection->end.by_us = TRUE;
  end_now (connection, 0);
}

void
load_connection_flush (LoadConnection *connection)
{
  ssize_t n;

  connection->dirty = FALSE;
  if (connection->out == NULL || connection->state == STATE_CONNECTING)
    return;
  n = send (connection->fd, connection->out->data + connection->written, connection->out->len - connection->written,
      MSG_NOSIGNAL);
  if (n >= 0)
    connection->written += n;
  if (connection->written == connection->out->len) {
    connection->written = 0;
    g_clear_pointer (&connection->out, g_byte_array_unref);
  }
  /* An error is left to the next read: what the server said before it went is still to be had there. */
  if (n < 0 && errno != EAGAIN)
    g_clear_pointer (&connection->out, g_byte_array_unref);
  update_events (connection);
}

static void
start_talking (LoadConnection *connection)
{
  int failure = 0;
  socklen_t length = sizeof failure;

  getsockopt (connection->fd, SOL_SOCKET, SO_ERROR, &failure, &length);
  if (failure != 0) {
    end_now (connection, failure);
    return;
  }
  connection->state = STATE_UPGRADING;
  if (connection->stop != LOAD_STOP_AT_TCP)
    load_connection_send_raw (connection, connection->target->request,
        connection->target->request_length / (connection->stop == LOAD_STOP_AT_REQUEST ? 2 : 1));
  update_events (connection);
}

static gboolean
header_has (const char *head, const char *name, const char *value)
{
  g_auto (GStrv) lines = g_strsplit (head, "\r\n", -1);

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++) {
    char *colon = strchr (lines[i], ':');

    if (colon == NULL)
      continue;
    *colon = '\0';
    if (g_ascii_strcasecmp (lines[i], name) == 0)
      return strcmp (g_strstrip (colon + 1), value) == 0;
  }
  return FALSE;
}

/* Takes the answer to the upgrade request from the start of @data; 0 when it is not complete. */
static gsize
read_upgrade (LoadConnection *connection, const guint8 *data, gsize length)
{
  const guint8 *end = memmem (data, length, "\r\n\r\n", 4);
  g_autofree char *head = NULL;

  if (end == NULL)
    return 0;
  head = g_strndup ((const char *) data, end - data);
  if (g_str_has_prefix (head, "HTTP/1.1 "))
    connection->end.http_status = g_ascii_strtoull (head + strlen ("HTTP/1.1 "), NULL, 10);
  if (connection->end.http_status != 101) {
    end_now (connection, EPROTO);
    return 0;
  }
  if (!header_has (head, "Sec-WebSocket-Accept", connection->target->expected_accept)) {
    end_illegal (connection);
    return 0;
  }
  connection->state = STATE_OPEN;
  connection->end.opened = TRUE;
  if (connection->handlers->opened != NULL)
    connection->handlers->opened (connection, connection->user_data);
  return end + 4 - data;
}

static void
take_text (LoadConnection *connection, const LoadFrame *frame)
{
  g_autoptr (GByteArray) whole = NULL;

  if ((frame->opcode == LOAD_OPCODE_CONTINUATION) != (connection->fragments != NULL)) {
    end_illegal (connection);
    return;
  }
  if (frame->fin && connection->fragments == NULL) {
    connection->handlers->message (connection, (const char *) frame->payload, frame->length, connection->user_data);
    return;
  }
  if (connection->fragments == NULL)
    connection->fragments = g_byte_array_new ();
  g_byte_array_append (connection->fragments, frame->payload, frame->length);
  if (!frame->fin)
    return;
  whole = g_steal_pointer (&connection->fragments);
  connection->handlers->message (connection, (const char *) whole->data, whole->len, connection->user_data);
}

/* RFC 6455, section 5.5.1: a Close is answered by a Close with the same code. */
static void
take_close (LoadConnection *connection, const LoadFrame *frame)
{
  connection->end.close_seen = TRUE;
  connection->end.close_code = frame->length >= 2 ? frame->payload[0] << 8 | frame->payload[1] : 1005;
  if (connection->state == STATE_OPEN) {
    load_connection_send_frame (connection, LOAD_OPCODE_CLOSE, TRUE, frame->payload, MIN (frame->length, 2));
    connection->state = STATE_CLOSING;
  }
}

static void
take_frame (LoadConnection *connection, const LoadFrame *frame)
{
  switch (frame->opcode) {
    case LOAD_OPCODE_TEXT:
    case LOAD_OPCODE_CONTINUATION:
      take_text (connection, frame);
      break;
    case LOAD_OPCODE_PING:
      load_connection_send_frame (connection, LOAD_OPCODE_PONG, TRUE, frame->payload, frame->length);
      break;
    case LOAD_OPCODE_PONG:
      break;
    case LOAD_OPCODE_CLOSE:
      take_close (connection, frame);
      break;
    default:
      end_illegal (connection);
      break;
  }
}

/* Takes what is complete at the start of @data; returns how much that was. */
static gsize
take_data (LoadConnection *connection, const guint8 *data, gsize length)
{
  gsize taken = 0;
  LoadFrame frame;

  if (connection->state == STATE_UPGRADING)
    taken = read_upgrade (connection, data, length);
  while (connection->state == STATE_OPEN || connection->state == STATE_CLOSING) {
    LoadFrameStatus status = load_frame_parse (data + taken, length - taken, &frame);

    if (status == LOAD_FRAME_INCOMPLETE)
      break;
    if (status == LOAD_FRAME_ILLEGAL) {
      end_illegal (connection);
      break;
    }
    if (!connection->end.close_seen)
      take_frame (connection, &frame);
    taken += frame.total;
  }
  return taken;
}

static void
take_received (LoadConnection *connection, const guint8 *data, gsize length)
{
  g_autoptr (GByteArray) joined = g_steal_pointer (&connection->in);
  gsize taken;

  if (joined != NULL) {
    g_byte_array_append (joined, data, length);
    data = joined->data;
    length = joined->len;
  }
  taken = take_data (connection, data, length);
  if (connection->state == STATE_ENDED || taken == length)
    return;
  if (joined != NULL) {
    g_byte_array_remove_range (joined, 0, taken);
    connection->in = g_steal_pointer (&joined);
  } else {
    connection->in = g_byte_array_new ();
    g_byte_array_append (connection->in, data + taken, length - taken);
  }
}

static void
read_some (LoadConnection *connection)
{
  gsize size;
  guint8 *buffer = load_loop_get_buffer (connection->loop, &size);
  ssize_t n = recv (connection->fd, buffer, size, 0);

  if (n > 0)
    take_received (connection, buffer, n);
  else if (n == 0)
    end_now (connection, 0);
  else if (errno != EAGAIN && errno != EINTR)
    end_now (connection, errno);
}

void
load_connection_dispatch (LoadConnection *connection, guint32 events)
{
  if (connection->state == STATE_ENDED)
    return;
  if (connection->state == STATE_CONNECTING && (events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0)
    start_talking (connection);
  else if ((events & EPOLLOUT) != 0)
    load_connection_flush (connection);
  if (connection->state > STATE_CONNECTING && connection->state != STATE_ENDED && (events & ~EPOLLOUT) != 0 &&
      (connection->reading || (events & (EPOLLERR | EPOLLHUP)) != 0))
    read_some (connection);
}

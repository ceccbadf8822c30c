/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "raw-peer.h"

#include <string.h>
#include <sys/socket.h>

#include "test-certificates.h"
#include "test-time.h"

#define CHUNK 65536
#define SMALL_WINDOW 4096
/* The example key of RFC 6455, 1.3 */
#define CLIENT_KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPT_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

struct _RawListener
{
  GSocket *socket;
  RawSocketFlags flags;
  guint16 port;
  GTlsCertificate *certificate;
};

struct _RawPeer
{
  RawSocket *socket;
  gboolean client;
  GByteArray *input; /* read and not yet understood */
  gchar *head;       /* request or answer line and headers */
  GPtrArray *frames;
  guint next; /* of `frames`, for raw_peer_next_frame() */
};

/* --- Listener ----------------------------------------------------------------------------------------------------- */

RawListener *
raw_listener_new (RawSocketFlags flags)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) any_port = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  RawListener *self = g_new0 (RawListener, 1);

  self->flags = flags;
  self->socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  if (flags & RAW_SOCKET_SMALL_WINDOW)
    g_socket_set_option (self->socket, SOL_SOCKET, SO_RCVBUF, SMALL_WINDOW, NULL);
  g_socket_bind (self->socket, any_port, TRUE, &error);
  g_assert_no_error (error);
  g_socket_listen (self->socket, &error);
  g_assert_no_error (error);
  bound = g_socket_get_local_address (self->socket, &error);
  g_assert_no_error (error);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  if (flags & RAW_SOCKET_TLS)
    self->certificate = test_certificate_load ("localhost");
  return self;
}

void
raw_listener_free (RawListener *self)
{
  g_clear_object (&self->certificate);
  g_socket_close (self->socket, NULL);
  g_object_unref (self->socket);
  g_free (self);
}

void
raw_listener_set_certificate (RawListener *self, const gchar *name)
{
  g_clear_object (&self->certificate);
  self->certificate = test_certificate_load (name);
}

GTlsCertificate *
raw_listener_dup_certificate (RawListener *self)
{
  return g_object_ref (self->certificate);
}

guint16
raw_listener_get_port (RawListener *self)
{
  return self->port;
}

gchar *
raw_listener_get_uri (RawListener *self)
{
  if (self->flags & RAW_SOCKET_TLS)
    return g_strdup_printf ("wss://localhost:%u/", self->port);
  return g_strdup_printf ("ws://127.0.0.1:%u/", self->port);
}

static RawPeer *
raw_peer_new (RawSocket *socket, gboolean client)
{
  RawPeer *self = g_new0 (RawPeer, 1);

  self->socket = socket;
  self->client = client;
  self->input = g_byte_array_new ();
  self->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) raw_frame_free);
  return self;
}

RawPeer *
raw_listener_accept_tcp (RawListener *self)
{
  g_autoptr (GError) error = NULL;
  GSocket *socket;

  if (!g_socket_condition_timed_wait (
          self->socket, G_IO_IN, (gint64) test_time_scale (RAW_PATIENCE) * 1000, NULL, &error))
    g_error ("nobody connected: %s", error->message);
  socket = g_socket_accept (self->socket, NULL, &error);
  g_assert_no_error (error);
  return raw_peer_new (raw_socket_new (socket), FALSE);
}

RawPeer *
raw_listener_accept (RawListener *self)
{
  g_autoptr (GError) error = NULL;
  RawPeer *peer = raw_listener_accept_tcp (self);

  if (self->flags & RAW_SOCKET_TLS)
    raw_socket_start_tls_server (peer->socket, self->certificate, &error);
  g_assert_no_error (error);
  return peer;
}

RawPeer *
raw_listener_accept_websocket (RawListener *self)
{
  RawPeer *peer = raw_listener_accept (self);

  raw_peer_expect_request (peer);
  raw_peer_answer_upgrade (peer, NULL);
  return peer;
}

/* --- Reading ------------------------------------------------------------------------------------------------------ */

static void G_GNUC_NORETURN
fail (RawPeer *self, const gchar *expected)
{
  g_autofree gchar *record = raw_peer_describe (self);

  g_error ("raw peer: %s did not come; so far: %s (%u bytes not understood)", expected, record, self->input->len);
}

static gsize
read_some (RawPeer *self, gint64 deadline)
{
  guint8 buffer[CHUNK];
  gsize got = raw_socket_read (self->socket, buffer, sizeof (buffer), deadline);

  g_byte_array_append (self->input, buffer, (guint) got);
  return got;
}

static void
parse_frames (RawPeer *self)
{
  gsize used = 0;
  gsize size;
  RawFrame *frame;

  while ((size = raw_frame_parse (self->input->data + used, self->input->len - used, &frame)) > 0) {
    g_ptr_array_add (self->frames, frame);
    used += size;
  }
  if (used > 0)
    g_byte_array_remove_range (self->input, 0, (guint) used);
}

/* Request or answer, with the blank line; NULL when it does not come. */
static const gchar *
read_head (RawPeer *self)
{
  gint64 deadline = test_time_deadline (RAW_PATIENCE);

  while (TRUE) {
    const gchar *end =
        self->input->len ? g_strstr_len ((gchar *) self->input->data, self->input->len, "\r\n\r\n") : NULL;

    if (end) {
      gsize size = (gsize) (end + 4 - (gchar *) self->input->data);

      g_free (self->head);
      self->head = g_strndup ((gchar *) self->input->data, size);
      g_byte_array_remove_range (self->input, 0, (guint) size);
      return self->head;
    }
    if (read_some (self, deadline) == 0)
      return NULL;
  }
}

static gchar *
find_header (RawPeer *self, const gchar *name)
{
  g_auto (GStrv) lines = g_strsplit (self->head, "\r\n", -1);

  for (guint i = 0; lines[i]; i++) {
    if (g_ascii_strncasecmp (lines[i], name, strlen (name)) == 0 && lines[i][strlen (name)] == ':')
      return g_strdup (g_strstrip (lines[i] + strlen (name) + 1));
  }
  return NULL;
}

/* --- HTTP --------------------------------------------------------------------------------------------------------- */

/* RFC 6455, 4.2.2, step 5 */
static gchar *
make_accept_key (const gchar *key)
{
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize size = sizeof (digest);

  g_checksum_update (sha1, (const guchar *) key, -1);
  g_checksum_update (sha1, (const guchar *) ACCEPT_GUID, -1);
  g_checksum_get_digest (sha1, digest, &size);
  return g_base64_encode (digest, size);
}

const gchar *
raw_peer_expect_request (RawPeer *self)
{
  const gchar *request = read_head (self);

  if (request == NULL)
    fail (self, "a request");
  return request;
}

gchar *
raw_peer_make_accept_key (RawPeer *self)
{
  g_autofree gchar *key = find_header (self, "Sec-WebSocket-Key");

  if (key == NULL)
    fail (self, "a key in the request");
  return make_accept_key (key);
}

void
raw_peer_answer_upgrade (RawPeer *self, const GByteArray *extra)
{
  g_autofree gchar *key = raw_peer_make_accept_key (self);
  g_autofree gchar *answer = g_strdup_printf ("HTTP/1.1 101 Switching Protocols\r\n"
                                              "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                              "Sec-WebSocket-Accept: %s\r\n\r\n",
      key);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (guint8 *) answer, (guint) strlen (answer));
  if (extra)
    g_byte_array_append (bytes, extra->data, extra->len);
  raw_peer_send_bytes (self, bytes);
}

RawPeer *
raw_peer_connect (guint16 port, RawSocketFlags flags)
{
  return raw_peer_new (raw_socket_connect (port, flags), TRUE);
}

void
raw_peer_send_upgrade (RawPeer *self, const gchar *path, const gchar *headers, const GByteArray *extra)
{
  g_autofree gchar *request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: localhost\r\n"
                                               "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " CLIENT_KEY "\r\n"
                                               "%s\r\n",
      path, headers ? headers : "");
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (guint8 *) request, (guint) strlen (request));
  if (extra)
    g_byte_array_append (bytes, extra->data, extra->len);
  raw_peer_send_bytes (self, bytes);
}

guint
raw_peer_expect_status (RawPeer *self)
{
  const gchar *answer = read_head (self);

  if (answer == NULL)
    return 0;
  if (!g_str_has_prefix (answer, "HTTP/1."))
    fail (self, "an HTTP answer");
  return (guint) g_ascii_strtoull (answer + strlen ("HTTP/1.1 "), NULL, 10);
}

const gchar *
raw_peer_expect_upgrade (RawPeer *self)
{
  g_autofree gchar *expected = make_accept_key (CLIENT_KEY);
  g_autofree gchar *key = NULL;

  if (raw_peer_expect_status (self) != 101)
    fail (self, "101");
  key = find_header (self, "Sec-WebSocket-Accept");
  g_assert_cmpstr (key, ==, expected);
  return self->head;
}

RawPeer *
raw_peer_connect_websocket (guint16 port, RawSocketFlags flags)
{
  RawPeer *self = raw_peer_connect (port, flags);

  raw_peer_send_upgrade (self, "/", NULL, NULL);
  raw_peer_expect_upgrade (self);
  return self;
}

void
raw_peer_free (RawPeer *self)
{
  raw_socket_free (self->socket);
  g_byte_array_unref (self->input);
  g_ptr_array_unref (self->frames);
  g_free (self->head);
  g_free (self);
}

RawSocket *
raw_peer_get_socket (RawPeer *self)
{
  return self->socket;
}

/* --- Sending ------------------------------------------------------------------------------------------------------ */

void
raw_peer_append (RawPeer *self, GByteArray *out, const RawFrameSpec *spec)
{
  raw_frame_append (out, spec, self->client);
}

void
raw_peer_append_text (RawPeer *self, GByteArray *out, const gchar *text)
{
  RawFrameSpec spec = { .opcode = RAW_TEXT, .payload = text, .length = strlen (text) };

  raw_peer_append (self, out, &spec);
}

void
raw_peer_append_close (RawPeer *self, GByteArray *out, guint code, const gchar *reason)
{
  g_autoptr (GByteArray) payload = raw_close_payload_new (code, reason);
  RawFrameSpec spec = { .opcode = RAW_CLOSE, .payload = payload->data, .length = payload->len };

  raw_peer_append (self, out, &spec);
}

gsize
raw_peer_try_send_bytes (RawPeer *self, const GByteArray *bytes, guint milliseconds)
{
  return raw_socket_write (self->socket, bytes->data, bytes->len, test_time_deadline (milliseconds));
}

void
raw_peer_send_bytes (RawPeer *self, const GByteArray *bytes)
{
  gsize sent = raw_peer_try_send_bytes (self, bytes, RAW_PATIENCE);

  if (sent < bytes->len)
    fail (self, "room for what is to be sent");
}

void
raw_peer_send_string (RawPeer *self, const gchar *text)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  g_byte_array_append (bytes, (const guint8 *) text, (guint) strlen (text));
  raw_peer_send_bytes (self, bytes);
}

void
raw_peer_send (RawPeer *self, const RawFrameSpec *spec)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  raw_peer_append (self, bytes, spec);
  raw_peer_send_bytes (self, bytes);
}

void
raw_peer_send_text (RawPeer *self, const gchar *text)
{
  RawFrameSpec spec = { .opcode = RAW_TEXT, .payload = text, .length = strlen (text) };

  raw_peer_send (self, &spec);
}

void
raw_peer_send_ping (RawPeer *self, const gchar *text)
{
  RawFrameSpec spec = { .opcode = RAW_PING, .payload = text, .length = strlen (text) };

  raw_peer_send (self, &spec);
}

void
raw_peer_send_close (RawPeer *self, guint code, const gchar *reason)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  raw_peer_append_close (self, bytes, code, reason);
  raw_peer_send_bytes (self, bytes);
}

void
raw_peer_fin (RawPeer *self)
{
  raw_socket_fin (self->socket);
}

void
raw_peer_reset (RawPeer *self)
{
  raw_socket_reset (self->socket);
}

/* --- Waiting ------------------------------------------------------------------------------------------------------ */

const RawFrame *
raw_peer_next_frame (RawPeer *self, guint milliseconds)
{
  gint64 deadline = test_time_deadline (milliseconds);

  parse_frames (self);
  while (self->next >= self->frames->len) {
    if (read_some (self, deadline) == 0)
      return NULL;
    parse_frames (self);
  }
  return self->frames->pdata[self->next++];
}

const RawFrame *
raw_peer_expect_frame (RawPeer *self, guint opcode)
{
  const RawFrame *frame = raw_peer_next_frame (self, RAW_PATIENCE);

  if (frame == NULL || frame->opcode != opcode)
    fail (self, "the frame expected");
  return frame;
}

void
raw_peer_expect_text (RawPeer *self, const gchar *text)
{
  const RawFrame *frame = raw_peer_expect_frame (self, RAW_TEXT);

  g_assert_cmpmem (g_bytes_get_data (frame->payload, NULL), g_bytes_get_size (frame->payload), text, strlen (text));
}

const RawFrame *
raw_peer_expect_close (RawPeer *self, guint code)
{
  const RawFrame *frame;

  do {
    frame = raw_peer_next_frame (self, RAW_PATIENCE);
    if (frame == NULL)
      fail (self, "a Close");
  } while (frame->opcode != RAW_CLOSE);
  g_assert_cmpuint (frame->code, ==, code);
  return frame;
}

RawEnd
raw_peer_read_to_end (RawPeer *self, guint milliseconds)
{
  gint64 deadline = test_time_deadline (milliseconds);

  while (read_some (self, deadline) > 0)
    parse_frames (self);
  if (raw_socket_get_end (self->socket) == RAW_END_NONE)
    fail (self, "the end");
  return raw_socket_get_end (self->socket);
}

void
raw_peer_expect_end (RawPeer *self, RawEnd end)
{
  g_assert_cmpint (raw_peer_read_to_end (self, RAW_PATIENCE), ==, end);
}

gboolean
raw_peer_stay_idle (RawPeer *self, guint milliseconds)
{
  gint64 deadline = test_time_deadline (milliseconds);
  gboolean idle = TRUE;

  while (test_time_left (deadline) > 0 && raw_socket_get_end (self->socket) == RAW_END_NONE) {
    if (read_some (self, deadline) > 0)
      idle = FALSE;
    parse_frames (self);
  }
  return idle && raw_socket_get_end (self->socket) == RAW_END_NONE;
}

void
raw_peer_look_away (RawPeer *self, guint milliseconds)
{
  gint64 deadline = test_time_deadline (milliseconds);

  while (test_time_left (deadline) > 0)
    g_poll (NULL, 0, test_time_left (deadline));
}

/* --- Record ------------------------------------------------------------------------------------------------------- */

guint
raw_peer_get_n_frames (RawPeer *self)
{
  return self->frames->len;
}

const RawFrame *
raw_peer_get_frame (RawPeer *self, guint index)
{
  g_assert_cmpuint (index, <, self->frames->len);
  return self->frames->pdata[index];
}

guint
raw_peer_count (RawPeer *self, guint opcode)
{
  guint count = 0;

  for (guint i = 0; i < self->frames->len; i++)
    count += raw_peer_get_frame (self, i)->opcode == opcode;
  return count;
}

guint
raw_peer_count_data_after_close (RawPeer *self)
{
  gboolean closed = FALSE;
  guint count = 0;

  for (guint i = 0; i < self->frames->len; i++) {
    const RawFrame *frame = raw_peer_get_frame (self, i);

    if (frame->opcode == RAW_CLOSE)
      closed = TRUE;
    else if (closed && frame->opcode < RAW_CLOSE)
      count++;
  }
  return count;
}

guint
raw_peer_count_wrong_masks (RawPeer *self)
{
  guint count = 0;

  for (guint i = 0; i < self->frames->len; i++)
    count += raw_peer_get_frame (self, i)->masked == self->client;
  return count;
}

gchar *
raw_peer_describe (RawPeer *self)
{
  static const gchar *const ends[] = { "no end", "FIN", "RST" };
  g_autoptr (GString) text = g_string_new (NULL);
  RawEnd end = raw_socket_get_end (self->socket);
  guint data = raw_peer_count (self, RAW_TEXT) + raw_peer_count (self, RAW_BINARY);

  if (data > 0)
    g_string_append_printf (text, "%u messages, ", data);
  for (guint i = 0; i < self->frames->len; i++) {
    g_autofree gchar *frame = raw_frame_describe (raw_peer_get_frame (self, i));

    if (raw_peer_get_frame (self, i)->opcode == RAW_CLOSE)
      g_string_append_printf (text, "%s, ", frame);
  }
  if (raw_peer_count (self, RAW_CLOSE) == 0)
    g_string_append (text, "no Close, ");
  g_string_append (text, ends[end]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

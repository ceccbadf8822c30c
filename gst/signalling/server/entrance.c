/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include <gst/gst.h>
#include <libsoup/soup.h>

#include <gst/signalling/server/entrance-private.h>
#include <gst/signalling/server/page-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_signalling_entrance_debug);
#define GST_CAT_DEFAULT gst_signalling_entrance_debug

/* Connections over a limit are answered as long as there are not more of them than that; the rest is closed at once. */
#define MAX_REFUSED 256

struct _GstSignallingEntrance
{
  GstSignallingContextThread *thread;
  GTlsCertificate *certificate;
  GstSignallingEntranceLimits limits;
  GstSignallingEntranceCallbacks callbacks;
  gpointer user_data;

  SoupServer *http;
  GstSignallingFlusher *flusher;
  GstSignallingPoller *poller;
  GHashTable *visitors;    /* set of Visitor: owned, all of them */
  GHashTable *per_address; /* address text → number of connections, refused ones left out */
  guint n_refused;
  gboolean serve_page;
  gboolean closing;
};

/* One TCP connection. */
typedef struct
{
  GstSignallingEntrance *entrance;
  GSocket *socket;
  GSocketAddress *remote; /* how libsoup's requests lead back here */
  gchar *address;
  GstSignallingBufferedStream *stream; /* NULL during the TLS handshake */
  GCancellable *tls_cancellable;
  GstSignallingDeadline deadline;
  guint refusal; /* HTTP status, 0 for welcome */
  gboolean upgraded;
} Visitor;

static const gchar visitor_key[] = "gst-signalling-visitor";

/* -- coming and going --------------------------------------------------------------------------------------------- */

static guint
connections_from (GstSignallingEntrance *entrance, const gchar *address)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (entrance->per_address, address));
}

static void
count_address (GstSignallingEntrance *entrance, const gchar *address, gint by)
{
  guint n = connections_from (entrance, address) + by;

  if (n == 0)
    g_hash_table_remove (entrance->per_address, address);
  else
    g_hash_table_replace (entrance->per_address, g_strdup (address), GUINT_TO_POINTER (n));
}

static void
count_visitor (Visitor *visitor, gint by)
{
  if (visitor->refusal)
    visitor->entrance->n_refused += by;
  else
    count_address (visitor->entrance, visitor->address, by);
}

static void
tell_if_empty (GstSignallingEntrance *entrance)
{
  if (entrance->closing && g_hash_table_size (entrance->visitors) == 0 && entrance->callbacks.empty)
    entrance->callbacks.empty (entrance->user_data);
}

static void
visitor_free (gpointer data)
{
  Visitor *visitor = data;

  gst_signalling_deadline_cancel (&visitor->deadline);
  if (visitor->remote)
    g_object_set_data (G_OBJECT (visitor->remote), visitor_key, NULL);
  if (visitor->stream)
    gst_signalling_buffered_stream_set_gone (visitor->stream, NULL, NULL);
  g_clear_object (&visitor->stream);
  g_clear_object (&visitor->tls_cancellable);
  g_clear_object (&visitor->remote);
  g_clear_object (&visitor->socket);
  g_free (visitor->address);
  g_free (visitor);
}

static void
visitor_leave (gpointer data)
{
  Visitor *visitor = data;
  GstSignallingEntrance *entrance = visitor->entrance;

  count_visitor (visitor, -1);
  g_hash_table_remove (entrance->visitors, visitor);
  tell_if_empty (entrance);
}

static guint
refusal_for (GstSignallingEntrance *entrance, const gchar *address)
{
  const GstSignallingEntranceLimits *limits = &entrance->limits;

  if (limits->max_connections > 0 &&
      g_hash_table_size (entrance->visitors) - entrance->n_refused >= limits->max_connections)
    return SOUP_STATUS_SERVICE_UNAVAILABLE;
  if (limits->max_connections_per_address > 0 &&
      connections_from (entrance, address) >= limits->max_connections_per_address)
    return 429; /* Too Many Requests: RFC 6585, 4 */
  return 0;
}

/* Nothing has been answered in time, whatever step it is in. */
static void
on_handshake_deadline (gpointer owner)
{
  Visitor *visitor = owner;

  GST_DEBUG ("%s did not finish its opening handshake in time", visitor->address);
  if (visitor->tls_cancellable)
    g_cancellable_cancel (visitor->tls_cancellable);
  else
    g_socket_shutdown (visitor->socket, TRUE, TRUE, NULL); /* libsoup sees the end of its input and lets go */
}

/* -- TLS and HTTP ------------------------------------------------------------------------------------------------- */

static void
hand_to_http (Visitor *visitor, GTlsConnection *tls)
{
  GstSignallingEntrance *entrance = visitor->entrance;
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (visitor->socket, NULL);

  visitor->stream =
      gst_signalling_buffered_stream_new (entrance->thread, entrance->flusher, entrance->poller, visitor->socket, tls);
  gst_signalling_buffered_stream_set_gone (visitor->stream, visitor_leave, visitor);
  gst_signalling_buffered_stream_set_close_deadlines (
      visitor->stream, entrance->limits.drain_ms, entrance->limits.linger_ms);
  if (entrance->closing || !local)
    gst_signalling_buffered_stream_abort (visitor->stream);
  else
    soup_server_accept_iostream (entrance->http, G_IO_STREAM (visitor->stream), local, visitor->remote, NULL);
}

static void
on_tls_handshake (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Visitor *visitor = user_data;
  g_autoptr (GError) error = NULL;

  g_clear_object (&visitor->tls_cancellable);
  if (g_tls_connection_handshake_finish (G_TLS_CONNECTION (object), result, &error)) {
    hand_to_http (visitor, G_TLS_CONNECTION (object));
    return;
  }
  GST_DEBUG ("TLS handshake with %s: %s", visitor->address, error->message);
  g_socket_close (visitor->socket, NULL);
  visitor_leave (visitor);
}

static void
start_tls (Visitor *visitor)
{
  g_autoptr (GSocketConnection) base = g_socket_connection_factory_create_connection (visitor->socket);
  g_autoptr (GError) error = NULL;
  g_autoptr (GIOStream) tls = g_tls_server_connection_new (G_IO_STREAM (base), visitor->entrance->certificate, &error);
  const gchar *const protocols[] = { "http/1.1", NULL };

  if (!tls) {
    GST_WARNING ("no TLS for %s: %s", visitor->address, error->message);
    visitor_leave (visitor);
    return;
  }
  g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  g_tls_connection_set_advertised_protocols (G_TLS_CONNECTION (tls), protocols);
  visitor->tls_cancellable = g_cancellable_new ();
  g_tls_connection_handshake_async (
      G_TLS_CONNECTION (tls), G_PRIORITY_DEFAULT, visitor->tls_cancellable, on_tls_handshake, visitor);
}

static void
prepare_socket (GstSignallingEntrance *entrance, GSocket *socket)
{
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT, entrance->limits.stall_ms, NULL);
}

void
gst_signalling_entrance_admit (GstSignallingEntrance *entrance, GSocket *socket)
{
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);
  Visitor *visitor;

  if (!remote || entrance->closing) {
    g_socket_close (socket, NULL);
    return;
  }
  visitor = g_new0 (Visitor, 1);
  visitor->entrance = entrance;
  visitor->socket = g_object_ref (socket);
  visitor->address = g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  visitor->refusal = refusal_for (entrance, visitor->address);
  visitor->remote = g_steal_pointer (&remote);
  g_object_set_data (G_OBJECT (visitor->remote), visitor_key, visitor);
  g_hash_table_add (entrance->visitors, visitor);
  count_visitor (visitor, +1);

  if (entrance->n_refused > MAX_REFUSED && visitor->refusal) {
    g_socket_close (socket, NULL);
    visitor_leave (visitor);
    return;
  }
  prepare_socket (entrance, socket);
  gst_signalling_deadline_arm (gst_signalling_context_thread_get_deadlines (entrance->thread), &visitor->deadline,
      entrance->limits.handshake_ms, on_handshake_deadline, visitor);
  if (entrance->certificate)
    start_tls (visitor);
  else
    hand_to_http (visitor, NULL);
}

/* -- requests ----------------------------------------------------------------------------------------------------- */

static Visitor *
visitor_of (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote ? g_object_get_data (G_OBJECT (remote), visitor_key) : NULL;
}

/* What the HTTP parser read beyond the request belongs to the WebSocket. libsoup's wrapper goes: its buffers would
 * stay for the life of the connection. */
static void
take_back_stream (Visitor *visitor, GIOStream *stolen)
{
  GInputStream *input = g_io_stream_get_input_stream (stolen);
  g_autoptr (GByteArray) ahead = g_byte_array_new ();
  guint8 chunk[4096];
  gssize n;

  if (G_IS_FILTER_INPUT_STREAM (input))
    g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (input), FALSE);
  do {
    g_autoptr (GError) error = NULL; /* not looked at, but the TLS backend leaks one that nobody takes */

    n = g_pollable_input_stream_read_nonblocking (G_POLLABLE_INPUT_STREAM (input), chunk, sizeof chunk, NULL, &error);
    if (n > 0)
      g_byte_array_append (ahead, chunk, n);
  } while (n > 0);
  gst_signalling_buffered_stream_unread (visitor->stream, ahead->data, ahead->len);
}

static void
on_upgrade_written (SoupServerMessage *message, gpointer user_data)
{
  Visitor *visitor = visitor_of (message);
  g_autoptr (SoupServerMessage) guard = g_object_ref (message);
  g_autoptr (GUri) uri = g_uri_ref (soup_server_message_get_uri (message));
  g_autoptr (GIOStream) stolen = soup_server_message_steal_connection (message);

  if (!visitor || !stolen)
    return;
  if (visitor->entrance->closing) {
    g_io_stream_close (G_IO_STREAM (visitor->stream), NULL, NULL);
    return;
  }
  gst_signalling_deadline_cancel (&visitor->deadline);
  visitor->upgraded = TRUE;
  take_back_stream (visitor, stolen);
  visitor->entrance->callbacks.upgraded (visitor->stream, uri, visitor->address, visitor->entrance->user_data);
}

/* Those libsoup does not know; NULL: it does. */
static const gchar *
phrase_of (guint status)
{
  switch (status) {
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    default:
      return NULL;
  }
}

static void
answer (SoupServerMessage *message, guint status, const gchar *text)
{
  g_autofree gchar *line = g_strconcat (text, "\n", NULL);

  soup_server_message_set_status (message, status, phrase_of (status));
  soup_server_message_set_response (message, "text/plain; charset=utf-8", SOUP_MEMORY_COPY, line, strlen (line));
}

static void
answer_refusal (SoupServerMessage *message, guint status)
{
  answer (message, status,
      status == SOUP_STATUS_SERVICE_UNAVAILABLE ? "The server has as many connections as it may have."
                                                : "There are too many connections from this address.");
  soup_message_headers_replace (soup_server_message_get_response_headers (message), "Retry-After", "5");
}

/* RFC 6455, 4.2.2 and 4.4 */
static void
answer_upgrade_required (SoupServerMessage *message, const gchar *text)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  answer (message, 426, text);
  soup_message_headers_replace (headers, "Upgrade", "websocket");
  soup_message_headers_append (headers, "Connection", "Upgrade");
  soup_message_headers_replace (headers, "Sec-WebSocket-Version", "13");
}

static gboolean
wants_websocket (SoupMessageHeaders *headers)
{
  return soup_message_headers_header_contains (headers, "Upgrade", "websocket") &&
         soup_message_headers_header_contains (headers, "Connection", "Upgrade");
}

static gboolean
has_method (SoupServerMessage *message, const gchar *method)
{
  return g_strcmp0 (soup_server_message_get_method (message), method) == 0;
}

static void
answer_wrong_method (SoupServerMessage *message, gboolean with_head)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);

  answer (message, SOUP_STATUS_METHOD_NOT_ALLOWED,
      with_head ? "Only GET and HEAD are answered here." : "Only GET is answered here.");
  soup_message_headers_replace (headers, "Allow", with_head ? "GET, HEAD" : "GET");
}

/* Somebody who did not ask for a WebSocket: a browser, more often than not. */
static void
answer_plain_request (GstSignallingEntrance *entrance, SoupServerMessage *message, const gchar *path)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);

  if (!entrance->serve_page || soup_message_headers_get_one (headers, "Upgrade"))
    answer_upgrade_required (message, "This is a WebRTC signalling server: connect to it with a WebSocket.");
  else if (!gst_signalling_page_answer (message, path))
    answer (message, SOUP_STATUS_NOT_FOUND, "There is nothing here. The page is at /, and WebSockets are welcome.");
}

static void
on_request (SoupServer *http, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const gchar *version = soup_message_headers_get_one (headers, "Sec-WebSocket-Version");
  Visitor *visitor = visitor_of (message);
  const gboolean with_head = visitor && visitor->entrance->serve_page;

  if (!visitor) {
    soup_server_message_set_status (message, SOUP_STATUS_INTERNAL_SERVER_ERROR, NULL);
  } else if (visitor->refusal) {
    answer_refusal (message, visitor->refusal);
  } else if (!has_method (message, "GET") && !(with_head && has_method (message, "HEAD"))) {
    answer_wrong_method (message, with_head);
  } else if (!has_method (message, "GET") || !wants_websocket (headers)) {
    answer_plain_request (visitor->entrance, message, path);
  } else if (g_strcmp0 (version, "13") != 0) {
    answer_upgrade_required (message, "This server speaks version 13 of the WebSocket protocol (RFC 6455).");
  } else if (soup_websocket_server_process_handshake (message, NULL, NULL, NULL, NULL)) {
    g_signal_connect (message, "wrote-informational", G_CALLBACK (on_upgrade_written), NULL);
  }
}

/* No request needs a body here: what comes as one is read past, not kept. */
static void
on_headers (SoupServer *http, SoupServerMessage *message, const char *path, GHashTable *query, gpointer user_data)
{
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
}

/* -- the entrance ------------------------------------------------------------------------------------------------- */

GstSignallingEntrance *
gst_signalling_entrance_new (GstSignallingContextThread *thread, GTlsCertificate *certificate,
    const GstSignallingEntranceLimits *limits, const GstSignallingEntranceCallbacks *callbacks, gpointer user_data)
{
  GstSignallingEntrance *entrance = g_new0 (GstSignallingEntrance, 1);

  GST_DEBUG_CATEGORY_INIT (gst_signalling_entrance_debug, "signallingentrance", 0, "Opening handshakes");
  entrance->thread = gst_signalling_context_thread_ref (thread);
  entrance->certificate = certificate ? g_object_ref (certificate) : NULL;
  entrance->limits = *limits;
  entrance->callbacks = *callbacks;
  entrance->user_data = user_data;
  entrance->flusher = gst_signalling_flusher_new (thread);
  entrance->poller = gst_signalling_poller_new (thread);
  entrance->visitors = g_hash_table_new_full (NULL, NULL, visitor_free, NULL);
  entrance->per_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  entrance->http = soup_server_new ("server-header", "gst-signalling-server", NULL);
  soup_server_add_early_handler (entrance->http, NULL, on_headers, NULL, NULL);
  soup_server_add_handler (entrance->http, NULL, on_request, NULL, NULL);
  return entrance;
}

void
gst_signalling_entrance_set_serve_page (GstSignallingEntrance *entrance, gboolean serve_page)
{
  entrance->serve_page = serve_page;
}

guint
gst_signalling_entrance_get_n_connections (GstSignallingEntrance *entrance)
{
  return g_hash_table_size (entrance->visitors);
}

static void
close_visitor (Visitor *visitor)
{
  if (visitor->tls_cancellable)
    g_cancellable_cancel (visitor->tls_cancellable);
  else if (!visitor->upgraded)
    g_socket_shutdown (visitor->socket, TRUE, TRUE, NULL); /* as in on_handshake_deadline */
}

static void
for_each_visitor (GstSignallingEntrance *entrance, void (*func) (Visitor *visitor))
{
  g_autoptr (GList) visitors = g_hash_table_get_keys (entrance->visitors);

  for (GList *l = visitors; l; l = l->next)
    func (l->data);
}

void
gst_signalling_entrance_close (GstSignallingEntrance *entrance, guint drain_ms, guint linger_ms)
{
  g_autoptr (GList) visitors = g_hash_table_get_keys (entrance->visitors);

  entrance->closing = TRUE;
  for (GList *l = visitors; l; l = l->next) {
    Visitor *visitor = l->data;

    if (visitor->stream)
      gst_signalling_buffered_stream_set_close_deadlines (visitor->stream, drain_ms, linger_ms);
  }
  if (!visitors)
    tell_if_empty (entrance);
  else
    for_each_visitor (entrance, close_visitor);
}

static void
abort_visitor (Visitor *visitor)
{
  if (visitor->tls_cancellable)
    g_cancellable_cancel (visitor->tls_cancellable);
  else if (visitor->stream)
    gst_signalling_buffered_stream_abort (visitor->stream);
}

void
gst_signalling_entrance_abort (GstSignallingEntrance *entrance)
{
  for_each_visitor (entrance, abort_visitor);
}

void
gst_signalling_entrance_free (GstSignallingEntrance *entrance)
{
  g_assert (g_hash_table_size (entrance->visitors) == 0);
  soup_server_disconnect (entrance->http);
  g_object_unref (entrance->http);
  gst_signalling_poller_free (entrance->poller);
  gst_signalling_flusher_free (entrance->flusher);
  g_hash_table_unref (entrance->visitors);
  g_hash_table_unref (entrance->per_address);
  g_clear_object (&entrance->certificate);
  gst_signalling_context_thread_unref (entrance->thread);
  g_free (entrance);
}

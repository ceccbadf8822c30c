/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include <gst/gst.h>

#include <gst/signalling/signaller/connect-error-private.h>
#include <gst/signalling/signaller/connector-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_signalling_connector_debug);
#define GST_CAT_DEFAULT gst_signalling_connector_debug

/* The libsoup call outlives a connector that is freed, until it has been cancelled: it holds a reference. */
struct _GstSignallingConnector
{
  grefcount ref_count;
  GstSignallingContextThread *thread;
  GstSignallingConnectorFunc func; /* NULL once freed or done */
  gpointer user_data;

  SoupSession *session;
  SoupMessage *message;
  GCancellable *cancellable;
  GstSignallingDeadline deadline;
  GError *settings_error;
  gchar *where;
  gboolean insecure_tls;
  gboolean timed_out;
  guint stall_ms;
  GTlsCertificateFlags tls_errors;
};

static void
connector_unref (GstSignallingConnector *connector)
{
  if (!g_ref_count_dec (&connector->ref_count))
    return;
  if (connector->message)
    g_signal_handlers_disconnect_by_data (connector->message, connector);
  g_clear_object (&connector->message);
  g_clear_object (&connector->session);
  g_clear_object (&connector->cancellable);
  g_clear_error (&connector->settings_error);
  g_free (connector->where);
  gst_signalling_context_thread_unref (connector->thread);
  g_free (connector);
}

static void
report (GstSignallingConnector *connector, SoupWebsocketConnection *connection, const GError *error, gboolean may_retry)
{
  GstSignallingConnectorFunc func = connector->func;

  gst_signalling_deadline_cancel (&connector->deadline);
  connector->func = NULL;
  if (func)
    func (connection, error, may_retry, connector->user_data);
}

static void
report_failure (GstSignallingConnector *connector, const GError *cause)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (connector->message);
  const GstSignallingConnectFacts facts = {
    .where = connector->where,
    .http_status = soup_message_get_status (connector->message),
    .location = soup_message_headers_get_one (headers, "Location"),
    .timed_out = connector->timed_out,
    .tls_errors = connector->tls_errors,
  };
  gboolean may_retry;
  g_autoptr (GError) error = gst_signalling_connect_error_new (cause, &facts, &may_retry);

  report (connector, NULL, error, may_retry);
}

/* A connection that nobody waits for any more was established in the instant of being cancelled. */
static void
on_connected (GObject *object, GAsyncResult *result, gpointer user_data)
{
  GstSignallingConnector *connector = user_data;
  g_autoptr (GError) cause = NULL;
  g_autoptr (SoupWebsocketConnection) connection =
      soup_session_websocket_connect_finish (SOUP_SESSION (object), result, &cause);

  if (connector->func && connection)
    report (connector, connection, NULL, FALSE);
  else if (connector->func)
    report_failure (connector, cause);
  connector_unref (connector);
}

static void
on_deadline (gpointer owner)
{
  GstSignallingConnector *connector = owner;

  connector->timed_out = TRUE;
  g_cancellable_cancel (connector->cancellable);
}

static gboolean
on_accept_certificate (
    SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer user_data)
{
  GstSignallingConnector *connector = user_data;

  connector->tls_errors = errors;
  return connector->insecure_tls;
}

static void
on_network_event (SoupMessage *message, GSocketClientEvent event, GIOStream *stream, gpointer user_data)
{
  GstSignallingConnector *connector = user_data;
  GSocket *socket;

  if (event != G_SOCKET_CLIENT_CONNECTED || !G_IS_SOCKET_CONNECTION (stream))
    return;
  socket = g_socket_connection_get_socket (G_SOCKET_CONNECTION (stream));
  g_socket_set_keepalive (socket, TRUE);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, TRUE, NULL);
  if (connector->stall_ms > 0)
    g_socket_set_option (socket, IPPROTO_TCP, TCP_USER_TIMEOUT, connector->stall_ms, NULL);
}

/* -- preparing ---------------------------------------------------------------------------------------------------- */

static GUri *
parse_uri (const gchar *text, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GUri) uri = g_uri_parse (text ? text : "", SOUP_HTTP_URI_FLAGS, &cause);
  const gchar *scheme = uri ? g_uri_get_scheme (uri) : NULL;

  if (!uri || !g_uri_get_host (uri) || !*g_uri_get_host (uri)) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_SETTINGS,
        "\"%s\" is not the URI of a signalling server: %s", text ? text : "",
        cause ? cause->message : "it names no host");
    return NULL;
  }
  if (g_strcmp0 (scheme, "ws") != 0 && g_strcmp0 (scheme, "wss") != 0) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_SETTINGS,
        "The URI of a signalling server begins with ws:// or wss://, not with %s://", scheme);
    return NULL;
  }
  return g_steal_pointer (&uri);
}

static GTlsDatabase *
load_ca_file (const gchar *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  GTlsDatabase *database = g_tls_file_database_new (path, &cause);

  if (!database)
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_SETTINGS,
        "The file of trusted certificates \"%s\" cannot be used: %s", path, cause->message);
  return database;
}

/* RFC 9110, 5.1 and 5.5: what may stand in a field name and a field value. */
static gboolean
is_header (const gchar *name, const gchar *value)
{
  if (!*name)
    return FALSE;
  for (const gchar *c = name; *c; c++) {
    if (!g_ascii_isalnum (*c) && !strchr ("!#$%&'*+-.^_`|~", *c))
      return FALSE;
  }
  for (const gchar *c = value; *c; c++) {
    if (g_ascii_iscntrl (*c) && *c != '\t')
      return FALSE;
  }
  return TRUE;
}

static gboolean
add_headers (SoupMessage *message, gchar **headers, GError **error)
{
  for (guint i = 0; headers && headers[i]; i += 2) {
    if (!is_header (headers[i], headers[i + 1])) {
      g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_SETTINGS,
          "\"%s\" is not a header that can be sent with an HTTP request", headers[i]);
      return FALSE;
    }
    soup_message_headers_replace (soup_message_get_request_headers (message), headers[i], headers[i + 1]);
  }
  return TRUE;
}

static gboolean
prepare (GstSignallingConnector *connector, const GstSignallingConnectorSettings *settings, GError **error)
{
  g_autoptr (GUri) uri = parse_uri (settings->uri, error);
  g_autoptr (GTlsDatabase) database = NULL;

  if (!uri)
    return FALSE;
  if (settings->ca_file && !(database = load_ca_file (settings->ca_file, error)))
    return FALSE;
  connector->where = g_strdup_printf ("%s:%d", g_uri_get_host (uri), g_uri_get_port (uri));
  connector->message = soup_message_new_from_uri (SOUP_METHOD_GET, uri);
  soup_message_add_flags (connector->message, SOUP_MESSAGE_NO_REDIRECT);
  if (!add_headers (connector->message, settings->headers, error))
    return FALSE;
  g_signal_connect (connector->message, "accept-certificate", G_CALLBACK (on_accept_certificate), connector);
  g_signal_connect (connector->message, "network-event", G_CALLBACK (on_network_event), connector);
  connector->session = soup_session_new ();
  soup_session_set_timeout (connector->session, MAX (1, settings->timeout_ms / 1000));
  if (database)
    soup_session_set_tls_database (connector->session, database);
  return TRUE;
}

static gboolean
report_settings_error (gpointer data)
{
  GstSignallingConnector *connector = data;

  report (connector, NULL, connector->settings_error, FALSE);
  return G_SOURCE_REMOVE;
}

static void
connector_unref_cb (gpointer data)
{
  connector_unref (data);
}

GstSignallingConnector *
gst_signalling_connector_new (GstSignallingContextThread *thread, const GstSignallingConnectorSettings *settings,
    GstSignallingConnectorFunc func, gpointer user_data)
{
  GstSignallingConnector *connector = g_new0 (GstSignallingConnector, 1);

  GST_DEBUG_CATEGORY_INIT (gst_signalling_connector_debug, "signallingconnector", 0, "Connecting to a server");
  g_ref_count_init (&connector->ref_count);
  connector->thread = gst_signalling_context_thread_ref (thread);
  connector->func = func;
  connector->user_data = user_data;
  connector->insecure_tls = settings->insecure_tls;
  connector->stall_ms = settings->stall_ms;
  connector->cancellable = g_cancellable_new ();
  g_ref_count_inc (&connector->ref_count); /* of the call, or the task, that ends in a report */
  if (!prepare (connector, settings, &connector->settings_error)) {
    gst_signalling_context_thread_invoke (thread, report_settings_error, connector, connector_unref_cb);
    return connector;
  }
  GST_DEBUG ("connecting to %s", connector->where);
  gst_signalling_deadline_arm (gst_signalling_context_thread_get_deadlines (thread), &connector->deadline,
      settings->timeout_ms, on_deadline, connector);
  soup_session_websocket_connect_async (connector->session, connector->message, NULL, NULL, G_PRIORITY_DEFAULT,
      connector->cancellable, on_connected, connector);
  return connector;
}

void
gst_signalling_connector_free (GstSignallingConnector *connector)
{
  connector->func = NULL;
  gst_signalling_deadline_cancel (&connector->deadline);
  g_cancellable_cancel (connector->cancellable);
  connector_unref (connector);
}

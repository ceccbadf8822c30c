/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gst/signalling/server/certificate-private.h>
#include <gst/signalling/signalling-error.h>

static gboolean
check_readable (const gchar *path, const gchar *what, GError **error)
{
  g_autofree gchar *content = NULL;
  g_autoptr (GError) cause = NULL;

  if (g_file_get_contents (path, &content, NULL, &cause))
    return TRUE;
  g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_SETTINGS, "The %s file \"%s\" cannot be read: %s",
      what, path, cause->message);
  return FALSE;
}

/* -- does the key belong to the certificate? ---------------------------------------------------------------------- */

/* GTlsCertificate takes any pair, and has no call to compare them; only a signature made with the one and checked with
 * the other tells. So the server shakes hands with itself once, before the first client would find out. */
typedef struct
{
  guint pending;
  GError *error; /* of the client's side: it checks the signature */
} Probe;

static gboolean
accept_any (GTlsConnection *tls, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE; /* whether clients trust it is not the question */
}

static void
on_client_done (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Probe *probe = user_data;

  probe->pending--;
  if (!g_tls_connection_handshake_finish (G_TLS_CONNECTION (object), result, &probe->error))
    g_io_stream_close (G_IO_STREAM (object), NULL, NULL); /* the other side must not wait for more */
}

static void
on_server_done (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Probe *probe = user_data;

  probe->pending--;
  if (!g_tls_connection_handshake_finish (G_TLS_CONNECTION (object), result, NULL))
    g_io_stream_close (G_IO_STREAM (object), NULL, NULL);
}

static GIOStream *
wrap_descriptor (int fd, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, error);

  if (!socket) {
    close (fd);
    return NULL;
  }
  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static gboolean
shake_hands (GTlsCertificate *certificate, GIOStream *client_end, GIOStream *server_end, GError **error)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GIOStream) server = g_tls_server_connection_new (server_end, certificate, error);
  g_autoptr (GIOStream) client = server ? g_tls_client_connection_new (client_end, NULL, error) : NULL;
  Probe probe = { .pending = 2 };

  if (!client)
    return FALSE;
  g_main_context_push_thread_default (context);
  g_signal_connect (client, "accept-certificate", G_CALLBACK (accept_any), NULL);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (server), G_PRIORITY_DEFAULT, NULL, on_server_done, &probe);
  g_tls_connection_handshake_async (G_TLS_CONNECTION (client), G_PRIORITY_DEFAULT, NULL, on_client_done, &probe);
  while (probe.pending > 0)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
  if (!probe.error)
    return TRUE;
  g_propagate_error (error, probe.error);
  return FALSE;
}

static gboolean
try_pair (GTlsCertificate *certificate, GError **error)
{
  int fds[2];
  g_autoptr (GIOStream) client_end = NULL;
  g_autoptr (GIOStream) server_end = NULL;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
    return FALSE;
  }
  client_end = wrap_descriptor (fds[0], error);
  server_end = wrap_descriptor (fds[1], client_end ? error : NULL);
  return client_end && server_end && shake_hands (certificate, client_end, server_end, error);
}

static gboolean
check_pair (GTlsCertificate *certificate, const gchar *certificate_path, const gchar *key_path, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (try_pair (certificate, &cause))
    return TRUE;
  g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_SETTINGS,
      "The key in \"%s\" does not fit the certificate in \"%s\": %s", key_path, certificate_path, cause->message);
  return FALSE;
}

gboolean
gst_signalling_certificate_check (GTlsCertificate *certificate, GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (try_pair (certificate, &cause))
    return TRUE;
  g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_SETTINGS,
      "The certificate cannot be used, or its private key is missing or another one's: %s", cause->message);
  return FALSE;
}

GTlsCertificate *
gst_signalling_certificate_load (const gchar *certificate_path, const gchar *key_path, GError **error)
{
  const gchar *key = key_path ? key_path : certificate_path;
  g_autoptr (GError) cause = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;

  if (!check_readable (certificate_path, "certificate", error) || !check_readable (key, "key", error))
    return NULL;
  certificate = g_tls_certificate_new_from_files (certificate_path, key, &cause);
  if (!certificate) {
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_SETTINGS,
        "\"%s\" and \"%s\" are no certificate and key in PEM format: %s", certificate_path, key, cause->message);
    return NULL;
  }
  return check_pair (certificate, certificate_path, key, error) ? g_steal_pointer (&certificate) : NULL;
}

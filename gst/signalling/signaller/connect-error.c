/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/signaller/connect-error-private.h>

static GError *
make (gint code, const gchar *where, const gchar *what, const GError *cause)
{
  return g_error_new (
      GST_SIGNALLING_ERROR, code, "Cannot connect to the signalling server %s: %s (%s)", where, what, cause->message);
}

static GError *
from_status (const GError *cause, const GstSignallingConnectFacts *facts, gboolean *may_retry)
{
  guint status = facts->http_status;
  g_autofree gchar *what = NULL;

  *may_retry = status == 429 || status >= 500;
  if (status == 101)
    return make (GST_SIGNALLING_ERROR_HANDSHAKE, facts->where, "its answer is not a valid WebSocket handshake", cause);
  if (status == 401 || status == 403 || status == 407) {
    what = g_strdup_printf ("it does not let us in, HTTP status %u", status);
    return make (GST_SIGNALLING_ERROR_NOT_AUTHORIZED, facts->where, what, cause);
  }
  if (status == 404 || status == 410) {
    what = g_strdup_printf ("there is no WebSocket at this path, HTTP status %u", status);
    return make (GST_SIGNALLING_ERROR_NOT_FOUND, facts->where, what, cause);
  }
  if (status >= 300 && status < 400)
    what = g_strdup_printf ("it redirects to %s, which is not followed, HTTP status %u",
        facts->location ? facts->location : "nowhere", status);
  else
    what = g_strdup_printf ("it answered with HTTP status %u", status);
  return make (GST_SIGNALLING_ERROR_CONNECT, facts->where, what, cause);
}

static const gchar *
certificate_problem (GTlsCertificateFlags flags)
{
  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return "its certificate is for another host";
  if (flags & (G_TLS_CERTIFICATE_EXPIRED | G_TLS_CERTIFICATE_NOT_ACTIVATED))
    return "its certificate is not valid today";
  if (flags & G_TLS_CERTIFICATE_REVOKED)
    return "its certificate has been revoked";
  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return "its certificate is signed by nobody we trust";
  return "its certificate is not acceptable";
}

static GError *
from_tls (const GError *cause, const GstSignallingConnectFacts *facts)
{
  if (cause->code == G_TLS_ERROR_BAD_CERTIFICATE || facts->tls_errors != 0)
    return make (GST_SIGNALLING_ERROR_NOT_AUTHORIZED, facts->where, certificate_problem (facts->tls_errors), cause);
  return make (GST_SIGNALLING_ERROR_CONNECT, facts->where, "there is no TLS to be had with it", cause);
}

static GError *
from_resolver (const GError *cause, const GstSignallingConnectFacts *facts, gboolean *may_retry)
{
  if (cause->code == G_RESOLVER_ERROR_NOT_FOUND)
    return make (GST_SIGNALLING_ERROR_NOT_FOUND, facts->where, "there is no host of that name", cause);
  *may_retry = TRUE;
  return make (GST_SIGNALLING_ERROR_CONNECT, facts->where, "its name cannot be looked up", cause);
}

static GError *
from_io (const GError *cause, const GstSignallingConnectFacts *facts, gboolean *may_retry)
{
  *may_retry = TRUE;
  switch (cause->code) {
    case G_IO_ERROR_CONNECTION_REFUSED:
      return make (GST_SIGNALLING_ERROR_CONNECT, facts->where, "nobody listens there", cause);
    case G_IO_ERROR_HOST_UNREACHABLE:
    case G_IO_ERROR_NETWORK_UNREACHABLE:
      return make (GST_SIGNALLING_ERROR_CONNECT, facts->where, "it cannot be reached", cause);
    case G_IO_ERROR_TIMED_OUT:
      return make (GST_SIGNALLING_ERROR_CONNECT, facts->where, "it does not answer", cause);
    default:
      return make (GST_SIGNALLING_ERROR_CONNECT, facts->where, "the connection broke", cause);
  }
}

GError *
gst_signalling_connect_error_new (const GError *cause, const GstSignallingConnectFacts *facts, gboolean *may_retry)
{
  *may_retry = FALSE;
  if (facts->timed_out) {
    *may_retry = TRUE;
    return make (GST_SIGNALLING_ERROR_CONNECT, facts->where, "it did not answer in time", cause);
  }
  if (cause->domain == SOUP_WEBSOCKET_ERROR && facts->http_status != 0)
    return from_status (cause, facts, may_retry);
  if (cause->domain == G_TLS_ERROR)
    return from_tls (cause, facts);
  if (cause->domain == G_RESOLVER_ERROR)
    return from_resolver (cause, facts, may_retry);
  if (cause->domain == G_IO_ERROR)
    return from_io (cause, facts, may_retry);
  return make (GST_SIGNALLING_ERROR_HANDSHAKE, facts->where, "it does not speak HTTP", cause);
}

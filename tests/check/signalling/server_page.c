/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The page on the server's port: what a browser gets, and what it does not. */

#include <gst/gst.h>
#include <gst/signalling/signalling.h>
#include <libsoup/soup.h>

#include <tests/common/log-guard.h>
#include <tests/common/test-certificates.h>
#include <tests/common/watchdog.h>

typedef struct
{
  GstSignallingServer *server;
  SoupSession *session;
  const gchar *scheme;
} House;

typedef struct
{
  const gchar *method;
  const gchar *path;
  guint status;
  const gchar *content_type;
} Request;

static gboolean
accept_any (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer user_data)
{
  return TRUE;
}

static void
house_open (House *house, gboolean tls, gboolean serve_page)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *certificate = tls ? test_certificate_path ("localhost.pem") : NULL;
  g_autofree gchar *key = tls ? test_certificate_path ("localhost.key") : NULL;

  house->scheme = tls ? "https" : "http";
  house->session = soup_session_new_with_options ("proxy-resolver", NULL, NULL);
  house->server = gst_signalling_server_new ();
  g_object_set (house->server, "host", "127.0.0.1", "port", 0, "cert", certificate, "key", key, NULL);
  if (!serve_page)
    g_object_set (house->server, "serve-page", FALSE, NULL);
  gst_signalling_server_start (house->server, &error);
  g_assert_no_error (error);
}

static void
house_close (House *house)
{
  soup_session_abort (house->session);
  g_clear_object (&house->session);
  gst_signalling_server_stop (house->server);
  g_clear_object (&house->server);
}

/* The answer's body; its headers are those of the message. */
static GBytes *
ask (House *house, const gchar *method, const gchar *path, SoupMessage **message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *uri =
      g_strdup_printf ("%s://127.0.0.1:%u%s", house->scheme, gst_signalling_server_get_port (house->server), path);
  GBytes *body;

  *message = soup_message_new (method, uri);
  g_signal_connect (*message, "accept-certificate", G_CALLBACK (accept_any), NULL);
  body = soup_session_send_and_read (house->session, *message, NULL, &error);
  g_assert_no_error (error);
  return body;
}

static void
check_request (House *house, const Request *request)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GBytes) body = ask (house, request->method, request->path, &message);
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);

  g_test_message ("%s %s", request->method, request->path);
  g_assert_cmpuint (soup_message_get_status (message), ==, request->status);
  g_assert_cmpstr (soup_message_headers_get_one (headers, "Content-Type"), ==, request->content_type);
  if (g_str_equal (request->method, "HEAD"))
    g_assert_cmpuint (g_bytes_get_size (body), ==, 0);
  else
    g_assert_cmpuint (g_bytes_get_size (body), >, 10);
  g_assert_cmpint (soup_message_headers_get_content_length (headers), >, 10);
  if (request->status != SOUP_STATUS_OK)
    return;
  g_assert_cmpstr (soup_message_headers_get_one (headers, "Cache-Control"), ==, "no-cache");
  g_assert_cmpstr (soup_message_headers_get_one (headers, "X-Content-Type-Options"), ==, "nosniff");
  g_assert_true (
      g_str_has_prefix (soup_message_headers_get_one (headers, "Content-Security-Policy"), "default-src 'self';"));
}

#define TEXT "text/plain; charset=utf-8"
#define HTML "text/html; charset=utf-8"

static void
test_requests (gconstpointer data)
{
  static const Request requests[] = {
    { "GET", "/", 200, HTML },
    { "GET", "/?signalling=ws://localhost:8443", 200, HTML },
    { "GET", "/index.html", 200, HTML },
    { "GET", "/style.css", 200, "text/css; charset=utf-8" },
    { "GET", "/app.js", 200, "text/javascript; charset=utf-8" },
    { "GET", "/icon.svg", 200, "image/svg+xml" },
    { "HEAD", "/", 200, HTML },
    { "GET", "/nothing", 404, TEXT },
    { "HEAD", "/nothing", 404, TEXT },
    { "GET", "/../index.html/", 404, TEXT },
    { "GET", "/app.js/", 404, TEXT },
    { "POST", "/", 405, TEXT },
    { "DELETE", "/app.js", 405, TEXT },
  };
  const gboolean tls = GPOINTER_TO_INT (data);
  /* A TLS handshake takes seconds under a sanitizer. */
  const guint n_requests = tls ? 1 : G_N_ELEMENTS (requests);
  House house = { NULL };

  test_watchdog_start ("requests", 30);
  house_open (&house, tls, TRUE);
  for (guint i = 0; i < n_requests; i++)
    check_request (&house, &requests[i]);
  house_close (&house);
  test_watchdog_stop ();
}

/* Whatever the page and its modules refer to is there too. */
static void
check_references (House *house, const gchar *path, const gchar *pattern, guint at_least)
{
  g_autoptr (SoupMessage) page = NULL;
  g_autoptr (GBytes) body = ask (house, "GET", path, &page);
  g_autoptr (GRegex) regex = g_regex_new (pattern, 0, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  g_autofree gchar *text = g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
  guint n = 0;

  for (g_regex_match (regex, text, 0, &match); g_match_info_matches (match); g_match_info_next (match, NULL), n++) {
    g_autofree gchar *name = g_match_info_fetch (match, 1);
    g_autofree gchar *target = g_strconcat ("/", name, NULL);
    g_autoptr (SoupMessage) message = NULL;
    g_autoptr (GBytes) content = ask (house, "GET", target, &message);

    g_test_message ("%s refers to %s", path, target);
    g_assert_cmpuint (soup_message_get_status (message), ==, 200);
    g_assert_cmpuint (g_bytes_get_size (content), >, 0);
  }
  g_assert_cmpuint (n, >=, at_least);
}

static void
test_references (void)
{
  House house = { NULL };

  test_watchdog_start ("references", 30);
  house_open (&house, FALSE, TRUE);
  check_references (&house, "/", "(?:href|src)=\"([^\"#:]+)\"", 4);
  check_references (&house, "/app.js", "from \"\\./([^\"]+)\"", 2);
  check_references (&house, "/card.js", "from \"\\./([^\"]+)\"", 2);
  check_references (&house, "/control.js", "from \"\\./([^\"]+)\"", 1);
  house_close (&house);
  test_watchdog_stop ();
}

static void
test_switched_off (void)
{
  static const Request requests[] = {
    { "GET", "/", 426, TEXT },
    { "GET", "/app.js", 426, TEXT },
    { "HEAD", "/", 405, TEXT },
  };
  House house = { NULL };
  gboolean serve_page = TRUE;

  test_watchdog_start ("switched-off", 30);
  house_open (&house, FALSE, FALSE);
  g_object_get (house.server, "serve-page", &serve_page, NULL);
  g_assert_false (serve_page);
  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    check_request (&house, &requests[i]);
  house_close (&house);
  test_watchdog_stop ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  g_test_add_data_func ("/server/page/requests", GINT_TO_POINTER (FALSE), test_requests);
  g_test_add_data_func ("/server/page/requests-over-tls", GINT_TO_POINTER (TRUE), test_requests);
  g_test_add_func ("/server/page/references", test_references);
  g_test_add_func ("/server/page/switched-off", test_switched_off);
  return g_test_run ();
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/server/page-private.h>
#include <gst/web/web-resources.h>

#define PREFIX "/gst/signalling/web"
#define START "/index.html"

/* Nothing from elsewhere, nothing inline; the signalling server may be another one, and a peer's media are a blob. */
static const gchar content_security_policy[] = "default-src 'self'; connect-src 'self' ws: wss:; "
                                               "media-src 'self' blob: mediastream:; object-src 'none'; "
                                               "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

static const gchar *
content_type_of (const gchar *path)
{
  static const struct
  {
    const gchar *suffix;
    const gchar *content_type;
  } types[] = {
    { ".html", "text/html; charset=utf-8" },
    { ".css", "text/css; charset=utf-8" },
    { ".js", "text/javascript; charset=utf-8" },
    { ".svg", "image/svg+xml" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (types); i++) {
    if (g_str_has_suffix (path, types[i].suffix))
      return types[i].content_type;
  }
  return "application/octet-stream";
}

gboolean
gst_signalling_page_answer (SoupServerMessage *message, const gchar *path)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (message);
  const gchar *name = g_strcmp0 (path, "/") == 0 ? START : path;
  g_autofree gchar *key = g_strconcat (PREFIX, name, NULL);
  g_autoptr (GBytes) content =
      g_resource_lookup_data (gst_signalling_web_get_resource (), key, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);

  /* A resource is found with a slash behind its name, too. */
  if (!content || g_str_has_suffix (name, "/"))
    return FALSE;
  soup_server_message_set_status (message, SOUP_STATUS_OK, NULL);
  soup_message_headers_set_content_type (headers, content_type_of (name), NULL);
  soup_message_headers_replace (headers, "Cache-Control", "no-cache");
  soup_message_headers_replace (headers, "Content-Security-Policy", content_security_policy);
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace (headers, "Referrer-Policy", "no-referrer");
  soup_message_body_append_bytes (soup_server_message_get_response_body (message), content);
  return TRUE;
}

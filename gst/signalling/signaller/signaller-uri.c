/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <gst/signalling/signaller/signaller-uri-private.h>

/* Escapes are kept: what is not ours goes to the server as it was written. */
#define FLAGS (G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE)

static gboolean
is_true (const gchar *value)
{
  return !*value || g_strcmp0 (value, "1") == 0 || g_ascii_strcasecmp (value, "true") == 0;
}

/* TRUE when the key is ours. */
static gboolean
take_key (GstSignallingUri *parsed, const gchar *pair)
{
  const gchar *equals = strchr (pair, '=');
  g_autofree gchar *key = equals ? g_strndup (pair, equals - pair) : g_strdup (pair);
  g_autofree gchar *value = g_uri_unescape_string (equals ? equals + 1 : "", NULL);

  if (g_strcmp0 (key, "peer-id") == 0) {
    g_free (parsed->producer_id);
    parsed->producer_id = value && *value ? g_steal_pointer (&value) : NULL;
    return TRUE;
  }
  if (g_strcmp0 (key, "connect-to-first-producer") == 0) {
    parsed->has_first_producer = TRUE;
    parsed->first_producer = is_true (value ? value : "");
    return TRUE;
  }
  return FALSE;
}

static gchar *
take_query (GstSignallingUri *parsed, const gchar *query)
{
  g_auto (GStrv) pairs = g_strsplit (query ? query : "", "&", -1);
  g_autoptr (GString) rest = g_string_new (NULL);

  for (guint i = 0; pairs[i]; i++) {
    if (!*pairs[i] || take_key (parsed, pairs[i]))
      continue;
    g_string_append_printf (rest, "%s%s", rest->len > 0 ? "&" : "", pairs[i]);
  }
  return rest->len > 0 ? g_string_free (g_steal_pointer (&rest), FALSE) : NULL;
}

void
gst_signalling_uri_parse (GstSignallingUri *parsed, const gchar *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, FLAGS, NULL);
  g_autofree gchar *query = NULL;
  const gchar *path;

  memset (parsed, 0, sizeof *parsed);
  if (!uri) {
    parsed->uri = g_strdup (text);
    return;
  }
  query = take_query (parsed, g_uri_get_query (uri));
  path = *g_uri_get_path (uri) ? g_uri_get_path (uri) : "/";
  parsed->uri = g_uri_join (FLAGS, g_uri_get_scheme (uri), g_uri_get_userinfo (uri), g_uri_get_host (uri),
      g_uri_get_port (uri), path, query, NULL);
}

void
gst_signalling_uri_clear (GstSignallingUri *parsed)
{
  g_clear_pointer (&parsed->uri, g_free);
  g_clear_pointer (&parsed->producer_id, g_free);
}

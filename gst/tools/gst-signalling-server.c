/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <glib-unix.h>
#include <gst/gst.h>

#include <gst/signalling/signalling.h>

/* Exit codes, as the man page lists them. */
enum
{
  EXIT_OK = 0,
  EXIT_CANNOT_LISTEN = 1,
  EXIT_USAGE = 2,
  EXIT_BAD_CERTIFICATE = 3,
};

typedef struct
{
  gchar *host;
  gint port;
  gchar *cert;
  gchar *key;
  gint max_connections;
  gint max_connections_per_address;
  gint max_message_size;
  gint max_queue_size;
  gint max_messages_per_second;
  gint handshake_timeout;
  gint ping_interval;
  gint pong_timeout;
  gboolean no_page;
  gchar *log_level;
  gboolean version;
} Options;

/* No number anybody would want: -1 is one that somebody may try. */
#define UNSET G_MININT

static gboolean
parse_options (Options *options, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "host", 0, 0, G_OPTION_ARG_STRING, &options->host, "Address to listen on (default: 0.0.0.0)", "HOST" },
    { "port", 'p', 0, G_OPTION_ARG_INT, &options->port, "TCP port, 0 for a free one (default: 8443)", "PORT" },
    { "cert", 'c', 0, G_OPTION_ARG_FILENAME, &options->cert, "PEM file with the TLS certificate", "FILE" },
    { "key", 'k', 0, G_OPTION_ARG_FILENAME, &options->key, "PEM file with its private key", "FILE" },
    { "max-connections", 0, 0, G_OPTION_ARG_INT, &options->max_connections,
        "Connections at a time, 0: no limit (default: 20000)", "N" },
    { "max-connections-per-address", 0, 0, G_OPTION_ARG_INT, &options->max_connections_per_address,
        "Connections from one IP address, 0: no limit (default: 1000)", "N" },
    { "max-message-size", 0, 0, G_OPTION_ARG_INT, &options->max_message_size,
        "Longest message accepted (default: 1048576)", "BYTES" },
    { "max-queue-size", 0, 0, G_OPTION_ARG_INT, &options->max_queue_size,
        "What may wait for a client that does not read (default: 4194304)", "BYTES" },
    { "max-messages-per-second", 0, 0, G_OPTION_ARG_INT, &options->max_messages_per_second,
        "Messages from one client, 0: no limit (default: 1000)", "N" },
    { "handshake-timeout", 0, 0, G_OPTION_ARG_INT, &options->handshake_timeout,
        "Time for the opening handshake (default: 10)", "SECONDS" },
    { "ping-interval", 0, 0, G_OPTION_ARG_INT, &options->ping_interval, "Silence before a ping, 0: never (default: 20)",
        "SECONDS" },
    { "pong-timeout", 0, 0, G_OPTION_ARG_INT, &options->pong_timeout, "Time to answer it (default: 10)", "SECONDS" },
    { "no-page", 0, 0, G_OPTION_ARG_NONE, &options->no_page, "No page for browsers that open the server's address",
        NULL },
    { "log-level", 0, 0, G_OPTION_ARG_STRING, &options->log_level,
        "none, error, warning, info, debug or trace (default: info)", "LEVEL" },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
      "Signalling server for WebRTC with GStreamer: introduces producers and consumers of media to each other.");
  g_option_context_set_description (context,
      "Producers and consumers connect to ws://HOST:PORT/, or to wss://HOST:PORT/ when there is a certificate.\n"
      "A browser finds a page at http://HOST:PORT/ or https://HOST:PORT/ that lists the producers and plays them.\n"
      "SIGINT or SIGTERM end the server: every client is sent a Close, and the exit code is 0.\n");
  g_option_context_add_main_entries (context, entries, NULL);
  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
set_uint (GstSignallingServer *server, const gchar *option, gint value, GError **error)
{
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (server), option);
  GParamSpecUInt *range = G_PARAM_SPEC_UINT (pspec);

  if (value == UNSET)
    return TRUE;
  if (value < 0 || (guint) value < range->minimum || (guint) value > range->maximum) {
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--%s takes a number from %u to %u, not %d", option,
        range->minimum, range->maximum, value);
    return FALSE;
  }
  g_object_set (server, option, (guint) value, NULL);
  return TRUE;
}

static gboolean
configure (GstSignallingServer *server, const Options *options, GError **error)
{
  if (options->host)
    g_object_set (server, "host", options->host, NULL);
  g_object_set (server, "cert", options->cert, "key", options->key, "serve-page", !options->no_page, NULL);
  return set_uint (server, "port", options->port, error) &&
         set_uint (server, "max-connections", options->max_connections, error) &&
         set_uint (server, "max-connections-per-address", options->max_connections_per_address, error) &&
         set_uint (server, "max-message-size", options->max_message_size, error) &&
         set_uint (server, "max-queue-size", options->max_queue_size, error) &&
         set_uint (server, "max-messages-per-second", options->max_messages_per_second, error) &&
         set_uint (server, "handshake-timeout", options->handshake_timeout, error) &&
         set_uint (server, "ping-interval", options->ping_interval, error) &&
         set_uint (server, "pong-timeout", options->pong_timeout, error);
}

/* -- log ---------------------------------------------------------------------------------------------------------- */

static void
print_log (GstDebugCategory *category, GstDebugLevel level, const gchar *file, const gchar *function, gint line,
    GObject *object, GstDebugMessage *message, gpointer user_data)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree gchar *time = g_date_time_format (now, "%Y-%m-%d %H:%M:%S.%f");

  if (level > gst_debug_category_get_threshold (category))
    return;
  g_printerr ("%.23s %-7s %s\n", time, gst_debug_level_get_name (level), gst_debug_message_get (message));
}

static gboolean
set_log_level (const gchar *name, GError **error)
{
  static const struct
  {
    const gchar *name;
    GstDebugLevel level;
  } levels[] = {
    { "none", GST_LEVEL_NONE },
    { "error", GST_LEVEL_ERROR },
    { "warning", GST_LEVEL_WARNING },
    { "info", GST_LEVEL_INFO },
    { "debug", GST_LEVEL_DEBUG },
    { "trace", GST_LEVEL_TRACE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++) {
    if (g_strcmp0 (name, levels[i].name) != 0)
      continue;
    gst_debug_set_threshold_for_name ("signalling*", levels[i].level);
    return TRUE;
  }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
      "--log-level takes none, error, warning, info, debug or trace, not \"%s\"", name);
  return FALSE;
}

/* One line per event in place of GStreamer's format, unless GST_DEBUG asks for that. No plugin is used here, so the
 * registry is left alone: it would cost more to read than everything else. */
static gboolean
start_logging (const Options *options, GError **error)
{
  const gchar *level = options->log_level ? options->log_level : "info";

  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  g_setenv ("GST_REGISTRY_UPDATE", "no", TRUE);
  gst_init (NULL, NULL);
  if (g_getenv ("GST_DEBUG"))
    return TRUE;
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (print_log, NULL, NULL);
  gst_debug_set_active (TRUE);
  return set_log_level (level, error);
}

/* -- running ------------------------------------------------------------------------------------------------------ */

/* A connection is a descriptor, and the usual soft limit is 1024. */
static void
raise_descriptor_limit (void)
{
  struct rlimit limit;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
    return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit (RLIMIT_NOFILE, &limit);
}

static gboolean
on_signal (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static int
exit_code_for (const GError *error)
{
  if (error->domain == G_OPTION_ERROR)
    return EXIT_USAGE;
  if (g_error_matches (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_SETTINGS))
    return EXIT_BAD_CERTIFICATE;
  return EXIT_CANNOT_LISTEN;
}

static int
fail (const GError *error)
{
  g_printerr ("gst-signalling-server: %s\n", error->message);
  return exit_code_for (error);
}

static void
announce (GstSignallingServer *server, const Options *options)
{
  const gchar *host = options->host ? options->host : "0.0.0.0";
  const gboolean bare_v6 = strchr (host, ':') != NULL;

  g_print ("Listening on %s://%s%s%s:%u/\n", options->cert ? "wss" : "ws", bare_v6 ? "[" : "", host, bare_v6 ? "]" : "",
      gst_signalling_server_get_port (server));
  fflush (stdout);
}

static int
serve (GstSignallingServer *server, const Options *options, GMainLoop *loop)
{
  g_autoptr (GError) error = NULL;

  if (!gst_signalling_server_start (server, &error))
    return fail (error);
  announce (server, options);
  g_main_loop_run (loop);
  gst_signalling_server_stop (server);
  return EXIT_OK;
}

/* Signals are caught from before the program says that it listens until it has closed every connection: whoever sends a
 * second one waits no longer than five seconds anyway. */
static int
run (const Options *options)
{
  g_autoptr (GstSignallingServer) server = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GError) error = NULL;
  guint term, interrupt;
  int code;

  if (!start_logging (options, &error))
    return fail (error);
  server = gst_signalling_server_new ();
  if (!configure (server, options, &error))
    return fail (error);
  term = g_unix_signal_add (SIGTERM, on_signal, loop);
  interrupt = g_unix_signal_add (SIGINT, on_signal, loop);
  code = serve (server, options, loop);
  g_source_remove (term);
  g_source_remove (interrupt);
  return code;
}

int
main (int argc, char **argv)
{
  Options options = { .port = UNSET,
    .max_connections = UNSET,
    .max_connections_per_address = UNSET,
    .max_message_size = UNSET,
    .max_queue_size = UNSET,
    .max_messages_per_second = UNSET,
    .handshake_timeout = UNSET,
    .ping_interval = UNSET,
    .pong_timeout = UNSET };
  g_autoptr (GError) error = NULL;
  int code;

  setlocale (LC_ALL, "");
  if (!parse_options (&options, &argc, &argv, &error))
    return fail (error);
  if (argc > 1) {
    g_printerr ("gst-signalling-server: unexpected argument \"%s\", see --help\n", argv[1]);
    return EXIT_USAGE;
  }
  if (options.version) {
    g_print ("gst-signalling-server %s\n", GST_PACKAGE_VERSION);
    return EXIT_OK;
  }
  raise_descriptor_limit ();
  code = run (&options);
  g_free (options.host);
  g_free (options.cert);
  g_free (options.key);
  g_free (options.log_level);
  return code;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/server-process.h>

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

/* A thread reads what the server says, so that it never waits for us; @lock guards @listening and @finished. */
struct _TestServerProcess
{
  gchar **command;
  guint16 port;
  gchar *url;
  GSubprocess *process;
  GThread *reader;
  GMutex lock;
  GCond changed;
  gboolean listening;
  gboolean finished;
};

static guint16
find_free_port (void)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL);
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;

  g_assert_true (g_socket_bind (socket, any, FALSE, NULL));
  bound = g_socket_get_local_address (socket, NULL);
  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
}

TestServerProcess *
test_server_process_new (const gchar *const *command)
{
  TestServerProcess *server = g_new0 (TestServerProcess, 1);

  server->command = g_strdupv ((gchar **) command);
  server->port = find_free_port ();
  server->url = g_strdup_printf ("ws://127.0.0.1:%u/", server->port);
  g_mutex_init (&server->lock);
  g_cond_init (&server->changed);
  return server;
}

static void
tell (TestServerProcess *server, gboolean *what)
{
  g_mutex_lock (&server->lock);
  *what = TRUE;
  g_cond_broadcast (&server->changed);
  g_mutex_unlock (&server->lock);
}

static gpointer
read_output (gpointer user_data)
{
  TestServerProcess *server = user_data;
  g_autoptr (GDataInputStream) lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (server->process));
  gchar *line;

  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL))) {
    if (strstr (line, "istening"))
      tell (server, &server->listening);
    g_free (line);
  }
  tell (server, &server->finished);
  return NULL;
}

static gchar **
make_arguments (TestServerProcess *server)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree gchar *port = g_strdup_printf ("%u", server->port);

  g_strv_builder_addv (builder, (const gchar **) server->command);
  g_strv_builder_add_many (builder, "--host", "127.0.0.1", "--port", port, NULL);
  return g_strv_builder_end (builder);
}

/* Runs in the child: a test that aborts takes its server with it. */
static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

void
test_server_process_start (TestServerProcess *server)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_auto (GStrv) arguments = make_arguments (server);

  g_assert_null (server->process);
  server->listening = server->finished = FALSE;
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  server->process = g_subprocess_launcher_spawnv (launcher, (const gchar *const *) arguments, &error);
  g_assert_no_error (error);
  server->reader = g_thread_new ("server-output", read_output, server);
  g_mutex_lock (&server->lock);
  while (!server->listening && !server->finished)
    g_cond_wait (&server->changed, &server->lock);
  g_mutex_unlock (&server->lock);
  if (!server->listening)
    g_error ("%s ended before it listened", arguments[0]);
}

gint
test_server_process_stop (TestServerProcess *server, gint signal_number)
{
  gint status;

  g_subprocess_send_signal (server->process, signal_number);
  g_subprocess_wait (server->process, NULL, NULL);
  g_thread_join (g_steal_pointer (&server->reader));
  status = g_subprocess_get_if_exited (server->process) ? g_subprocess_get_exit_status (server->process)
                                                        : -g_subprocess_get_term_sig (server->process);
  g_clear_object (&server->process);
  return status;
}

void
test_server_process_free (TestServerProcess *server)
{
  if (server->process)
    (void) test_server_process_stop (server, SIGKILL);
  g_strfreev (server->command);
  g_free (server->url);
  g_mutex_clear (&server->lock);
  g_cond_clear (&server->changed);
  g_free (server);
}

const gchar *
test_server_process_get_url (TestServerProcess *server)
{
  return server->url;
}

gint
test_server_process_get_pid (TestServerProcess *server)
{
  return (gint) g_ascii_strtoll (g_subprocess_get_identifier (server->process), NULL, 10);
}

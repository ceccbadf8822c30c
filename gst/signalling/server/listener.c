/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <unistd.h>

#include <gio/gio.h>
#include <gst/gst.h>

#include <gst/signalling/server/listener-private.h>
#include <gst/signalling/signalling-error.h>

GST_DEBUG_CATEGORY_STATIC (gst_signalling_listener_debug);
#define GST_CAT_DEFAULT gst_signalling_listener_debug

/* The kernel cuts it to net.core.somaxconn. */
#define BACKLOG 4096
/* Accepted in one round, before those who are connected get their turn. */
#define ROUND_SHARE 64
/* Without descriptors there is nothing to accept with: look again after that. */
#define PAUSE_MS 200

struct _GstSignallingListener
{
  GstSignallingContextThread *thread;
  GstSignallingListenerFunc func;
  gpointer user_data;
  GPtrArray *sockets;
  GPtrArray *sources; /* empty while paused */
  guint port;
  int spare_fd; /* given up to turn somebody away when descriptors run out */
  GstSignallingDeadline pause;
};

static void start_accepting (GstSignallingListener *listener);

static void
destroy_source (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static int
open_spare (void)
{
  return open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
on_pause_over (gpointer owner)
{
  start_accepting (owner);
}

/* Whoever waits in the backlog is turned away at once rather than left to time out; then accepting pauses, so that the
 * loop does not spin on a socket it cannot empty. */
static void
handle_no_descriptors (GstSignallingListener *listener, GSocket *socket)
{
  if (!gst_signalling_deadline_is_armed (&listener->pause))
    GST_WARNING ("out of file descriptors: new connections are turned away");
  if (listener->spare_fd >= 0) {
    g_autoptr (GSocket) unlucky = NULL;

    close (listener->spare_fd);
    unlucky = g_socket_accept (socket, NULL, NULL);
    if (unlucky)
      g_socket_close (unlucky, NULL);
  }
  listener->spare_fd = open_spare ();
  g_ptr_array_set_size (listener->sources, 0);
  gst_signalling_deadline_arm (gst_signalling_context_thread_get_deadlines (listener->thread), &listener->pause,
      PAUSE_MS, on_pause_over, listener);
}

static gboolean
on_incoming (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  GstSignallingListener *listener = user_data;

  for (guint i = 0; i < ROUND_SHARE; i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

    if (accepted) {
      listener->func (accepted, listener->user_data);
      continue;
    }
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
      break;
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES) ||
        g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE)) {
      handle_no_descriptors (listener, socket);
      break;
    }
    /* A connection that was gone before it was accepted: the next one may be fine. */
    GST_DEBUG ("accept: %s", error->message);
  }
  return G_SOURCE_CONTINUE;
}

static void
start_accepting (GstSignallingListener *listener)
{
  for (guint i = 0; i < listener->sockets->len; i++) {
    GSource *source = g_socket_create_source (g_ptr_array_index (listener->sockets, i), G_IO_IN, NULL);

    g_source_set_static_name (source, "signalling-accept");
    g_source_set_callback (source, G_SOURCE_FUNC (on_incoming), listener, NULL);
    g_source_attach (source, gst_signalling_context_thread_get_context (listener->thread));
    g_ptr_array_add (listener->sources, source);
  }
}

static void
set_listen_error (GError **error, const GError *cause, const gchar *host, guint port)
{
  if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_ADDRESS_IN_USE,
        "Port %u of %s is in use by another program", port, host);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_AUTHORIZED,
        "No permission to listen on port %u of %s", port, host);
  else
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_FAILED, "Cannot listen on port %u of %s: %s", port,
        host, cause->message);
}

static GSocket *
open_socket (GInetAddress *address, guint port, GError **error)
{
  GSocketFamily family = g_inet_address_get_family (address);
  g_autoptr (GSocketAddress) socket_address = g_inet_socket_address_new (address, port);
  g_autoptr (GSocket) socket = g_socket_new (family, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (!socket)
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, socket_address, TRUE, error) || !g_socket_listen (socket, error))
    return NULL;
  return g_steal_pointer (&socket);
}

static guint
local_port (GSocket *socket)
{
  g_autoptr (GSocketAddress) address = g_socket_get_local_address (socket, NULL);

  return address ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)) : 0;
}

static GList *
resolve (const gchar *host, GError **error)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  g_autoptr (GError) cause = NULL;
  GList *addresses = g_resolver_lookup_by_name (resolver, host, NULL, &cause);

  if (!addresses)
    g_set_error (error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_NOT_FOUND,
        "There is no host called \"%s\" to listen on: %s", host, cause->message);
  return addresses;
}

static gboolean
open_all (GstSignallingListener *listener, const gchar *host, GList *addresses, GError **error)
{
  for (GList *l = addresses; l; l = l->next) {
    g_autoptr (GError) cause = NULL;
    GSocket *socket = open_socket (l->data, listener->port, &cause);

    if (!socket) {
      /* A name may have an address of a family this machine does not speak. */
      if (listener->sockets->len > 0 && !g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE))
        continue;
      set_listen_error (error, cause, host, listener->port);
      return FALSE;
    }
    g_ptr_array_add (listener->sockets, socket);
    if (listener->port == 0)
      listener->port = local_port (socket);
  }
  return TRUE;
}

GstSignallingListener *
gst_signalling_listener_new (GstSignallingContextThread *thread, const gchar *host, guint port,
    GstSignallingListenerFunc func, gpointer user_data, GError **error)
{
  GstSignallingListener *listener = g_new0 (GstSignallingListener, 1);
  GList *addresses = resolve (host, error);
  gboolean opened;

  GST_DEBUG_CATEGORY_INIT (gst_signalling_listener_debug, "signallinglistener", 0, "Listening sockets");
  listener->thread = gst_signalling_context_thread_ref (thread);
  listener->func = func;
  listener->user_data = user_data;
  listener->port = port;
  listener->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  listener->sources = g_ptr_array_new_with_free_func (destroy_source);
  listener->spare_fd = open_spare ();
  opened = addresses && open_all (listener, host, addresses, error);
  g_resolver_free_addresses (addresses);
  if (!opened) {
    gst_signalling_listener_free (listener);
    return NULL;
  }
  start_accepting (listener);
  return listener;
}

guint
gst_signalling_listener_get_port (GstSignallingListener *listener)
{
  return listener->port;
}

void
gst_signalling_listener_free (GstSignallingListener *listener)
{
  gst_signalling_deadline_cancel (&listener->pause);
  g_ptr_array_unref (listener->sources);
  for (guint i = 0; i < listener->sockets->len; i++)
    g_socket_close (g_ptr_array_index (listener->sockets, i), NULL);
  g_ptr_array_unref (listener->sockets);
  if (listener->spare_fd >= 0)
    close (listener->spare_fd);
  gst_signalling_context_thread_unref (listener->thread);
  g_free (listener);
}

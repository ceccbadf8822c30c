/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/gst.h>

#include <gst/signalling/server/client-private.h>
#include <gst/signalling/server/server-core-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_signalling_server_debug);
#define GST_CAT_DEFAULT gst_signalling_server_debug

/* What is left of closing when the server stops: GST_SIGNALLING_SERVER_STOP_MS bounds the sum. */
#define STOP_STREAM_MS 500

struct _GstSignallingServerCore
{
  GstSignallingContextThread *thread;
  GstSignallingListener *listener;
  GstSignallingEntrance *entrance;
  GstSignallingRouter *router;
  GHashTable *clients; /* set of GstSignallingClient: they free themselves */
  GstSignallingServerLimits limits;
  GstSignallingServerCoreCallbacks callbacks;
  gpointer user_data;
  GDestroyNotify destroy;
  GstSignallingDeadline stop_deadline;
  gboolean sockets_closed; /* after stop: the entrance is empty */
};

static void free_if_over (GstSignallingServerCore *core);

/* -- the router's view -------------------------------------------------------------------------------------------- */

static void
on_deliver (gpointer peer_data, GstSignallingMessage *message, gpointer user_data)
{
  gst_signalling_client_deliver (peer_data, message);
}

static void
on_session_started (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id, gpointer user_data)
{
  GstSignallingServerCore *core = user_data;

  GST_INFO ("session %s started: producer %s, consumer %s", session_id, producer_id, consumer_id);
  core->callbacks.session_started (session_id, producer_id, consumer_id, core->user_data);
}

static const gchar *
end_nick (GstSignallingSessionEnd why)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (GST_TYPE_SIGNALLING_SESSION_END);
  GEnumValue *value = g_enum_get_value (klass, why);

  return value ? value->value_nick : "?";
}

static void
on_session_ended (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id,
    GstSignallingSessionEnd why, const gchar *error_text, gpointer user_data)
{
  GstSignallingServerCore *core = user_data;

  GST_INFO (
      "session %s ended: %s%s%s", session_id, end_nick (why), error_text ? ": " : "", error_text ? error_text : "");
  core->callbacks.session_ended (session_id, producer_id, consumer_id, why, error_text, core->user_data);
}

static void
on_status_changed (const gchar *peer_id, GstSignallingRoles roles, const gchar *meta, gpointer user_data)
{
  GST_INFO ("peer %s is now:%s%s%s%s", peer_id, roles & GST_SIGNALLING_ROLE_PRODUCER ? " producer" : "",
      roles & GST_SIGNALLING_ROLE_LISTENER ? " listener" : "", roles & GST_SIGNALLING_ROLE_CONSUMER ? " consumer" : "",
      roles == 0 ? " without a role" : "");
}

/* -- clients ------------------------------------------------------------------------------------------------------ */

static void
on_client_removed (GstSignallingClient *client, GstSignallingCloseInfo *info, gpointer user_data)
{
  GstSignallingServerCore *core = user_data;
  const gchar *id = gst_signalling_client_get_id (client);
  g_autofree gchar *text = gst_signalling_close_info_to_string (info);

  GST_INFO ("peer %s left: %s", id, text);
  g_hash_table_remove (core->clients, client);
  core->callbacks.client_removed (id, info, core->user_data);
  free_if_over (core);
}

static void
on_upgraded (GstSignallingBufferedStream *stream, GUri *uri, const gchar *address, gpointer user_data)
{
  GstSignallingServerCore *core = user_data;
  const GstSignallingClientCallbacks callbacks = { .removed = on_client_removed };
  GstSignallingClient *client = gst_signalling_client_new (core->thread, core->router, stream, uri, address,
      &core->limits.channel, core->limits.messages_per_second, &callbacks, core);

  g_hash_table_add (core->clients, client);
  GST_INFO ("peer %s came from %s", gst_signalling_client_get_id (client), address);
  core->callbacks.client_added (gst_signalling_client_get_id (client), address, core->user_data);
}

static void
on_socket (GSocket *socket, gpointer user_data)
{
  GstSignallingServerCore *core = user_data;

  gst_signalling_entrance_admit (core->entrance, socket);
}

/* -- stopping ----------------------------------------------------------------------------------------------------- */

static gboolean
free_core (gpointer data)
{
  GstSignallingServerCore *core = data;
  GstSignallingContextThread *thread = core->thread;

  gst_signalling_deadline_cancel (&core->stop_deadline);
  g_clear_pointer (&core->listener, gst_signalling_listener_free);
  g_clear_pointer (&core->entrance, gst_signalling_entrance_free);
  g_clear_pointer (&core->router, gst_signalling_router_free);
  g_clear_pointer (&core->clients, g_hash_table_unref);
  if (core->destroy)
    core->destroy (core->user_data);
  g_free (core);
  gst_signalling_context_thread_release (thread);
  gst_signalling_context_thread_unref (thread);
  return G_SOURCE_REMOVE;
}

/* A socket is closed before its channel hears of it, so both have to be waited for. Whoever came last is still in the
 * middle of a callback. */
static void
free_if_over (GstSignallingServerCore *core)
{
  if (core->sockets_closed && g_hash_table_size (core->clients) == 0)
    gst_signalling_context_thread_invoke (core->thread, free_core, core, NULL);
}

static void
on_empty (gpointer user_data)
{
  GstSignallingServerCore *core = user_data;

  core->sockets_closed = TRUE;
  free_if_over (core);
}

static void
on_stop_deadline (gpointer owner)
{
  GstSignallingServerCore *core = owner;

  GST_INFO ("%u connections did not close in time", gst_signalling_entrance_get_n_connections (core->entrance));
  gst_signalling_entrance_abort (core->entrance);
}

void
gst_signalling_server_core_stop (GstSignallingServerCore *core)
{
  g_autoptr (GList) clients = g_hash_table_get_keys (core->clients);

  GST_INFO ("stopping, %u clients connected", g_list_length (clients));
  g_clear_pointer (&core->listener, gst_signalling_listener_free);
  gst_signalling_deadline_arm (gst_signalling_context_thread_get_deadlines (core->thread), &core->stop_deadline,
      GST_SIGNALLING_SERVER_STOP_MS, on_stop_deadline, core);
  for (GList *l = clients; l; l = l->next)
    gst_signalling_client_close (l->data, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "The server is shutting down");
  gst_signalling_entrance_close (core->entrance, STOP_STREAM_MS, STOP_STREAM_MS);
}

/* -- starting ----------------------------------------------------------------------------------------------------- */

GstSignallingServerCore *
gst_signalling_server_core_new (GstSignallingContextThread *thread, const gchar *host, guint port,
    GTlsCertificate *certificate, const GstSignallingServerLimits *limits,
    const GstSignallingServerCoreCallbacks *callbacks, gpointer user_data, GDestroyNotify destroy, GError **error)
{
  const GstSignallingRouterCallbacks router_callbacks = {
    .deliver = on_deliver,
    .session_started = on_session_started,
    .session_ended = on_session_ended,
    .status_changed = on_status_changed,
  };
  const GstSignallingEntranceCallbacks entrance_callbacks = { .upgraded = on_upgraded, .empty = on_empty };
  GstSignallingServerCore *core = g_new0 (GstSignallingServerCore, 1);

  GST_DEBUG_CATEGORY_INIT (gst_signalling_server_debug, "signallingserver", 0, "Signalling server");
  core->listener = gst_signalling_listener_new (thread, host, port, on_socket, core, error);
  if (!core->listener) {
    g_free (core);
    return NULL;
  }
  core->thread = gst_signalling_context_thread_ref (thread);
  gst_signalling_context_thread_hold (thread); /* until free_core */
  core->limits = *limits;
  core->callbacks = *callbacks;
  core->user_data = user_data;
  core->destroy = destroy;
  core->clients = g_hash_table_new (NULL, NULL);
  core->router = gst_signalling_router_new (&limits->router, &router_callbacks, core);
  core->entrance = gst_signalling_entrance_new (thread, certificate, &limits->entrance, &entrance_callbacks, core);
  gst_signalling_entrance_set_serve_page (core->entrance, limits->serve_page);
  GST_INFO (
      "listening on port %u of %s%s", gst_signalling_server_core_get_port (core), host, certificate ? " with TLS" : "");
  return core;
}

guint
gst_signalling_server_core_get_port (GstSignallingServerCore *core)
{
  return gst_signalling_listener_get_port (core->listener);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/gst.h>

#include <gst/signalling/server/certificate-private.h>
#include <gst/signalling/server/server-core-private.h>
#include <gst/signalling/server/signalling-server.h>
#include <gst/signalling/signalling-error.h>

#define DEFAULT_HOST "0.0.0.0"
#define DEFAULT_PORT 8443
#define DEFAULT_MAX_CONNECTIONS 20000
#define DEFAULT_MAX_CONNECTIONS_PER_ADDRESS 1000
#define DEFAULT_MAX_MESSAGE_SIZE (1024 * 1024)
#define DEFAULT_MAX_QUEUE_SIZE (4 * 1024 * 1024)
#define DEFAULT_MAX_MESSAGES_PER_SECOND 1000
#define DEFAULT_MAX_SESSIONS_PER_PEER 10000
#define DEFAULT_HANDSHAKE_TIMEOUT 10
#define DEFAULT_PING_INTERVAL 20
#define DEFAULT_PONG_TIMEOUT 10

/* The closing steps of a server: with STOP_STREAM_MS they stay below GST_SIGNALLING_SERVER_STOP_MS. */
#define DRAIN_MS 1500
#define REPLY_MS 2000
#define LINGER_MS 2000
/* How long stop waits for the thread, beyond what the core allows itself. */
#define STOP_SLACK_MS 500

/* @lock guards everything; it is not held while a signal is emitted or the core is called. The core and what it
 * calls back live on the thread. */
struct _GstSignallingServer
{
  GObject parent_instance;

  GMutex lock;
  gchar *host;
  gchar *certificate_path;
  gchar *key_path;
  GTlsCertificate *certificate;
  guint port;
  guint max_connections;
  guint max_connections_per_address;
  guint max_message_size;
  guint max_queue_size;
  guint max_messages_per_second;
  guint max_sessions_per_peer;
  guint handshake_timeout;
  guint ping_interval;
  guint pong_timeout;
  gboolean serve_page;

  GstSignallingContextThread *thread; /* NULL unless running */
  GstSignallingContextThread *ending; /* the one that was told to stop last, for others who call stop meanwhile */
  GstSignallingServerCore *core;      /* used on the thread only */
  guint bound_port;

  GMutex start_lock; /* one start at a time; guards nothing else, and is taken before @lock */
};

enum
{
  PROP_HOST = 1,
  PROP_PORT,
  PROP_CERT,
  PROP_KEY,
  PROP_TLS_CERTIFICATE,
  PROP_MAX_CONNECTIONS,
  PROP_MAX_CONNECTIONS_PER_ADDRESS,
  PROP_MAX_MESSAGE_SIZE,
  PROP_MAX_QUEUE_SIZE,
  PROP_MAX_MESSAGES_PER_SECOND,
  PROP_MAX_SESSIONS_PER_PEER,
  PROP_HANDSHAKE_TIMEOUT,
  PROP_PING_INTERVAL,
  PROP_PONG_TIMEOUT,
  PROP_SERVE_PAGE,
  N_PROPS
};

enum
{
  SIGNAL_CLIENT_ADDED,
  SIGNAL_CLIENT_REMOVED,
  SIGNAL_SESSION_STARTED,
  SIGNAL_SESSION_ENDED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (GstSignallingServer, gst_signalling_server, G_TYPE_OBJECT)

/* -- signals, from the thread ------------------------------------------------------------------------------------- */

/* How the core finds its server, if that is still there. */
typedef struct
{
  GWeakRef server;
  GMainContext *context; /* the thread's: handlers are to find it as the default one, wherever the core calls from */
} Home;

static Home *
home_new (GstSignallingServer *self, GstSignallingContextThread *thread)
{
  Home *home = g_new0 (Home, 1);

  g_weak_ref_init (&home->server, self);
  home->context = g_main_context_ref (gst_signalling_context_thread_get_context (thread));
  return home;
}

static void
home_free (gpointer data)
{
  Home *home = data;

  g_weak_ref_clear (&home->server);
  g_main_context_unref (home->context);
  g_free (home);
}

static void
emit (Home *home, guint signal, ...)
{
  g_autoptr (GstSignallingServer) self = g_weak_ref_get (&home->server);
  va_list arguments;

  if (!self)
    return;
  va_start (arguments, signal);
  g_main_context_push_thread_default (home->context);
  g_signal_emit_valist (self, signals[signal], 0, arguments);
  g_main_context_pop_thread_default (home->context);
  va_end (arguments);
}

static void
on_client_added (const gchar *id, const gchar *address, gpointer user_data)
{
  emit (user_data, SIGNAL_CLIENT_ADDED, id, address);
}

static void
on_client_removed (const gchar *id, GstSignallingCloseInfo *info, gpointer user_data)
{
  emit (user_data, SIGNAL_CLIENT_REMOVED, id, info);
}

static void
on_session_started (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id, gpointer user_data)
{
  emit (user_data, SIGNAL_SESSION_STARTED, session_id, producer_id, consumer_id);
}

static void
on_session_ended (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id,
    GstSignallingSessionEnd why, const gchar *error_text, gpointer user_data)
{
  emit (user_data, SIGNAL_SESSION_ENDED, session_id, producer_id, consumer_id, why, error_text);
}

/* -- starting ----------------------------------------------------------------------------------------------------- */

/* What the thread needs to start with, and its answer. Lives on the stack of the one who waits. */
typedef struct
{
  GstSignallingServer *server;
  GstSignallingContextThread *thread;
  const gchar *host;
  guint port;
  GTlsCertificate *certificate;
  GstSignallingServerLimits limits;
  Home *home;

  GMutex lock;
  GCond cond;
  gboolean done;
  GError *error;
} StartRequest;

/* Before the first client can be served: a handler of a signal may want to stop the server. */
static void
adopt (GstSignallingServer *self, GstSignallingContextThread *thread, GstSignallingServerCore *core)
{
  g_mutex_lock (&self->lock);
  self->thread = gst_signalling_context_thread_ref (thread);
  self->core = core;
  self->bound_port = gst_signalling_server_core_get_port (core);
  g_mutex_unlock (&self->lock);
}

static gboolean
start_core (gpointer data)
{
  static const GstSignallingServerCoreCallbacks callbacks = {
    .client_added = on_client_added,
    .client_removed = on_client_removed,
    .session_started = on_session_started,
    .session_ended = on_session_ended,
  };
  StartRequest *request = data;
  g_autoptr (GError) error = NULL;
  GstSignallingServerCore *core = gst_signalling_server_core_new (request->thread, request->host, request->port,
      request->certificate, &request->limits, &callbacks, request->home, home_free, &error);

  if (core)
    adopt (request->server, request->thread, core);
  g_mutex_lock (&request->lock);
  request->error = g_steal_pointer (&error);
  request->done = TRUE;
  g_cond_signal (&request->cond);
  g_mutex_unlock (&request->lock);
  return G_SOURCE_REMOVE;
}

static void
run_start_request (StartRequest *request)
{
  g_mutex_init (&request->lock);
  g_cond_init (&request->cond);
  gst_signalling_context_thread_invoke (request->thread, start_core, request, NULL);
  g_mutex_lock (&request->lock);
  while (!request->done)
    g_cond_wait (&request->cond, &request->lock);
  g_mutex_unlock (&request->lock);
  g_mutex_clear (&request->lock);
  g_cond_clear (&request->cond);
}

static void
fill_limits (GstSignallingServer *self, GstSignallingServerLimits *limits)
{
  limits->channel = gst_signalling_channel_default_limits;
  limits->channel.drain_ms = DRAIN_MS;
  limits->channel.reply_ms = REPLY_MS;
  limits->channel.ping_ms = self->ping_interval * 1000;
  limits->channel.pong_ms = self->pong_timeout * 1000;
  limits->channel.max_message = self->max_message_size;
  limits->channel.max_queue = self->max_queue_size;
  limits->channel.max_queue_messages = G_MAXUINT; /* bytes are what counts here */
  limits->entrance.max_connections = self->max_connections;
  limits->entrance.max_connections_per_address = self->max_connections_per_address;
  limits->entrance.handshake_ms = self->handshake_timeout * 1000;
  limits->entrance.stall_ms = limits->channel.stall_ms;
  limits->entrance.drain_ms = DRAIN_MS;
  limits->entrance.linger_ms = LINGER_MS;
  limits->router = gst_signalling_router_default_limits;
  limits->router.max_sessions_per_peer = self->max_sessions_per_peer;
  limits->messages_per_second = self->max_messages_per_second;
  limits->serve_page = self->serve_page;
}

/* What the properties say now; FALSE when the server runs already. */
static gboolean
snapshot (GstSignallingServer *self, StartRequest *request, gchar **host, gchar **certificate_path, gchar **key_path)
{
  gboolean running;

  g_mutex_lock (&self->lock);
  running = self->thread != NULL;
  *host = g_strdup (self->host);
  *certificate_path = g_strdup (self->certificate_path);
  *key_path = g_strdup (self->key_path);
  request->port = self->port;
  request->certificate = self->certificate ? g_object_ref (self->certificate) : NULL;
  fill_limits (self, &request->limits);
  g_mutex_unlock (&self->lock);
  return !running;
}

static gboolean
load_certificate (StartRequest *request, const gchar *certificate_path, const gchar *key_path, GError **error)
{
  if (request->certificate)
    return gst_signalling_certificate_check (request->certificate, error);
  if (!certificate_path && !key_path)
    return TRUE;
  if (!certificate_path) {
    g_set_error_literal (
        error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_SETTINGS, "There is a key, but no certificate to go with it");
    return FALSE;
  }
  request->certificate = gst_signalling_certificate_load (certificate_path, key_path, error);
  return request->certificate != NULL;
}

static gboolean
stop_core (gpointer data)
{
  gst_signalling_server_core_stop (data);
  return G_SOURCE_REMOVE;
}

static gboolean
start_thread (GstSignallingServer *self, StartRequest *request, GError **error)
{
  g_autoptr (GstSignallingContextThread) thread = gst_signalling_context_thread_new ("signalling-srv");

  request->server = self;
  request->thread = thread;
  request->home = home_new (self, thread);
  run_start_request (request);
  if (!request->error)
    return TRUE;
  home_free (request->home);
  gst_signalling_context_thread_stop (thread);
  gst_signalling_context_thread_join (thread, g_get_monotonic_time () + STOP_SLACK_MS * G_TIME_SPAN_MILLISECOND);
  g_propagate_error (error, request->error);
  return FALSE;
}

/**
 * gst_signalling_server_start:
 * @self: a #GstSignallingServer
 * @error: return location for a #GError
 *
 * Listens with what the properties say, on a thread of its own. Returns when the server listens, or cannot. Starting
 * a server that runs already does nothing.
 *
 * May be called from any thread but the server's own. Blocks while a host name is looked up.
 *
 * Errors are of the domain %GST_SIGNALLING_ERROR: %GST_SIGNALLING_ERROR_ADDRESS_IN_USE,
 * %GST_SIGNALLING_ERROR_NOT_AUTHORIZED for a port this user may not have, %GST_SIGNALLING_ERROR_NOT_FOUND for an
 * unknown host, %GST_SIGNALLING_ERROR_SETTINGS for a certificate that cannot be used: a server with a certificate
 * never falls back to plain text.
 *
 * Returns: %TRUE when the server runs
 * Since: 0.1
 */
gboolean
gst_signalling_server_start (GstSignallingServer *self, GError **error)
{
  StartRequest request = { NULL };
  g_autofree gchar *host = NULL;
  g_autofree gchar *certificate_path = NULL;
  g_autofree gchar *key_path = NULL;
  gboolean running = TRUE;

  g_return_val_if_fail (GST_IS_SIGNALLING_SERVER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_mutex_lock (&self->start_lock);
  if (snapshot (self, &request, &host, &certificate_path, &key_path)) {
    request.host = host;
    running = load_certificate (&request, certificate_path, key_path, error) && start_thread (self, &request, error);
  }
  g_mutex_unlock (&self->start_lock);
  g_clear_object (&request.certificate);
  return running;
}

static void
forget_ended (GstSignallingServer *self, GstSignallingContextThread *thread)
{
  g_mutex_lock (&self->lock);
  if (self->ending == thread)
    g_clear_pointer (&self->ending, gst_signalling_context_thread_unref);
  g_mutex_unlock (&self->lock);
}

/**
 * gst_signalling_server_stop:
 * @self: a #GstSignallingServer
 *
 * Stops listening and closes every connection by the closing handshake (RFC 6455, 7.1.2) with code 1001, all at the
 * same time. Returns when everybody has answered, at the latest after five seconds. Stopping a server that does not
 * run does nothing.
 *
 * May be called from any thread. From a handler of one of the server's signals, which runs on the server's own
 * thread, it returns at once, and the rest is done when the handler has returned.
 *
 * Since: 0.1
 */
void
gst_signalling_server_stop (GstSignallingServer *self)
{
  gint64 until = g_get_monotonic_time () + (GST_SIGNALLING_SERVER_STOP_MS + STOP_SLACK_MS) * G_TIME_SPAN_MILLISECOND;
  GstSignallingContextThread *thread;
  GstSignallingServerCore *core;

  g_return_if_fail (GST_IS_SIGNALLING_SERVER (self));

  g_mutex_lock (&self->lock);
  thread = g_steal_pointer (&self->thread);
  core = g_steal_pointer (&self->core);
  self->bound_port = 0;
  if (thread) {
    g_clear_pointer (&self->ending, gst_signalling_context_thread_unref);
    self->ending = gst_signalling_context_thread_ref (thread);
  } else if (self->ending) {
    thread = gst_signalling_context_thread_ref (self->ending); /* somebody else stops it, or a handler did */
  }
  g_mutex_unlock (&self->lock);
  if (!thread)
    return;
  if (core) {
    gst_signalling_context_thread_invoke (thread, stop_core, core, NULL);
    gst_signalling_context_thread_stop (thread);
  }
  if (gst_signalling_context_thread_join (thread, until))
    forget_ended (self, thread);
  gst_signalling_context_thread_unref (thread);
}

/**
 * gst_signalling_server_is_running:
 * @self: a #GstSignallingServer
 *
 * Whether connections are being taken.
 *
 * Returns: whether the server was started and not stopped since
 * Since: 0.1
 */
gboolean
gst_signalling_server_is_running (GstSignallingServer *self)
{
  gboolean running;

  g_return_val_if_fail (GST_IS_SIGNALLING_SERVER (self), FALSE);

  g_mutex_lock (&self->lock);
  running = self->thread != NULL;
  g_mutex_unlock (&self->lock);
  return running;
}

/**
 * gst_signalling_server_get_port:
 * @self: a #GstSignallingServer
 *
 * Where clients find the server.
 *
 * Returns: the TCP port the server listens on, which is not the property's value when that is 0; 0 when it does not
 *   run
 * Since: 0.1
 */
guint
gst_signalling_server_get_port (GstSignallingServer *self)
{
  guint port;

  g_return_val_if_fail (GST_IS_SIGNALLING_SERVER (self), 0);

  g_mutex_lock (&self->lock);
  port = self->bound_port;
  g_mutex_unlock (&self->lock);
  return port;
}

/* -- the object --------------------------------------------------------------------------------------------------- */

/**
 * gst_signalling_server_new:
 *
 * Makes a server with every property at its default.
 *
 * Returns: (transfer full): a new server, not started yet
 * Since: 0.1
 */
GstSignallingServer *
gst_signalling_server_new (void)
{
  return g_object_new (GST_TYPE_SIGNALLING_SERVER, NULL);
}

static guint *
uint_field (GstSignallingServer *self, guint prop_id)
{
  switch (prop_id) {
    case PROP_PORT:
      return &self->port;
    case PROP_MAX_CONNECTIONS:
      return &self->max_connections;
    case PROP_MAX_CONNECTIONS_PER_ADDRESS:
      return &self->max_connections_per_address;
    case PROP_MAX_MESSAGE_SIZE:
      return &self->max_message_size;
    case PROP_MAX_QUEUE_SIZE:
      return &self->max_queue_size;
    case PROP_MAX_MESSAGES_PER_SECOND:
      return &self->max_messages_per_second;
    case PROP_MAX_SESSIONS_PER_PEER:
      return &self->max_sessions_per_peer;
    case PROP_HANDSHAKE_TIMEOUT:
      return &self->handshake_timeout;
    case PROP_PING_INTERVAL:
      return &self->ping_interval;
    case PROP_PONG_TIMEOUT:
      return &self->pong_timeout;
    default:
      return NULL;
  }
}

static void
set_string (gchar **field, const GValue *value, const gchar *fallback)
{
  const gchar *text = g_value_get_string (value);

  g_free (*field);
  *field = g_strdup (text && *text ? text : fallback);
}

static void
gst_signalling_server_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstSignallingServer *self = GST_SIGNALLING_SERVER (object);
  guint *number = uint_field (self, prop_id);

  g_mutex_lock (&self->lock);
  if (number)
    *number = g_value_get_uint (value);
  else if (prop_id == PROP_HOST)
    set_string (&self->host, value, DEFAULT_HOST);
  else if (prop_id == PROP_CERT)
    set_string (&self->certificate_path, value, NULL);
  else if (prop_id == PROP_KEY)
    set_string (&self->key_path, value, NULL);
  else if (prop_id == PROP_TLS_CERTIFICATE)
    g_set_object (&self->certificate, g_value_get_object (value));
  else if (prop_id == PROP_SERVE_PAGE)
    self->serve_page = g_value_get_boolean (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  g_mutex_unlock (&self->lock);
}

static void
gst_signalling_server_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstSignallingServer *self = GST_SIGNALLING_SERVER (object);
  const guint *number = uint_field (self, prop_id);

  g_mutex_lock (&self->lock);
  if (number)
    g_value_set_uint (value, *number);
  else if (prop_id == PROP_HOST)
    g_value_set_string (value, self->host);
  else if (prop_id == PROP_CERT)
    g_value_set_string (value, self->certificate_path);
  else if (prop_id == PROP_KEY)
    g_value_set_string (value, self->key_path);
  else if (prop_id == PROP_TLS_CERTIFICATE)
    g_value_set_object (value, self->certificate);
  else if (prop_id == PROP_SERVE_PAGE)
    g_value_set_boolean (value, self->serve_page);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  g_mutex_unlock (&self->lock);
}

static void
gst_signalling_server_dispose (GObject *object)
{
  gst_signalling_server_stop (GST_SIGNALLING_SERVER (object));
  G_OBJECT_CLASS (gst_signalling_server_parent_class)->dispose (object);
}

static void
gst_signalling_server_finalize (GObject *object)
{
  GstSignallingServer *self = GST_SIGNALLING_SERVER (object);

  g_free (self->host);
  g_free (self->certificate_path);
  g_free (self->key_path);
  g_clear_object (&self->certificate);
  g_clear_pointer (&self->ending, gst_signalling_context_thread_unref);
  g_mutex_clear (&self->lock);
  g_mutex_clear (&self->start_lock);
  G_OBJECT_CLASS (gst_signalling_server_parent_class)->finalize (object);
}

static void
install_uint (
    guint prop_id, const gchar *name, const gchar *nick, const gchar *blurb, guint minimum, guint maximum, guint value)
{
  properties[prop_id] = g_param_spec_uint (
      name, nick, blurb, minimum, maximum, value, G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
}

static void
install_limits (void)
{
  /**
   * GstSignallingServer:max-connections:
   *
   * More connections than that at a time are answered with HTTP status 503; 0 for no limit.
   *
   * Since: 0.1
   */
  install_uint (PROP_MAX_CONNECTIONS, "max-connections", "Maximum connections",
      "Connections at a time, more are answered with HTTP 503 (0: no limit)", 0, G_MAXINT, DEFAULT_MAX_CONNECTIONS);
  /**
   * GstSignallingServer:max-connections-per-address:
   *
   * More connections than that at a time from one IP address are answered with HTTP status 429; 0 for no limit, which
   * is what a server behind a reverse proxy needs.
   *
   * Since: 0.1
   */
  install_uint (PROP_MAX_CONNECTIONS_PER_ADDRESS, "max-connections-per-address", "Maximum connections per address",
      "Connections at a time from one IP address, more are answered with HTTP 429 (0: no limit)", 0, G_MAXINT,
      DEFAULT_MAX_CONNECTIONS_PER_ADDRESS);
  /**
   * GstSignallingServer:max-message-size:
   *
   * The longest message accepted, in bytes; a longer one ends its connection with close code 1009.
   *
   * Since: 0.1
   */
  install_uint (PROP_MAX_MESSAGE_SIZE, "max-message-size", "Maximum message size",
      "Longest message accepted, in bytes; a longer one ends its connection with close code 1009", 1024,
      64 * 1024 * 1024, DEFAULT_MAX_MESSAGE_SIZE);
  /**
   * GstSignallingServer:max-queue-size:
   *
   * How many bytes may wait for a client that does not read, before its connection is dropped.
   *
   * Since: 0.1
   */
  install_uint (PROP_MAX_QUEUE_SIZE, "max-queue-size", "Maximum queue size",
      "Bytes that may wait for a client that does not read, before its connection is dropped", 1024, 1024 * 1024 * 1024,
      DEFAULT_MAX_QUEUE_SIZE);
  /**
   * GstSignallingServer:max-messages-per-second:
   *
   * Messages one client may send, on average over ten seconds; more end its connection with close code 1008. 0 for no
   * limit.
   *
   * Since: 0.1
   */
  install_uint (PROP_MAX_MESSAGES_PER_SECOND, "max-messages-per-second", "Maximum messages per second",
      "Messages per second from one client, averaged over 10 s; more end its connection with close code 1008 (0: no "
      "limit)",
      0, G_MAXINT, DEFAULT_MAX_MESSAGES_PER_SECOND);
  /**
   * GstSignallingServer:max-sessions-per-peer:
   *
   * Sessions one peer may have at a time, in both directions together.
   *
   * Since: 0.1
   */
  install_uint (PROP_MAX_SESSIONS_PER_PEER, "max-sessions-per-peer", "Maximum sessions per peer",
      "Sessions one peer may have at a time, in both directions together", 1, G_MAXINT, DEFAULT_MAX_SESSIONS_PER_PEER);
}

static void
install_timeouts (void)
{
  /**
   * GstSignallingServer:handshake-timeout:
   *
   * Seconds from accepting a connection to the end of its opening handshake, TLS included; then it is closed.
   *
   * Since: 0.1
   */
  install_uint (PROP_HANDSHAKE_TIMEOUT, "handshake-timeout", "Handshake timeout",
      "Seconds a client has for its opening handshake, TLS included", 1, 3600, DEFAULT_HANDSHAKE_TIMEOUT);
  /**
   * GstSignallingServer:ping-interval:
   *
   * Seconds of silence after which a client is sent a ping (RFC 6455, 5.5.2); 0 for never.
   *
   * Since: 0.1
   */
  install_uint (PROP_PING_INTERVAL, "ping-interval", "Ping interval",
      "Seconds of silence after which a client is sent a ping (0: never)", 0, 86400, DEFAULT_PING_INTERVAL);
  /**
   * GstSignallingServer:pong-timeout:
   *
   * Seconds a client has to answer a ping, before its connection counts as lost.
   *
   * Since: 0.1
   */
  install_uint (PROP_PONG_TIMEOUT, "pong-timeout", "Pong timeout",
      "Seconds a client has to answer a ping, before its connection counts as lost", 1, 86400, DEFAULT_PONG_TIMEOUT);
}

static void
install_address (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GstSignallingServer:host:
   *
   * The address to listen on, or a name that has it.
   *
   * Since: 0.1
   */
  properties[PROP_HOST] = g_param_spec_string ("host", "Host", "Address or host name to listen on", DEFAULT_HOST,
      flags | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
  /**
   * GstSignallingServer:port:
   *
   * The TCP port to listen on; 0 for any free one, which gst_signalling_server_get_port() then tells.
   *
   * Since: 0.1
   */
  install_uint (PROP_PORT, "port", "Port", "TCP port to listen on (0: any that is free)", 0, G_MAXUINT16, DEFAULT_PORT);
  /**
   * GstSignallingServer:cert:
   *
   * PEM file with the server's certificate, and its chain where it has one. With a certificate every connection is
   * TLS (wss).
   *
   * Since: 0.1
   */
  properties[PROP_CERT] = g_param_spec_string ("cert", "Certificate file",
      "PEM file with the server's certificate: then every connection is TLS", NULL, flags | G_PARAM_STATIC_STRINGS);
  /**
   * GstSignallingServer:key:
   *
   * PEM file with the private key; NULL when it is in the file of #GstSignallingServer:cert.
   *
   * Since: 0.1
   */
  properties[PROP_KEY] = g_param_spec_string ("key", "Key file",
      "PEM file with the certificate's private key, when that is not in the certificate file", NULL,
      flags | G_PARAM_STATIC_STRINGS);
  /**
   * GstSignallingServer:tls-certificate:
   *
   * The server's certificate with its private key, for applications that have it in memory; goes before
   * #GstSignallingServer:cert.
   *
   * Since: 0.1
   */
  properties[PROP_TLS_CERTIFICATE] = g_param_spec_object ("tls-certificate", "TLS certificate",
      "The server's certificate with its private key, instead of files", G_TYPE_TLS_CERTIFICATE,
      flags | G_PARAM_STATIC_STRINGS);
}

static void
install_page (void)
{
  /**
   * GstSignallingServer:serve-page:
   *
   * Whether browsers find a page at the server's own address that lists its producers and plays them. Otherwise a
   * request that does not ask for a WebSocket is answered with HTTP status 426.
   *
   * Since: 0.1
   */
  properties[PROP_SERVE_PAGE] = g_param_spec_boolean ("serve-page", "Serve page",
      "Answer browsers with a page that lists the producers and plays them", TRUE,
      G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
}

static void
install_signals (GType type)
{
  /**
   * GstSignallingServer::client-added:
   * @self: the server
   * @id: the peer id the client was given
   * @address: its IP address
   *
   * A client has connected. From the server's thread.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CLIENT_ADDED] = g_signal_new (
      "client-added", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * GstSignallingServer::client-removed:
   * @self: the server
   * @id: the peer id of the client
   * @info: how its connection ended
   *
   * The connection of a client has ended. From the server's thread.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CLIENT_REMOVED] = g_signal_new ("client-removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 2, G_TYPE_STRING, GST_TYPE_SIGNALLING_CLOSE_INFO);
  /**
   * GstSignallingServer::session-started:
   * @self: the server
   * @session_id: the id of the session
   * @producer_id: the peer id of its producer
   * @consumer_id: the peer id of its consumer
   *
   * Two clients have a session. From the server's thread.
   *
   * Since: 0.1
   */
  signals[SIGNAL_SESSION_STARTED] = g_signal_new ("session-started", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING);
  /**
   * GstSignallingServer::session-ended:
   * @self: the server
   * @session_id: the id of the session
   * @producer_id: the peer id of its producer
   * @consumer_id: the peer id of its consumer
   * @why: why it ended
   * @error: (nullable): what the side that ended it said about it
   *
   * A session is over. From the server's thread.
   *
   * Since: 0.1
   */
  signals[SIGNAL_SESSION_ENDED] = g_signal_new ("session-ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 5, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING, GST_TYPE_SIGNALLING_SESSION_END, G_TYPE_STRING);
}

static void
gst_signalling_server_class_init (GstSignallingServerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->set_property = gst_signalling_server_set_property;
  object_class->get_property = gst_signalling_server_get_property;
  object_class->dispose = gst_signalling_server_dispose;
  object_class->finalize = gst_signalling_server_finalize;
  install_address ();
  install_limits ();
  install_timeouts ();
  install_page ();
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_signals (G_TYPE_FROM_CLASS (klass));
}

static void
gst_signalling_server_init (GstSignallingServer *self)
{
  g_mutex_init (&self->lock);
  g_mutex_init (&self->start_lock);
}

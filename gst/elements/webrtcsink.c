/* SPDX-License-Identifier: LGPL-2.1-or-later */

/**
 * SECTION:element-webrtcsink
 * @title: webrtcsink
 *
 * Sends audio and video to any number of WebRTC consumers, browsers for example. Each stream is encoded once for each
 * codec the consumers agree on, however many they are.
 *
 * |[
 * gst-launch-1.0 videotestsrc ! webrtcsink run-signalling-server=true
 * ]| shows a moving picture in a browser at http://127.0.0.1:8443/.
 *
 * |[
 * gst-launch-1.0 webrtcsink name=ws signaller::uri=wss://example.com:8443 meta="meta,name=camera" \
 *     v4l2src ! videoconvert ! ws.  pulsesrc ! audioconvert ! ws.
 * ]| registers camera and microphone with a signalling server elsewhere.
 *
 * Since: 0.1
 */

#include <gst/elements/session/bus-policy-private.h>
#include <gst/elements/session/sender-private.h>
#include <gst/elements/webrtcsink.h>

GST_DEBUG_CATEGORY_STATIC (gst_soup_webrtc_sink_debug);
#define GST_CAT_DEFAULT gst_soup_webrtc_sink_debug

#define DEFAULT_STUN_SERVER "stun://stun.l.google.com:19302"
#define DEFAULT_VIDEO_CAPS "video/x-vp8; video/x-h264; video/x-vp9"
#define DEFAULT_AUDIO_CAPS "audio/x-opus"
#define DEFAULT_START_BITRATE 2048000
#define DEFAULT_SERVER_HOST "0.0.0.0"
#define DEFAULT_SERVER_PORT 8443
#define STOP_TIMEOUT_MS 10000

/* @lock guards the settings, @inputs and @posted_error; it is not held while anything is emitted or called. The rest is
 * set in state changes, which do not overlap. */
struct _GstSoupWebRTCSink
{
  GstBin parent_instance;

  GMutex lock;
  GstCaps *video_caps;
  GstCaps *audio_caps;
  gchar *stun_server;
  gchar **turn_servers;
  GstWebRTCICETransportPolicy ice_policy;
  guint start_bitrate;
  gboolean do_fec;
  gboolean do_retransmission;
  GstStructure *meta;
  GstSignaller *signaller;
  gboolean run_server;
  gchar *server_host;
  gchar *server_cert;
  gchar *server_key;
  guint server_port;

  GPtrArray *inputs; /* in the order of the m-lines */
  guint n_video;
  guint n_audio;
  gchar *posted_error;

  GstSoupWebRTCControl *control; /* from NULL to READY and back */
  GstSoupWebRTCSender *sender;   /* from READY to PAUSED and back */
  GstSignallingServer *server;
  gboolean playing;
  gboolean started; /* control thread: the signaller */
};

enum
{
  PROP_VIDEO_CAPS = 1,
  PROP_AUDIO_CAPS,
  PROP_STUN_SERVER,
  PROP_TURN_SERVERS,
  PROP_ICE_TRANSPORT_POLICY,
  PROP_START_BITRATE,
  PROP_DO_FEC,
  PROP_DO_RETRANSMISSION,
  PROP_META,
  PROP_SIGNALLER,
  PROP_RUN_SIGNALLING_SERVER,
  PROP_SIGNALLING_SERVER_HOST,
  PROP_SIGNALLING_SERVER_PORT,
  PROP_SIGNALLING_SERVER_CERT,
  PROP_SIGNALLING_SERVER_KEY,
};

enum
{
  SIGNAL_CONSUMER_PIPELINE_CREATED,
  SIGNAL_CONSUMER_ADDED,
  SIGNAL_CONSUMER_REMOVED,
  SIGNAL_ENCODER_SETUP,
  SIGNAL_PAYLOADER_SETUP,
  SIGNAL_GET_SESSIONS,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE ("video_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS ("video/x-raw(ANY); video/x-vp8; video/x-h264; video/x-vp9"));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE ("audio_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS ("audio/x-raw; audio/x-opus, channel-mapping-family=(int)0"));

static void child_proxy_init (gpointer iface, gpointer data);

G_DEFINE_FINAL_TYPE_WITH_CODE (GstSoupWebRTCSink, gst_soup_webrtc_sink, GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE (GST_TYPE_CHILD_PROXY, child_proxy_init))

/* -- starting the signaller, when every stream is known -------------------------------------------------------------
 */

static gboolean
all_caps_known (GstSoupWebRTCSink *self)
{
  gboolean known = TRUE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; known && i < self->inputs->len; i++) {
    g_autoptr (GstCaps) caps = gst_soup_webrtc_input_dup_caps (g_ptr_array_index (self->inputs, i));

    known = caps != NULL;
  }
  g_mutex_unlock (&self->lock);
  return known;
}

static void
start_if_ready (gpointer data)
{
  GstSoupWebRTCSink *self = data;

  if (self->started || !self->playing || !all_caps_known (self))
    return;
  self->started = TRUE;
  gst_signaller_start (self->signaller);
}

static void
on_caps (GstSoupWebRTCInput *input, gpointer user_data)
{
  GstSoupWebRTCSink *self = user_data;

  if (self->control)
    gst_soup_webrtc_control_post (self->control, start_if_ready, gst_object_ref (self), gst_object_unref);
}

/* -- what the sender asks and tells, on the control thread ----------------------------------------------------------
 */

static void
on_encoder (const gchar *stream, GstElement *encoder, gpointer user_data)
{
  gboolean handled = FALSE;

  g_signal_emit (user_data, signals[SIGNAL_ENCODER_SETUP], 0, "shared", stream, encoder, &handled);
}

static void
on_variant_failed (GstSoupWebRTCVariant *variant, const GError *error, gpointer user_data)
{
  GST_ELEMENT_WARNING (user_data, STREAM, ENCODE, ("%s", error->message), ("no other encoder is left"));
}

static void
fill_session_settings (GstSoupWebRTCSink *self, GstSoupWebRTCSessionSettings *settings)
{
  settings->stun_server = g_strdup (self->stun_server);
  settings->turn_servers = g_strdupv (self->turn_servers);
  settings->ice_policy = self->ice_policy;
  settings->do_fec = self->do_fec;
  settings->do_retransmission = self->do_retransmission;
  settings->video_caps = gst_caps_ref (self->video_caps);
  settings->audio_caps = gst_caps_ref (self->audio_caps);
  settings->variant.start_bitrate = self->start_bitrate;
  settings->variant.encoder_setup = on_encoder;
  settings->variant.failed = on_variant_failed;
  settings->variant.user_data = self;
}

static gboolean
prepare_session (GstSoupWebRTCSessionSettings *settings, GPtrArray **inputs, gpointer user_data)
{
  GstSoupWebRTCSink *self = user_data;
  GstClock *clock = gst_element_get_clock (GST_ELEMENT (self));

  if (!clock)
    return FALSE;
  *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_soup_webrtc_input_unref);
  g_mutex_lock (&self->lock);
  fill_session_settings (self, settings);
  for (guint i = 0; i < self->inputs->len; i++)
    g_ptr_array_add (*inputs, gst_soup_webrtc_input_ref (g_ptr_array_index (self->inputs, i)));
  g_mutex_unlock (&self->lock);
  settings->variant.clock = clock;
  settings->variant.base_time = gst_element_get_base_time (GST_ELEMENT (self));
  return TRUE;
}

static void
on_pipeline_created (const gchar *peer_id, GstElement *pipeline, gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_CONSUMER_PIPELINE_CREATED], 0, peer_id, pipeline);
}

static void
on_consumer_added (const gchar *peer_id, GstElement *webrtcbin, gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_CONSUMER_ADDED], 0, peer_id, webrtcbin);
}

static void
on_consumer_removed (const gchar *peer_id, GstElement *webrtcbin, gpointer user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_CONSUMER_REMOVED], 0, peer_id, webrtcbin);
}

static void
on_payloader (const gchar *peer_id, const gchar *stream, GstElement *payloader, gpointer user_data)
{
  gboolean handled = FALSE;

  g_signal_emit (user_data, signals[SIGNAL_PAYLOADER_SETUP], 0, peer_id, stream, payloader, &handled);
}

static void
on_session_failed (const gchar *session_id, const gchar *why, gpointer user_data)
{
  GstStructure *structure =
      gst_structure_new ("session-failed", "session-id", G_TYPE_STRING, session_id, "reason", G_TYPE_STRING, why, NULL);

  gst_element_post_message (GST_ELEMENT (user_data), gst_message_new_element (GST_OBJECT (user_data), structure));
}

/* -- what the signaller tells, on its thread ------------------------------------------------------------------------
 */

static void
on_connection_closed (GstSignaller *signaller, GstSignallingCloseInfo *info, GstSoupWebRTCSink *self)
{
  gchar *posted = gst_soup_webrtc_post_connection_closed (GST_ELEMENT (self), info);

  g_mutex_lock (&self->lock);
  g_free (self->posted_error);
  self->posted_error = posted;
  g_mutex_unlock (&self->lock);
}

/* A signaller that tells of its connection has had its ERROR already; one that does not gets it here. */
static void
on_error (GstSignaller *signaller, const gchar *text, GstSoupWebRTCSink *self)
{
  g_autofree gchar *posted = NULL;

  g_mutex_lock (&self->lock);
  posted = g_steal_pointer (&self->posted_error);
  g_mutex_unlock (&self->lock);
  if (g_strcmp0 (posted, text) != 0)
    gst_soup_webrtc_post_signalling_error (GST_ELEMENT (self), text);
}

static void
on_warning (GstSignaller *signaller, const gchar *text, GstSoupWebRTCSink *self)
{
  gst_soup_webrtc_post_signalling_warning (GST_ELEMENT (self), text);
}

static void
on_shutdown (GstSignaller *signaller, GstSoupWebRTCSink *self)
{
  gst_element_post_message (GST_ELEMENT (self), gst_message_new_eos (GST_OBJECT (self)));
}

static GstStructure *
on_request_meta (GstSignaller *signaller, GstSoupWebRTCSink *self)
{
  GstStructure *meta;

  g_mutex_lock (&self->lock);
  meta = self->meta ? gst_structure_copy (self->meta) : NULL;
  g_mutex_unlock (&self->lock);
  return meta;
}

static void
watch_signaller (GstSoupWebRTCSink *self)
{
  g_signal_connect_object (self->signaller, "connection-closed", G_CALLBACK (on_connection_closed), self, 0);
  g_signal_connect_object (self->signaller, "error", G_CALLBACK (on_error), self, 0);
  g_signal_connect_object (self->signaller, "warning", G_CALLBACK (on_warning), self, 0);
  g_signal_connect_object (self->signaller, "shutdown", G_CALLBACK (on_shutdown), self, 0);
  g_signal_connect_object (self->signaller, "request-meta", G_CALLBACK (on_request_meta), self, 0);
}

static void
set_signaller (GstSoupWebRTCSink *self, GstSignaller *signaller)
{
  if (!signaller || self->sender) {
    GST_WARNING_OBJECT (self, "the signaller can be replaced, by another one, while the element is not running");
    return;
  }
  if (self->signaller)
    g_signal_handlers_disconnect_by_data (self->signaller, self);
  g_set_object (&self->signaller, signaller);
  watch_signaller (self);
}

/* -- the embedded server ------------------------------------------------------------------------------------------ */

static void
use_own_server (GstSoupWebRTCSink *self)
{
  gboolean tls = self->server_cert != NULL;
  g_autofree gchar *uri =
      g_strdup_printf ("%s://127.0.0.1:%u", tls ? "wss" : "ws", gst_signalling_server_get_port (self->server));
  g_autofree gchar *page =
      g_strdup_printf ("%s://127.0.0.1:%u/", tls ? "https" : "http", gst_signalling_server_get_port (self->server));
  GObjectClass *klass = G_OBJECT_GET_CLASS (self->signaller);

  if (g_object_class_find_property (klass, "uri"))
    g_object_set (self->signaller, "uri", uri, NULL);
  if (tls && g_object_class_find_property (klass, "cafile"))
    g_object_set (self->signaller, "cafile", self->server_cert, NULL);
  GST_ELEMENT_INFO (
      self, RESOURCE, OPEN_READ_WRITE, ("Watch it in a browser at %s", page), ("watch it in a browser at %s", page));
  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self),
                              gst_structure_new ("webrtcsink-page", "uri", G_TYPE_STRING, page, NULL)));
}

static gboolean
start_server (GstSoupWebRTCSink *self)
{
  g_autoptr (GError) error = NULL;

  if (!self->run_server)
    return TRUE;
  self->server = gst_signalling_server_new ();
  g_object_set (self->server, "host", self->server_host, "port", self->server_port, "cert", self->server_cert, "key",
      self->server_key, NULL);
  if (gst_signalling_server_start (self->server, &error)) {
    use_own_server (self);
    return TRUE;
  }
  gst_soup_webrtc_post_service_error (GST_ELEMENT (self), error);
  g_clear_object (&self->server);
  return FALSE;
}

/* -- states ------------------------------------------------------------------------------------------------------- */

static gboolean
prepare (GstSoupWebRTCSink *self)
{
  static const GstSoupWebRTCSenderCallbacks callbacks = {
    .prepare_session = prepare_session,
    .pipeline_created = on_pipeline_created,
    .consumer_added = on_consumer_added,
    .consumer_removed = on_consumer_removed,
    .payloader_setup = on_payloader,
    .session_failed = on_session_failed,
  };

  if (!start_server (self))
    return FALSE;
  self->control = gst_soup_webrtc_control_new ();
  self->sender = gst_soup_webrtc_sender_new (self->control, self->signaller, &callbacks, self);
  return TRUE;
}

static void
end_everything (gpointer data)
{
  GstSoupWebRTCSink *self = data;

  gst_soup_webrtc_sender_end_all (self->sender);
  for (guint i = 0; i < self->inputs->len; i++)
    gst_soup_webrtc_input_drop_variants (g_ptr_array_index (self->inputs, i));
}

/* The ends of the sessions are queued before the signaller's Close, and so are told to the consumers. */
static void
unprepare (GstSoupWebRTCSink *self)
{
  if (!self->sender)
    return;
  if (!gst_soup_webrtc_control_close (self->control, end_everything, self, STOP_TIMEOUT_MS))
    GST_WARNING_OBJECT (self, "some sessions did not end in time");
  gst_signaller_stop (self->signaller);
  self->started = FALSE;
  g_clear_pointer (&self->sender, gst_soup_webrtc_sender_free);
  g_clear_pointer (&self->control, gst_soup_webrtc_control_unref);
  if (self->server)
    gst_signalling_server_stop (self->server);
  g_clear_object (&self->server);
}

static GstStateChangeReturn
gst_soup_webrtc_sink_change_state (GstElement *element, GstStateChange transition)
{
  GstSoupWebRTCSink *self = GST_SOUP_WEBRTC_SINK (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !prepare (self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    self->playing = FALSE;
  result = GST_ELEMENT_CLASS (gst_soup_webrtc_sink_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY ||
      (transition == GST_STATE_CHANGE_READY_TO_PAUSED && result == GST_STATE_CHANGE_FAILURE))
    unprepare (self);
  if (result == GST_STATE_CHANGE_FAILURE)
    return result;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    return GST_STATE_CHANGE_NO_PREROLL;
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING) {
    self->playing = TRUE;
    gst_soup_webrtc_control_post (self->control, start_if_ready, gst_object_ref (self), gst_object_unref);
  }
  return result;
}

/* -- pads --------------------------------------------------------------------------------------------------------- */

static GstPad *
gst_soup_webrtc_sink_request_new_pad (
    GstElement *element, GstPadTemplate *template, const gchar *wanted, const GstCaps *caps)
{
  GstSoupWebRTCSink *self = GST_SOUP_WEBRTC_SINK (element);
  gboolean is_video = g_str_has_prefix (GST_PAD_TEMPLATE_NAME_TEMPLATE (template), "video");
  GstSoupWebRTCMedia media = is_video ? GST_SOUP_WEBRTC_MEDIA_VIDEO : GST_SOUP_WEBRTC_MEDIA_AUDIO;
  g_autofree gchar *name = NULL;
  g_autoptr (GstPad) target = NULL;
  GstSoupWebRTCInput *input;
  GstPad *pad;

  if (self->sender) {
    GST_ERROR_OBJECT (self, "streams are added before the element goes to PAUSED");
    return NULL;
  }
  g_mutex_lock (&self->lock);
  name = is_video ? g_strdup_printf ("video_%u", self->n_video++) : g_strdup_printf ("audio_%u", self->n_audio++);
  g_mutex_unlock (&self->lock);
  input = gst_soup_webrtc_input_new (GST_BIN (self), name, media, on_caps, self);
  target = gst_soup_webrtc_input_get_target (input);
  pad = gst_ghost_pad_new_from_template (name, target, template);
  g_object_set_data (G_OBJECT (pad), "input", input);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->inputs, input);
  g_mutex_unlock (&self->lock);
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  return pad;
}

static void
gst_soup_webrtc_sink_release_pad (GstElement *element, GstPad *pad)
{
  GstSoupWebRTCSink *self = GST_SOUP_WEBRTC_SINK (element);
  GstSoupWebRTCInput *input = g_object_get_data (G_OBJECT (pad), "input");

  gst_pad_set_active (pad, FALSE);
  gst_ghost_pad_set_target (GST_GHOST_PAD (pad), NULL);
  gst_element_remove_pad (element, pad);
  gst_soup_webrtc_input_remove (input);
  g_mutex_lock (&self->lock);
  g_ptr_array_remove (self->inputs, input);
  g_mutex_unlock (&self->lock);
}

/* -- child proxy: signaller::uri=… -------------------------------------------------------------------------------- */

static GObject *
get_child_by_name (GstChildProxy *proxy, const gchar *name)
{
  GstSoupWebRTCSink *self = GST_SOUP_WEBRTC_SINK (proxy);

  if (g_strcmp0 (name, "signaller") == 0)
    return g_object_ref (G_OBJECT (self->signaller));
  return (GObject *) gst_element_get_static_pad (GST_ELEMENT (self), name);
}

static GObject *
get_child_by_index (GstChildProxy *proxy, guint index)
{
  return NULL;
}

static guint
get_children_count (GstChildProxy *proxy)
{
  return 0;
}

static void
child_proxy_init (gpointer iface, gpointer data)
{
  GstChildProxyInterface *proxy = iface;

  proxy->get_child_by_name = get_child_by_name;
  proxy->get_child_by_index = get_child_by_index;
  proxy->get_children_count = get_children_count;
}

/* -- properties --------------------------------------------------------------------------------------------------- */

static void
set_string (gchar **field, const GValue *value)
{
  const gchar *text = g_value_get_string (value);

  g_free (*field);
  *field = g_strdup (text && *text ? text : NULL);
}

static void
set_caps (GstCaps **field, const GValue *value)
{
  const GstCaps *caps = gst_value_get_caps (value);

  gst_caps_take (field, caps ? gst_caps_copy (caps) : gst_caps_new_empty ());
}

static void
set_structure (GstStructure **field, const GValue *value)
{
  const GstStructure *structure = gst_value_get_structure (value);

  g_clear_pointer (field, gst_structure_free);
  *field = structure ? gst_structure_copy (structure) : NULL;
}

static void
set_turn_servers (GstSoupWebRTCSink *self, const GValue *value)
{
  g_autoptr (GPtrArray) servers = g_ptr_array_new ();

  for (guint i = 0; i < gst_value_array_get_size (value); i++) {
    const GValue *server = gst_value_array_get_value (value, i);

    if (G_VALUE_HOLDS_STRING (server) && g_value_get_string (server))
      g_ptr_array_add (servers, g_value_dup_string (server));
    else
      GST_WARNING_OBJECT (self, "a TURN server is not given as a string");
  }
  g_ptr_array_add (servers, NULL);
  g_strfreev (self->turn_servers);
  self->turn_servers = (gchar **) g_ptr_array_free (g_steal_pointer (&servers), FALSE);
}

static void
get_turn_servers (GstSoupWebRTCSink *self, GValue *value)
{
  for (guint i = 0; self->turn_servers && self->turn_servers[i]; i++) {
    GValue item = G_VALUE_INIT;

    g_value_init (&item, G_TYPE_STRING);
    g_value_set_string (&item, self->turn_servers[i]);
    gst_value_array_append_and_take_value (value, &item);
  }
}

/* With the lock. FALSE: not one of these. */
static gboolean
set_server_property (GstSoupWebRTCSink *self, guint prop_id, const GValue *value)
{
  switch (prop_id) {
    case PROP_RUN_SIGNALLING_SERVER:
      self->run_server = g_value_get_boolean (value);
      return TRUE;
    case PROP_SIGNALLING_SERVER_HOST:
      set_string (&self->server_host, value);
      return TRUE;
    case PROP_SIGNALLING_SERVER_PORT:
      self->server_port = g_value_get_uint (value);
      return TRUE;
    case PROP_SIGNALLING_SERVER_CERT:
      set_string (&self->server_cert, value);
      return TRUE;
    case PROP_SIGNALLING_SERVER_KEY:
      set_string (&self->server_key, value);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
gst_soup_webrtc_sink_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstSoupWebRTCSink *self = GST_SOUP_WEBRTC_SINK (object);

  if (prop_id == PROP_SIGNALLER) {
    set_signaller (self, g_value_get_object (value));
    return;
  }
  g_mutex_lock (&self->lock);
  switch (prop_id) {
    case PROP_VIDEO_CAPS:
      set_caps (&self->video_caps, value);
      break;
    case PROP_AUDIO_CAPS:
      set_caps (&self->audio_caps, value);
      break;
    case PROP_STUN_SERVER:
      set_string (&self->stun_server, value);
      break;
    case PROP_TURN_SERVERS:
      set_turn_servers (self, value);
      break;
    case PROP_ICE_TRANSPORT_POLICY:
      self->ice_policy = g_value_get_enum (value);
      break;
    case PROP_START_BITRATE:
      self->start_bitrate = g_value_get_uint (value);
      break;
    case PROP_DO_FEC:
      self->do_fec = g_value_get_boolean (value);
      break;
    case PROP_DO_RETRANSMISSION:
      self->do_retransmission = g_value_get_boolean (value);
      break;
    case PROP_META:
      set_structure (&self->meta, value);
      break;
    default:
      if (!set_server_property (self, prop_id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  g_mutex_unlock (&self->lock);
}

/* With the lock. FALSE: not one of these. */
static gboolean
get_server_property (GstSoupWebRTCSink *self, guint prop_id, GValue *value)
{
  switch (prop_id) {
    case PROP_RUN_SIGNALLING_SERVER:
      g_value_set_boolean (value, self->run_server);
      return TRUE;
    case PROP_SIGNALLING_SERVER_HOST:
      g_value_set_string (value, self->server_host);
      return TRUE;
    case PROP_SIGNALLING_SERVER_PORT:
      g_value_set_uint (value, self->server_port);
      return TRUE;
    case PROP_SIGNALLING_SERVER_CERT:
      g_value_set_string (value, self->server_cert);
      return TRUE;
    case PROP_SIGNALLING_SERVER_KEY:
      g_value_set_string (value, self->server_key);
      return TRUE;
    default:
      return FALSE;
  }
}

static void
gst_soup_webrtc_sink_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstSoupWebRTCSink *self = GST_SOUP_WEBRTC_SINK (object);

  g_mutex_lock (&self->lock);
  switch (prop_id) {
    case PROP_VIDEO_CAPS:
      gst_value_set_caps (value, self->video_caps);
      break;
    case PROP_AUDIO_CAPS:
      gst_value_set_caps (value, self->audio_caps);
      break;
    case PROP_STUN_SERVER:
      g_value_set_string (value, self->stun_server);
      break;
    case PROP_TURN_SERVERS:
      get_turn_servers (self, value);
      break;
    case PROP_ICE_TRANSPORT_POLICY:
      g_value_set_enum (value, self->ice_policy);
      break;
    case PROP_START_BITRATE:
      g_value_set_uint (value, self->start_bitrate);
      break;
    case PROP_DO_FEC:
      g_value_set_boolean (value, self->do_fec);
      break;
    case PROP_DO_RETRANSMISSION:
      g_value_set_boolean (value, self->do_retransmission);
      break;
    case PROP_META:
      gst_value_set_structure (value, self->meta);
      break;
    case PROP_SIGNALLER:
      g_value_set_object (value, self->signaller);
      break;
    default:
      if (!get_server_property (self, prop_id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  g_mutex_unlock (&self->lock);
}

/* -- the object --------------------------------------------------------------------------------------------------- */

static gchar **
get_sessions (GstSoupWebRTCSink *self)
{
  return self->sender ? gst_soup_webrtc_sender_dup_session_ids (self->sender) : g_new0 (gchar *, 1);
}

static void
gst_soup_webrtc_sink_dispose (GObject *object)
{
  GstSoupWebRTCSink *self = GST_SOUP_WEBRTC_SINK (object);

  /* While the bin still has what is behind them. */
  while (GST_ELEMENT (self)->sinkpads)
    gst_element_release_request_pad (GST_ELEMENT (self), GST_ELEMENT (self)->sinkpads->data);
  g_clear_object (&self->signaller);
  G_OBJECT_CLASS (gst_soup_webrtc_sink_parent_class)->dispose (object);
}

static void
gst_soup_webrtc_sink_finalize (GObject *object)
{
  GstSoupWebRTCSink *self = GST_SOUP_WEBRTC_SINK (object);

  gst_clear_caps (&self->video_caps);
  gst_clear_caps (&self->audio_caps);
  g_free (self->stun_server);
  g_strfreev (self->turn_servers);
  g_clear_pointer (&self->meta, gst_structure_free);
  g_free (self->server_host);
  g_free (self->server_cert);
  g_free (self->server_key);
  g_free (self->posted_error);
  g_ptr_array_unref (self->inputs);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (gst_soup_webrtc_sink_parent_class)->finalize (object);
}

#define FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS)
#define READY_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

static void
install_media_properties (GObjectClass *klass)
{
  /**
   * GstSoupWebRTCSink:video-caps:
   *
   * The video codecs to offer to consumers, best first, for streams that come in raw.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_VIDEO_CAPS,
      g_param_spec_boxed ("video-caps", "Video caps", "Video codecs to offer, best first", GST_TYPE_CAPS,
          READY_FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:audio-caps:
   *
   * The audio codecs to offer to consumers, best first, for streams that come in raw.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_AUDIO_CAPS,
      g_param_spec_boxed ("audio-caps", "Audio caps", "Audio codecs to offer, best first", GST_TYPE_CAPS,
          READY_FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:start-bitrate:
   *
   * The bitrate of each video encoder, in bit per second.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_START_BITRATE,
      g_param_spec_uint ("start-bitrate", "Start bitrate", "Bitrate of each video encoder, in bit/s", 1, G_MAXUINT,
          DEFAULT_START_BITRATE, READY_FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:do-fec:
   *
   * Whether to offer forward error correction for video, ULPFEC in RED (RFC 5109, RFC 2198).
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_DO_FEC,
      g_param_spec_boolean ("do-fec", "Do FEC", "Offer forward error correction for video (RFC 5109)", TRUE,
          READY_FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:do-retransmission:
   *
   * Whether to offer the retransmission of lost video packets (RFC 4588).
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_DO_RETRANSMISSION,
      g_param_spec_boolean ("do-retransmission", "Do retransmission",
          "Offer retransmission of lost video packets (RFC 4588)", TRUE, READY_FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:meta:
   *
   * What the producer says about itself to everybody who asks the signalling server; viewers are shown its field
   * `name`. Read when the signaller connects.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_META,
      g_param_spec_boxed ("meta", "Meta", "What the producer says about itself; its field \"name\" is shown to viewers",
          GST_TYPE_STRUCTURE, FLAGS | G_PARAM_STATIC_STRINGS));
}

static void
install_network_properties (GObjectClass *klass)
{
  /**
   * GstSoupWebRTCSink:stun-server:
   *
   * The STUN server (RFC 8489) as `stun://host:port`; %NULL for none. Read when a session starts.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_STUN_SERVER,
      g_param_spec_string ("stun-server", "STUN server", "STUN server as stun://host:port (NULL: none)",
          DEFAULT_STUN_SERVER, FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:turn-servers:
   *
   * The TURN servers (RFC 8656), each as `turn(s)://user:password\@host:port`. Read when a session starts.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_TURN_SERVERS,
      gst_param_spec_array ("turn-servers", "TURN servers", "TURN servers, each as turn(s)://user:password@host:port",
          NULL, FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:ice-transport-policy:
   *
   * Which ICE candidates may be used: all, or only those of a TURN server.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_ICE_TRANSPORT_POLICY,
      g_param_spec_enum ("ice-transport-policy", "ICE transport policy", "Which candidates may be used",
          GST_TYPE_WEBRTC_ICE_TRANSPORT_POLICY, GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL,
          READY_FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:signaller:
   *
   * How consumers are met: any #GstSignaller; a #GstWebSocketSignaller by default. Its properties can be set by way of
   * the element, as in `signaller::uri=ws://example.com:8443`.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SIGNALLER,
      g_param_spec_object (
          "signaller", "Signaller", "How consumers are met", GST_TYPE_SIGNALLER, READY_FLAGS | G_PARAM_STATIC_STRINGS));
}

static void
install_server_properties (GObjectClass *klass)
{
  /**
   * GstSoupWebRTCSink:run-signalling-server:
   *
   * Whether to run a signalling server, which also answers browsers with a page, from PAUSED on, and to use it.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_RUN_SIGNALLING_SERVER,
      g_param_spec_boolean ("run-signalling-server", "Run signalling server",
          "Run a signalling server, with a page for browsers, and use it", FALSE,
          READY_FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:signalling-server-host:
   *
   * The address the embedded server listens on.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SIGNALLING_SERVER_HOST,
      g_param_spec_string ("signalling-server-host", "Signalling server host", "Address the server listens on",
          DEFAULT_SERVER_HOST, FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:signalling-server-port:
   *
   * The TCP port the embedded server listens on; 0 for any that is free, which the element message `webrtcsink-page`
   * tells.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SIGNALLING_SERVER_PORT,
      g_param_spec_uint ("signalling-server-port", "Signalling server port", "TCP port the server listens on (0: any)",
          0, G_MAXUINT16, DEFAULT_SERVER_PORT, FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:signalling-server-cert:
   *
   * PEM file with the certificate of the embedded server: then it speaks TLS only.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SIGNALLING_SERVER_CERT,
      g_param_spec_string ("signalling-server-cert", "Signalling server certificate",
          "PEM file with the server's certificate: then it speaks TLS", NULL, FLAGS | G_PARAM_STATIC_STRINGS));
  /**
   * GstSoupWebRTCSink:signalling-server-key:
   *
   * PEM file with the private key of the certificate of the embedded server.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, PROP_SIGNALLING_SERVER_KEY,
      g_param_spec_string ("signalling-server-key", "Signalling server key",
          "PEM file with the certificate's private key", NULL, FLAGS | G_PARAM_STATIC_STRINGS));
}

static void
install_signals (GType type)
{
  /**
   * GstSoupWebRTCSink::consumer-pipeline-created:
   * @self: the element
   * @consumer_id: the peer id of the consumer
   * @pipeline: its pipeline, still empty
   *
   * A session begins. From the element's control thread, without a lock held.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CONSUMER_PIPELINE_CREATED] = g_signal_new ("consumer-pipeline-created", type, G_SIGNAL_RUN_LAST, 0,
      NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, GST_TYPE_PIPELINE);
  /**
   * GstSoupWebRTCSink::consumer-added:
   * @self: the element
   * @consumer_id: the peer id of the consumer
   * @webrtcbin: its webrtcbin, in READY
   *
   * A consumer's connection is prepared, before the offer is made: the time to add data channels. From the element's
   * control thread, without a lock held.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CONSUMER_ADDED] = g_signal_new (
      "consumer-added", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, GST_TYPE_ELEMENT);
  /**
   * GstSoupWebRTCSink::consumer-removed:
   * @self: the element
   * @consumer_id: the peer id of the consumer
   * @webrtcbin: its webrtcbin
   *
   * A session has ended. From the element's control thread, without a lock held.
   *
   * Since: 0.1
   */
  signals[SIGNAL_CONSUMER_REMOVED] = g_signal_new ("consumer-removed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 2, G_TYPE_STRING, GST_TYPE_ELEMENT);
}

static void
install_setup_signals (GType type)
{
  /**
   * GstSoupWebRTCSink::encoder-setup:
   * @self: the element
   * @consumer_id: always `shared`: the encoder is there for all consumers
   * @pad: the name of the stream's pad
   * @encoder: the encoder, tuned already, before it gets data
   *
   * An encoder was made; it is shared by all consumers that agree on its codec. Return %TRUE to end the emission. From
   * the element's control thread, without a lock held.
   *
   * Returns: whether no other handler is to run
   * Since: 0.1
   */
  signals[SIGNAL_ENCODER_SETUP] = g_signal_new ("encoder-setup", type, G_SIGNAL_RUN_LAST, 0,
      g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 3, G_TYPE_STRING, G_TYPE_STRING, GST_TYPE_ELEMENT);
  /**
   * GstSoupWebRTCSink::payloader-setup:
   * @self: the element
   * @consumer_id: the peer id of the consumer
   * @pad: the name of the stream's pad
   * @payloader: the payloader, before it gets data
   *
   * A consumer's payloader was made. Return %TRUE to end the emission. From the element's control thread, without a
   * lock held.
   *
   * Returns: whether no other handler is to run
   * Since: 0.1
   */
  signals[SIGNAL_PAYLOADER_SETUP] = g_signal_new ("payloader-setup", type, G_SIGNAL_RUN_LAST, 0,
      g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN, 3, G_TYPE_STRING, G_TYPE_STRING, GST_TYPE_ELEMENT);
  /**
   * GstSoupWebRTCSink::get-sessions:
   * @self: the element
   *
   * The ids of the sessions there are. Any thread.
   *
   * Returns: (transfer full): the session ids
   * Since: 0.1
   */
  signals[SIGNAL_GET_SESSIONS] = g_signal_new_class_handler ("get-sessions", type, G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION,
      G_CALLBACK (get_sessions), NULL, NULL, NULL, G_TYPE_STRV, 0);
}

static void
gst_soup_webrtc_sink_class_init (GstSoupWebRTCSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  GST_DEBUG_CATEGORY_INIT (gst_soup_webrtc_sink_debug, "webrtcsink", 0, "WebRTC sink");
  object_class->set_property = gst_soup_webrtc_sink_set_property;
  object_class->get_property = gst_soup_webrtc_sink_get_property;
  object_class->dispose = gst_soup_webrtc_sink_dispose;
  object_class->finalize = gst_soup_webrtc_sink_finalize;
  install_media_properties (object_class);
  install_network_properties (object_class);
  install_server_properties (object_class);
  install_signals (G_TYPE_FROM_CLASS (klass));
  install_setup_signals (G_TYPE_FROM_CLASS (klass));
  element_class->change_state = gst_soup_webrtc_sink_change_state;
  element_class->request_new_pad = gst_soup_webrtc_sink_request_new_pad;
  element_class->release_pad = gst_soup_webrtc_sink_release_pad;
  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_set_static_metadata (element_class, "WebRTC sink", "Sink/Network/WebRTC",
      "Sends audio and video to any number of WebRTC consumers, encoding each stream once", "gst-soup-webrtc");
}

static void
gst_soup_webrtc_sink_init (GstSoupWebRTCSink *self)
{
  g_autoptr (GstWebSocketSignaller) signaller = gst_web_socket_signaller_new ();

  g_mutex_init (&self->lock);
  self->inputs = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_soup_webrtc_input_unref);
  self->video_caps = gst_caps_from_string (DEFAULT_VIDEO_CAPS);
  self->audio_caps = gst_caps_from_string (DEFAULT_AUDIO_CAPS);
  self->stun_server = g_strdup (DEFAULT_STUN_SERVER);
  self->start_bitrate = DEFAULT_START_BITRATE;
  self->do_fec = TRUE;
  self->do_retransmission = TRUE;
  self->server_host = g_strdup (DEFAULT_SERVER_HOST);
  self->server_port = DEFAULT_SERVER_PORT;
  g_object_set (signaller, "role", GST_WEB_SOCKET_SIGNALLER_ROLE_PRODUCER, NULL);
  set_signaller (self, GST_SIGNALLER (signaller));
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK);
}

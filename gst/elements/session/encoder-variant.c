/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/app/app.h>
#include <gst/video/video.h>

#include <gst/elements/session/encoder-variant-private.h>
#include <gst/elements/session/running-time-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_soup_webrtc_variant_debug);
#define GST_CAT_DEFAULT gst_soup_webrtc_variant_debug

#define MIN_KEY_FRAME_DISTANCE (300 * G_TIME_SPAN_MILLISECOND)
/* What may wait for an encoder, or a payloader, that is too slow: then the oldest is dropped. */
#define MAX_QUEUED (500 * GST_MSECOND)

typedef struct
{
  GstElement *appsrc; /* owned */
  gboolean started;   /* has had a key frame */
} Consumer;

struct _GstSoupWebRTCVariant
{
  gatomicrefcount ref_count;
  GstSoupWebRTCControl *control;
  gchar *stream;
  const GstSoupWebRTCCodec *codec;
  GstCaps *input_caps;
  gboolean encoded;
  GstSoupWebRTCVariantSettings settings;
  GList *factories; /* encoders not tried yet */
  GError *last_error;

  GMutex lock; /* guards what follows */
  GstElement *pipeline;
  GstElement *appsrc;
  GPtrArray *consumers;
  gint64 key_frame_asked;
  gboolean key_frame_wanted; /* asked for too soon after the last one */
  gboolean stopped;
};

static gboolean build (GstSoupWebRTCVariant *variant, GError **error);

/* -- out: to the consumers ---------------------------------------------------------------------------------------- */

static void
consumer_free (gpointer data)
{
  Consumer *consumer = data;

  gst_object_unref (consumer->appsrc);
  g_free (consumer);
}

static gboolean
is_key_frame (GstSoupWebRTCVariant *variant, GstSample *sample)
{
  if (gst_soup_webrtc_codec_get_media (variant->codec) == GST_SOUP_WEBRTC_MEDIA_AUDIO)
    return TRUE;
  return !GST_BUFFER_FLAG_IS_SET (gst_sample_get_buffer (sample), GST_BUFFER_FLAG_DELTA_UNIT);
}

/* References to those that are to get this sample. */
static GPtrArray *
select_consumers (GstSoupWebRTCVariant *variant, gboolean key_frame)
{
  GPtrArray *selected = g_ptr_array_new_with_free_func (gst_object_unref);

  g_mutex_lock (&variant->lock);
  for (guint i = 0; i < variant->consumers->len; i++) {
    Consumer *consumer = g_ptr_array_index (variant->consumers, i);

    consumer->started = consumer->started || key_frame;
    if (consumer->started)
      g_ptr_array_add (selected, gst_object_ref (consumer->appsrc));
  }
  g_mutex_unlock (&variant->lock);
  return selected;
}

static gboolean
take_late_request (GstSoupWebRTCVariant *variant)
{
  gboolean due;

  g_mutex_lock (&variant->lock);
  due = variant->key_frame_wanted && g_get_monotonic_time () - variant->key_frame_asked >= MIN_KEY_FRAME_DISTANCE;
  if (due)
    variant->key_frame_wanted = FALSE;
  g_mutex_unlock (&variant->lock);
  return due;
}

static GstFlowReturn
on_encoded (GstAppSink *appsink, gpointer user_data)
{
  GstSoupWebRTCVariant *variant = user_data;
  g_autoptr (GstSample) encoded = gst_app_sink_pull_sample (appsink);
  g_autoptr (GstSample) sample = encoded ? gst_soup_webrtc_sample_to_running_time (encoded) : NULL;
  g_autoptr (GPtrArray) selected = NULL;

  if (!sample)
    return encoded ? GST_FLOW_OK : GST_FLOW_EOS;
  selected = select_consumers (variant, is_key_frame (variant, sample));
  for (guint i = 0; i < selected->len; i++)
    gst_app_src_push_sample (g_ptr_array_index (selected, i), sample);
  if (take_late_request (variant))
    gst_soup_webrtc_variant_request_key_frame (variant);
  return GST_FLOW_OK;
}

/* -- key frames --------------------------------------------------------------------------------------------------- */

/* The reference to the element to send the event to, when now is the time for it. */
static GstElement *
dup_encoder_sink (GstSoupWebRTCVariant *variant)
{
  gint64 now = g_get_monotonic_time ();
  GstElement *sink = NULL;

  g_mutex_lock (&variant->lock);
  if (now - variant->key_frame_asked < MIN_KEY_FRAME_DISTANCE) {
    variant->key_frame_wanted = TRUE;
  } else if (variant->pipeline) {
    variant->key_frame_asked = now;
    sink = gst_bin_get_by_name (GST_BIN (variant->pipeline), "out");
  }
  g_mutex_unlock (&variant->lock);
  return sink;
}

void
gst_soup_webrtc_variant_request_key_frame (GstSoupWebRTCVariant *variant)
{
  g_autoptr (GstElement) sink = NULL;

  if (gst_soup_webrtc_codec_get_media (variant->codec) == GST_SOUP_WEBRTC_MEDIA_AUDIO)
    return;
  sink = dup_encoder_sink (variant);
  if (sink)
    gst_element_send_event (sink, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

/* -- in ----------------------------------------------------------------------------------------------------------- */

void
gst_soup_webrtc_variant_push (GstSoupWebRTCVariant *variant, GstSample *sample)
{
  GstElement *appsrc;

  g_mutex_lock (&variant->lock);
  appsrc = variant->appsrc ? gst_object_ref (variant->appsrc) : NULL;
  g_mutex_unlock (&variant->lock);
  if (!appsrc)
    return;
  gst_app_src_push_sample (GST_APP_SRC (appsrc), sample);
  gst_object_unref (appsrc);
}

/* -- building ----------------------------------------------------------------------------------------------------- */

static GstElement *
make_chain (GstSoupWebRTCVariant *variant, GError **error)
{
  g_autoptr (GstElementFactory) factory = NULL;
  GstElement *encoder = NULL;
  GstElement *chain;

  if (variant->encoded)
    return gst_soup_webrtc_parser_chain_new (variant->codec, error);
  factory = variant->factories->data;
  variant->factories = g_list_delete_link (variant->factories, variant->factories);
  GST_INFO ("%s: encoding with %s", variant->stream, GST_OBJECT_NAME (factory));
  chain = gst_soup_webrtc_encoder_chain_new (
      variant->codec, factory, variant->input_caps, variant->settings.start_bitrate, &encoder, error);
  if (chain && variant->settings.encoder_setup)
    variant->settings.encoder_setup (variant->stream, encoder, variant->settings.user_data);
  return chain;
}

typedef struct
{
  GstSoupWebRTCVariant *variant;
  GstElement *pipeline; /* the one that failed: not to be mistaken for its successor */
  GError *error;
} Failure;

static void
failure_free (gpointer data)
{
  Failure *failure = data;

  gst_soup_webrtc_variant_unref (failure->variant);
  gst_object_unref (failure->pipeline);
  g_error_free (failure->error);
  g_free (failure);
}

static GstElement *
steal_pipeline (GstSoupWebRTCVariant *variant)
{
  GstElement *pipeline;

  g_mutex_lock (&variant->lock);
  pipeline = g_steal_pointer (&variant->pipeline);
  gst_clear_object (&variant->appsrc);
  for (guint i = 0; i < variant->consumers->len; i++)
    ((Consumer *) g_ptr_array_index (variant->consumers, i))->started = FALSE;
  variant->key_frame_asked = 0;
  g_mutex_unlock (&variant->lock);
  return pipeline;
}

static void
try_next_encoder (gpointer data)
{
  Failure *failure = data;
  GstSoupWebRTCVariant *variant = failure->variant;
  g_autoptr (GError) error = NULL;

  if (variant->stopped || variant->pipeline != failure->pipeline)
    return;
  GST_WARNING ("%s: %s", variant->stream, failure->error->message);
  gst_soup_webrtc_control_take_down (variant->control, steal_pipeline (variant));
  if (variant->factories && build (variant, &error))
    return;
  if (variant->settings.failed)
    variant->settings.failed (variant, error ? error : failure->error, variant->settings.user_data);
}

static GstElement *
dup_pipeline (GstSoupWebRTCVariant *variant)
{
  GstElement *pipeline;

  g_mutex_lock (&variant->lock);
  pipeline = variant->pipeline ? gst_object_ref (variant->pipeline) : NULL;
  g_mutex_unlock (&variant->lock);
  return pipeline;
}

static void
report_failure (GstSoupWebRTCVariant *variant, GstMessage *message)
{
  GstElement *pipeline = dup_pipeline (variant);
  Failure *failure;

  if (!pipeline)
    return;
  failure = g_new0 (Failure, 1);
  gst_message_parse_error (message, &failure->error, NULL);
  failure->variant = gst_soup_webrtc_variant_ref (variant);
  failure->pipeline = pipeline;
  gst_soup_webrtc_control_post (variant->control, try_next_encoder, failure, failure_free);
}

static GstBusSyncReply
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    report_failure (user_data, message);
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
variant_unref_cb (gpointer data)
{
  gst_soup_webrtc_variant_unref (data);
}

static GstElement *
make_appsrc (GstSoupWebRTCVariant *variant)
{
  GstElement *appsrc = gst_element_factory_make ("appsrc", "in");

  g_object_set (appsrc, "format", GST_FORMAT_TIME, "is-live", TRUE, "leaky-type", GST_APP_LEAKY_TYPE_DOWNSTREAM,
      "max-time", (guint64) MAX_QUEUED, "max-bytes", (guint64) 0, "max-buffers", (guint64) 0, "caps",
      variant->input_caps, NULL);
  return appsrc;
}

static GstElement *
make_appsink (GstSoupWebRTCVariant *variant)
{
  GstElement *appsink = gst_element_factory_make ("appsink", "out");
  GstAppSinkCallbacks callbacks = { .new_sample = on_encoded };

  g_object_set (appsink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_app_sink_set_callbacks (
      GST_APP_SINK (appsink), &callbacks, gst_soup_webrtc_variant_ref (variant), variant_unref_cb);
  return appsink;
}

static void
adopt_pipeline (GstSoupWebRTCVariant *variant, GstElement *pipeline, GstElement *appsrc)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  gst_pipeline_use_clock (GST_PIPELINE (pipeline), variant->settings.clock);
  gst_element_set_start_time (pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (pipeline, variant->settings.base_time);
  g_mutex_lock (&variant->lock);
  variant->pipeline = pipeline;
  variant->appsrc = gst_object_ref (appsrc);
  g_mutex_unlock (&variant->lock);
  gst_bus_set_sync_handler (bus, on_bus_message, gst_soup_webrtc_variant_ref (variant), variant_unref_cb);
}

static gboolean
build_once (GstSoupWebRTCVariant *variant, GError **error)
{
  GstElement *chain = make_chain (variant, error);
  GstElement *pipeline;
  GstElement *appsrc;
  GstElement *appsink;

  if (!chain)
    return FALSE;
  pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  appsrc = make_appsrc (variant);
  appsink = make_appsink (variant);
  gst_bin_add_many (GST_BIN (pipeline), appsrc, chain, appsink, NULL);
  if (!gst_element_link_many (appsrc, chain, appsink, NULL)) {
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_FORMAT, "Stream %s cannot be encoded as %s", variant->stream,
        gst_soup_webrtc_codec_get_name (variant->codec));
    gst_soup_webrtc_control_take_down (variant->control, pipeline);
    return FALSE;
  }
  adopt_pipeline (variant, pipeline, appsrc);
  if (gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE)
    return TRUE;
  g_set_error (error, GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT, "The %s encoder of stream %s does not start",
      gst_soup_webrtc_codec_get_name (variant->codec), variant->stream);
  gst_soup_webrtc_control_take_down (variant->control, steal_pipeline (variant));
  return FALSE;
}

/* Encoders by rank, until one starts. */
static gboolean
build (GstSoupWebRTCVariant *variant, GError **error)
{
  do {
    g_clear_error (error);
    if (build_once (variant, error))
      return TRUE;
  } while (variant->factories);
  return FALSE;
}

GstSoupWebRTCVariant *
gst_soup_webrtc_variant_new (GstSoupWebRTCControl *control, const gchar *stream, const GstSoupWebRTCCodec *codec,
    const GstCaps *input_caps, gboolean encoded, const GstSoupWebRTCVariantSettings *settings, GError **error)
{
  GstSoupWebRTCVariant *variant = g_new0 (GstSoupWebRTCVariant, 1);
  g_autofree gchar *missing = NULL;

  GST_DEBUG_CATEGORY_INIT (gst_soup_webrtc_variant_debug, "webrtcvariant", 0, "Encoders shared by consumers");
  g_atomic_ref_count_init (&variant->ref_count);
  g_mutex_init (&variant->lock);
  variant->control = gst_soup_webrtc_control_ref (control);
  variant->stream = g_strdup (stream);
  variant->codec = codec;
  variant->input_caps = gst_caps_copy (input_caps);
  variant->encoded = encoded;
  variant->settings = *settings;
  variant->settings.clock = gst_object_ref (settings->clock);
  variant->consumers = g_ptr_array_new_with_free_func (consumer_free);
  if (!encoded)
    variant->factories = gst_soup_webrtc_codec_list_encoders (codec, input_caps);
  if (!encoded && !variant->factories) {
    missing = gst_soup_webrtc_codec_describe_missing (codec);
    g_set_error (error, GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND, "There is no %s encoder: %s",
        gst_soup_webrtc_codec_get_name (codec), missing);
  } else if (build (variant, error)) {
    return variant;
  }
  gst_soup_webrtc_variant_unref (variant);
  return NULL;
}

GstSoupWebRTCVariant *
gst_soup_webrtc_variant_ref (GstSoupWebRTCVariant *variant)
{
  g_atomic_ref_count_inc (&variant->ref_count);
  return variant;
}

void
gst_soup_webrtc_variant_unref (GstSoupWebRTCVariant *variant)
{
  if (!g_atomic_ref_count_dec (&variant->ref_count))
    return;
  g_assert (!variant->pipeline);
  g_list_free_full (variant->factories, gst_object_unref);
  gst_caps_unref (variant->input_caps);
  gst_object_unref (variant->settings.clock);
  g_ptr_array_unref (variant->consumers);
  g_free (variant->stream);
  g_mutex_clear (&variant->lock);
  gst_soup_webrtc_control_unref (variant->control);
  g_free (variant);
}

const GstSoupWebRTCCodec *
gst_soup_webrtc_variant_get_codec (GstSoupWebRTCVariant *variant)
{
  return variant->codec;
}

/* -- consumers ---------------------------------------------------------------------------------------------------- */

void
gst_soup_webrtc_variant_add_consumer (GstSoupWebRTCVariant *variant, GstElement *appsrc)
{
  Consumer *consumer = g_new0 (Consumer, 1);

  consumer->appsrc = gst_object_ref (appsrc);
  g_mutex_lock (&variant->lock);
  g_ptr_array_add (variant->consumers, consumer);
  g_mutex_unlock (&variant->lock);
  gst_soup_webrtc_variant_request_key_frame (variant);
}

void
gst_soup_webrtc_variant_remove_consumer (GstSoupWebRTCVariant *variant, GstElement *appsrc)
{
  g_mutex_lock (&variant->lock);
  for (guint i = 0; i < variant->consumers->len; i++) {
    if (((Consumer *) g_ptr_array_index (variant->consumers, i))->appsrc != appsrc)
      continue;
    g_ptr_array_remove_index_fast (variant->consumers, i);
    break;
  }
  g_mutex_unlock (&variant->lock);
}

guint
gst_soup_webrtc_variant_get_n_consumers (GstSoupWebRTCVariant *variant)
{
  guint n;

  g_mutex_lock (&variant->lock);
  n = variant->consumers->len;
  g_mutex_unlock (&variant->lock);
  return n;
}

void
gst_soup_webrtc_variant_stop (GstSoupWebRTCVariant *variant)
{
  GstElement *pipeline = steal_pipeline (variant);

  variant->stopped = TRUE;
  if (pipeline)
    gst_soup_webrtc_control_take_down (variant->control, pipeline);
}

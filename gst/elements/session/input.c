/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/app/app.h>

#include <gst/elements/session/input-private.h>
#include <gst/elements/session/running-time-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_soup_webrtc_input_debug);
#define GST_CAT_DEFAULT gst_soup_webrtc_input_debug

struct _GstSoupWebRTCInput
{
  gatomicrefcount ref_count;
  gchar *name;
  GstSoupWebRTCMedia media;
  GstSoupWebRTCInputCapsFunc caps_changed;
  gpointer user_data;
  GstBin *bin; /* borrowed: the element outlives its inputs */
  GstElement *clocksync;
  GstElement *appsink;

  GMutex lock; /* guards what follows; not held while anything is pushed */
  GstCaps *caps;
  GPtrArray *variants; /* changed on the control thread only */
};

/* -- the streaming thread ----------------------------------------------------------------------------------------- */

static GPtrArray *
dup_variants (GstSoupWebRTCInput *input)
{
  GPtrArray *variants = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_soup_webrtc_variant_unref);

  g_mutex_lock (&input->lock);
  for (guint i = 0; i < input->variants->len; i++)
    g_ptr_array_add (variants, gst_soup_webrtc_variant_ref (g_ptr_array_index (input->variants, i)));
  g_mutex_unlock (&input->lock);
  return variants;
}

static GstFlowReturn
on_sample (GstAppSink *appsink, gpointer user_data)
{
  GstSoupWebRTCInput *input = user_data;
  g_autoptr (GstSample) raw = gst_app_sink_pull_sample (appsink);
  g_autoptr (GPtrArray) variants = dup_variants (input);
  g_autoptr (GstSample) sample = raw && variants->len > 0 ? gst_soup_webrtc_sample_to_running_time (raw) : NULL;

  for (guint i = 0; sample && i < variants->len; i++)
    gst_soup_webrtc_variant_push (g_ptr_array_index (variants, i), sample);
  return GST_FLOW_OK;
}

static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstSoupWebRTCInput *input = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) != GST_EVENT_CAPS)
    return GST_PAD_PROBE_OK;
  gst_event_parse_caps (event, &caps);
  g_mutex_lock (&input->lock);
  gst_caps_replace (&input->caps, caps);
  g_mutex_unlock (&input->lock);
  input->caps_changed (input, input->user_data);
  return GST_PAD_PROBE_OK;
}

/* -- making ------------------------------------------------------------------------------------------------------- */

static void
input_unref_cb (gpointer data)
{
  gst_soup_webrtc_input_unref (data);
}

static void
add_elements (GstSoupWebRTCInput *input)
{
  GstAppSinkCallbacks callbacks = { .new_sample = on_sample };
  g_autoptr (GstPad) pad = NULL;

  input->clocksync = gst_object_ref_sink (gst_element_factory_make ("clocksync", NULL));
  input->appsink = gst_object_ref_sink (gst_element_factory_make ("appsink", NULL));
  g_object_set (input->appsink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, NULL);
  gst_app_sink_set_callbacks (
      GST_APP_SINK (input->appsink), &callbacks, gst_soup_webrtc_input_ref (input), input_unref_cb);
  gst_bin_add_many (input->bin, input->clocksync, input->appsink, NULL);
  gst_element_link (input->clocksync, input->appsink);
  pad = gst_element_get_static_pad (input->clocksync, "sink");
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, gst_soup_webrtc_input_ref (input), input_unref_cb);
  gst_element_sync_state_with_parent (input->appsink);
  gst_element_sync_state_with_parent (input->clocksync);
}

GstSoupWebRTCInput *
gst_soup_webrtc_input_new (GstBin *bin, const gchar *name, GstSoupWebRTCMedia media,
    GstSoupWebRTCInputCapsFunc caps_changed, gpointer user_data)
{
  GstSoupWebRTCInput *input = g_new0 (GstSoupWebRTCInput, 1);

  GST_DEBUG_CATEGORY_INIT (gst_soup_webrtc_input_debug, "webrtcinput", 0, "Streams that come into webrtcsink");
  g_atomic_ref_count_init (&input->ref_count);
  g_mutex_init (&input->lock);
  input->bin = bin;
  input->name = g_strdup (name);
  input->media = media;
  input->caps_changed = caps_changed;
  input->user_data = user_data;
  input->variants = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_soup_webrtc_variant_unref);
  add_elements (input);
  return input;
}

GstSoupWebRTCInput *
gst_soup_webrtc_input_ref (GstSoupWebRTCInput *input)
{
  g_atomic_ref_count_inc (&input->ref_count);
  return input;
}

void
gst_soup_webrtc_input_unref (GstSoupWebRTCInput *input)
{
  if (!g_atomic_ref_count_dec (&input->ref_count))
    return;
  gst_clear_caps (&input->caps);
  gst_clear_object (&input->clocksync);
  gst_clear_object (&input->appsink);
  g_ptr_array_unref (input->variants);
  g_free (input->name);
  g_mutex_clear (&input->lock);
  g_free (input);
}

/* The elements own references to the input: they go, and it with the last of them. */
void
gst_soup_webrtc_input_remove (GstSoupWebRTCInput *input)
{
  GstElement *elements[] = { input->clocksync, input->appsink };

  for (guint i = 0; i < G_N_ELEMENTS (elements); i++) {
    gst_element_set_locked_state (elements[i], TRUE);
    gst_element_set_state (elements[i], GST_STATE_NULL);
    gst_bin_remove (input->bin, elements[i]);
  }
  gst_clear_object (&input->clocksync);
  gst_clear_object (&input->appsink);
}

/* -- asking ------------------------------------------------------------------------------------------------------- */

const gchar *
gst_soup_webrtc_input_get_name (GstSoupWebRTCInput *input)
{
  return input->name;
}

GstSoupWebRTCMedia
gst_soup_webrtc_input_get_media (GstSoupWebRTCInput *input)
{
  return input->media;
}

GstPad *
gst_soup_webrtc_input_get_target (GstSoupWebRTCInput *input)
{
  return gst_element_get_static_pad (input->clocksync, "sink");
}

GstCaps *
gst_soup_webrtc_input_dup_caps (GstSoupWebRTCInput *input)
{
  GstCaps *caps;

  g_mutex_lock (&input->lock);
  caps = input->caps ? gst_caps_ref (input->caps) : NULL;
  g_mutex_unlock (&input->lock);
  return caps;
}

const GstSoupWebRTCCodec *
gst_soup_webrtc_input_get_encoded_codec (GstSoupWebRTCInput *input)
{
  g_autoptr (GstCaps) caps = gst_soup_webrtc_input_dup_caps (input);

  return caps ? gst_soup_webrtc_codec_find_by_caps (gst_caps_get_structure (caps, 0)) : NULL;
}

/* -- variants ----------------------------------------------------------------------------------------------------- */

static GstSoupWebRTCVariant *
find_variant (GstSoupWebRTCInput *input, const GstSoupWebRTCCodec *codec)
{
  for (guint i = 0; i < input->variants->len; i++) {
    GstSoupWebRTCVariant *variant = g_ptr_array_index (input->variants, i);

    if (gst_soup_webrtc_variant_get_codec (variant) == codec)
      return variant;
  }
  return NULL;
}

GstSoupWebRTCVariant *
gst_soup_webrtc_input_get_variant (GstSoupWebRTCInput *input, GstSoupWebRTCControl *control,
    const GstSoupWebRTCCodec *codec, const GstSoupWebRTCVariantSettings *settings, GError **error)
{
  g_autoptr (GstCaps) caps = gst_soup_webrtc_input_dup_caps (input);
  GstSoupWebRTCVariant *variant = find_variant (input, codec);

  if (variant)
    return variant;
  variant = gst_soup_webrtc_variant_new (
      control, input->name, codec, caps, gst_soup_webrtc_input_get_encoded_codec (input) != NULL, settings, error);
  if (!variant)
    return NULL;
  g_mutex_lock (&input->lock);
  g_ptr_array_add (input->variants, variant);
  g_mutex_unlock (&input->lock);
  return variant;
}

static void
drop_variant (GstSoupWebRTCInput *input, guint index)
{
  GstSoupWebRTCVariant *variant = gst_soup_webrtc_variant_ref (g_ptr_array_index (input->variants, index));

  g_mutex_lock (&input->lock);
  g_ptr_array_remove_index_fast (input->variants, index);
  g_mutex_unlock (&input->lock);
  gst_soup_webrtc_variant_stop (variant);
  gst_soup_webrtc_variant_unref (variant);
}

void
gst_soup_webrtc_input_drop_idle_variants (GstSoupWebRTCInput *input)
{
  for (guint i = input->variants->len; i > 0; i--) {
    if (gst_soup_webrtc_variant_get_n_consumers (g_ptr_array_index (input->variants, i - 1)) == 0)
      drop_variant (input, i - 1);
  }
}

void
gst_soup_webrtc_input_drop_variants (GstSoupWebRTCInput *input)
{
  while (input->variants->len > 0)
    drop_variant (input, 0);
}

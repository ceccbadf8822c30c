/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bins that come between the input and a session: encoder chain, parser chain, payloader. */

#include <gst/elements/media/codec-row-private.h>
#include <gst/elements/media/converter-private.h>
#include <gst/elements/media/encoder-tuning-private.h>
#include <gst/elements/media/make-element-private.h>

#define MTU 1200

/* What @raw becomes behind @filter: fixed, of an ordinary size and rate where @raw says nothing. */
static GstCaps *
input_caps (GstPad *sink, const GstCaps *raw, const GstCaps *filter)
{
  const GstStructure *given = gst_caps_is_any (raw) ? NULL : gst_caps_get_structure (raw, 0);
  g_autoptr (GstCaps) wanted = gst_caps_copy (filter);
  GstCaps *caps;
  gint width = 320;
  gint height = 240;
  gint numerator = 30;
  gint denominator = 1;

  if (gst_structure_has_name (gst_caps_get_structure (wanted, 0), "audio/x-raw")) {
    gst_caps_set_simple (wanted, "rate", G_TYPE_INT, 48000, NULL);
  } else {
    if (given != NULL) {
      gst_structure_get_int (given, "width", &width);
      gst_structure_get_int (given, "height", &height);
      gst_structure_get_fraction (given, "framerate", &numerator, &denominator);
    }
    gst_caps_set_simple (wanted, "width", G_TYPE_INT, width, "height", G_TYPE_INT, height, "framerate",
        GST_TYPE_FRACTION, numerator, denominator, NULL);
  }

  caps = gst_pad_query_caps (sink, wanted);
  return gst_caps_is_empty (caps) ? caps : gst_caps_fixate (caps);
}

/* Some encoders open their device only for a format. With other memory than the system's that needs a context from the
 * pipeline, and is left to it. */
static gboolean
accepts_input (GstElement *encoder, const GstCaps *raw, const GstCaps *filter)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (encoder, "sink");
  g_autoptr (GstCaps) caps = input_caps (sink, raw, filter);

  if (gst_caps_is_empty (caps))
    return FALSE;
  if (!gst_caps_features_contains (gst_caps_get_features (filter, 0), GST_CAPS_FEATURE_MEMORY_SYSTEM_MEMORY))
    return TRUE;

  return gst_pad_send_event (sink, gst_event_new_stream_start ("trial")) &&
         gst_pad_send_event (sink, gst_event_new_caps (caps));
}

/* Whether the hardware is there is known in READY, or in PAUSED with a format. It takes the whole chain: without what
 * is behind it an encoder would not know which profile is wanted. */
static gboolean
check_encoder_works (GstElement *chain, GstElement *encoder, const GstCaps *raw, GstElement *filter, GError **error)
{
  g_autoptr (GstCaps) filter_caps = NULL;
  gboolean works;

  g_object_get (filter, "caps", &filter_caps, NULL);
  works = gst_element_set_state (chain, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE &&
          accepts_input (encoder, raw, filter_caps);
  gst_element_set_state (chain, GST_STATE_NULL);
  if (!works)
    g_set_error (error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ_WRITE, "The encoder %s does not start",
        GST_OBJECT_NAME (gst_element_get_factory (encoder)));

  return works;
}

static GstElement *
make_encoder (GstElementFactory *factory, guint bitrate, GError **error)
{
  g_autoptr (GstElement) encoder = gst_element_factory_create (factory, NULL);

  if (encoder == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, "The encoder %s cannot be loaded",
        GST_OBJECT_NAME (factory));
    return NULL;
  }

  gst_soup_webrtc_encoder_tune (encoder);
  if (bitrate > 0)
    gst_soup_webrtc_encoder_set_bitrate (encoder, bitrate);

  return g_steal_pointer (&encoder);
}

/* The first profile that the encoder says it can make. */
static void
choose_profile (GstCaps *caps, const GstSoupWebRTCCodec *codec, GstElementFactory *factory)
{
  g_auto (GStrv) profiles = g_strsplit (codec->profiles != NULL ? codec->profiles : "", " ", -1);

  for (guint i = 0; profiles[i] != NULL; i++) {
    g_autoptr (GstCaps) wanted = gst_caps_new_simple (codec->media_type, "profile", G_TYPE_STRING, profiles[i], NULL);

    if (gst_element_factory_can_src_any_caps (factory, wanted)) {
      gst_caps_set_simple (caps, "profile", G_TYPE_STRING, profiles[i], NULL);
      return;
    }
  }
}

/* [parser] ! capsfilter behind what @elements holds already, all of which is freed when something is missing. */
static GstElement *
finish_chain (const GstSoupWebRTCCodec *codec, GstElementFactory *factory, GList *elements, GError **error)
{
  GstCaps *caps = gst_caps_from_string (codec->parsed_caps);
  GstElement *parser = NULL;
  GstElement *filter;

  if (factory != NULL)
    choose_profile (caps, codec, factory);
  filter = gst_soup_webrtc_make_caps_filter (caps, error);
  if (filter != NULL && codec->parser != NULL)
    parser = gst_soup_webrtc_make_element (codec->parser, error);

  if (filter == NULL || (codec->parser != NULL && parser == NULL)) {
    g_clear_pointer (&filter, gst_object_unref);
    g_list_free_full (elements, gst_object_unref);
    return NULL;
  }

  if (parser != NULL)
    elements = g_list_append (elements, parser);
  return gst_soup_webrtc_wrap_chain (g_list_append (elements, filter), error);
}

static GList *
make_converters (GstElementFactory *factory, const GstCaps *raw_caps, GError **error)
{
  const GstSoupWebRTCConverter *converter = gst_soup_webrtc_converter_find (raw_caps, factory);

  if (converter == NULL) {
    g_autofree gchar *caps = gst_caps_to_string (raw_caps);

    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN, "No converter from %s to the encoder %s", caps,
        GST_OBJECT_NAME (factory));
    return NULL;
  }

  return gst_soup_webrtc_converter_make (converter, factory, gst_soup_webrtc_encoder_get_raw_formats (factory), error);
}

GstElement *
gst_soup_webrtc_encoder_chain_new (const GstSoupWebRTCCodec *codec, GstElementFactory *factory, const GstCaps *raw_caps,
    guint bitrate, GstElement **encoder, GError **error)
{
  GstElement *made = make_encoder (factory, bitrate, error);
  GstElement *filter;
  GstElement *chain;
  GList *elements;

  *encoder = NULL;
  if (made == NULL)
    return NULL;

  elements = make_converters (factory, raw_caps, error);
  if (elements == NULL) {
    gst_object_unref (made);
    return NULL;
  }

  filter = g_list_last (elements)->data;
  chain = finish_chain (codec, factory, g_list_append (elements, made), error);
  if (chain != NULL && !check_encoder_works (chain, made, raw_caps, filter, error))
    gst_clear_object (&chain);
  if (chain != NULL)
    *encoder = made;

  return chain;
}

GstElement *
gst_soup_webrtc_parser_chain_new (const GstSoupWebRTCCodec *codec, GError **error)
{
  return finish_chain (codec, NULL, NULL, error);
}

/* The payloader of another plugin may have another integer type. */
static void
set_uint (GstElement *element, const gchar *name, guint number)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, number);
  g_object_set_property (G_OBJECT (element), name, &value);
}

GstElement *
gst_soup_webrtc_payloader_new (const GstSoupWebRTCCodec *codec, guint pt, guint ssrc, GError **error)
{
  GstElement *payloader = gst_soup_webrtc_make_element (codec->payloader, error);

  if (payloader == NULL)
    return NULL;

  gst_soup_webrtc_apply_settings (payloader, codec->payloader_settings);
  set_uint (payloader, "mtu", MTU);
  set_uint (payloader, "pt", pt);
  set_uint (payloader, "ssrc", ssrc);

  return payloader;
}

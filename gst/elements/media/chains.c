/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The bins that come between the input and a session: encoder chain, parser chain, payloader. */

#include <gst/elements/media/codec-row-private.h>
#include <gst/elements/media/converter-private.h>
#include <gst/elements/media/encoder-tuning-private.h>
#include <gst/elements/media/make-element-private.h>

#define MTU 1200

/* Whether the hardware is there is known in READY. */
static gboolean
check_encoder_works (GstElement *encoder, GError **error)
{
  gboolean works = gst_element_set_state (encoder, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE;

  gst_element_set_state (encoder, GST_STATE_NULL);
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

  return check_encoder_works (encoder, error) ? g_steal_pointer (&encoder) : NULL;
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

  chain = finish_chain (codec, factory, g_list_append (elements, made), error);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/elements/media/codec-row-private.h>
#include <gst/elements/media/converter-private.h>
#include <gst/elements/media/make-element-private.h>

/* RFC 6184 section 8.1: profile_idc, profile-iop and level_idc, which are bytes 1 to 3 of an avcC record, too. */
static gchar *
h264_profile_level_id (const GstStructure *encoded)
{
  const GValue *value = encoded != NULL ? gst_structure_get_value (encoded, "codec_data") : NULL;
  GstBuffer *codec_data = value != NULL && GST_VALUE_HOLDS_BUFFER (value) ? gst_value_get_buffer (value) : NULL;
  guint8 bytes[3];

  if (codec_data != NULL && gst_buffer_extract (codec_data, 1, bytes, sizeof bytes) == sizeof bytes)
    return g_strdup_printf ("%02x%02x%02x", bytes[0], bytes[1], bytes[2]);

  /* Constrained baseline, level 3.1. */
  return g_strdup ("42e01f");
}

static void
describe_h264 (GstStructure *rtp, const GstStructure *encoded)
{
  g_autofree gchar *profile_level_id = h264_profile_level_id (encoded);

  gst_structure_set (
      rtp, "packetization-mode", G_TYPE_STRING, "1", "profile-level-id", G_TYPE_STRING, profile_level_id, NULL);
}

/* RFC 7587 section 7: always two channels, whatever is in the packets. */
static void
describe_opus (GstStructure *rtp, const GstStructure *encoded)
{
  gint channels = 0;

  gst_structure_set (rtp, "encoding-params", G_TYPE_STRING, "2", NULL);
  if (encoded != NULL && gst_structure_get_int (encoded, "channels", &channels))
    gst_structure_set (rtp, "sprop-stereo", G_TYPE_STRING, channels > 1 ? "1" : "0", NULL);
}

#define VIDEO GST_SOUP_WEBRTC_MEDIA_VIDEO
#define AUDIO GST_SOUP_WEBRTC_MEDIA_AUDIO
#define NAL_SETTINGS "aggregate-mode=zero-latency; config-interval=-1"

/* clang-format off */
static const GstSoupWebRTCCodec codecs[] = {
  { .name = "VP8", .media = VIDEO, .encoding_name = "VP8", .clock_rate = 90000, .media_type = "video/x-vp8",
    .parsed_caps = "video/x-vp8",
    .payloader = "rtpvp8pay", .payloader_settings = "picture-id-mode=15-bit", .encoders = "vp8enc" },
  { .name = "H264", .media = VIDEO, .encoding_name = "H264", .clock_rate = 90000, .media_type = "video/x-h264",
    .parser = "h264parse", .parsed_caps = "video/x-h264, stream-format=avc, alignment=au",
    .profiles = "constrained-baseline baseline main",
    .payloader = "rtph264pay", .payloader_settings = NAL_SETTINGS, .encoders = "x264enc openh264enc",
    .describe = describe_h264 },
  { .name = "VP9", .media = VIDEO, .encoding_name = "VP9", .clock_rate = 90000, .media_type = "video/x-vp9",
    .parser = "vp9parse", .parsed_caps = "video/x-vp9", .profiles = "0",
    .payloader = "rtpvp9pay", .payloader_settings = "picture-id-mode=15-bit", .encoders = "vp9enc" },
  { .name = "H265", .media = VIDEO, .encoding_name = "H265", .clock_rate = 90000, .media_type = "video/x-h265",
    .parser = "h265parse", .parsed_caps = "video/x-h265, stream-format=hvc1, alignment=au", .profiles = "main",
    .payloader = "rtph265pay", .payloader_settings = NAL_SETTINGS, .encoders = "x265enc" },
  { .name = "AV1", .media = VIDEO, .encoding_name = "AV1", .clock_rate = 90000, .media_type = "video/x-av1",
    .parser = "av1parse", .parsed_caps = "video/x-av1, parsed=true, stream-format=obu-stream, alignment=obu",
    .payloader = "rtpav1pay", .encoders = "av1enc" },
  { .name = "Opus", .media = AUDIO, .encoding_name = "OPUS", .clock_rate = 48000, .media_type = "audio/x-opus",
    .parsed_caps = "audio/x-opus",
    .payloader = "rtpopuspay", .encoders = "opusenc",
    .describe = describe_opus },
};
/* clang-format on */

const GstSoupWebRTCCodec *
gst_soup_webrtc_codec_get (guint index)
{
  return index < G_N_ELEMENTS (codecs) ? &codecs[index] : NULL;
}

/* Of Opus, mapping family 0 (one or two channels) is what RFC 7587 carries. */
static gboolean
row_covers (const GstSoupWebRTCCodec *codec, const GstStructure *encoded)
{
  gint family = 0;
  gint channels = 0;

  if (!gst_structure_has_name (encoded, codec->media_type))
    return FALSE;
  if (codec->media != GST_SOUP_WEBRTC_MEDIA_AUDIO)
    return TRUE;

  gst_structure_get_int (encoded, "channel-mapping-family", &family);
  gst_structure_get_int (encoded, "channels", &channels);
  return family == 0 && channels <= 2;
}

const GstSoupWebRTCCodec *
gst_soup_webrtc_codec_find_by_caps (const GstStructure *encoded)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (row_covers (&codecs[i], encoded))
      return &codecs[i];

  return NULL;
}

const GstSoupWebRTCCodec *
gst_soup_webrtc_codec_find_by_encoding_name (const gchar *encoding_name)
{
  for (guint i = 0; i < G_N_ELEMENTS (codecs); i++)
    if (g_ascii_strcasecmp (codecs[i].encoding_name, encoding_name) == 0)
      return &codecs[i];

  return NULL;
}

const gchar *
gst_soup_webrtc_codec_get_name (const GstSoupWebRTCCodec *codec)
{
  return codec->name;
}

GstSoupWebRTCMedia
gst_soup_webrtc_codec_get_media (const GstSoupWebRTCCodec *codec)
{
  return codec->media;
}

const gchar *
gst_soup_webrtc_codec_get_encoding_name (const GstSoupWebRTCCodec *codec)
{
  return codec->encoding_name;
}

guint
gst_soup_webrtc_codec_get_clock_rate (const GstSoupWebRTCCodec *codec)
{
  return codec->clock_rate;
}

const gchar *
gst_soup_webrtc_codec_get_media_type (const GstSoupWebRTCCodec *codec)
{
  return codec->media_type;
}

gboolean
gst_soup_webrtc_codec_can_payload (const GstSoupWebRTCCodec *codec)
{
  return gst_soup_webrtc_have_element (codec->payloader) &&
         (codec->parser == NULL || gst_soup_webrtc_have_element (codec->parser));
}

static gchar *
join_descriptions (const gchar *const *names, const gchar *separator)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; names[i] != NULL; i++)
    g_ptr_array_add (texts, gst_soup_webrtc_describe_element (names[i]));
  g_ptr_array_add (texts, NULL);

  return g_strjoinv (separator, (gchar **) texts->pdata);
}

static gboolean
has_encoder (const GstSoupWebRTCCodec *codec)
{
  GList *factories = gst_soup_webrtc_codec_list_encoders (codec, NULL);
  gboolean some = factories != NULL;

  gst_plugin_feature_list_free (factories);
  return some;
}

gchar *
gst_soup_webrtc_codec_describe_missing (const GstSoupWebRTCCodec *codec)
{
  const gchar *names[3] = { NULL };
  guint n_names = 0;

  if (!gst_soup_webrtc_have_element (codec->payloader))
    names[n_names++] = codec->payloader;
  if (codec->parser != NULL && !gst_soup_webrtc_have_element (codec->parser))
    names[n_names++] = codec->parser;
  if (n_names > 0)
    return join_descriptions (names, " and ");

  if (!has_encoder (codec)) {
    g_auto (GStrv) encoders = g_strsplit (codec->encoders, " ", -1);

    return join_descriptions ((const gchar *const *) encoders, " or ");
  }

  return NULL;
}

/* What takes or makes anything is a wrapper like encodebin, which has ideas of its own. */
static gboolean
encodes_to (GstElementFactory *factory, const GstCaps *encoded)
{
  const GList *templates = gst_element_factory_get_static_pad_templates (factory);

  for (const GList *link = templates; link != NULL; link = link->next) {
    GstStaticPadTemplate *template = link->data;
    g_autoptr (GstCaps) caps = gst_static_pad_template_get_caps (template);

    if (gst_caps_is_any (caps) || template->presence != GST_PAD_ALWAYS)
      return FALSE;
  }

  return gst_element_factory_can_src_any_caps (factory, encoded);
}

GList *
gst_soup_webrtc_codec_list_encoders (const GstSoupWebRTCCodec *codec, const GstCaps *raw)
{
  GstElementFactoryListType type = GST_ELEMENT_FACTORY_TYPE_ENCODER |
                                   (codec->media == GST_SOUP_WEBRTC_MEDIA_VIDEO ? GST_ELEMENT_FACTORY_TYPE_MEDIA_VIDEO
                                                                                : GST_ELEMENT_FACTORY_TYPE_MEDIA_AUDIO);
  g_autoptr (GstCaps) encoded = gst_caps_new_empty_simple (codec->media_type);
  GList *factories = gst_element_factory_list_get_elements (type, GST_RANK_MARGINAL);
  GList *link = factories;

  while (link != NULL) {
    GList *next = link->next;

    if (!encodes_to (link->data, encoded) || gst_soup_webrtc_converter_find (raw, link->data) == NULL) {
      gst_object_unref (link->data);
      factories = g_list_delete_link (factories, link);
    }
    link = next;
  }

  return g_list_sort (factories, gst_plugin_feature_rank_compare_func);
}

GstCaps *
gst_soup_webrtc_codec_rtp_caps (const GstSoupWebRTCCodec *codec, const GstCaps *encoded, guint pt, guint ssrc)
{
  GstStructure *rtp = gst_structure_new ("application/x-rtp", "media", G_TYPE_STRING,
      codec->media == GST_SOUP_WEBRTC_MEDIA_VIDEO ? "video" : "audio", "encoding-name", G_TYPE_STRING,
      codec->encoding_name, "clock-rate", G_TYPE_INT, (gint) codec->clock_rate, "payload", G_TYPE_INT, (gint) pt,
      "ssrc", G_TYPE_UINT, ssrc, NULL);
  GstCaps *caps = gst_caps_new_empty ();

  if (codec->describe != NULL)
    codec->describe (
        rtp, encoded != NULL && gst_caps_get_size (encoded) > 0 ? gst_caps_get_structure (encoded, 0) : NULL);
  gst_caps_append_structure (caps, rtp);

  return caps;
}

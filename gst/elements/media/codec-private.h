/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What can be sent, and the elements that do it. One static table of codecs (codec.c), one of encoders' settings
 * (encoder-tuning.c). Nothing here holds state, so all functions may be called from any thread; an element that one
 * returns belongs to the caller alone. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum
{
  GST_SOUP_WEBRTC_MEDIA_VIDEO,
  GST_SOUP_WEBRTC_MEDIA_AUDIO,
} GstSoupWebRTCMedia;

/* A row of the table: static, never freed, compared by address. */
typedef struct _GstSoupWebRTCCodec GstSoupWebRTCCodec;

/* The rows in the order in which they are offered; NULL behind the last one. */
const GstSoupWebRTCCodec *gst_soup_webrtc_codec_get (guint index);
/* By caps like video/x-vp8 or audio/x-opus; NULL when there is no row for them. */
const GstSoupWebRTCCodec *gst_soup_webrtc_codec_find_by_caps (const GstStructure *encoded);
/* By the name in SDP, in any case ("VP8", "opus"). */
const GstSoupWebRTCCodec *gst_soup_webrtc_codec_find_by_encoding_name (const gchar *encoding_name);

const gchar *gst_soup_webrtc_codec_get_name (const GstSoupWebRTCCodec *codec);
GstSoupWebRTCMedia gst_soup_webrtc_codec_get_media (const GstSoupWebRTCCodec *codec);
const gchar *gst_soup_webrtc_codec_get_encoding_name (const GstSoupWebRTCCodec *codec);
guint gst_soup_webrtc_codec_get_clock_rate (const GstSoupWebRTCCodec *codec);
const gchar *gst_soup_webrtc_codec_get_media_type (const GstSoupWebRTCCodec *codec);

/* Whether the payloader, and the parser if the codec needs one, are installed. */
gboolean gst_soup_webrtc_codec_can_payload (const GstSoupWebRTCCodec *codec);
/* Which elements are missing and in which packages they are, as in "x264enc (package gstreamer1.0-plugins-ugly)": the
 * payloader and the parser, or, when those are there, encoders. NULL when nothing is missing. */
gchar *gst_soup_webrtc_codec_describe_missing (const GstSoupWebRTCCodec *codec) G_GNUC_WARN_UNUSED_RESULT;

/* The factories of all encoders that can be fed with @raw (NULL: with system memory), hardware included, best rank
 * first; free with gst_plugin_feature_list_free(). An encoder that does not work on this machine is only found out when
 * it is used: then take the next one. */
GList *
gst_soup_webrtc_codec_list_encoders (const GstSoupWebRTCCodec *codec, const GstCaps *raw) G_GNUC_WARN_UNUSED_RESULT;

/* Raw in, encoded and parsed out: a floating bin with ghost pads sink and src around
 *   converters for the memory of @raw_caps ! capsfilter ! encoder ! [parser] ! capsfilter
 * The encoder is tuned and set to @bitrate (bit/s; 0 leaves its default), and was started once with the format that
 * @raw_caps become, so that a machine without the hardware is an error here, and the next factory can be tried at once.
 * @encoder (transfer none) lives as long as the bin.
 * Errors: GST_CORE_ERROR_MISSING_PLUGIN, GST_RESOURCE_ERROR_OPEN_READ_WRITE. */
GstElement *gst_soup_webrtc_encoder_chain_new (const GstSoupWebRTCCodec *codec, GstElementFactory *factory,
    const GstCaps *raw_caps, guint bitrate, GstElement **encoder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* In bit per second, whatever unit the encoder uses. FALSE and 0: this encoder's bitrate cannot be controlled. */
gboolean gst_soup_webrtc_encoder_set_bitrate (GstElement *encoder, guint bit_per_second);
guint gst_soup_webrtc_encoder_get_bitrate (GstElement *encoder);

/* Between input that is encoded already and the payloader; same pads and output caps as an encoder chain's. */
GstElement *
gst_soup_webrtc_parser_chain_new (const GstSoupWebRTCCodec *codec, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Floating. H264 comes out of both chains as avc with codec_data, so the payloader knows its caps before any buffer. */
GstElement *gst_soup_webrtc_payloader_new (const GstSoupWebRTCCodec *codec, guint pt, guint ssrc, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;

/* application/x-rtp caps for a transceiver's codec-preferences. @encoded are the caps behind a chain. With them, what
 * is said about profile and level is what the payloader will say. Without them it is what every browser accepts, which
 * may be unlike the payloader's: reset the transceiver's codec-preferences before the payloader is linked then, or
 * webrtcbin refuses the link. */
GstCaps *gst_soup_webrtc_codec_rtp_caps (const GstSoupWebRTCCodec *codec, const GstCaps *encoded, guint pt, guint ssrc)
    G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/elements/media/codec-private.h>
#include <gst/elements/session/control-private.h>

G_BEGIN_DECLS

/* One encoding of one input, shared by all consumers that want it: samples in, encoded samples out to every consumer's
 * appsrc. A pipeline of its own, so that an encoder that fails takes nobody with it: the next one of the same codec is
 * tried, and only when none is left the consumers are told.
 *
 * A consumer gets nothing before a key frame. Key frames are asked for when one joins and when one has lost
 * something, at most every MIN_KEY_FRAME_DISTANCE: a crowd that joins costs one or two.
 *
 * Samples come on the input's streaming thread and leave on the pipeline's; `lock` guards the consumers and is not held
 * while anything is pushed. The rest belongs to the control thread. */
typedef struct _GstSoupWebRTCVariant GstSoupWebRTCVariant;

typedef struct
{
  guint start_bitrate; /* bit/s */
  GstClock *clock;
  GstClockTime base_time;
  /* Control thread: a new encoder is in place, before it gets data. */
  void (*encoder_setup) (const gchar *stream, GstElement *encoder, gpointer user_data);
  /* Control thread: no encoder is left. */
  void (*failed) (GstSoupWebRTCVariant *variant, const GError *error, gpointer user_data);
  gpointer user_data;
} GstSoupWebRTCVariantSettings;

/* Control thread. @encoded: the input comes encoded and is only parsed. */
GstSoupWebRTCVariant *
gst_soup_webrtc_variant_new (GstSoupWebRTCControl *control, const gchar *stream, const GstSoupWebRTCCodec *codec,
    const GstCaps *input_caps, gboolean encoded, const GstSoupWebRTCVariantSettings *settings, GError **error);
GstSoupWebRTCVariant *gst_soup_webrtc_variant_ref (GstSoupWebRTCVariant *variant);
void gst_soup_webrtc_variant_unref (GstSoupWebRTCVariant *variant);
const GstSoupWebRTCCodec *gst_soup_webrtc_variant_get_codec (GstSoupWebRTCVariant *variant);

/* The input's streaming thread. */
void gst_soup_webrtc_variant_push (GstSoupWebRTCVariant *variant, GstSample *sample);

/* Control thread. @appsrc is fed from the next key frame on. */
void gst_soup_webrtc_variant_add_consumer (GstSoupWebRTCVariant *variant, GstElement *appsrc);
void gst_soup_webrtc_variant_remove_consumer (GstSoupWebRTCVariant *variant, GstElement *appsrc);
guint gst_soup_webrtc_variant_get_n_consumers (GstSoupWebRTCVariant *variant);
/* Any thread. */
void gst_soup_webrtc_variant_request_key_frame (GstSoupWebRTCVariant *variant);
/* Control thread. */
void gst_soup_webrtc_variant_stop (GstSoupWebRTCVariant *variant);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/elements/media/codec-private.h>
#include <gst/elements/session/encoder-variant-private.h>

G_BEGIN_DECLS

/* One stream that comes into the element: its pad, and the encoder variants made of it. Samples go from the pad's
 * streaming thread to every variant that has a consumer; the variants are made and let go on the control thread. */
typedef struct _GstSoupWebRTCInput GstSoupWebRTCInput;

/* Any thread: the caps of the stream are known, or are different ones now. */
typedef void (*GstSoupWebRTCInputCapsFunc) (GstSoupWebRTCInput *input, gpointer user_data);

/* Adds its elements to @bin. @name: of the pad, and of the stream everywhere else. */
GstSoupWebRTCInput *gst_soup_webrtc_input_new (GstBin *bin, const gchar *name, GstSoupWebRTCMedia media,
    GstSoupWebRTCInputCapsFunc caps_changed, gpointer user_data);
GstSoupWebRTCInput *gst_soup_webrtc_input_ref (GstSoupWebRTCInput *input);
void gst_soup_webrtc_input_unref (GstSoupWebRTCInput *input);
/* Takes its elements out of the bin; the pad is the caller's. */
void gst_soup_webrtc_input_remove (GstSoupWebRTCInput *input);

const gchar *gst_soup_webrtc_input_get_name (GstSoupWebRTCInput *input);
GstSoupWebRTCMedia gst_soup_webrtc_input_get_media (GstSoupWebRTCInput *input);
/* Where the element's ghost pad leads. */
GstPad *gst_soup_webrtc_input_get_target (GstSoupWebRTCInput *input);
GstCaps *gst_soup_webrtc_input_dup_caps (GstSoupWebRTCInput *input);
/* The codec the stream comes in, NULL when it is raw. */
const GstSoupWebRTCCodec *gst_soup_webrtc_input_get_encoded_codec (GstSoupWebRTCInput *input);

/* Control thread. The variant of that codec, made when there is none; NULL with an error when that is not possible. */
GstSoupWebRTCVariant *gst_soup_webrtc_input_get_variant (GstSoupWebRTCInput *input, GstSoupWebRTCControl *control,
    const GstSoupWebRTCCodec *codec, const GstSoupWebRTCVariantSettings *settings, GError **error);
/* Control thread. Variants without a consumer are stopped. */
void gst_soup_webrtc_input_drop_idle_variants (GstSoupWebRTCInput *input);
void gst_soup_webrtc_input_drop_variants (GstSoupWebRTCInput *input);

G_END_DECLS

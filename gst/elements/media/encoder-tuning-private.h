/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* How each encoder is set up for live pictures: data, by the name of its factory. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Sets everything but the bitrate. */
void gst_soup_webrtc_encoder_tune (GstElement *encoder);
/* The raw formats to feed it with, as in a caps string: "{ I420, NV12 }". */
const gchar *gst_soup_webrtc_encoder_get_raw_formats (GstElementFactory *factory);

G_END_DECLS

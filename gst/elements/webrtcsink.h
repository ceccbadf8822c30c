/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_SOUP_WEBRTC_SINK (gst_soup_webrtc_sink_get_type ())
G_DECLARE_FINAL_TYPE (GstSoupWebRTCSink, gst_soup_webrtc_sink, GST, SOUP_WEBRTC_SINK, GstBin)

G_END_DECLS

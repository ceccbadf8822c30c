/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The one debug category of this layer. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

GstDebugCategory *gst_soup_webrtc_media_debug_category (void);

#define GST_CAT_DEFAULT gst_soup_webrtc_media_debug_category ()

G_END_DECLS

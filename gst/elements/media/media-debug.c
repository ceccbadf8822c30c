/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <gst/elements/media/media-debug-private.h>

GstDebugCategory *
gst_soup_webrtc_media_debug_category (void)
{
  static gsize category = 0;

  if (g_once_init_enter (&category))
    g_once_init_leave (
        &category, (gsize) _gst_debug_category_new ("soupwebrtcmedia", 0, "codecs, encoders and payloaders"));

  return (GstDebugCategory *) category;
}

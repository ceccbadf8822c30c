/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/elements/webrtcsink.h>

static gboolean
plugin_init (GstPlugin *plugin)
{
  return gst_element_register (plugin, ELEMENT_PREFIX "webrtcsink", GST_RANK_NONE, GST_TYPE_SOUP_WEBRTC_SINK);
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, soupwebrtc, "WebRTC in one element", plugin_init,
    GST_PACKAGE_VERSION, "LGPL", "gst-soup-webrtc", "https://gstreamer.freedesktop.org/")

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an application outside of the tree looks like: one header, one pkg-config name. */
/* GStreamer's WebRTC library, which the signaller interface takes its types from, asks for this. */
#define GST_USE_UNSTABLE_API 1
#include <gst/signalling/signalling.h>

int
main (void)
{
  g_autoptr (GstSignallingCloseInfo) info = gst_signalling_close_info_new (
      GST_SIGNALLING_INITIATOR_REMOTE, GST_SIGNALLING_CLOSE_CLEAN, TRUE, 1000, "bye", FALSE, NULL);
  g_autofree gchar *text = gst_signalling_close_info_to_string (info);

  g_print ("%s\n", text);
  return gst_signalling_close_info_get_code (info) == 1000 ? 0 : 1;
}

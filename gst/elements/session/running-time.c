/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/elements/session/running-time-private.h>

GstSample *
gst_soup_webrtc_sample_to_running_time (GstSample *sample)
{
  const GstSegment *segment = gst_sample_get_segment (sample);
  g_autoptr (GstBuffer) buffer = gst_buffer_copy (gst_sample_get_buffer (sample));

  if (segment->format == GST_FORMAT_TIME && GST_BUFFER_PTS_IS_VALID (buffer)) {
    GST_BUFFER_PTS (buffer) = gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
    if (!GST_BUFFER_PTS_IS_VALID (buffer))
      return NULL;
  }
  /* Decoding order is kept by the order of the samples; encoders that move their times would not survive this. */
  GST_BUFFER_DTS (buffer) = GST_CLOCK_TIME_NONE;
  return gst_sample_new (buffer, gst_sample_get_caps (sample), NULL, NULL);
}

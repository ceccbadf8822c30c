/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* The sample with its times as running time, so that it means the same in every pipeline with the same clock and base
 * time: segments do not cross from one to the next. NULL for a sample outside its segment. */
GstSample *gst_soup_webrtc_sample_to_running_time (GstSample *sample) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

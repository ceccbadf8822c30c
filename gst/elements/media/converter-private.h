/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the memory that comes in to one that an encoder takes. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstSoupWebRTCConverter GstSoupWebRTCConverter;

/* The best row of the table for @raw (NULL: video in system memory) whose elements are installed and whose result
 * @encoder takes; NULL when there is none. */
const GstSoupWebRTCConverter *gst_soup_webrtc_converter_find (const GstCaps *raw, GstElementFactory *encoder);
/* Its elements in order, floating; the last is a capsfilter that keeps the memory and, with video, square pixels and
 * one of
 * @raw_formats. */
GList *gst_soup_webrtc_converter_make (const GstSoupWebRTCConverter *converter, GstElementFactory *encoder,
    const gchar *raw_formats, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

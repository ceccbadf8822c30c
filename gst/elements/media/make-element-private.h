/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Elements by name: whether they are there, which package has them, and their properties from text. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* "x264enc (package gstreamer1.0-plugins-ugly)", or the bare name when the package is not known. */
gchar *gst_soup_webrtc_describe_element (const gchar *factory_name) G_GNUC_WARN_UNUSED_RESULT;
gboolean gst_soup_webrtc_have_element (const gchar *factory_name);

/* Floating. Error: GST_CORE_ERROR_MISSING_PLUGIN with the description of the element. */
GstElement *gst_soup_webrtc_make_element (const gchar *factory_name, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Floating; @caps (transfer full). */
GstElement *gst_soup_webrtc_make_caps_filter (GstCaps *caps, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "deadline=1; end-usage=cbr; rc-mode=cbr-ld-hq|cbr": of values with | between them the first that the property knows.
 * Properties that the element does not have are left out: which there are depends on the version. */
void gst_soup_webrtc_apply_settings (GstElement *element, const gchar *settings);

/* A bin with the ghost pads sink and src around @elements (of GstElement, floating; all of them are taken, the list is
 * freed), linked in that order. */
GstElement *gst_soup_webrtc_wrap_chain (GList *elements, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signalling.h>

G_BEGIN_DECLS

/* What the application hears of a signaller's connection: docs/architecture.md, "Errors". Any thread. */

/* The element message "signalling-closed", and a WARNING or an ERROR where something failed. Returns the text of the
 * ERROR, so that it is not posted again for the signaller's own `error`; NULL when there was none. */
gchar *
gst_soup_webrtc_post_connection_closed (GstElement *element, GstSignallingCloseInfo *info) G_GNUC_WARN_UNUSED_RESULT;
void gst_soup_webrtc_post_signalling_error (GstElement *element, const gchar *text);
void gst_soup_webrtc_post_signalling_warning (GstElement *element, const gchar *text);
/* An embedded service could not be started. */
void gst_soup_webrtc_post_service_error (GstElement *element, const GError *error);

G_END_DECLS

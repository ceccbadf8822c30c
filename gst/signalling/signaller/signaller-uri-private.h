/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The URI of a signalling server as users write it: some keys of its query are for the signaller and not the server. */
typedef struct
{
  gchar *uri; /* without those keys; a path it lacks is "/" */
  gchar *producer_id;
  gboolean has_first_producer;
  gboolean first_producer;
} GstSignallingUri;

/* Text that is no URI is kept as it is: connecting to it gives the error. */
void gst_signalling_uri_parse (GstSignallingUri *parsed, const gchar *text);
void gst_signalling_uri_clear (GstSignallingUri *parsed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (GstSignallingUri, gst_signalling_uri_clear)

G_END_DECLS

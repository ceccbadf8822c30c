/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* The page for browsers, on the server's own port: what a GET without an Upgrade is answered with. */

/* Answers with the file of the page that has this path, FALSE when there is none. */
gboolean gst_signalling_page_answer (SoupServerMessage *message, const gchar *path) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

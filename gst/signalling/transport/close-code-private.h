/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The close codes of RFC 6455, 7.4, as libsoup takes them: docs/closing-handshake.md, "Close codes". */

/* @code where an endpoint of that role may send it and libsoup would; 1000 otherwise. */
guint gst_signalling_close_code_to_send (guint code, gboolean is_server);
/* @reason as it may stand in a Close frame: valid UTF-8, at most 123 bytes, cut at a character. */
gchar *gst_signalling_close_reason_to_send (const gchar *reason) G_GNUC_WARN_UNUSED_RESULT;
/* 1012, 1013, 1014: registered with IANA after RFC 6455 and used by servers that restart; libsoup calls them an error.
 */
gboolean gst_signalling_close_code_is_registered_later (guint code);

G_END_DECLS

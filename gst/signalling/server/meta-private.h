/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Whether two JSON texts say the same: the order of members, white space and escapes do not count, every digit of a
 * number does. NULL stands for null. Both have to be valid. */
gboolean gst_signalling_meta_equal (const gchar *a, const gchar *b);

G_END_DECLS

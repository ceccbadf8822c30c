/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* Just enough JSON to read the members of one message that are strings, without building a tree. */
gboolean load_text_get_string (const char *text, gsize length, const char *key, char *value, gsize value_size);
gboolean load_text_has_type (const char *text, gsize length, const char *type);

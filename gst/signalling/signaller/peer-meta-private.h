/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* What peers say about themselves: a GstStructure here, a JSON object on the wire. The only place that knows both.
 * Any thread. */

/* NULL for NULL. The name of the structure is not part of the text. What becomes what:
 *
 *   integers of every size, boolean     the same, digit by digit
 *   float, double                       the shortest text that reads back as the same number; always with a point
 *                                       or an exponent. Infinity and NaN, which JSON lacks: null
 *   string                              string; NULL: null
 *   GstStructure                        object; NULL: null
 *   GstArray, GstList, GStrv            array; an element that cannot be written is null
 *   anything else                       its text (gst_value_serialize()): "30/1", "video/x-raw", the nick of an enum;
 *                                       a field that has no text is left out, with a warning in the log
 */
gchar *gst_signalling_peer_meta_to_json (const GstStructure *meta) G_GNUC_WARN_UNUSED_RESULT;
/* The same for one value */
gchar *gst_signalling_peer_meta_value_to_json (const GValue *value) G_GNUC_WARN_UNUSED_RESULT;

/* NULL for NULL, for text that is not JSON, and for JSON that is not an object. What becomes what:
 *
 *   object                              GstStructure with the name "v"
 *   array                               GstArray, whose elements have one type: numbers of several types become gint64
 *                                       if all of them can, otherwise gdouble; other mixtures become strings, where
 *                                       what is no string is its JSON text
 *   integer from 0 to G_MAXUINT64       guint64
 *   integer from G_MININT64 to -1       gint64
 *   any other number                    gdouble
 *   string                              string, U+0000 replaced by U+FFFD, as in names
 *   true, false                         gboolean
 *   null                                left out
 *
 * Field names are never freed (they are quarks): once peers have used a few MiB of different ones in this process,
 * fields with further new names are left out, with a warning in the log. */
GstStructure *gst_signalling_peer_meta_from_json (const gchar *text) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/protocol/message.h>

G_BEGIN_DECLS

/* What differs between two messages, NULL when all accessors agree. */
const gchar *test_message_difference (GstSignallingMessage *a, GstSignallingMessage *b);

/* The same message once more, made by its constructor from what the accessors of @message say: so it is written by
 * the writer, also where @message would give out the bytes it was read from. */
GstSignallingMessage *test_message_rebuild (GstSignallingMessage *message) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/transport/close-info.h>

G_BEGIN_DECLS

/* When to try again after an established connection has ended: pure arithmetic, no clock of its own. */
typedef struct
{
  gint timeout_s;   /* seconds of trying, 0: never, -1: for ever */
  gint64 lost_at;   /* monotonic time, µs; 0 while connected */
  guint attempts;   /* since then */
  guint minimum_ms; /* what the server asked for */
} GstSignallingReconnectPolicy;

/* Whether an end of this kind calls for a new connection: docs/closing-handshake.md, "What follows". */
gboolean
gst_signalling_reconnect_policy_wants (const GstSignallingReconnectPolicy *policy, GstSignallingCloseInfo *info);
/* Milliseconds until the next attempt, counting it; -1 when the time for trying is over. @now: monotonic time, µs */
gint
gst_signalling_reconnect_policy_next (GstSignallingReconnectPolicy *policy, GstSignallingCloseInfo *info, gint64 now);
void gst_signalling_reconnect_policy_reset (GstSignallingReconnectPolicy *policy);

G_END_DECLS

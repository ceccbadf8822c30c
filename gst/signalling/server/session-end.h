/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signalling-prelude.h>

G_BEGIN_DECLS

/**
 * GstSignallingSessionEnd:
 * @GST_SIGNALLING_SESSION_END_BY_PRODUCER: its producer ended it
 * @GST_SIGNALLING_SESSION_END_BY_CONSUMER: its consumer ended it
 * @GST_SIGNALLING_SESSION_END_PRODUCER_LEFT: the connection of its producer is gone
 * @GST_SIGNALLING_SESSION_END_CONSUMER_LEFT: the connection of its consumer is gone
 * @GST_SIGNALLING_SESSION_END_PRODUCER_RESIGNED: its producer is connected, but no longer a producer
 * @GST_SIGNALLING_SESSION_END_CONSUMER_RESIGNED: its consumer is connected, but no longer a consumer
 *
 * Why a session is over, as the server knows it.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_SIGNALLING_SESSION_END_BY_PRODUCER,
  GST_SIGNALLING_SESSION_END_BY_CONSUMER,
  GST_SIGNALLING_SESSION_END_PRODUCER_LEFT,
  GST_SIGNALLING_SESSION_END_CONSUMER_LEFT,
  GST_SIGNALLING_SESSION_END_PRODUCER_RESIGNED,
  GST_SIGNALLING_SESSION_END_CONSUMER_RESIGNED,
} GstSignallingSessionEnd;

#define GST_TYPE_SIGNALLING_SESSION_END (gst_signalling_session_end_get_type ())
GST_SIGNALLING_API
GType gst_signalling_session_end_get_type (void);

G_END_DECLS

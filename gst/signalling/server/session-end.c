/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/server/session-end.h>

/* clang-format off */
G_DEFINE_ENUM_TYPE (GstSignallingSessionEnd, gst_signalling_session_end,
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_SESSION_END_BY_PRODUCER, "by-producer"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_SESSION_END_BY_CONSUMER, "by-consumer"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_SESSION_END_PRODUCER_LEFT, "producer-left"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_SESSION_END_CONSUMER_LEFT, "consumer-left"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_SESSION_END_PRODUCER_RESIGNED, "producer-resigned"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_SESSION_END_CONSUMER_RESIGNED, "consumer-resigned"))
/* clang-format on */

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <libsoup/soup.h>

#include <gst/signalling/transport/buffered-stream-private.h>
#include <gst/signalling/transport/close-info.h>
#include <gst/signalling/transport/context-thread-private.h>

G_BEGIN_DECLS

/* One WebSocket connection, either side: the only place that knows how RFC 6455 connections end
 * (docs/closing-handshake.md). Owns the connection, the queue of what is to be sent, the keepalive, every
 * deadline, and the verdict.
 *
 * Everything happens on the context thread given to it; every function here is called there. */
#define GST_TYPE_SIGNALLING_CHANNEL (gst_signalling_channel_get_type ())
G_DECLARE_FINAL_TYPE (GstSignallingChannel, gst_signalling_channel, GST, SIGNALLING_CHANNEL, GObject)

/* Times in milliseconds, 0 switches a deadline off where that says so. */
typedef struct
{
  guint drain_ms;    /* T_drain: our close waits that long for the queue to be written */
  guint reply_ms;    /* T_reply: then that long for the other side's Close */
  guint peer_ms;     /* T_peer: the other side closed: that long until the connection is gone */
  guint fail_ms;     /* T_fail: after an error, that long until the connection is dropped */
  guint stall_ms;    /* T_stall: data was handed over and did not move; 0: never */
  guint ping_ms;     /* T_ping: silence before a ping; 0: no keepalive */
  guint pong_ms;     /* T_pong: silence after it before the link counts as dead */
  gsize max_message; /* bytes, received by either side, and sent by a client; never 0 */
  gsize max_queue;   /* bytes waiting to be sent */
  guint max_queue_messages;
} GstSignallingChannelLimits;

extern const GstSignallingChannelLimits gst_signalling_channel_default_limits;

typedef struct
{
  /* A complete text message. */
  void (*message) (GstSignallingChannel *channel, GBytes *text, gpointer user_data);
  /* A complete binary message, which this protocol does not use. May be NULL. */
  void (*binary) (GstSignallingChannel *channel, gpointer user_data);
  /* The other side answered our Close, or the end came without an answer: what stop() waits for. At most once,
   * never after `ended`; perhaps from within gst_signalling_channel_close(). May be NULL. */
  void (*answered) (GstSignallingChannel *channel, gpointer user_data);
  /* The verdict: exactly once, the last call ever. @info says nothing about reconnecting. */
  void (*ended) (GstSignallingChannel *channel, GstSignallingCloseInfo *info, gpointer user_data);
} GstSignallingChannelCallbacks;

/* Client side: @connection as libsoup made it, inside the connect callback (frames may be waiting already). */
GstSignallingChannel *
gst_signalling_channel_new_client (GstSignallingContextThread *thread, SoupWebsocketConnection *connection,
    const GstSignallingChannelLimits *limits, const GstSignallingChannelCallbacks *callbacks, gpointer user_data);
/* Server side: after the opening handshake, on our own stream (with what was read too much put back). */
GstSignallingChannel *
gst_signalling_channel_new_server (GstSignallingContextThread *thread, GstSignallingBufferedStream *stream, GUri *uri,
    const GstSignallingChannelLimits *limits, const GstSignallingChannelCallbacks *callbacks, gpointer user_data);
/* TRUE when the text was queued. FALSE with an error in GST_SIGNALLING_ERROR: CLOSED when the channel is not open,
 * TOO_LARGE, INVALID_MESSAGE when it is not UTF-8. A full queue ends the channel (class TRANSPORT) and is CLOSED
 * to the caller. */
gboolean gst_signalling_channel_send_text (GstSignallingChannel *channel, GBytes *text, GError **error);
/* Starts the closing handshake: what is queued is written first. Illegal codes become 1000, long reasons are cut
 * at a character. Without effect when the end has begun already. */
void gst_signalling_channel_close (GstSignallingChannel *channel, guint code, const gchar *reason);
/* No callback from now on; the closing handshake, started here if it was not, is completed in the background. */
void gst_signalling_channel_detach (GstSignallingChannel *channel);
/* From `answered` on: how it ends, as far as is known. */
GstSignallingCloseInfo *gst_signalling_channel_dup_verdict (GstSignallingChannel *channel) G_GNUC_WARN_UNUSED_RESULT;
gboolean gst_signalling_channel_is_open (GstSignallingChannel *channel);
gsize gst_signalling_channel_get_queued_bytes (GstSignallingChannel *channel);

G_END_DECLS

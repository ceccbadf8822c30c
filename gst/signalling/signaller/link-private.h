/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signaller/connector-private.h>
#include <gst/signalling/signaller/reconnect-policy-private.h>
#include <gst/signalling/transport/channel-private.h>

G_BEGIN_DECLS

/* From start to stop of a WebSocket signaller: connects, carries text, and connects again when the connection was lost.
 * One connection at a time; what happens to it is told once, in order.
 *
 * Everything belongs to the context thread, except gst_signalling_link_wait(). */
typedef struct _GstSignallingLink GstSignallingLink;

typedef struct
{
  GstSignallingConnectorSettings connector;
  GstSignallingChannelLimits channel;
  gint reconnect_timeout; /* seconds, 0: never, -1: for ever */
} GstSignallingLinkSettings;

typedef struct
{
  void (*connected) (GstSignallingLink *link, gboolean again, gpointer user_data);
  void (*message) (GstSignallingLink *link, GBytes *text, gpointer user_data);
  /* A connection has ended, or could not be made. Where @info says that a new attempt follows, `retrying` does next. */
  void (*closed) (GstSignallingLink *link, GstSignallingCloseInfo *info, gpointer user_data);
  /* @why: what the attempt before has come to, NULL for the first. */
  void (*retrying) (GstSignallingLink *link, guint attempt, guint delay_ms, const GError *why, gpointer user_data);
} GstSignallingLinkCallbacks;

/* @settings are taken over. @destroy is called for @user_data on the context thread, when the link is done with it. */
GstSignallingLink *gst_signalling_link_new (GstSignallingContextThread *thread, GstSignallingLinkSettings *settings,
    const GstSignallingLinkCallbacks *callbacks, gpointer user_data, GDestroyNotify destroy) G_GNUC_WARN_UNUSED_RESULT;
GstSignallingLink *gst_signalling_link_ref (GstSignallingLink *link);
void gst_signalling_link_unref (GstSignallingLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstSignallingLink, gst_signalling_link_unref)

void gst_signalling_link_start (GstSignallingLink *link);
/* The server has spoken, so this connection works: the next loss is a new one, with all of its time for attempts. */
void gst_signalling_link_confirm (GstSignallingLink *link);
gboolean gst_signalling_link_send (GstSignallingLink *link, GBytes *text, GError **error);
/* Ends the link by the closing handshake; `closed` is the last call back. */
void gst_signalling_link_stop (GstSignallingLink *link);
gboolean gst_signalling_link_is_over (GstSignallingLink *link);

/* Any thread but the link's: waits until it is over, at most until @until (monotonic time, µs). */
gboolean gst_signalling_link_wait (GstSignallingLink *link, gint64 until);

void gst_signalling_link_settings_clear (GstSignallingLinkSettings *settings);

G_END_DECLS

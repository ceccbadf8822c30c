/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signalling.h>

#include <gst/elements/session/producer-session-private.h>

G_BEGIN_DECLS

/* What webrtcsink does between READY and PAUSED, without being an element: the signaller on one side, the inputs on the
 * other, and the sessions between them. Sessions live on the control thread. */
typedef struct _GstSoupWebRTCSender GstSoupWebRTCSender;

typedef struct
{
  /* Control thread, like all that follows. @settings: empty but for the ids; FALSE when there is no clock yet. */
  gboolean (*prepare_session) (GstSoupWebRTCSessionSettings *settings, GPtrArray **inputs, gpointer user_data);
  void (*pipeline_created) (const gchar *peer_id, GstElement *pipeline, gpointer user_data);
  void (*consumer_added) (const gchar *peer_id, GstElement *webrtcbin, gpointer user_data);
  void (*consumer_removed) (const gchar *peer_id, GstElement *webrtcbin, gpointer user_data);
  void (*payloader_setup) (const gchar *peer_id, const gchar *stream, GstElement *payloader, gpointer user_data);
  void (*session_failed) (const gchar *session_id, const gchar *why, gpointer user_data);
} GstSoupWebRTCSenderCallbacks;

GstSoupWebRTCSender *gst_soup_webrtc_sender_new (GstSoupWebRTCControl *control, GstSignaller *signaller,
    const GstSoupWebRTCSenderCallbacks *callbacks, gpointer user_data);
/* After the control was closed. */
void gst_soup_webrtc_sender_free (GstSoupWebRTCSender *sender);
/* Control thread: ends every session, telling the consumers. */
void gst_soup_webrtc_sender_end_all (GstSoupWebRTCSender *sender);
/* Any thread */
gchar **gst_soup_webrtc_sender_dup_session_ids (GstSoupWebRTCSender *sender);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/webrtc/webrtc.h>

#include <gst/elements/session/input-private.h>

G_BEGIN_DECLS

/* One consumer: a pipeline with its webrtcbin, and a branch per stream that carries what the stream's variant encodes.
 * We offer. What fails here ends this session and nothing else.
 *
 * Everything belongs to the control thread; signals and promises of webrtcbin post to it. */
typedef struct _GstSoupWebRTCSession GstSoupWebRTCSession;

typedef struct
{
  gchar *id;
  gchar *peer_id;
  gchar *stun_server;
  gchar **turn_servers;
  GstWebRTCICETransportPolicy ice_policy;
  gboolean do_fec;
  gboolean do_retransmission;
  GstCaps *video_caps; /* codecs to offer, in this order */
  GstCaps *audio_caps;
  GstSoupWebRTCVariantSettings variant;
} GstSoupWebRTCSessionSettings;

/* Control thread, all of them. */
typedef struct
{
  void (*pipeline_created) (GstSoupWebRTCSession *session, GstElement *pipeline, gpointer user_data);
  void (*webrtcbin_ready) (GstSoupWebRTCSession *session, GstElement *webrtcbin, gpointer user_data);
  void (*payloader_setup) (
      GstSoupWebRTCSession *session, const gchar *stream, GstElement *payloader, gpointer user_data);
  void (*description) (GstSoupWebRTCSession *session, GstWebRTCSessionDescription *description, gpointer user_data);
  void (*candidate) (GstSoupWebRTCSession *session, guint m_line, const gchar *candidate, gpointer user_data);
  /* It cannot go on; whoever is told ends it. */
  void (*failed) (GstSoupWebRTCSession *session, const gchar *why, gpointer user_data);
} GstSoupWebRTCSessionCallbacks;

/* @settings are taken over; @inputs in the order of the m-lines. */
GstSoupWebRTCSession *gst_soup_webrtc_session_new (GstSoupWebRTCControl *control,
    GstSoupWebRTCSessionSettings *settings, const GstSoupWebRTCSessionCallbacks *callbacks, gpointer user_data);
void gst_soup_webrtc_session_settings_clear (GstSoupWebRTCSessionSettings *settings);
GstSoupWebRTCSession *gst_soup_webrtc_session_ref (GstSoupWebRTCSession *session);
void gst_soup_webrtc_session_unref (GstSoupWebRTCSession *session);

const gchar *gst_soup_webrtc_session_get_id (GstSoupWebRTCSession *session);
const gchar *gst_soup_webrtc_session_get_peer_id (GstSoupWebRTCSession *session);
GstElement *gst_soup_webrtc_session_get_webrtcbin (GstSoupWebRTCSession *session);

void gst_soup_webrtc_session_start (GstSoupWebRTCSession *session, GPtrArray *inputs);
void gst_soup_webrtc_session_set_answer (GstSoupWebRTCSession *session, GstWebRTCSessionDescription *answer);
/* Kept until it can be used. */
void gst_soup_webrtc_session_add_candidate (GstSoupWebRTCSession *session, guint m_line, const gchar *candidate);
/* Nothing is called back from now on; the pipeline is taken down in the background. */
void gst_soup_webrtc_session_end (GstSoupWebRTCSession *session);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/message-compare.h>

static gboolean
texts_differ (const gchar *a, const gchar *b)
{
  return g_strcmp0 (a, b) != 0;
}

static const gchar *
list_difference (GstSignallingMessage *a, GstSignallingMessage *b)
{
  guint n_peers = gst_signalling_message_get_n_peers (a);

  if (n_peers != gst_signalling_message_get_n_peers (b))
    return "number of peers";
  for (guint i = 0; i < n_peers; i++) {
    if (texts_differ (gst_signalling_message_get_nth_peer_id (a, i), gst_signalling_message_get_nth_peer_id (b, i)))
      return "id of a listed peer";
    if (texts_differ (gst_signalling_message_get_nth_peer_meta (a, i), gst_signalling_message_get_nth_peer_meta (b, i)))
      return "meta of a listed peer";
  }
  return NULL;
}

const gchar *
test_message_difference (GstSignallingMessage *a, GstSignallingMessage *b)
{
  if (gst_signalling_message_get_message_type (a) != gst_signalling_message_get_message_type (b))
    return "type";
  if (texts_differ (gst_signalling_message_get_peer_id (a), gst_signalling_message_get_peer_id (b)))
    return "peer id";
  if (texts_differ (gst_signalling_message_get_session_id (a), gst_signalling_message_get_session_id (b)))
    return "session id";
  if (gst_signalling_message_get_version (a) != gst_signalling_message_get_version (b))
    return "version";
  if (gst_signalling_message_get_roles (a) != gst_signalling_message_get_roles (b))
    return "roles";
  if (texts_differ (gst_signalling_message_get_meta (a), gst_signalling_message_get_meta (b)))
    return "meta";
  if (texts_differ (gst_signalling_message_get_sdp_type (a), gst_signalling_message_get_sdp_type (b)))
    return "SDP type";
  if (texts_differ (gst_signalling_message_get_sdp (a), gst_signalling_message_get_sdp (b)))
    return "SDP";
  if (texts_differ (gst_signalling_message_get_candidate (a), gst_signalling_message_get_candidate (b)))
    return "candidate";
  if (gst_signalling_message_get_sdp_m_line_index (a) != gst_signalling_message_get_sdp_m_line_index (b))
    return "index of the media description";
  if (texts_differ (gst_signalling_message_get_error_text (a), gst_signalling_message_get_error_text (b)))
    return "error text";
  return list_difference (a, b);
}

static GstSignallingMessage *
rebuild_list (GstSignallingMessage *message, GstSignallingMessage *list)
{
  for (guint i = 0; i < gst_signalling_message_get_n_peers (message); i++) {
    g_autoptr (GError) error = NULL;

    gst_signalling_message_append_peer (list, gst_signalling_message_get_nth_peer_id (message, i),
        gst_signalling_message_get_nth_peer_meta (message, i), &error);
    g_assert_no_error (error);
  }
  return list;
}

static GstSignallingMessage *
rebuild_status (GstSignallingMessage *message)
{
  g_autoptr (GError) error = NULL;
  GstSignallingRoles roles = gst_signalling_message_get_roles (message);
  const gchar *meta = gst_signalling_message_get_meta (message);
  const gchar *peer_id = gst_signalling_message_get_peer_id (message);
  GstSignallingMessage *copy = peer_id ? gst_signalling_message_new_peer_status_changed (roles, meta, peer_id, &error)
                                       : gst_signalling_message_new_set_peer_status (roles, meta, &error);

  g_assert_no_error (error);
  return copy;
}

GstSignallingMessage *
test_message_rebuild (GstSignallingMessage *message)
{
  const gchar *peer_id = gst_signalling_message_get_peer_id (message);
  const gchar *session_id = gst_signalling_message_get_session_id (message);
  const gchar *sdp = gst_signalling_message_get_sdp (message);
  const gchar *text = gst_signalling_message_get_error_text (message);

  switch (gst_signalling_message_get_message_type (message)) {
    case GST_SIGNALLING_MESSAGE_WELCOME:
      return gst_signalling_message_new_welcome (peer_id);
    case GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION:
      return gst_signalling_message_new_set_protocol_version (gst_signalling_message_get_version (message));
    case GST_SIGNALLING_MESSAGE_SET_PEER_STATUS:
    case GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED:
      return rebuild_status (message);
    case GST_SIGNALLING_MESSAGE_START_SESSION:
      return gst_signalling_message_new_start_session (peer_id, session_id, sdp);
    case GST_SIGNALLING_MESSAGE_SESSION_STARTED:
      return gst_signalling_message_new_session_started (peer_id, session_id);
    case GST_SIGNALLING_MESSAGE_END_SESSION:
      return gst_signalling_message_new_end_session (session_id);
    case GST_SIGNALLING_MESSAGE_END_SESSION_V1_1:
      return gst_signalling_message_new_end_session_v1_1 (session_id, text);
    case GST_SIGNALLING_MESSAGE_PEER_SDP:
      return gst_signalling_message_new_peer_sdp (session_id, gst_signalling_message_get_sdp_type (message), sdp);
    case GST_SIGNALLING_MESSAGE_PEER_ICE:
      return gst_signalling_message_new_peer_ice (session_id, gst_signalling_message_get_candidate (message),
          gst_signalling_message_get_sdp_m_line_index (message));
    case GST_SIGNALLING_MESSAGE_LIST:
      return gst_signalling_message_new_list ();
    case GST_SIGNALLING_MESSAGE_LIST_CONSUMERS:
      return gst_signalling_message_new_list_consumers ();
    case GST_SIGNALLING_MESSAGE_PRODUCERS:
      return rebuild_list (message, gst_signalling_message_new_producers ());
    case GST_SIGNALLING_MESSAGE_CONSUMERS:
      return rebuild_list (message, gst_signalling_message_new_consumers ());
    case GST_SIGNALLING_MESSAGE_ERROR:
      return gst_signalling_message_new_error (text);
    default:
      g_assert_not_reached ();
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/elements/session/sender-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_soup_webrtc_sender_debug);
#define GST_CAT_DEFAULT gst_soup_webrtc_sender_debug

struct _GstSoupWebRTCSender
{
  GstSoupWebRTCControl *control;
  GstSignaller *signaller;
  GstSoupWebRTCSenderCallbacks callbacks;
  gpointer user_data;

  GMutex lock;          /* guards the table for those who only read it; it changes on the control thread */
  GHashTable *sessions; /* id → session */
};

/* -- ends --------------------------------------------------------------------------------------------------------- */

static void
end_session (GstSoupWebRTCSender *sender, GstSoupWebRTCSession *session, gboolean tell, const gchar *why)
{
  g_autofree gchar *id = g_strdup (gst_soup_webrtc_session_get_id (session));
  g_autofree gchar *peer_id = g_strdup (gst_soup_webrtc_session_get_peer_id (session));
  GstElement *webrtcbin = gst_soup_webrtc_session_get_webrtcbin (session);

  if (webrtcbin) {
    gst_object_ref (webrtcbin);
    gst_signaller_consumer_removed (sender->signaller, peer_id, webrtcbin);
  }
  if (tell)
    gst_signaller_end_session_with_error (sender->signaller, id, why);
  gst_soup_webrtc_session_end (session);
  if (webrtcbin) {
    sender->callbacks.consumer_removed (peer_id, webrtcbin, sender->user_data);
    gst_object_unref (webrtcbin);
  }
  gst_soup_webrtc_session_ref (session); /* so that the table's reference is not the last, under the lock */
  g_mutex_lock (&sender->lock);
  g_hash_table_remove (sender->sessions, id);
  g_mutex_unlock (&sender->lock);
  gst_soup_webrtc_session_unref (session);
}

static void
on_failed (GstSoupWebRTCSession *session, const gchar *why, gpointer user_data)
{
  GstSoupWebRTCSender *sender = user_data;

  sender->callbacks.session_failed (gst_soup_webrtc_session_get_id (session), why, sender->user_data);
  end_session (sender, session, TRUE, why);
}

void
gst_soup_webrtc_sender_end_all (GstSoupWebRTCSender *sender)
{
  g_autoptr (GList) sessions = g_hash_table_get_values (sender->sessions);

  for (GList *l = sessions; l; l = l->next)
    end_session (sender, l->data, TRUE, NULL);
}

/* -- what sessions tell ------------------------------------------------------------------------------------------- */

static void
on_pipeline_created (GstSoupWebRTCSession *session, GstElement *pipeline, gpointer user_data)
{
  GstSoupWebRTCSender *sender = user_data;

  sender->callbacks.pipeline_created (gst_soup_webrtc_session_get_peer_id (session), pipeline, sender->user_data);
}

static void
on_webrtcbin_ready (GstSoupWebRTCSession *session, GstElement *webrtcbin, gpointer user_data)
{
  GstSoupWebRTCSender *sender = user_data;
  const gchar *peer_id = gst_soup_webrtc_session_get_peer_id (session);

  sender->callbacks.consumer_added (peer_id, webrtcbin, sender->user_data);
  gst_signaller_consumer_added (sender->signaller, peer_id, webrtcbin);
  gst_signaller_webrtcbin_ready (sender->signaller, peer_id, webrtcbin);
}

static void
on_payloader (GstSoupWebRTCSession *session, const gchar *stream, GstElement *payloader, gpointer user_data)
{
  GstSoupWebRTCSender *sender = user_data;

  sender->callbacks.payloader_setup (
      gst_soup_webrtc_session_get_peer_id (session), stream, payloader, sender->user_data);
}

static void
on_description (GstSoupWebRTCSession *session, GstWebRTCSessionDescription *description, gpointer user_data)
{
  GstSoupWebRTCSender *sender = user_data;
  const gchar *id = gst_soup_webrtc_session_get_id (session);
  g_autoptr (GstWebRTCSessionDescription) munged = NULL;

  if (gst_signaller_get_manual_sdp_munging (sender->signaller))
    munged = gst_webrtc_session_description_copy (description);
  else
    munged = gst_signaller_munge_session_description (sender->signaller, id, description);
  gst_signaller_send_session_description (sender->signaller, id, munged);
}

static void
on_candidate (GstSoupWebRTCSession *session, guint m_line, const gchar *candidate, gpointer user_data)
{
  GstSoupWebRTCSender *sender = user_data;

  gst_signaller_send_ice (sender->signaller, gst_soup_webrtc_session_get_id (session), candidate, m_line, NULL);
}

/* -- what the signaller tells, from its thread to the control thread ------------------------------------------------
 */

typedef struct
{
  GstSoupWebRTCSender *sender;
  gchar *session_id;
  gchar *text; /* peer id, or candidate */
  guint m_line;
  GstWebRTCSessionDescription *description;
} News;

static void
news_free (gpointer data)
{
  News *news = data;

  g_free (news->session_id);
  g_free (news->text);
  g_clear_pointer (&news->description, gst_webrtc_session_description_free);
  g_free (news);
}

static void
post (GstSoupWebRTCSender *sender, GstSoupWebRTCTask task, const gchar *session_id, const gchar *text, guint m_line,
    const GstWebRTCSessionDescription *description)
{
  News *news = g_new0 (News, 1);

  news->sender = sender;
  news->session_id = g_strdup (session_id);
  news->text = g_strdup (text);
  news->m_line = m_line;
  news->description = description ? gst_webrtc_session_description_copy (description) : NULL;
  gst_soup_webrtc_control_post (sender->control, task, news, news_free);
}

static void
start_session (gpointer data)
{
  static const GstSoupWebRTCSessionCallbacks callbacks = {
    .pipeline_created = on_pipeline_created,
    .webrtcbin_ready = on_webrtcbin_ready,
    .payloader_setup = on_payloader,
    .description = on_description,
    .candidate = on_candidate,
    .failed = on_failed,
  };
  News *news = data;
  GstSoupWebRTCSender *sender = news->sender;
  GstSoupWebRTCSessionSettings settings = { 0 };
  g_autoptr (GPtrArray) inputs = NULL;
  GstSoupWebRTCSession *session;

  if (g_hash_table_contains (sender->sessions, news->session_id)) {
    GST_WARNING ("session %s exists already", news->session_id);
    return;
  }
  if (!sender->callbacks.prepare_session (&settings, &inputs, sender->user_data)) {
    gst_signaller_end_session_with_error (sender->signaller, news->session_id, "The producer is not ready");
    return;
  }
  settings.id = g_strdup (news->session_id);
  settings.peer_id = g_strdup (news->text);
  session = gst_soup_webrtc_session_new (sender->control, &settings, &callbacks, sender);
  g_mutex_lock (&sender->lock);
  g_hash_table_insert (sender->sessions, g_strdup (news->session_id), gst_soup_webrtc_session_ref (session));
  g_mutex_unlock (&sender->lock);
  gst_soup_webrtc_session_start (session, inputs);
  gst_soup_webrtc_session_unref (session);
}

static GstSoupWebRTCSession *
find_session (const News *news)
{
  return g_hash_table_lookup (news->sender->sessions, news->session_id);
}

static void
take_answer (gpointer data)
{
  News *news = data;
  GstSoupWebRTCSession *session = find_session (news);

  if (session)
    gst_soup_webrtc_session_set_answer (session, news->description);
}

static void
take_candidate (gpointer data)
{
  News *news = data;
  GstSoupWebRTCSession *session = find_session (news);

  if (session)
    gst_soup_webrtc_session_add_candidate (session, news->m_line, news->text);
}

static void
take_end (gpointer data)
{
  News *news = data;
  GstSoupWebRTCSession *session = find_session (news);

  if (session)
    end_session (news->sender, session, FALSE, NULL);
}

static void
on_session_requested (GstSignaller *signaller, const gchar *session_id, const gchar *peer_id,
    GstWebRTCSessionDescription *offer, gpointer user_data)
{
  if (offer)
    gst_signaller_end_session_with_error (
        signaller, session_id, "This producer makes the offer: ask for a session without one");
  else
    post (user_data, start_session, session_id, peer_id, 0, NULL);
}

static void
on_session_description (
    GstSignaller *signaller, const gchar *session_id, GstWebRTCSessionDescription *description, gpointer user_data)
{
  if (description->type == GST_WEBRTC_SDP_TYPE_ANSWER)
    post (user_data, take_answer, session_id, NULL, 0, description);
  else
    GST_WARNING ("a consumer's description for session %s is no answer", session_id);
}

static void
on_handle_ice (GstSignaller *signaller, const gchar *session_id, guint m_line, const gchar *mid, const gchar *candidate,
    gpointer user_data)
{
  post (user_data, take_candidate, session_id, candidate, m_line, NULL);
}

static gboolean
on_session_ended (GstSignaller *signaller, const gchar *session_id, gpointer user_data)
{
  post (user_data, take_end, session_id, NULL, 0, NULL);
  return FALSE;
}

static gboolean
on_session_ended_with_error (GstSignaller *signaller, const gchar *session_id, const gchar *error, gpointer user_data)
{
  GST_INFO ("session %s ended by the consumer: %s", session_id, error ? error : "no reason given");
  post (user_data, take_end, session_id, NULL, 0, NULL);
  return FALSE;
}

/* -- the object --------------------------------------------------------------------------------------------------- */

GstSoupWebRTCSender *
gst_soup_webrtc_sender_new (GstSoupWebRTCControl *control, GstSignaller *signaller,
    const GstSoupWebRTCSenderCallbacks *callbacks, gpointer user_data)
{
  GstSoupWebRTCSender *sender = g_new0 (GstSoupWebRTCSender, 1);

  GST_DEBUG_CATEGORY_INIT (gst_soup_webrtc_sender_debug, "webrtcsender", 0, "Sessions and signalling of webrtcsink");
  sender->control = gst_soup_webrtc_control_ref (control);
  sender->signaller = g_object_ref (signaller);
  sender->callbacks = *callbacks;
  sender->user_data = user_data;
  g_mutex_init (&sender->lock);
  sender->sessions =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) gst_soup_webrtc_session_unref);
  g_signal_connect (signaller, "session-requested", G_CALLBACK (on_session_requested), sender);
  g_signal_connect (signaller, "session-description", G_CALLBACK (on_session_description), sender);
  g_signal_connect (signaller, "handle-ice", G_CALLBACK (on_handle_ice), sender);
  g_signal_connect (signaller, "session-ended", G_CALLBACK (on_session_ended), sender);
  g_signal_connect (signaller, "session-ended-with-error", G_CALLBACK (on_session_ended_with_error), sender);
  return sender;
}

void
gst_soup_webrtc_sender_free (GstSoupWebRTCSender *sender)
{
  g_signal_handlers_disconnect_by_data (sender->signaller, sender);
  g_hash_table_unref (sender->sessions);
  g_object_unref (sender->signaller);
  g_mutex_clear (&sender->lock);
  gst_soup_webrtc_control_unref (sender->control);
  g_free (sender);
}

gchar **
gst_soup_webrtc_sender_dup_session_ids (GstSoupWebRTCSender *sender)
{
  g_autofree gchar **keys = NULL;
  gchar **ids;

  g_mutex_lock (&sender->lock);
  keys = (gchar **) g_hash_table_get_keys_as_array (sender->sessions, NULL);
  ids = g_strdupv (keys);
  g_mutex_unlock (&sender->lock);
  return ids;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <gst/app/app.h>
#include <gst/video/video.h>

#include <gst/elements/session/producer-session-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_soup_webrtc_session_debug);
#define GST_CAT_DEFAULT gst_soup_webrtc_session_debug

/* A session that neither connects nor fails is a consumer that has vanished. */
#define CONNECT_DEADLINE_MS 30000
#define FIRST_PAYLOAD_TYPE 96
#define LAST_PAYLOAD_TYPE 127
#define MAX_QUEUED (500 * GST_MSECOND)

/* One stream of the session, from its m-line to what feeds it. */
typedef struct
{
  GstSoupWebRTCInput *input;
  GstPad *pad; /* of webrtcbin */
  guint ssrc;
  GstSoupWebRTCVariant *variant; /* from the answer on, unless it refuses the stream */
  GstElement *appsrc;
} Stream;

typedef struct
{
  guint m_line;
  gchar *text;
} Candidate;

struct _GstSoupWebRTCSession
{
  gatomicrefcount ref_count;
  GstSoupWebRTCControl *control;
  GstSoupWebRTCSessionSettings settings;
  GstSoupWebRTCSessionCallbacks callbacks;
  gpointer user_data;

  GstElement *pipeline;
  GstElement *webrtcbin; /* borrowed from the pipeline */
  GPtrArray *streams;    /* index: m-line */
  GPtrArray *codecs;     /* index: payload type - FIRST_PAYLOAD_TYPE; borrowed */
  GArray *candidates;    /* those that came before the answer was applied */
  gboolean has_answer;
  gboolean remote_applied;
  gboolean connected;
  gboolean ended;
  GstSignallingDeadline deadline;
};

/* -- what webrtcbin's threads hand over to the control thread ------------------------------------------------------ */

typedef void (*SessionFunc) (GstSoupWebRTCSession *session, gpointer data);

typedef struct
{
  GstSoupWebRTCSession *session;
  SessionFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Task;

static void
run_task (gpointer data)
{
  Task *task = data;

  if (!task->session->ended)
    task->func (task->session, task->data);
}

static void
task_free (gpointer data)
{
  Task *task = data;

  if (task->destroy)
    task->destroy (task->data);
  gst_soup_webrtc_session_unref (task->session);
  g_free (task);
}

static void
post (GstSoupWebRTCSession *session, SessionFunc func, gpointer data, GDestroyNotify destroy)
{
  Task *task = g_new0 (Task, 1);

  task->session = gst_soup_webrtc_session_ref (session);
  task->func = func;
  task->data = data;
  task->destroy = destroy;
  gst_soup_webrtc_control_post (session->control, run_task, task, task_free);
}

typedef struct
{
  GstSoupWebRTCSession *session;
  SessionFunc func;
} Reply;

static void
on_promise (GstPromise *promise, gpointer user_data)
{
  Reply *reply = user_data;

  /* With the reference that promise_new() made: webrtcbin takes none. */
  post (reply->session, reply->func, promise, (GDestroyNotify) gst_promise_unref);
}

static void
reply_free (gpointer data)
{
  Reply *reply = data;

  gst_soup_webrtc_session_unref (reply->session);
  g_free (reply);
}

static GstPromise *
promise_new (GstSoupWebRTCSession *session, SessionFunc func)
{
  Reply *reply = g_new0 (Reply, 1);

  reply->session = gst_soup_webrtc_session_ref (session);
  reply->func = func;
  return gst_promise_new_with_change_func (on_promise, reply, reply_free);
}

static void
fail (GstSoupWebRTCSession *session, const gchar *why)
{
  if (session->ended)
    return;
  GST_INFO ("session %s: %s", session->settings.id, why);
  session->callbacks.failed (session, why, session->user_data);
}

/* webrtcbin says what went wrong in the reply only. FALSE when something did, and the session is told so. */
static gboolean
check_reply (GstSoupWebRTCSession *session, GstPromise *promise, const gchar *what)
{
  const GstStructure *reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *why = NULL;

  if (gst_promise_wait (promise) == GST_PROMISE_RESULT_REPLIED)
    reply = gst_promise_get_reply (promise);
  if (!reply || !gst_structure_has_field (reply, "error"))
    return TRUE;
  gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL);
  why = g_strdup_printf ("%s: %s", what, error ? error->message : "no reason given");
  fail (session, why);
  return FALSE;
}

/* -- what is offered ---------------------------------------------------------------------------------------------- */

static gboolean
can_send (GstSoupWebRTCInput *input, const GstSoupWebRTCCodec *codec)
{
  g_autoptr (GstCaps) caps = gst_soup_webrtc_input_dup_caps (input);
  GList *encoders;
  gboolean found;

  if (!gst_soup_webrtc_codec_can_payload (codec))
    return FALSE;
  encoders = gst_soup_webrtc_codec_list_encoders (codec, caps);
  found = encoders != NULL;
  gst_plugin_feature_list_free (encoders);
  return found;
}

/* Payload types are the session's: one for each codec, whichever streams use it. 0 when there are no more. */
static guint
payload_type_of (GstSoupWebRTCSession *session, const GstSoupWebRTCCodec *codec)
{
  guint index;

  if (!g_ptr_array_find (session->codecs, codec, &index)) {
    index = session->codecs->len;
    if (FIRST_PAYLOAD_TYPE + index > LAST_PAYLOAD_TYPE)
      return 0;
    g_ptr_array_add (session->codecs, (gpointer) codec);
  }
  return FIRST_PAYLOAD_TYPE + index;
}

static void
offer_codec (GstSoupWebRTCSession *session, const GstSoupWebRTCCodec *codec, guint ssrc, GstCaps *preferences)
{
  guint pt = payload_type_of (session, codec);

  if (pt > 0)
    gst_caps_append (preferences, gst_soup_webrtc_codec_rtp_caps (codec, NULL, pt, ssrc));
}

static GstCaps *
codec_preferences (GstSoupWebRTCSession *session, GstSoupWebRTCInput *input, guint ssrc)
{
  GstCaps *wanted = gst_soup_webrtc_input_get_media (input) == GST_SOUP_WEBRTC_MEDIA_VIDEO
                        ? session->settings.video_caps
                        : session->settings.audio_caps;
  const GstSoupWebRTCCodec *encoded = gst_soup_webrtc_input_get_encoded_codec (input);
  GstCaps *preferences = gst_caps_new_empty ();

  if (encoded) {
    offer_codec (session, encoded, ssrc, preferences);
    return preferences;
  }
  for (guint i = 0; i < gst_caps_get_size (wanted); i++) {
    const GstSoupWebRTCCodec *codec = gst_soup_webrtc_codec_find_by_caps (gst_caps_get_structure (wanted, i));

    if (codec && can_send (input, codec))
      offer_codec (session, codec, ssrc, preferences);
  }
  return preferences;
}

static void
configure_transceiver (GstSoupWebRTCSession *session, GstPad *pad, GstSoupWebRTCMedia media, GstCaps *preferences)
{
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  gboolean is_video = media == GST_SOUP_WEBRTC_MEDIA_VIDEO;

  g_object_get (pad, "transceiver", &transceiver, NULL);
  g_object_set (transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "codec-preferences",
      preferences, "do-nack", is_video && session->settings.do_retransmission, "fec-type",
      is_video && session->settings.do_fec ? GST_WEBRTC_FEC_TYPE_ULP_RED : GST_WEBRTC_FEC_TYPE_NONE, NULL);
}

static void
stream_free (gpointer data)
{
  Stream *stream = data;

  gst_soup_webrtc_input_unref (stream->input);
  gst_clear_object (&stream->pad);
  gst_clear_object (&stream->appsrc);
  g_clear_pointer (&stream->variant, gst_soup_webrtc_variant_unref);
  g_free (stream);
}

static gboolean
add_stream (GstSoupWebRTCSession *session, GstSoupWebRTCInput *input)
{
  GstPadTemplate *template = gst_element_get_pad_template (session->webrtcbin, "sink_%u");
  g_autofree gchar *name = g_strdup_printf ("sink_%u", session->streams->len);
  g_autofree gchar *why = NULL;
  g_autoptr (GstCaps) preferences = NULL;
  Stream *stream = g_new0 (Stream, 1);

  stream->input = gst_soup_webrtc_input_ref (input);
  stream->ssrc = g_random_int ();
  g_ptr_array_add (session->streams, stream);
  preferences = codec_preferences (session, input, stream->ssrc);
  if (!gst_caps_is_empty (preferences))
    stream->pad = gst_element_request_pad (session->webrtcbin, template, name, preferences);
  if (!stream->pad) {
    why = g_strdup_printf ("There is no codec that stream %s can be sent with", gst_soup_webrtc_input_get_name (input));
    fail (session, why);
    return FALSE;
  }
  configure_transceiver (session, stream->pad, gst_soup_webrtc_input_get_media (input), preferences);
  return TRUE;
}

/* -- the offer ---------------------------------------------------------------------------------------------------- */

static void
on_local_set (GstSoupWebRTCSession *session, gpointer promise)
{
  check_reply (session, promise, "The offer cannot be used");
}

static void
on_offer (GstSoupWebRTCSession *session, gpointer promise)
{
  g_autoptr (GstWebRTCSessionDescription) offer = NULL;
  const GstStructure *reply;

  if (!check_reply (session, promise, "No offer could be made"))
    return;
  reply = gst_promise_get_reply (promise);
  if (reply)
    gst_structure_get (reply, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, NULL);
  if (!offer) {
    fail (session, "No offer could be made");
    return;
  }
  g_signal_emit_by_name (session->webrtcbin, "set-local-description", offer, promise_new (session, on_local_set));
  session->callbacks.description (session, offer, session->user_data);
}

/* -- connecting --------------------------------------------------------------------------------------------------- */

/* Only now, since what is sent before is lost: the first thing that arrives is a key frame. */
static void
start_streams (GstSoupWebRTCSession *session)
{
  for (guint i = 0; i < session->streams->len; i++) {
    Stream *stream = g_ptr_array_index (session->streams, i);

    if (stream->variant)
      gst_soup_webrtc_variant_add_consumer (stream->variant, stream->appsrc);
  }
}

static void
check_connection (GstSoupWebRTCSession *session, gpointer data)
{
  GstWebRTCPeerConnectionState state;

  g_object_get (session->webrtcbin, "connection-state", &state, NULL);
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED) {
    fail (session, "The connection to the consumer failed");
  } else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED && !session->connected) {
    session->connected = TRUE;
    gst_signalling_deadline_cancel (&session->deadline);
    start_streams (session);
  }
}

static void
on_connection_state (GstElement *webrtcbin, GParamSpec *pspec, gpointer user_data)
{
  post (user_data, check_connection, NULL, NULL);
}

static void
candidate_free (gpointer data)
{
  Candidate *candidate = data;

  g_free (candidate->text);
  g_free (candidate);
}

static void
tell_candidate (GstSoupWebRTCSession *session, gpointer data)
{
  Candidate *candidate = data;

  session->callbacks.candidate (session, candidate->m_line, candidate->text, session->user_data);
}

static void
on_ice_candidate (GstElement *webrtcbin, guint m_line, const gchar *text, gpointer user_data)
{
  Candidate *candidate = g_new0 (Candidate, 1);

  candidate->m_line = m_line;
  candidate->text = g_strdup (text);
  post (user_data, tell_candidate, candidate, candidate_free);
}

static void
on_deadline (gpointer owner)
{
  fail (owner, "The consumer did not connect in time");
}

/* -- the branches, when the answer is there ----------------------------------------------------------------------- */

static void
variant_unref_cb (gpointer data)
{
  gst_soup_webrtc_variant_unref (data);
}

static GstPadProbeReturn
on_upstream_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (gst_video_event_is_force_key_unit (GST_PAD_PROBE_INFO_EVENT (info)))
    gst_soup_webrtc_variant_request_key_frame (user_data);
  return GST_PAD_PROBE_OK;
}

static GstElement *
make_appsrc (Stream *stream)
{
  GstElement *appsrc = gst_element_factory_make ("appsrc", gst_soup_webrtc_input_get_name (stream->input));
  g_autoptr (GstPad) pad = gst_element_get_static_pad (appsrc, "src");

  g_object_set (appsrc, "format", GST_FORMAT_TIME, "is-live", TRUE, "leaky-type", GST_APP_LEAKY_TYPE_DOWNSTREAM,
      "max-time", (guint64) MAX_QUEUED, "max-bytes", (guint64) 0, "max-buffers", (guint64) 0, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_upstream_event,
      gst_soup_webrtc_variant_ref (stream->variant), variant_unref_cb);
  return appsrc;
}

static gboolean
link_branch (GstSoupWebRTCSession *session, Stream *stream, GstElement *payloader)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (payloader, "src");
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;

  stream->appsrc = gst_object_ref (make_appsrc (stream));
  gst_bin_add_many (GST_BIN (session->pipeline), stream->appsrc, payloader, NULL);
  g_object_get (stream->pad, "transceiver", &transceiver, NULL);
  g_object_set (transceiver, "codec-preferences", NULL, NULL);
  if (!gst_element_link (stream->appsrc, payloader) || gst_pad_link (pad, stream->pad) != GST_PAD_LINK_OK)
    return FALSE;
  return gst_element_sync_state_with_parent (payloader) && gst_element_sync_state_with_parent (stream->appsrc);
}

static gboolean
build_branch (GstSoupWebRTCSession *session, Stream *stream, const GstSoupWebRTCCodec *codec, guint pt)
{
  g_autoptr (GError) error = NULL;
  GstElement *payloader;
  GstSoupWebRTCVariant *variant =
      gst_soup_webrtc_input_get_variant (stream->input, session->control, codec, &session->settings.variant, &error);

  if (!variant) {
    fail (session, error->message);
    return FALSE;
  }
  stream->variant = gst_soup_webrtc_variant_ref (variant);
  payloader = gst_soup_webrtc_payloader_new (codec, pt, stream->ssrc, &error);
  if (!payloader) {
    fail (session, error->message);
    return FALSE;
  }
  session->callbacks.payloader_setup (
      session, gst_soup_webrtc_input_get_name (stream->input), payloader, session->user_data);
  if (link_branch (session, stream, payloader))
    return TRUE;
  fail (session, "The encoded stream cannot be linked to the connection");
  return FALSE;
}

/* The first format of a section is the one agreed on (RFC 3264, 6.1). NULL: the section is refused. */
static const GstSoupWebRTCCodec *
agreed_codec (GstSoupWebRTCSession *session, const GstSDPMessage *answer, guint m_line, guint *pt)
{
  const GstSDPMedia *media =
      m_line < gst_sdp_message_medias_len (answer) ? gst_sdp_message_get_media (answer, m_line) : NULL;

  if (!media || gst_sdp_media_get_port (media) == 0 || gst_sdp_media_formats_len (media) == 0 ||
      gst_sdp_media_get_attribute_val (media, "inactive"))
    return NULL;
  *pt = g_ascii_strtoull (gst_sdp_media_get_format (media, 0), NULL, 10);
  if (*pt < FIRST_PAYLOAD_TYPE || *pt - FIRST_PAYLOAD_TYPE >= session->codecs->len)
    return NULL;
  return g_ptr_array_index (session->codecs, *pt - FIRST_PAYLOAD_TYPE);
}

static void
apply_candidates (GstSoupWebRTCSession *session)
{
  for (guint i = 0; i < session->candidates->len; i++) {
    Candidate *candidate = &g_array_index (session->candidates, Candidate, i);

    g_signal_emit_by_name (session->webrtcbin, "add-ice-candidate", candidate->m_line, candidate->text);
  }
  g_array_set_size (session->candidates, 0);
}

static void
build_branches (GstSoupWebRTCSession *session)
{
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  guint n_agreed = 0;

  g_object_get (session->webrtcbin, "remote-description", &answer, NULL);
  for (guint i = 0; answer && i < session->streams->len; i++) {
    guint pt = 0;
    const GstSoupWebRTCCodec *codec = agreed_codec (session, answer->sdp, i, &pt);

    if (!codec)
      continue;
    if (!build_branch (session, g_ptr_array_index (session->streams, i), codec, pt))
      return;
    n_agreed++;
  }
  if (n_agreed == 0)
    fail (session, "The consumer accepts none of the streams in any of the codecs");
}

static void
on_remote_set (GstSoupWebRTCSession *session, gpointer promise)
{
  if (!check_reply (session, promise, "The consumer's answer cannot be used"))
    return;
  session->remote_applied = TRUE;
  apply_candidates (session);
  build_branches (session);
}

/* -- from outside ------------------------------------------------------------------------------------------------- */

void
gst_soup_webrtc_session_set_answer (GstSoupWebRTCSession *session, GstWebRTCSessionDescription *answer)
{
  if (session->ended || session->has_answer)
    return;
  session->has_answer = TRUE;
  g_signal_emit_by_name (session->webrtcbin, "set-remote-description", answer, promise_new (session, on_remote_set));
}

void
gst_soup_webrtc_session_add_candidate (GstSoupWebRTCSession *session, guint m_line, const gchar *text)
{
  Candidate candidate = { .m_line = m_line };

  if (session->ended)
    return;
  if (session->remote_applied) {
    g_signal_emit_by_name (session->webrtcbin, "add-ice-candidate", m_line, text);
    return;
  }
  candidate.text = g_strdup (text);
  g_array_append_val (session->candidates, candidate);
}

static void
report_error (GstSoupWebRTCSession *session, gpointer data)
{
  fail (session, data);
}

static void
update_latency (GstSoupWebRTCSession *session, gpointer data)
{
  gst_bin_recalculate_latency (GST_BIN (session->pipeline));
}

static GstBusSyncReply
on_bus_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error (message, &error, NULL);
    post (user_data, report_error, g_strdup (error->message), g_free);
  } else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_LATENCY) {
    post (user_data, update_latency, NULL, NULL);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

static void
session_unref_cb (gpointer data)
{
  gst_soup_webrtc_session_unref (data);
}

static void
session_unref_closure (gpointer data, GClosure *closure)
{
  gst_soup_webrtc_session_unref (data);
}

static void
configure_webrtcbin (GstSoupWebRTCSession *session)
{
  const GstSoupWebRTCSessionSettings *settings = &session->settings;

  g_object_set (session->webrtcbin, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "ice-transport-policy",
      settings->ice_policy, NULL);
  if (settings->stun_server)
    g_object_set (session->webrtcbin, "stun-server", settings->stun_server, NULL);
  for (guint i = 0; settings->turn_servers && settings->turn_servers[i]; i++) {
    gboolean added;

    g_signal_emit_by_name (session->webrtcbin, "add-turn-server", settings->turn_servers[i], &added);
  }
  g_signal_connect_data (session->webrtcbin, "on-ice-candidate", G_CALLBACK (on_ice_candidate),
      gst_soup_webrtc_session_ref (session), session_unref_closure, 0);
  g_signal_connect_data (session->webrtcbin, "notify::connection-state", G_CALLBACK (on_connection_state),
      gst_soup_webrtc_session_ref (session), session_unref_closure, 0);
}

static gboolean
make_pipeline (GstSoupWebRTCSession *session)
{
  g_autofree gchar *pipeline_name = g_strdup_printf ("session-pipeline-%s", session->settings.id);
  g_autofree gchar *webrtcbin_name = g_strdup_printf ("webrtcbin-%s", session->settings.id);
  g_autoptr (GstBus) bus = NULL;

  session->webrtcbin = gst_element_factory_make ("webrtcbin", webrtcbin_name);
  if (!session->webrtcbin) {
    fail (session, "The element webrtcbin is missing (package gstreamer1.0-plugins-bad)");
    return FALSE;
  }
  session->pipeline = gst_object_ref_sink (gst_pipeline_new (pipeline_name));
  session->callbacks.pipeline_created (session, session->pipeline, session->user_data);
  gst_bin_add (GST_BIN (session->pipeline), session->webrtcbin);
  gst_pipeline_use_clock (GST_PIPELINE (session->pipeline), session->settings.variant.clock);
  gst_element_set_start_time (session->pipeline, GST_CLOCK_TIME_NONE);
  gst_element_set_base_time (session->pipeline, session->settings.variant.base_time);
  bus = gst_element_get_bus (session->pipeline);
  gst_bus_set_sync_handler (bus, on_bus_message, gst_soup_webrtc_session_ref (session), session_unref_cb);
  configure_webrtcbin (session);
  return TRUE;
}

void
gst_soup_webrtc_session_start (GstSoupWebRTCSession *session, GPtrArray *inputs)
{
  if (!make_pipeline (session))
    return;
  for (guint i = 0; i < inputs->len; i++) {
    if (!add_stream (session, g_ptr_array_index (inputs, i)))
      return;
  }
  if (gst_element_set_state (session->pipeline, GST_STATE_READY) == GST_STATE_CHANGE_FAILURE) {
    fail (session, "The connection's pipeline does not start");
    return;
  }
  session->callbacks.webrtcbin_ready (session, session->webrtcbin, session->user_data);
  gst_element_set_state (session->pipeline, GST_STATE_PLAYING);
  gst_signalling_deadline_arm (gst_soup_webrtc_control_get_deadlines (session->control), &session->deadline,
      CONNECT_DEADLINE_MS, on_deadline, session);
  g_signal_emit_by_name (session->webrtcbin, "create-offer", NULL, promise_new (session, on_offer));
}

static void
end_streams (GstSoupWebRTCSession *session)
{
  for (guint i = 0; i < session->streams->len; i++) {
    Stream *stream = g_ptr_array_index (session->streams, i);

    if (stream->variant && stream->appsrc)
      gst_soup_webrtc_variant_remove_consumer (stream->variant, stream->appsrc);
    gst_soup_webrtc_input_drop_idle_variants (stream->input);
  }
}

void
gst_soup_webrtc_session_end (GstSoupWebRTCSession *session)
{
  g_autoptr (GstBus) bus = NULL;

  if (session->ended)
    return;
  session->ended = TRUE;
  gst_signalling_deadline_cancel (&session->deadline);
  end_streams (session);
  g_ptr_array_set_size (session->streams, 0);
  if (!session->pipeline)
    return;
  g_signal_handlers_disconnect_by_data (session->webrtcbin, session);
  bus = gst_element_get_bus (session->pipeline);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  gst_soup_webrtc_control_take_down (session->control, g_steal_pointer (&session->pipeline));
  session->webrtcbin = NULL;
}

/* -- the object --------------------------------------------------------------------------------------------------- */

static void
clear_candidate (gpointer data)
{
  g_free (((Candidate *) data)->text);
}

GstSoupWebRTCSession *
gst_soup_webrtc_session_new (GstSoupWebRTCControl *control, GstSoupWebRTCSessionSettings *settings,
    const GstSoupWebRTCSessionCallbacks *callbacks, gpointer user_data)
{
  GstSoupWebRTCSession *session = g_new0 (GstSoupWebRTCSession, 1);

  GST_DEBUG_CATEGORY_INIT (gst_soup_webrtc_session_debug, "webrtcsession", 0, "Sessions of webrtcsink");
  g_atomic_ref_count_init (&session->ref_count);
  session->control = gst_soup_webrtc_control_ref (control);
  session->settings = *settings;
  memset (settings, 0, sizeof *settings);
  session->callbacks = *callbacks;
  session->user_data = user_data;
  session->streams = g_ptr_array_new_with_free_func (stream_free);
  session->codecs = g_ptr_array_new ();
  session->candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));
  g_array_set_clear_func (session->candidates, clear_candidate);
  return session;
}

void
gst_soup_webrtc_session_settings_clear (GstSoupWebRTCSessionSettings *settings)
{
  g_clear_pointer (&settings->id, g_free);
  g_clear_pointer (&settings->peer_id, g_free);
  g_clear_pointer (&settings->stun_server, g_free);
  g_clear_pointer (&settings->turn_servers, g_strfreev);
  gst_clear_caps (&settings->video_caps);
  gst_clear_caps (&settings->audio_caps);
  gst_clear_object (&settings->variant.clock);
}

GstSoupWebRTCSession *
gst_soup_webrtc_session_ref (GstSoupWebRTCSession *session)
{
  g_atomic_ref_count_inc (&session->ref_count);
  return session;
}

void
gst_soup_webrtc_session_unref (GstSoupWebRTCSession *session)
{
  if (!g_atomic_ref_count_dec (&session->ref_count))
    return;
  gst_soup_webrtc_session_settings_clear (&session->settings);
  g_ptr_array_unref (session->streams);
  g_ptr_array_unref (session->codecs);
  g_array_unref (session->candidates);
  gst_soup_webrtc_control_unref (session->control);
  g_free (session);
}

const gchar *
gst_soup_webrtc_session_get_id (GstSoupWebRTCSession *session)
{
  return session->settings.id;
}

const gchar *
gst_soup_webrtc_session_get_peer_id (GstSoupWebRTCSession *session)
{
  return session->settings.peer_id;
}

GstElement *
gst_soup_webrtc_session_get_webrtcbin (GstSoupWebRTCSession *session)
{
  return session->webrtcbin;
}

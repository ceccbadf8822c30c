/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/sdp/sdp.h>

#include <gst/signalling/signaller/dialogue-private.h>
#include <gst/signalling/signaller/peer-meta-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_signalling_dialogue_debug);
#define GST_CAT_DEFAULT gst_signalling_dialogue_debug

struct _GstSignallingDialogue
{
  GstSignallingDialogueSettings settings;
  GstSignallingDialogueCallbacks callbacks;
  gpointer user_data;

  gchar *own_id;
  gchar *meta;           /* JSON text, asked for when connected */
  gboolean welcomed;     /* on this connection */
  gint muted;            /* atomic: the user has stopped us, perhaps from a handler of one of our signals */
  GHashTable *producers; /* id → meta text or NULL; those the user was told of, or may ask for a session */
  GHashTable *sessions;  /* set of ids */
  gchar *asked;          /* producer we want a session with; gone or not, the server still has to answer */
};

static void
send_message (GstSignallingDialogue *dialogue, GstSignallingMessage *message)
{
  g_autoptr (GstSignallingMessage) owned = message;

  dialogue->callbacks.send (owned, dialogue->user_data);
}

static gboolean
is_muted (GstSignallingDialogue *dialogue)
{
  return g_atomic_int_get (&dialogue->muted);
}

static gboolean
is_listener (GstSignallingDialogue *dialogue)
{
  return dialogue->settings.role == GST_SIGNALLING_ROLE_LISTENER;
}

/* Has to find a producer by itself, and has none yet. */
static gboolean
is_looking (GstSignallingDialogue *dialogue)
{
  return dialogue->settings.role == GST_SIGNALLING_ROLE_CONSUMER && !dialogue->settings.producer_id &&
         dialogue->settings.first_producer && !dialogue->asked && g_hash_table_size (dialogue->sessions) == 0;
}

/* -- roles -------------------------------------------------------------------------------------------------------- */

static void
send_status (GstSignallingDialogue *dialogue, GstSignallingRoles roles)
{
  g_autoptr (GError) error = NULL;
  GstSignallingMessage *message = gst_signalling_message_new_set_peer_status (roles, dialogue->meta, &error);

  if (!message) {
    GST_WARNING ("the meta of this signaller cannot be sent: %s", error->message);
    message = gst_signalling_message_new_set_peer_status (roles, NULL, NULL);
  }
  send_message (dialogue, message);
}

static void
ask_for_session (GstSignallingDialogue *dialogue, const gchar *producer_id)
{
  g_free (dialogue->asked);
  dialogue->asked = g_strdup (producer_id);
  send_message (dialogue, gst_signalling_message_new_start_session (producer_id, NULL, NULL));
}

static void
ask_first_producer (GstSignallingDialogue *dialogue, const gchar *but_not)
{
  GHashTableIter iter;
  gpointer id;

  if (!is_looking (dialogue))
    return;
  g_hash_table_iter_init (&iter, dialogue->producers);
  while (g_hash_table_iter_next (&iter, &id, NULL)) {
    if (g_strcmp0 (id, but_not) == 0)
      continue;
    ask_for_session (dialogue, id);
    return;
  }
}

/* Who looks for a producer listens first and asks for the list then: nobody can come between the two unnoticed. */
static void
watch_producers (GstSignallingDialogue *dialogue)
{
  send_status (dialogue, GST_SIGNALLING_ROLE_LISTENER);
  send_message (dialogue, gst_signalling_message_new_list ());
}

/* After a reconnect too. A session that goes on without the server is not asked for again. */
static void
register_consumer (GstSignallingDialogue *dialogue)
{
  if (dialogue->settings.producer_id) {
    if (g_hash_table_size (dialogue->sessions) == 0)
      ask_for_session (dialogue, dialogue->settings.producer_id);
  } else if (dialogue->settings.first_producer) {
    watch_producers (dialogue);
  } else {
    send_status (dialogue, GST_SIGNALLING_ROLE_CONSUMER);
  }
}

static void
register_role (GstSignallingDialogue *dialogue)
{
  switch (dialogue->settings.role) {
    case GST_SIGNALLING_ROLE_PRODUCER:
      send_status (dialogue, GST_SIGNALLING_ROLE_PRODUCER);
      break;
    case GST_SIGNALLING_ROLE_LISTENER:
      watch_producers (dialogue);
      break;
    default:
      register_consumer (dialogue);
      break;
  }
}

/* -- producers ---------------------------------------------------------------------------------------------------- */

static void
add_producer (GstSignallingDialogue *dialogue, GstSignaller *signaller, const gchar *id, const gchar *meta,
    gboolean new_connection)
{
  g_autoptr (GstStructure) structure = NULL;
  gboolean known = g_hash_table_contains (dialogue->producers, id);

  g_hash_table_replace (dialogue->producers, g_strdup (id), g_strdup (meta));
  if (known || !is_listener (dialogue) || is_muted (dialogue))
    return;
  structure = gst_signalling_peer_meta_from_json (meta);
  gst_signaller_producer_added (signaller, id, structure, new_connection);
}

static void
remove_producer (GstSignallingDialogue *dialogue, GstSignaller *signaller, const gchar *id, const gchar *meta)
{
  g_autofree gchar *gone = g_strdup (id); /* may be the table's own */
  g_autoptr (GstStructure) structure = gst_signalling_peer_meta_from_json (meta);

  if (!g_hash_table_remove (dialogue->producers, gone))
    return;
  if (is_listener (dialogue) && !is_muted (dialogue))
    gst_signaller_producer_removed (signaller, gone, structure);
}

static gboolean
lists (GstSignallingMessage *list, const gchar *id)
{
  for (guint i = 0; i < gst_signalling_message_get_n_peers (list); i++) {
    if (g_strcmp0 (gst_signalling_message_get_nth_peer_id (list, i), id) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Producers that left while there was no connection. */
static void
remove_unlisted (GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *list)
{
  g_autoptr (GList) ids = g_hash_table_get_keys (dialogue->producers);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);

  for (GList *l = ids; l; l = l->next) {
    if (!lists (list, l->data))
      g_ptr_array_add (gone, g_strdup (l->data));
  }
  for (guint i = 0; i < gone->len; i++) {
    const gchar *id = g_ptr_array_index (gone, i);
    g_autofree gchar *meta = g_strdup (g_hash_table_lookup (dialogue->producers, id));

    remove_producer (dialogue, signaller, id, meta);
  }
}

static void
on_producers (GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *list)
{
  remove_unlisted (dialogue, signaller, list);
  for (guint i = 0; i < gst_signalling_message_get_n_peers (list); i++)
    add_producer (dialogue, signaller, gst_signalling_message_get_nth_peer_id (list, i),
        gst_signalling_message_get_nth_peer_meta (list, i), FALSE);
  /* The order of the list is the server's; ours has none, so "first" is taken literally here. */
  if (gst_signalling_message_get_n_peers (list) > 0 && is_looking (dialogue))
    ask_for_session (dialogue, gst_signalling_message_get_nth_peer_id (list, 0));
}

static void
on_status_changed (GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *message)
{
  const gchar *id = gst_signalling_message_get_peer_id (message);
  const gchar *meta = gst_signalling_message_get_meta (message);

  if (!id || g_strcmp0 (id, dialogue->own_id) == 0)
    return;
  if (gst_signalling_message_get_roles (message) & GST_SIGNALLING_ROLE_PRODUCER) {
    add_producer (dialogue, signaller, id, meta, TRUE);
    ask_first_producer (dialogue, NULL);
  } else {
    remove_producer (dialogue, signaller, id, meta);
    ask_first_producer (dialogue, NULL);
  }
}

/* -- sessions ----------------------------------------------------------------------------------------------------- */

/* GStreamer's parser passes over lines it does not know, and so over text that is no SDP at all. The version comes
 * first in one that is: RFC 8866, 5. */
static GstWebRTCSessionDescription *
parse_description (GstWebRTCSDPType type, const gchar *text)
{
  GstSDPMessage *sdp = NULL;

  if (gst_sdp_message_new_from_text (text, &sdp) != GST_SDP_OK || !gst_sdp_message_get_version (sdp)) {
    if (sdp)
      gst_sdp_message_free (sdp);
    return NULL;
  }
  return gst_webrtc_session_description_new (type, sdp);
}

static void
reject_session (GstSignallingDialogue *dialogue, GstSignaller *signaller, const gchar *session_id, const gchar *why)
{
  g_autofree gchar *text = g_strdup_printf ("Session %s was refused: %s", session_id, why);

  send_message (dialogue, gst_signalling_message_new_end_session_v1_1 (session_id, why));
  /* A server of version 1.0 has dropped that without a word. */
  send_message (dialogue, gst_signalling_message_new_end_session (session_id));
  gst_signaller_warning (signaller, text);
}

static void
on_start_session (GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *message)
{
  const gchar *session_id = gst_signalling_message_get_session_id (message);
  const gchar *offer_text = gst_signalling_message_get_sdp (message);
  g_autoptr (GstWebRTCSessionDescription) offer = NULL;

  if (dialogue->settings.role != GST_SIGNALLING_ROLE_PRODUCER) {
    reject_session (dialogue, signaller, session_id, "this peer is not a producer");
    return;
  }
  if (offer_text && !(offer = parse_description (GST_WEBRTC_SDP_TYPE_OFFER, offer_text))) {
    reject_session (dialogue, signaller, session_id, "the offer is not a valid session description");
    return;
  }
  g_hash_table_add (dialogue->sessions, g_strdup (session_id));
  gst_signaller_session_requested (signaller, session_id, gst_signalling_message_get_peer_id (message), offer);
}

static void
on_session_started (GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *message)
{
  const gchar *session_id = gst_signalling_message_get_session_id (message);

  g_clear_pointer (&dialogue->asked, g_free);
  g_hash_table_add (dialogue->sessions, g_strdup (session_id));
  gst_signaller_session_started (signaller, session_id, gst_signalling_message_get_peer_id (message));
}

static void
on_session_ended (GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *message)
{
  const gchar *session_id = gst_signalling_message_get_session_id (message);
  const gchar *error = gst_signalling_message_get_error_text (message);

  if (!g_hash_table_remove (dialogue->sessions, session_id))
    return; /* it crossed our own end */
  if (error)
    gst_signaller_session_ended_with_error (signaller, session_id, error);
  else
    gst_signaller_session_ended (signaller, session_id);
}

static void
on_sdp (GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *message)
{
  const gchar *session_id = gst_signalling_message_get_session_id (message);
  gboolean is_offer = g_strcmp0 (gst_signalling_message_get_sdp_type (message), "offer") == 0;
  g_autoptr (GstWebRTCSessionDescription) description = parse_description (
      is_offer ? GST_WEBRTC_SDP_TYPE_OFFER : GST_WEBRTC_SDP_TYPE_ANSWER, gst_signalling_message_get_sdp (message));

  if (description) {
    gst_signaller_session_description (signaller, session_id, description);
    return;
  }
  g_hash_table_remove (dialogue->sessions, session_id);
  reject_session (dialogue, signaller, session_id, "its description is not valid");
  if (!is_muted (dialogue))
    gst_signaller_session_ended_with_error (
        signaller, session_id, "The other side sent a session description that is not valid");
}

static void
on_ice (GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *message)
{
  gst_signaller_handle_ice (signaller, gst_signalling_message_get_session_id (message),
      gst_signalling_message_get_sdp_m_line_index (message), NULL, gst_signalling_message_get_candidate (message));
}

/* -- the rest ----------------------------------------------------------------------------------------------------- */

static void
on_welcome (GstSignallingDialogue *dialogue, GstSignallingMessage *message)
{
  if (dialogue->welcomed) {
    GST_WARNING ("the server welcomed us twice");
    return;
  }
  dialogue->welcomed = TRUE;
  g_free (dialogue->own_id);
  dialogue->own_id = g_strdup (gst_signalling_message_get_peer_id (message));
  dialogue->callbacks.welcomed (dialogue->own_id, dialogue->user_data);
  register_role (dialogue);
}

/* The text names no session; the one that was just asked for is the one it can be about. */
static void
on_error (GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *message)
{
  g_autofree gchar *text =
      g_strdup_printf ("The signalling server says: %s", gst_signalling_message_get_error_text (message));
  g_autofree gchar *refused = g_steal_pointer (&dialogue->asked);

  gst_signaller_warning (signaller, text);
  ask_first_producer (dialogue, refused);
}

static void
handle_peer_message (GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *message)
{
  if (!g_hash_table_contains (dialogue->sessions, gst_signalling_message_get_session_id (message))) {
    GST_DEBUG ("a message for a session that is over");
    return;
  }
  if (gst_signalling_message_get_message_type (message) == GST_SIGNALLING_MESSAGE_PEER_SDP)
    on_sdp (dialogue, signaller, message);
  else
    on_ice (dialogue, signaller, message);
}

void
gst_signalling_dialogue_message (
    GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *message)
{
  if (is_muted (dialogue))
    return;
  switch (gst_signalling_message_get_message_type (message)) {
    case GST_SIGNALLING_MESSAGE_WELCOME:
      on_welcome (dialogue, message);
      break;
    case GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED:
      on_status_changed (dialogue, signaller, message);
      break;
    case GST_SIGNALLING_MESSAGE_PRODUCERS:
      on_producers (dialogue, signaller, message);
      break;
    case GST_SIGNALLING_MESSAGE_START_SESSION:
      on_start_session (dialogue, signaller, message);
      break;
    case GST_SIGNALLING_MESSAGE_SESSION_STARTED:
      on_session_started (dialogue, signaller, message);
      break;
    case GST_SIGNALLING_MESSAGE_END_SESSION:
    case GST_SIGNALLING_MESSAGE_END_SESSION_V1_1:
      on_session_ended (dialogue, signaller, message);
      break;
    case GST_SIGNALLING_MESSAGE_PEER_SDP:
    case GST_SIGNALLING_MESSAGE_PEER_ICE:
      handle_peer_message (dialogue, signaller, message);
      break;
    case GST_SIGNALLING_MESSAGE_ERROR:
      on_error (dialogue, signaller, message);
      break;
    default: /* the consumers: nobody here asks for them, and no signal tells of them */
      GST_DEBUG ("a message that is of no use here");
      break;
  }
}

void
gst_signalling_dialogue_connected (GstSignallingDialogue *dialogue, GstSignaller *signaller)
{
  g_autoptr (GstStructure) meta = gst_signaller_request_meta (signaller);

  dialogue->welcomed = FALSE;
  g_clear_pointer (&dialogue->asked, g_free);
  g_free (dialogue->meta);
  dialogue->meta = gst_signalling_peer_meta_to_json (meta);
  send_message (dialogue, gst_signalling_message_new_set_protocol_version (GST_SIGNALLING_VERSION_1_1));
}

void
gst_signalling_dialogue_mute (GstSignallingDialogue *dialogue)
{
  g_atomic_int_set (&dialogue->muted, TRUE);
}

void
gst_signalling_dialogue_forget_session (GstSignallingDialogue *dialogue, const gchar *session_id)
{
  g_hash_table_remove (dialogue->sessions, session_id);
}

GstSignallingDialogue *
gst_signalling_dialogue_new (
    GstSignallingDialogueSettings *settings, const GstSignallingDialogueCallbacks *callbacks, gpointer user_data)
{
  GstSignallingDialogue *dialogue = g_new0 (GstSignallingDialogue, 1);

  GST_DEBUG_CATEGORY_INIT (gst_signalling_dialogue_debug, "signallingdialogue", 0, "What a signaller says and hears");
  dialogue->settings = *settings;
  settings->producer_id = NULL;
  dialogue->callbacks = *callbacks;
  dialogue->user_data = user_data;
  dialogue->producers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  dialogue->sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return dialogue;
}

void
gst_signalling_dialogue_free (GstSignallingDialogue *dialogue)
{
  g_free (dialogue->settings.producer_id);
  g_free (dialogue->own_id);
  g_free (dialogue->meta);
  g_free (dialogue->asked);
  g_hash_table_unref (dialogue->producers);
  g_hash_table_unref (dialogue->sessions);
  g_free (dialogue);
}

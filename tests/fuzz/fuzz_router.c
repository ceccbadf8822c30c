/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The router, driven by lines that say who does what. A second, much simpler picture of peers and sessions is kept
 * beside it, from what it tells alone, and everything it does is compared with that.
 *
 *   +           somebody connects
 *   -P          peer P leaves; peers are 0-9, in the order of connecting
 *   vP          P asks for version 1.1
 *   rPR         P takes the roles R: a digit 0-7, the bits of GstSignallingRoles
 *   mPR         the same with another meta
 *   lP cP       P asks for the producers, for the consumers
 *   sPQ         P asks for a session with Q
 *   oPS aPS iPS P sends an offer, an answer, a candidate in session S; sessions are a-z, the latest is a
 *   ePS EPS     P ends session S, E: with an error
 *   tP text     P sends that text; $Q in it is the id of peer Q, @S the id of session S */
#include <gst/signalling/server/router-private.h>

#include <string.h>

#include <tests/fuzz/fuzz.h>

#define MAX_PEERS 10
#define MAX_SESSIONS 512
#define MAX_META 64
#define MAX_META_OF_ALL 100
#define MAX_SESSIONS_PER_PEER 6

typedef struct
{
  GstSignallingRouterPeer *peer; /* NULL: not connected */
  gchar *id;
  gboolean was_welcomed;
  gboolean speaks_v1_1;
  GstSignallingRoles roles;
  gsize meta_size;
} FuzzPeer;

typedef struct
{
  gchar *id;
  FuzzPeer *producer;
  FuzzPeer *consumer;
  gboolean was_announced; /* sessionStarted was delivered */
  gboolean was_wanted;    /* startSession was delivered */
  gboolean is_live;
  guint n_told_producer; /* how often each was told of the end */
  guint n_told_consumer;
} FuzzSession;

typedef struct
{
  GstSignallingRouter *router;
  FuzzPeer peers[MAX_PEERS];
  FuzzSession sessions[MAX_SESSIONS];
  guint n_sessions;
  guint n_live;

  /* What is going on */
  FuzzPeer *actor;
  gboolean actor_leaves;
  GstSignallingMessage *handled;
  GstSignallingMessage *status;
  guint n_statuses;
  guint n_errors;
  gboolean status_changed;
} Fuzz;

static FuzzSession *
find_session (Fuzz *fuzz, const gchar *id)
{
  for (guint i = fuzz->n_sessions; i > 0; i--)
    if (strcmp (fuzz->sessions[i - 1].id, id) == 0)
      return &fuzz->sessions[i - 1];
  return NULL;
}

static guint
count_roles (Fuzz *fuzz, GstSignallingRoles role)
{
  guint n = 0;

  for (guint i = 0; i < MAX_PEERS; i++)
    n += fuzz->peers[i].peer && (fuzz->peers[i].roles & role);
  return n;
}

static void
check_welcome (Fuzz *fuzz, FuzzPeer *receiver, GstSignallingMessage *message)
{
  g_assert_true (receiver == fuzz->actor && !receiver->was_welcomed && !receiver->peer);
  receiver->was_welcomed = TRUE;
  receiver->id = g_strdup (gst_signalling_message_get_peer_id (message));
  g_assert_true (g_uuid_string_is_valid (receiver->id));
}

/* sessionStarted and startSession are the first to speak of a session. */
static void
check_start (Fuzz *fuzz, FuzzPeer *receiver, GstSignallingMessage *message, gboolean to_consumer)
{
  const gchar *id = gst_signalling_message_get_session_id (message);
  FuzzSession *session = find_session (fuzz, id);
  FuzzPeer *other = NULL;

  for (guint i = 0; i < MAX_PEERS; i++)
    if (fuzz->peers[i].peer && strcmp (fuzz->peers[i].id, gst_signalling_message_get_peer_id (message)) == 0)
      other = &fuzz->peers[i];
  g_assert_nonnull (other);
  g_assert_true (receiver == fuzz->actor || other == fuzz->actor);

  if (to_consumer) {
    g_assert_null (session);
    session = &fuzz->sessions[fuzz->n_sessions++];
    session->id = g_strdup (id);
    session->producer = other;
    session->consumer = receiver;
    session->was_announced = TRUE;
  } else {
    g_assert_nonnull (session);
    g_assert_true (session->was_announced && !session->was_wanted);
    g_assert_true (session->producer == receiver && session->consumer == other);
    session->was_wanted = TRUE;
  }
}

static void
check_end (Fuzz *fuzz, FuzzPeer *receiver, GstSignallingMessage *message, gboolean is_v1_1)
{
  FuzzSession *session = find_session (fuzz, gst_signalling_message_get_session_id (message));

  g_assert_nonnull (session);
  g_assert_true (session->is_live);
  g_assert_true (receiver == session->producer || receiver == session->consumer);
  g_assert_cmpint (is_v1_1, ==, receiver->speaks_v1_1);
  if (receiver == session->producer)
    session->n_told_producer++;
  else
    session->n_told_consumer++;
}

static void
check_relay (Fuzz *fuzz, FuzzPeer *receiver, GstSignallingMessage *message)
{
  FuzzSession *session = find_session (fuzz, gst_signalling_message_get_session_id (message));

  g_assert_true (message == fuzz->handled);
  g_assert_nonnull (session);
  g_assert_true (session->is_live);
  g_assert_true ((session->producer == receiver && session->consumer == fuzz->actor) ||
                 (session->consumer == receiver && session->producer == fuzz->actor));
  if (g_strcmp0 (gst_signalling_message_get_sdp_type (message), "offer") == 0)
    g_assert_true (session->producer == fuzz->actor);
}

static void
check_status (Fuzz *fuzz, FuzzPeer *receiver, GstSignallingMessage *message)
{
  g_assert_true (receiver->roles & GST_SIGNALLING_ROLE_LISTENER);
  g_assert_true (fuzz->status == NULL || fuzz->status == message);
  g_assert_cmpstr (gst_signalling_message_get_peer_id (message), ==, fuzz->actor->id);
  g_assert_cmpuint (gst_signalling_message_get_roles (message), ==, fuzz->actor_leaves ? 0 : fuzz->actor->roles);
  fuzz->status = message;
  fuzz->n_statuses++;
}

static void
check_list (Fuzz *fuzz, FuzzPeer *receiver, GstSignallingMessage *message, GstSignallingRoles role)
{
  guint n = gst_signalling_message_get_n_peers (message);

  g_assert_true (receiver == fuzz->actor);
  g_assert_cmpuint (n, ==, count_roles (fuzz, role));
  for (guint i = 0; i < n; i++) {
    const gchar *id = gst_signalling_message_get_nth_peer_id (message, i);
    gboolean found = FALSE;

    for (guint j = 0; j < MAX_PEERS; j++)
      found |= fuzz->peers[j].peer && (fuzz->peers[j].roles & role) && strcmp (fuzz->peers[j].id, id) == 0;
    g_assert_true (found);
  }
}

/* What is delivered has to be something that can be written, and that a client can read. */
static void
check_wire (GstSignallingMessage *message)
{
  g_autoptr (GBytes) bytes = gst_signalling_message_to_bytes (message);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSignallingMessage) again = gst_signalling_message_parse (bytes, GST_SIGNALLING_SENDER_SERVER, &error);

  g_assert_no_error (error);
  g_assert_cmpint (
      gst_signalling_message_get_message_type (again), ==, gst_signalling_message_get_message_type (message));
}

static void
on_deliver (gpointer peer_data, GstSignallingMessage *message, gpointer user_data)
{
  FuzzPeer *receiver = peer_data;
  Fuzz *fuzz = user_data;
  GstSignallingMessageType type = gst_signalling_message_get_message_type (message);

  g_assert_true (receiver->peer || type == GST_SIGNALLING_MESSAGE_WELCOME);
  g_assert_false (receiver == fuzz->actor && fuzz->actor_leaves);
  check_wire (message);
  switch (type) {
    case GST_SIGNALLING_MESSAGE_WELCOME:
      check_welcome (fuzz, receiver, message);
      break;
    case GST_SIGNALLING_MESSAGE_PEER_STATUS_CHANGED:
      check_status (fuzz, receiver, message);
      break;
    case GST_SIGNALLING_MESSAGE_SESSION_STARTED:
    case GST_SIGNALLING_MESSAGE_START_SESSION:
      check_start (fuzz, receiver, message, type == GST_SIGNALLING_MESSAGE_SESSION_STARTED);
      break;
    case GST_SIGNALLING_MESSAGE_END_SESSION:
    case GST_SIGNALLING_MESSAGE_END_SESSION_V1_1:
      check_end (fuzz, receiver, message, type == GST_SIGNALLING_MESSAGE_END_SESSION_V1_1);
      break;
    case GST_SIGNALLING_MESSAGE_PEER_SDP:
    case GST_SIGNALLING_MESSAGE_PEER_ICE:
      check_relay (fuzz, receiver, message);
      break;
    case GST_SIGNALLING_MESSAGE_PRODUCERS:
      check_list (fuzz, receiver, message, GST_SIGNALLING_ROLE_PRODUCER);
      break;
    case GST_SIGNALLING_MESSAGE_CONSUMERS:
      check_list (fuzz, receiver, message, GST_SIGNALLING_ROLE_CONSUMER);
      break;
    case GST_SIGNALLING_MESSAGE_ERROR:
      g_assert_true (receiver == fuzz->actor);
      fuzz->n_errors++;
      break;
    default:
      g_assert_not_reached ();
  }
}

static void
on_session_started (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id, gpointer user_data)
{
  Fuzz *fuzz = user_data;
  FuzzSession *session = find_session (fuzz, session_id);

  g_assert_nonnull (session);
  g_assert_true (session->was_announced && session->was_wanted && !session->is_live);
  g_assert_cmpstr (session->producer->id, ==, producer_id);
  g_assert_cmpstr (session->consumer->id, ==, consumer_id);
  session->is_live = TRUE;
  fuzz->n_live++;
}

/* Each side that is still there was told once, except the one whose doing it was; a peer that ends a session with
 * itself is also the other side. */
static void
on_session_ended (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id,
    GstSignallingSessionEnd why, const gchar *error_text, gpointer user_data)
{
  Fuzz *fuzz = user_data;
  FuzzSession *session = find_session (fuzz, session_id);
  gboolean by_producer = why == GST_SIGNALLING_SESSION_END_BY_PRODUCER ||
                         why == GST_SIGNALLING_SESSION_END_PRODUCER_LEFT ||
                         why == GST_SIGNALLING_SESSION_END_PRODUCER_RESIGNED;
  gboolean left = why == GST_SIGNALLING_SESSION_END_PRODUCER_LEFT || why == GST_SIGNALLING_SESSION_END_CONSUMER_LEFT;

  g_assert_nonnull (session);
  g_assert_true (session->is_live);
  g_assert_cmpint (left, ==, fuzz->actor_leaves);
  g_assert_true (fuzz->actor == (by_producer ? session->producer : session->consumer));
  if (session->producer == session->consumer) {
    g_assert_cmpuint (session->n_told_producer, ==, left ? 0 : 1);
  } else {
    g_assert_cmpuint (session->n_told_producer, ==, by_producer ? 0 : 1);
    g_assert_cmpuint (session->n_told_consumer, ==, by_producer ? 1 : 0);
  }
  session->is_live = FALSE;
  fuzz->n_live--;
}

static void
on_status_changed (const gchar *peer_id, GstSignallingRoles roles, const gchar *meta, gpointer user_data)
{
  Fuzz *fuzz = user_data;
  const GstSignallingRoles both = GST_SIGNALLING_ROLE_PRODUCER | GST_SIGNALLING_ROLE_CONSUMER;

  g_assert_cmpstr (peer_id, ==, fuzz->actor->id);
  g_assert_cmpuint (roles & both, !=, both);
  fuzz->actor->roles = roles;
  fuzz->actor->meta_size = meta ? strlen (meta) : 0;
  g_assert_cmpuint (fuzz->actor->meta_size, <=, MAX_META);
  fuzz->status_changed = TRUE;
}

static const GstSignallingRouterCallbacks callbacks = {
  .deliver = on_deliver,
  .session_started = on_session_started,
  .session_ended = on_session_ended,
  .status_changed = on_status_changed,
};

static void
check_everything (Fuzz *fuzz)
{
  guint n_peers = 0;
  guint n_sessions[MAX_PEERS] = { 0 };
  gsize meta_of_all = 0;

  for (guint i = 0; i < fuzz->n_sessions; i++) {
    const FuzzSession *session = &fuzz->sessions[i];

    if (!session->is_live)
      continue;
    g_assert_true (session->producer->peer && session->consumer->peer);
    n_sessions[session->producer - fuzz->peers]++;
    n_sessions[session->consumer - fuzz->peers]++;
  }
  for (guint i = 0; i < MAX_PEERS; i++) {
    const FuzzPeer *peer = &fuzz->peers[i];

    if (!peer->peer)
      continue;
    n_peers++;
    meta_of_all += peer->meta_size;
    g_assert_cmpuint (gst_signalling_router_peer_get_roles (peer->peer), ==, peer->roles);
    g_assert_cmpuint (gst_signalling_router_peer_get_n_sessions (peer->peer), ==, n_sessions[i]);
    /* A session with oneself counts twice, and the last one may be such. */
    g_assert_cmpuint (n_sessions[i], <=, MAX_SESSIONS_PER_PEER + 1);
  }
  g_assert_cmpuint (meta_of_all, <=, MAX_META_OF_ALL);
  g_assert_cmpuint (gst_signalling_router_get_n_peers (fuzz->router), ==, n_peers);
  g_assert_cmpuint (gst_signalling_router_get_n_sessions (fuzz->router), ==, fuzz->n_live);
}

static void
begin (Fuzz *fuzz, FuzzPeer *actor)
{
  fuzz->actor = actor;
  fuzz->actor_leaves = FALSE;
  fuzz->handled = NULL;
  fuzz->status = NULL;
  fuzz->n_statuses = 0;
  fuzz->n_errors = 0;
  fuzz->status_changed = FALSE;
}

/* A slot is used once, so that what reaches somebody who left can be told from what reaches a newcomer. */
static void
do_connect (Fuzz *fuzz)
{
  for (guint i = 0; i < MAX_PEERS; i++) {
    FuzzPeer *peer = &fuzz->peers[i];

    if (peer->was_welcomed)
      continue;
    begin (fuzz, peer);
    peer->peer = gst_signalling_router_add_peer (fuzz->router, peer);
    g_assert_true (peer->was_welcomed);
    g_assert_cmpstr (gst_signalling_router_peer_get_id (peer->peer), ==, peer->id);
    return;
  }
}

static void
do_leave (Fuzz *fuzz, FuzzPeer *peer)
{
  begin (fuzz, peer);
  fuzz->actor_leaves = TRUE;
  gst_signalling_router_remove_peer (fuzz->router, peer->peer);
  peer->peer = NULL;
  g_assert_cmpuint (fuzz->n_statuses, ==, count_roles (fuzz, GST_SIGNALLING_ROLE_LISTENER));
}

static void
handle (Fuzz *fuzz, FuzzPeer *peer, GstSignallingMessage *message)
{
  gboolean accepted;

  fuzz->handled = message;
  accepted = gst_signalling_router_handle (fuzz->router, peer->peer, message);
  g_assert_cmpuint (fuzz->n_errors, ==, accepted ? 0 : 1);
  if (accepted && gst_signalling_message_get_message_type (message) == GST_SIGNALLING_MESSAGE_SET_PROTOCOL_VERSION)
    peer->speaks_v1_1 = gst_signalling_message_get_version (message) == GST_SIGNALLING_VERSION_1_1;
  g_assert_cmpuint (fuzz->n_statuses, ==, fuzz->status_changed ? count_roles (fuzz, GST_SIGNALLING_ROLE_LISTENER) : 0);
}

static void
do_say (Fuzz *fuzz, FuzzPeer *peer, const gchar *text, gsize length)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSignallingMessage) message = gst_signalling_message_parse (bytes, GST_SIGNALLING_SENDER_CLIENT, &error);

  begin (fuzz, peer);
  if (message) {
    handle (fuzz, peer, message);
  } else {
    gst_signalling_router_refuse (fuzz->router, peer->peer, error);
    g_assert_cmpuint (fuzz->n_errors, ==, 1);
  }
}

static FuzzPeer *
get_peer (Fuzz *fuzz, gchar digit)
{
  return g_ascii_isdigit (digit) ? &fuzz->peers[digit - '0'] : NULL;
}

static const gchar *
get_peer_id (Fuzz *fuzz, gchar digit)
{
  const FuzzPeer *peer = get_peer (fuzz, digit);

  return peer && peer->id ? peer->id : "nobody";
}

static const gchar *
get_session_id (Fuzz *fuzz, gchar letter)
{
  guint back = letter - 'a';

  return g_ascii_islower (letter) && back < fuzz->n_sessions ? fuzz->sessions[fuzz->n_sessions - 1 - back].id
                                                             : "nothing";
}

static const gchar *
get_template (gchar what)
{
  switch (what) {
    case 'v':
      return "{\"type\":\"setProtocolVersion\",\"version\":\"v1_1\"}";
    case 'l':
      return "{\"type\":\"list\"}";
    case 'c':
      return "{\"type\":\"listConsumers\"}";
    case 's':
      return "{\"type\":\"startSession\",\"peerId\":\"$?\"}";
    case 'o':
      return "{\"type\":\"peer\",\"sessionId\":\"@?\",\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\"}}";
    case 'a':
      return "{\"type\":\"peer\",\"sessionId\":\"@?\",\"sdp\":{\"type\":\"answer\",\"sdp\":\"v=0\"}}";
    case 'i':
      return "{\"type\":\"peer\",\"sessionId\":\"@?\",\"ice\":{\"candidate\":\"c\",\"sdpMLineIndex\":0}}";
    case 'e':
      return "{\"type\":\"endSession\",\"sessionId\":\"@?\"}";
    case 'E':
      return "{\"type\":\"endSessionV1_1\",\"sessionId\":\"@?\",\"error\":\"x\"}";
    default:
      return NULL;
  }
}

static void
substitute (Fuzz *fuzz, GString *out, const gchar *text, gsize length, gchar object)
{
  for (gsize i = 0; i < length; i++) {
    gchar name = i + 1 < length ? text[i + 1] : '\0';

    if (name == '?')
      name = object;
    if (text[i] == '$')
      g_string_append (out, get_peer_id (fuzz, name));
    else if (text[i] == '@')
      g_string_append (out, get_session_id (fuzz, name));
    else
      g_string_append_c (out, text[i]);
    i += text[i] == '$' || text[i] == '@';
  }
}

static void
append_status (GString *out, gchar bits, gboolean with_meta)
{
  static const gchar *const names[] = { "producer", "listener", "consumer" };
  const gchar *separator = "";

  g_string_append (out, "{\"type\":\"setPeerStatus\",\"roles\":[");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (!(bits & (1 << i)))
      continue;
    g_string_append_printf (out, "%s\"%s\"", separator, names[i]);
    separator = ",";
  }
  g_string_append_printf (out, "],\"meta\":%s}", with_meta ? "{\"a\":1}" : "null");
}

static void
play_line (Fuzz *fuzz, const gchar *line, gsize length)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gchar what = line[0];
  FuzzPeer *peer = length > 1 ? get_peer (fuzz, line[1]) : NULL;
  gchar object = length > 2 ? line[2] : '0';
  const gchar *template = get_template (what);

  if (what == '+')
    do_connect (fuzz);
  if (!peer || !peer->peer)
    return;
  if (what == '-') {
    do_leave (fuzz, peer);
    return;
  }
  if (what == 'r' || what == 'm')
    append_status (text, object, what == 'm');
  else if (what == 't' && length > 3)
    substitute (fuzz, text, line + 3, length - 3, '?');
  else if (template)
    substitute (fuzz, text, template, strlen (template), object);
  else
    return;
  do_say (fuzz, peer, text->str, text->len);
}

static void
clear (Fuzz *fuzz)
{
  gst_signalling_router_free (fuzz->router);
  for (guint i = 0; i < MAX_PEERS; i++)
    g_free (fuzz->peers[i].id);
  for (guint i = 0; i < fuzz->n_sessions; i++)
    g_free (fuzz->sessions[i].id);
  g_free (fuzz);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static const GstSignallingRouterLimits limits = { MAX_SESSIONS_PER_PEER, MAX_META, MAX_META_OF_ALL };
  const gchar *line = size > 0 ? (const gchar *) data : "";
  const gchar *end = line + size;
  Fuzz *fuzz = g_new0 (Fuzz, 1);

  fuzz->router = gst_signalling_router_new (&limits, &callbacks, fuzz);
  while (line < end && fuzz->n_sessions < MAX_SESSIONS) {
    const gchar *next = memchr (line, '\n', end - line);
    gsize length = (next ? next : end) - line;

    if (length > 0) {
      play_line (fuzz, line, length);
      check_everything (fuzz);
    }
    line += length + 1;
  }
  /* At the end everybody leaves: nothing may be left. */
  for (guint i = 0; i < MAX_PEERS; i++)
    if (fuzz->peers[i].peer)
      do_leave (fuzz, &fuzz->peers[i]);
  g_assert_cmpuint (fuzz->n_live, ==, 0);
  check_everything (fuzz);
  clear (fuzz);
  return 0;
}

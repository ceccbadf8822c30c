/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the router lets peers say to whom: plays the conversations of router.rules, the first argument. */
#include <gst/signalling/server/meta-private.h>
#include <gst/signalling/server/router-private.h>

#include <string.h>

#include <tests/common/log-guard.h>
#include <tests/common/watchdog.h>

typedef struct
{
  const gchar *name;
  guint first_line;
  GPtrArray *lines; /* of borrowed text */
} Script;

typedef struct
{
  const gchar *receiver; /* NULL for what the server object is told, which is in `told` */
  GstSignallingMessage *message;
  gchar *told;
} Event;

typedef struct
{
  GstSignallingRouterLimits limits;
  GstSignallingRouter *router;
  GHashTable *values; /* name → id, of peers and sessions */
  GHashTable *peers;  /* name → borrowed GstSignallingRouterPeer */
  GQueue events;      /* of owned Event, oldest first */
  guint line;
  gboolean failed;
} Player;

static void
event_free (Event *event)
{
  g_clear_pointer (&event->message, gst_signalling_message_unref);
  g_free (event->told);
  g_free (event);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Event, event_free)

static void
add_event (Player *player, const gchar *receiver, GstSignallingMessage *message, gchar *told)
{
  Event *event = g_new0 (Event, 1);

  event->receiver = receiver;
  event->message = message ? gst_signalling_message_ref (message) : NULL;
  event->told = told;
  g_queue_push_tail (&player->events, event);
}

static void
on_deliver (gpointer peer_data, GstSignallingMessage *message, gpointer user_data)
{
  add_event (user_data, peer_data, message, NULL);
}

static void
on_session_started (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id, gpointer user_data)
{
  add_event (user_data, NULL, NULL, g_strdup_printf ("%s started %s %s", session_id, producer_id, consumer_id));
}

static void
on_session_ended (const gchar *session_id, const gchar *producer_id, const gchar *consumer_id,
    GstSignallingSessionEnd why, const gchar *error_text, gpointer user_data)
{
  g_autoptr (GEnumClass) ends = g_type_class_ref (GST_TYPE_SIGNALLING_SESSION_END);
  gchar *told =
      g_strdup_printf ("%s ended %s %s", session_id, g_enum_get_value (ends, why)->value_nick, error_text ?: "");

  add_event (user_data, NULL, NULL, g_strchomp (told));
}

static const GstSignallingRouterCallbacks player_callbacks = {
  .deliver = on_deliver,
  .session_started = on_session_started,
  .session_ended = on_session_ended,
};

static gchar *
event_to_text (const Event *event)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size = 0;
  const gchar *text = NULL;

  if (!event)
    return g_strdup ("nothing");
  if (event->told)
    return g_strdup_printf ("* %s", event->told);
  bytes = gst_signalling_message_to_bytes (event->message);
  text = g_bytes_get_data (bytes, &size);
  return g_strdup_printf ("%s< %.*s", event->receiver, (gint) size, text);
}

/* Only the first surprise of a conversation is worth reading. */
static void
fail (Player *player, const gchar *expected, const Event *event)
{
  g_autofree gchar *actual = event_to_text (event);

  if (!player->failed)
    g_test_fail_printf ("router.rules:%u: expected %s, got %s", player->line, expected, actual);
  player->failed = TRUE;
}

static gsize
name_length (const gchar *text)
{
  gsize length = 0;

  while (g_ascii_isalnum (text[length]))
    length++;
  return length;
}

/* Replaces $names by their values. One that has none yet gets @fresh, unless that is another's. */
static gchar *
substitute (Player *player, const gchar *text, const gchar *fresh)
{
  GString *out = g_string_new (NULL);

  for (; *text; text++) {
    g_autofree gchar *name = NULL;
    const gchar *value = NULL;

    if (*text != '$') {
      g_string_append_c (out, *text);
      continue;
    }
    name = g_strndup (text + 1, name_length (text + 1));
    text += strlen (name);
    value = g_hash_table_lookup (player->values, name);
    if (!value && fresh && g_uuid_string_is_valid (fresh)) {
      GHashTableIter iter;
      gpointer taken = NULL;

      g_hash_table_iter_init (&iter, player->values);
      while (g_hash_table_iter_next (&iter, NULL, &taken))
        g_assert_cmpstr (taken, !=, fresh);
      g_hash_table_insert (player->values, g_strdup (name), g_strdup (fresh));
      value = fresh;
    }
    g_string_append (out, value ? value : "(no value yet)");
  }
  return g_string_free (out, FALSE);
}

static gboolean
contains_words (const gchar *details, const gchar *words)
{
  g_auto (GStrv) list = g_strsplit (words, " ", -1);
  g_autofree gchar *lower = g_utf8_strdown (details, -1);

  for (guint i = 0; list[i]; i++) {
    g_autofree gchar *word = g_utf8_strdown (list[i], -1);

    if (!strstr (lower, word))
      return FALSE;
  }
  return TRUE;
}

static gboolean
matches (Player *player, const Event *event, const gchar *expected)
{
  g_autofree gchar *actual = NULL;
  g_autofree gchar *wanted = NULL;

  if (!event->message)
    return FALSE;
  if (g_str_has_prefix (expected, "error")) {
    wanted = substitute (player, expected + strlen ("error"), NULL);
    return gst_signalling_message_get_message_type (event->message) == GST_SIGNALLING_MESSAGE_ERROR &&
           contains_words (gst_signalling_message_get_error_text (event->message), wanted);
  }
  wanted = substitute (player, expected, gst_signalling_message_get_session_id (event->message));
  actual = event_to_text (event);
  return gst_signalling_meta_equal (actual + strlen (event->receiver) + strlen ("< "), wanted);
}

static void
expect_message (Player *player, const gchar *line, const gchar *receiver, const gchar *expected)
{
  g_autoptr (Event) event = g_queue_pop_head (&player->events);

  if (!event || g_strcmp0 (event->receiver, receiver) != 0 || !matches (player, event, expected))
    fail (player, line, event);
}

static void
expect_told (Player *player, const gchar *line, const gchar *expected)
{
  g_autoptr (Event) event = g_queue_pop_head (&player->events);
  g_autofree gchar *wanted = substitute (player, expected, NULL);

  if (!event || g_strcmp0 (event->told, wanted) != 0)
    fail (player, line, event);
}

static void
connect_peer (Player *player, const gchar *name)
{
  gpointer key = g_strdup (name);
  GstSignallingRouterPeer *peer = gst_signalling_router_add_peer (player->router, key);
  g_autofree gchar *welcome = NULL;

  g_hash_table_insert (player->peers, key, peer);
  g_hash_table_insert (player->values, g_strdup (name), g_strdup (gst_signalling_router_peer_get_id (peer)));
  welcome = g_strdup_printf ("{\"type\":\"welcome\",\"peerId\":\"$%s\"}", name);
  expect_message (player, welcome, name, welcome);
}

static void
say (Player *player, const gchar *name, const gchar *text)
{
  GstSignallingRouterPeer *peer = g_hash_table_lookup (player->peers, name);
  gchar *said = substitute (player, text, NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_take (said, strlen (said));
  g_autoptr (GError) error = NULL;
  g_autoptr (GstSignallingMessage) message = gst_signalling_message_parse (bytes, GST_SIGNALLING_SENDER_CLIENT, &error);
  gboolean accepted = FALSE;
  gboolean answered = FALSE;

  g_assert_nonnull (peer);
  if (message)
    accepted = gst_signalling_router_handle (player->router, peer, message);
  else
    gst_signalling_router_refuse (player->router, peer, error);
  if (player->events.head) {
    const Event *first = player->events.head->data;

    answered =
        first->message && gst_signalling_message_get_message_type (first->message) == GST_SIGNALLING_MESSAGE_ERROR;
  }
  g_assert_cmpint (accepted, ==, !answered);
}

static void
leave (Player *player, const gchar *name)
{
  GstSignallingRouterPeer *peer = g_hash_table_lookup (player->peers, name);

  g_assert_nonnull (peer);
  gst_signalling_router_remove_peer (player->router, peer);
  g_hash_table_remove (player->peers, name);
}

static void
set_limit (Player *player, const gchar *what, const gchar *value)
{
  g_assert_null (player->router);
  if (g_str_equal (what, "sessions"))
    player->limits.max_sessions_per_peer = g_ascii_strtoull (value, NULL, 10);
  else if (g_str_equal (what, "meta"))
    player->limits.max_meta = g_ascii_strtoull (value, NULL, 10);
  else if (g_str_equal (what, "all-meta"))
    player->limits.max_meta_of_all = g_ascii_strtoull (value, NULL, 10);
  else
    g_assert_not_reached ();
}

static void
play_command (Player *player, const gchar *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  if (g_str_equal (words[0], "limit")) {
    set_limit (player, words[1], words[2]);
    return;
  }
  if (!player->router)
    player->router = gst_signalling_router_new (&player->limits, &player_callbacks, player);
  for (guint i = 1; words[i]; i++) {
    if (g_str_equal (words[0], "connect"))
      connect_peer (player, words[i]);
    else if (g_str_equal (words[0], "leave"))
      leave (player, words[i]);
    else
      g_error ("router.rules:%u: what is \"%s\"?", player->line, line);
  }
}

static void
expect_nothing (Player *player)
{
  if (player->events.head)
    fail (player, "nothing", player->events.head->data);
}

static void
play_line (Player *player, const gchar *line)
{
  gsize length = name_length (line);
  g_autofree gchar *name = g_strndup (line, length);

  if (g_str_has_prefix (line, "* ")) {
    expect_told (player, line, line + strlen ("* "));
  } else if (g_str_has_prefix (line + length, "< ")) {
    expect_message (player, line, name, line + length + strlen ("< "));
  } else {
    expect_nothing (player);
    if (g_str_has_prefix (line + length, ": "))
      say (player, name, line + length + strlen (": "));
    else
      play_command (player, line);
  }
}

static void
play (gconstpointer data)
{
  const Script *script = data;
  Player player = { .limits = gst_signalling_router_default_limits };
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  player.values = values;
  player.peers = peers;
  for (guint i = 0; i < script->lines->len && !player.failed; i++) {
    player.line = script->first_line + i;
    if (*(const gchar *) script->lines->pdata[i])
      play_line (&player, script->lines->pdata[i]);
  }
  expect_nothing (&player);
  g_assert_cmpuint (gst_signalling_router_get_n_peers (player.router), ==, g_hash_table_size (peers));
  gst_signalling_router_free (player.router);
  g_queue_clear_full (&player.events, (GDestroyNotify) event_free);
}

static void
script_free (gpointer data)
{
  Script *script = data;

  g_ptr_array_unref (script->lines);
  g_free (script);
}

/* @lines keeps the texts. Comments count as empty lines. */
static GPtrArray *
read_scripts (gchar **lines)
{
  GPtrArray *scripts = g_ptr_array_new_with_free_func (script_free);
  Script *script = NULL;

  for (guint i = 0; lines[i]; i++) {
    gchar *line = g_strstrip (lines[i]);

    if (g_str_has_prefix (line, "== ")) {
      script = g_new0 (Script, 1);
      script->name = line + strlen ("== ");
      script->first_line = i + 2;
      script->lines = g_ptr_array_new ();
      g_ptr_array_add (scripts, script);
    } else if (script) {
      g_ptr_array_add (script->lines, g_str_has_prefix (line, "#") ? line + strlen (line) : line);
    }
  }
  return scripts;
}

int
main (int argc, char **argv)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GPtrArray) scripts = NULL;
  g_autoptr (GError) error = NULL;

  g_test_init (&argc, &argv, NULL);
  test_log_guard_start ();
  test_watchdog_start ("router", 30);
  g_assert_cmpint (argc, ==, 2);
  g_file_get_contents (argv[1], &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  scripts = read_scripts (lines);
  g_assert_cmpuint (scripts->len, >, 0);
  for (guint i = 0; i < scripts->len; i++) {
    const Script *script = g_ptr_array_index (scripts, i);
    g_autofree gchar *path = g_strdup_printf ("/router/%s", script->name);

    g_test_add_data_func (path, script, play);
  }
  return g_test_run ();
}

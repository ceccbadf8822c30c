/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/load/load-crowd.h>

#include <tests/common/load/load-clock.h>
#include <tests/common/load/load-text.h>
#include <gio/gio.h>
#include <string.h>

/* How one wait of a crowd is going. */
typedef struct
{
  LoadCrowd *crowd;
  guint concurrency;
  guint n_settled;
  LoadPeerMessageFunc message; /* whose turn it is again afterwards */
  gpointer user_data;
  GError *error;
} Wait;

char *
load_end_describe (const LoadEnd *end)
{
  const char *transport = end->reset               ? "reset"
                          : end->error_number != 0 ? g_strerror (end->error_number)
                                                   : "end of file";

  if (end->illegal)
    return g_strdup ("the server broke the WebSocket protocol");
  if (end->http_status != 0 && end->http_status != 101)
    return g_strdup_printf ("the upgrade was answered by HTTP %u", end->http_status);
  if (end->close_seen)
    return g_strdup_printf ("Close %u, then %s", end->close_code, transport);
  return g_strdup_printf ("%s without a Close", transport);
}

static void
on_message (LoadConnection *connection, const char *text, gsize length, gpointer user_data)
{
  LoadPeer *peer = user_data;
  LoadCrowd *crowd = peer->crowd;

  if (peer->welcomed) {
    if (crowd->message != NULL)
      crowd->message (peer, text, length, crowd->user_data);
    return;
  }
  if (!load_text_has_type (text, length, "welcome") ||
      !load_text_get_string (text, length, "peerId", peer->id, sizeof peer->id)) {
    load_connection_abort (connection);
    return;
  }
  peer->welcomed = TRUE;
  crowd->n_welcomed++;
  if (crowd->welcome_times != NULL)
    load_histogram_add (crowd->welcome_times, load_clock_now () - load_connection_get_start (connection));
  if (crowd->churn)
    load_connection_close (connection, 1000);
}

static void
on_ended (LoadConnection *connection, const LoadEnd *end, gpointer user_data)
{
  LoadPeer *peer = user_data;
  LoadCrowd *crowd = peer->crowd;

  crowd->n_ended++;
  crowd->last_end = *end;
  if (end->close_seen && end->error_number == 0)
    crowd->n_clean++;
  if (!crowd->closing && !(crowd->churn && peer->welcomed))
    crowd->n_unexpected++;
  peer->connection = NULL;
  load_connection_free (connection);
}

static const LoadConnectionHandlers crowd_handlers = { .message = on_message, .ended = on_ended };

LoadCrowd *
load_crowd_new (LoadLoop *loop, const LoadTarget *target, guint n_peers)
{
  LoadCrowd *crowd = g_new0 (LoadCrowd, 1);

  crowd->loop = loop;
  crowd->target = target;
  crowd->n_peers = n_peers;
  crowd->peers = g_new0 (LoadPeer, n_peers);
  for (guint i = 0; i < n_peers; i++) {
    crowd->peers[i].crowd = crowd;
    crowd->peers[i].index = i;
  }
  return crowd;
}

void
load_crowd_free (LoadCrowd *crowd)
{
  for (guint i = 0; i < crowd->n_peers; i++)
    g_clear_pointer (&crowd->peers[i].connection, load_connection_free);
  g_free (crowd->peers);
  g_free (crowd);
}

void
load_crowd_set_handler (LoadCrowd *crowd, LoadPeerMessageFunc message, gpointer user_data)
{
  crowd->message = message;
  crowd->user_data = user_data;
}

gboolean
load_crowd_check (const LoadCrowd *crowd, GError **error)
{
  g_autofree char *how = NULL;

  if (crowd->n_unexpected == 0)
    return TRUE;
  how = load_end_describe (&crowd->last_end);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED, "%u of %u connections were ended by the server (%s)",
      crowd->n_unexpected, crowd->n_started, how);
  return FALSE;
}

static guint
count_arrived (const LoadCrowd *crowd)
{
  return crowd->churn ? crowd->n_ended : crowd->n_welcomed;
}

static gboolean
start_more (Wait *wait)
{
  LoadCrowd *crowd = wait->crowd;

  while (crowd->n_started < crowd->n_peers && crowd->n_started - count_arrived (crowd) < wait->concurrency) {
    LoadPeer *peer = &crowd->peers[crowd->n_started];

    peer->connection = load_connection_new (
        crowd->loop, crowd->target, crowd->n_started, LOAD_STOP_AT_OPEN, &crowd_handlers, peer, &wait->error);
    if (peer->connection == NULL)
      return FALSE;
    crowd->n_started++;
  }
  return TRUE;
}

static gboolean
all_arrived (gpointer user_data)
{
  Wait *wait = user_data;

  return !start_more (wait) || count_arrived (wait->crowd) == wait->crowd->n_peers || wait->crowd->n_unexpected > 0;
}

gboolean
load_crowd_connect (LoadCrowd *crowd, guint concurrency, gint64 deadline, GError **error)
{
  Wait wait = { .crowd = crowd, .concurrency = concurrency };
  gboolean in_time = load_loop_run (crowd->loop, all_arrived, &wait, deadline);

  if (wait.error != NULL) {
    g_propagate_error (error, wait.error);
    return FALSE;
  }
  if (!load_crowd_check (crowd, error))
    return FALSE;
  if (!in_time)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "only %u of %u connections were %s in time",
        count_arrived (crowd), crowd->n_peers, crowd->churn ? "welcomed and closed" : "welcomed");
  return in_time;
}

void
load_peer_send (LoadPeer *peer, const char *text)
{
  if (peer->connection != NULL)
    load_connection_send_text (peer->connection, text, strlen (text));
}

void
load_peer_printf (LoadPeer *peer, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  load_peer_send (peer, text);
}

/* Messages of one connection take effect in order: who was answered, has been listened to before. A session
 * with nobody is refused by every server of the protocol, and by a short message. */
static void
on_settled (LoadPeer *peer, const char *text, gsize length, gpointer user_data)
{
  Wait *wait = user_data;

  if (load_text_has_type (text, length, "error"))
    wait->n_settled++;
  else if (wait->message != NULL)
    wait->message (peer, text, length, wait->user_data);
}

static gboolean
all_settled (gpointer user_data)
{
  Wait *wait = user_data;

  return wait->n_settled >= wait->crowd->n_welcomed || wait->crowd->n_unexpected > 0;
}

gboolean
load_crowd_settle (LoadCrowd *crowd, gint64 deadline, GError **error)
{
  Wait wait = { .crowd = crowd, .message = crowd->message, .user_data = crowd->user_data };
  gboolean in_time;

  for (guint i = 0; i < crowd->n_peers; i++)
    load_peer_send (&crowd->peers[i], "{\"type\":\"startSession\",\"peerId\":\"nobody\"}");
  load_crowd_set_handler (crowd, on_settled, &wait);
  in_time = load_loop_run (crowd->loop, all_settled, &wait, deadline);
  load_crowd_set_handler (crowd, wait.message, wait.user_data);
  if (!load_crowd_check (crowd, error))
    return FALSE;
  if (!in_time)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the server answered only %u of %u peers in time",
        wait.n_settled, crowd->n_peers);
  return in_time;
}

gboolean
load_crowd_tell (LoadCrowd *crowd, const char *text, gint64 deadline, GError **error)
{
  for (guint i = 0; i < crowd->n_peers; i++)
    load_peer_send (&crowd->peers[i], text);
  return load_crowd_settle (crowd, deadline, error);
}

static gboolean
all_ended (gpointer user_data)
{
  LoadCrowd *crowd = user_data;

  return crowd->n_ended == crowd->n_started;
}

gboolean
load_crowd_close (LoadCrowd *crowd, gint64 deadline, GError **error)
{
  if (!load_crowd_check (crowd, error))
    return FALSE;
  crowd->closing = TRUE;
  for (guint i = 0; i < crowd->n_peers; i++) {
    if (crowd->peers[i].connection != NULL)
      load_connection_close (crowd->peers[i].connection, 1000);
  }
  if (load_loop_run (crowd->loop, all_ended, crowd, deadline))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "the server ended only %u of %u closed connections in time",
      crowd->n_ended, crowd->n_started);
  return FALSE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/gst.h>

#include <gst/signalling/signaller/link-private.h>

GST_DEBUG_CATEGORY_STATIC (gst_signalling_link_debug);
#define GST_CAT_DEFAULT gst_signalling_link_debug

typedef enum
{
  STATE_NEW,
  STATE_CONNECTING,
  STATE_OPEN,
  STATE_WAITING, /* for the next attempt */
  STATE_CLOSING,
  STATE_OVER,
} State;

/* Everything belongs to the context thread but @over, which @lock guards; no lock is held while calling back. */
struct _GstSignallingLink
{
  gatomicrefcount ref_count;
  GstSignallingContextThread *thread;
  GstSignallingLinkSettings settings;
  GstSignallingLinkCallbacks callbacks;
  gpointer user_data;
  GDestroyNotify destroy;

  State state;
  gboolean was_connected;
  GstSignallingConnector *connector;
  GstSignallingChannel *channel;
  GstSignallingDeadline retry;
  GstSignallingReconnectPolicy policy;

  GMutex lock;
  GCond over_cond;
  gboolean over;
};

static void attempt (GstSignallingLink *link);

/* -- ends --------------------------------------------------------------------------------------------------------- */

static void
drop_connector (GstSignallingLink *link)
{
  g_clear_pointer (&link->connector, gst_signalling_connector_free);
}

static void
drop_channel (GstSignallingLink *link)
{
  if (!link->channel)
    return;
  gst_signalling_channel_detach (link->channel);
  g_clear_object (&link->channel);
}

static gboolean
set_over (gpointer data)
{
  GstSignallingLink *link = data;

  g_mutex_lock (&link->lock);
  link->over = TRUE;
  g_cond_broadcast (&link->over_cond);
  g_mutex_unlock (&link->lock);
  gst_signalling_context_thread_release (link->thread);
  return G_SOURCE_REMOVE;
}

static void
unref_link (gpointer link)
{
  gst_signalling_link_unref (link);
}

/* The last word: callbacks may stop the link again, or drop its owner. Whoever waits for the end waits until the stack
 * is gone, too: this may happen within another callback, stopped by a handler that has not returned. */
static void
end (GstSignallingLink *link, GstSignallingCloseInfo *info)
{
  g_autoptr (GstSignallingLink) guard = gst_signalling_link_ref (link);

  if (link->state == STATE_OVER)
    return;
  link->state = STATE_OVER;
  gst_signalling_deadline_cancel (&link->retry);
  drop_channel (link);
  link->callbacks.closed (link, info, link->user_data);
  if (link->destroy)
    link->destroy (link->user_data);
  link->destroy = NULL;
  gst_signalling_context_thread_invoke (link->thread, set_over, gst_signalling_link_ref (link), unref_link);
}

static GstSignallingCloseInfo *
with_reconnect (GstSignallingCloseInfo *info, gboolean will_reconnect)
{
  return gst_signalling_close_info_new (gst_signalling_close_info_get_initiator (info),
      gst_signalling_close_info_get_close_class (info), gst_signalling_close_info_get_clean (info),
      gst_signalling_close_info_get_code (info), gst_signalling_close_info_get_reason (info), will_reconnect,
      gst_signalling_close_info_get_error (info));
}

static void
end_locally (GstSignallingLink *link)
{
  g_autoptr (GstSignallingCloseInfo) info = gst_signalling_close_info_new (
      GST_SIGNALLING_INITIATOR_LOCAL, GST_SIGNALLING_CLOSE_LOCAL, FALSE, 0, NULL, FALSE, NULL);

  end (link, info);
}

/* -- trying again ------------------------------------------------------------------------------------------------- */

static void
on_retry (gpointer owner)
{
  attempt (owner);
}

/* Counts the attempt that is made in @delay_ms, and tells of it. */
static void
wait_for_retry (GstSignallingLink *link, guint delay_ms, const GError *why)
{
  link->state = STATE_WAITING;
  gst_signalling_deadline_arm (
      gst_signalling_context_thread_get_deadlines (link->thread), &link->retry, delay_ms, on_retry, link);
  GST_DEBUG ("attempt %u to reconnect in %u ms", link->policy.attempts, delay_ms);
  link->callbacks.retrying (link, link->policy.attempts, delay_ms, why, link->user_data);
}

/* `closed` comes before `retrying`, and its handler may stop the link. */
static void
lost (GstSignallingLink *link, GstSignallingCloseInfo *info)
{
  g_autoptr (GstSignallingLink) guard = gst_signalling_link_ref (link);
  g_autoptr (GstSignallingCloseInfo) told = NULL;
  gint delay_ms = -1;

  if (gst_signalling_reconnect_policy_wants (&link->policy, info))
    delay_ms = gst_signalling_reconnect_policy_next (&link->policy, info, g_get_monotonic_time ());
  if (delay_ms < 0) {
    end (link, info);
    return;
  }
  told = with_reconnect (info, TRUE);
  link->state = STATE_WAITING;
  link->callbacks.closed (link, told, link->user_data);
  if (link->state == STATE_WAITING)
    wait_for_retry (link, delay_ms, gst_signalling_close_info_get_error (info));
}

/* -- the channel -------------------------------------------------------------------------------------------------- */

static void
on_message (GstSignallingChannel *channel, GBytes *text, gpointer user_data)
{
  GstSignallingLink *link = user_data;

  link->callbacks.message (link, text, link->user_data);
}

/* All that a stop waits for; the connection is taken down in the background. */
static void
on_answered (GstSignallingChannel *channel, gpointer user_data)
{
  GstSignallingLink *link = user_data;
  g_autoptr (GstSignallingCloseInfo) info = NULL;

  if (link->state != STATE_CLOSING)
    return;
  info = gst_signalling_channel_dup_verdict (channel);
  end (link, info);
}

static void
on_ended (GstSignallingChannel *channel, GstSignallingCloseInfo *info, gpointer user_data)
{
  GstSignallingLink *link = user_data;

  g_clear_object (&link->channel);
  if (link->state == STATE_CLOSING)
    end (link, info);
  else
    lost (link, info);
}

/* -- connecting --------------------------------------------------------------------------------------------------- */

static void
take_connection (GstSignallingLink *link, SoupWebsocketConnection *connection)
{
  static const GstSignallingChannelCallbacks callbacks = {
    .message = on_message, .answered = on_answered, .ended = on_ended
  };
  gboolean again = link->was_connected;

  link->state = STATE_OPEN;
  link->was_connected = TRUE;
  link->channel =
      gst_signalling_channel_new_client (link->thread, connection, &link->settings.channel, &callbacks, link);
  link->callbacks.connected (link, again, link->user_data);
}

static void
connect_failed (GstSignallingLink *link, const GError *error, gboolean may_retry)
{
  g_autoptr (GstSignallingCloseInfo) info = gst_signalling_close_info_new (
      GST_SIGNALLING_INITIATOR_NONE, GST_SIGNALLING_CLOSE_HANDSHAKE, FALSE, 0, NULL, FALSE, error);
  gint delay_ms = -1;

  if (link->was_connected && may_retry)
    delay_ms = gst_signalling_reconnect_policy_next (&link->policy, NULL, g_get_monotonic_time ());
  if (delay_ms < 0)
    end (link, info);
  else
    wait_for_retry (link, delay_ms, error);
}

static void
on_connect_result (SoupWebsocketConnection *connection, const GError *error, gboolean may_retry, gpointer user_data)
{
  g_autoptr (GstSignallingLink) link = gst_signalling_link_ref (user_data);

  drop_connector (link);
  if (connection)
    take_connection (link, connection);
  else
    connect_failed (link, error, may_retry);
}

static void
attempt (GstSignallingLink *link)
{
  link->state = STATE_CONNECTING;
  link->connector = gst_signalling_connector_new (link->thread, &link->settings.connector, on_connect_result, link);
}

/* -- public ------------------------------------------------------------------------------------------------------- */

void
gst_signalling_link_start (GstSignallingLink *link)
{
  if (link->state == STATE_NEW)
    attempt (link);
}

/* What accepts the WebSocket may be a proxy whose server is not there: to count from new attempts would be to knock
 * four times a second for ever. */
void
gst_signalling_link_confirm (GstSignallingLink *link)
{
  gst_signalling_reconnect_policy_reset (&link->policy);
}

gboolean
gst_signalling_link_send (GstSignallingLink *link, GBytes *text, GError **error)
{
  if (link->state == STATE_OPEN)
    return gst_signalling_channel_send_text (link->channel, text, error);
  g_set_error_literal (
      error, GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_CLOSED, "There is no connection to the signalling server");
  return FALSE;
}

void
gst_signalling_link_stop (GstSignallingLink *link)
{
  g_autoptr (GstSignallingLink) guard = gst_signalling_link_ref (link);

  switch (link->state) {
    case STATE_NEW:
    case STATE_CONNECTING:
    case STATE_WAITING:
      drop_connector (link);
      end_locally (link);
      break;
    case STATE_OPEN:
      link->state = STATE_CLOSING;
      gst_signalling_channel_close (link->channel, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
      break;
    default:
      break;
  }
}

gboolean
gst_signalling_link_is_over (GstSignallingLink *link)
{
  return link->state == STATE_OVER || link->state == STATE_CLOSING;
}

gboolean
gst_signalling_link_wait (GstSignallingLink *link, gint64 until)
{
  gboolean over;

  g_mutex_lock (&link->lock);
  while (!link->over && g_cond_wait_until (&link->over_cond, &link->lock, until))
    ;
  over = link->over;
  g_mutex_unlock (&link->lock);
  return over;
}

void
gst_signalling_link_settings_clear (GstSignallingLinkSettings *settings)
{
  g_clear_pointer (&settings->connector.uri, g_free);
  g_clear_pointer (&settings->connector.ca_file, g_free);
  g_clear_pointer (&settings->connector.headers, g_strfreev);
}

GstSignallingLink *
gst_signalling_link_new (GstSignallingContextThread *thread, GstSignallingLinkSettings *settings,
    const GstSignallingLinkCallbacks *callbacks, gpointer user_data, GDestroyNotify destroy)
{
  GstSignallingLink *link = g_new0 (GstSignallingLink, 1);

  GST_DEBUG_CATEGORY_INIT (gst_signalling_link_debug, "signallinglink", 0, "Connection of a WebSocket signaller");
  g_atomic_ref_count_init (&link->ref_count);
  g_mutex_init (&link->lock);
  g_cond_init (&link->over_cond);
  link->thread = gst_signalling_context_thread_ref (thread);
  gst_signalling_context_thread_hold (thread); /* until end */
  link->settings = *settings;
  memset (settings, 0, sizeof *settings);
  link->policy.timeout_s = link->settings.reconnect_timeout;
  link->callbacks = *callbacks;
  link->user_data = user_data;
  link->destroy = destroy;
  return link;
}

GstSignallingLink *
gst_signalling_link_ref (GstSignallingLink *link)
{
  g_atomic_ref_count_inc (&link->ref_count);
  return link;
}

void
gst_signalling_link_unref (GstSignallingLink *link)
{
  if (!g_atomic_ref_count_dec (&link->ref_count))
    return;
  g_assert (link->state == STATE_OVER);
  gst_signalling_link_settings_clear (&link->settings);
  g_mutex_clear (&link->lock);
  g_cond_clear (&link->over_cond);
  gst_signalling_context_thread_unref (link->thread);
  g_free (link);
}

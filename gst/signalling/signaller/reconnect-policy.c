/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/signaller/reconnect-policy-private.h>

#define FIRST_DELAY_MS 250
#define MAX_DELAY_MS 10000
/* 1013, "try again later" (IANA's registry of close codes): not at once. */
#define TRY_LATER_DELAY_MS 5000

static gboolean
clean_code_wants (guint code)
{
  switch (code) {
    case 1001: /* going away */
    case 1011: /* server error */
    case 1012: /* service restart */
    case 1013: /* try again later */
    case 1014: /* bad gateway */
      return TRUE;
    default:
      return FALSE;
  }
}

gboolean
gst_signalling_reconnect_policy_wants (const GstSignallingReconnectPolicy *policy, GstSignallingCloseInfo *info)
{
  if (policy->timeout_s == 0)
    return FALSE;
  switch (gst_signalling_close_info_get_close_class (info)) {
    case GST_SIGNALLING_CLOSE_TRANSPORT:
      return TRUE;
    case GST_SIGNALLING_CLOSE_CLEAN:
      return clean_code_wants (gst_signalling_close_info_get_code (info));
    default:
      return FALSE;
  }
}

/* Half to all of an exponential delay: those who lost the same server do not come back in the same instant. */
static guint
delay_ms (const GstSignallingReconnectPolicy *policy)
{
  guint64 most = MIN ((guint64) FIRST_DELAY_MS << MIN (policy->attempts, 16), MAX_DELAY_MS);

  return MAX (policy->minimum_ms, (guint) g_random_int_range (most / 2, most + 1));
}

gint
gst_signalling_reconnect_policy_next (GstSignallingReconnectPolicy *policy, GstSignallingCloseInfo *info, gint64 now)
{
  guint delay;

  if (policy->lost_at == 0)
    policy->lost_at = now;
  if (info && gst_signalling_close_info_get_code (info) == 1013)
    policy->minimum_ms = TRY_LATER_DELAY_MS;
  delay = delay_ms (policy);
  if (policy->timeout_s >= 0 &&
      now + delay * (gint64) 1000 > policy->lost_at + policy->timeout_s * (gint64) G_TIME_SPAN_SECOND)
    return -1;
  policy->attempts++;
  return delay;
}

void
gst_signalling_reconnect_policy_reset (GstSignallingReconnectPolicy *policy)
{
  policy->lost_at = 0;
  policy->attempts = 0;
  policy->minimum_ms = 0;
}

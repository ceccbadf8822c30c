/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* When a lost connection is made again: which ends call for it, how long it takes, and when it is enough. */

#include <gst/signalling/signaller/reconnect-policy-private.h>

#include <tests/common/log-guard.h>

#define SECOND ((gint64) G_TIME_SPAN_SECOND)

static GstSignallingCloseInfo *
info_new (GstSignallingCloseClass close_class, guint code)
{
  g_autoptr (GError) error = NULL;

  if (close_class == GST_SIGNALLING_CLOSE_CLEAN)
    return gst_signalling_close_info_new_orderly (GST_SIGNALLING_INITIATOR_REMOTE, TRUE, code, NULL, FALSE);
  if (close_class == GST_SIGNALLING_CLOSE_LOCAL)
    return gst_signalling_close_info_new_orderly (GST_SIGNALLING_INITIATOR_LOCAL, TRUE, code, NULL, FALSE);
  error = g_error_new_literal (GST_SIGNALLING_ERROR, GST_SIGNALLING_ERROR_FAILED, "x");
  return gst_signalling_close_info_new (GST_SIGNALLING_INITIATOR_NONE, close_class, FALSE, code, NULL, FALSE, error);
}

static void
test_wants (void)
{
  static const struct
  {
    GstSignallingCloseClass close_class;
    guint code;
    gboolean wants;
  } table[] = {
    { GST_SIGNALLING_CLOSE_TRANSPORT, 0, TRUE },
    { GST_SIGNALLING_CLOSE_PROTOCOL, 0, FALSE },
    { GST_SIGNALLING_CLOSE_PROTOCOL, 2999, FALSE },
    { GST_SIGNALLING_CLOSE_HANDSHAKE, 0, FALSE },
    { GST_SIGNALLING_CLOSE_LOCAL, 1001, FALSE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1000, FALSE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1001, TRUE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1002, FALSE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1003, FALSE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1005, FALSE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1007, FALSE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1008, FALSE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1009, FALSE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1010, FALSE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1011, TRUE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1012, TRUE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1013, TRUE },
    { GST_SIGNALLING_CLOSE_CLEAN, 1014, TRUE },
    { GST_SIGNALLING_CLOSE_CLEAN, 3000, FALSE },
    { GST_SIGNALLING_CLOSE_CLEAN, 4999, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GstSignallingCloseInfo) info = info_new (table[i].close_class, table[i].code);
    const GstSignallingReconnectPolicy some = { .timeout_s = 60 }, never = { .timeout_s = 0 },
                                       always = { .timeout_s = -1 };

    g_assert_cmpint (gst_signalling_reconnect_policy_wants (&some, info), ==, table[i].wants);
    g_assert_cmpint (gst_signalling_reconnect_policy_wants (&always, info), ==, table[i].wants);
    g_assert_false (gst_signalling_reconnect_policy_wants (&never, info));
  }
}

/* Doubling from a quarter of a second to ten seconds, of which half is left to chance; without end. */
static void
test_delays (void)
{
  GstSignallingReconnectPolicy policy = { .timeout_s = -1 };
  gint64 now = 5 * SECOND;

  for (guint i = 0; i < 200; i++) {
    gint most = (gint) MIN (G_GUINT64_CONSTANT (250) << MIN (i, 16), 10000);
    gint delay = gst_signalling_reconnect_policy_next (&policy, NULL, now);

    g_assert_cmpint (delay, >=, most / 2);
    g_assert_cmpint (delay, <=, most);
    g_assert_cmpuint (policy.attempts, ==, i + 1);
    now += delay * (gint64) 1000;
  }
  gst_signalling_reconnect_policy_reset (&policy);
  g_assert_cmpint (gst_signalling_reconnect_policy_next (&policy, NULL, now), <=, 250);
  g_assert_cmpuint (policy.attempts, ==, 1);
}

/* No attempt begins after the time that was given; a new loss has all of it again. */
static void
test_timeout (void)
{
  GstSignallingReconnectPolicy policy = { .timeout_s = 20 };
  gint64 lost = 7 * SECOND, now = lost;
  gint delay;

  while ((delay = gst_signalling_reconnect_policy_next (&policy, NULL, now)) >= 0) {
    now += delay * (gint64) 1000;
    g_assert_cmpint (now, <=, lost + 20 * SECOND);
  }
  g_assert_cmpint (now, >=, lost + 10 * SECOND);
  g_assert_cmpint (gst_signalling_reconnect_policy_next (&policy, NULL, now + SECOND * 20), ==, -1);
  gst_signalling_reconnect_policy_reset (&policy);
  g_assert_cmpint (gst_signalling_reconnect_policy_next (&policy, NULL, now), >, 0);
}

/* 1013 asks for patience, for this loss and not for the next. */
static void
test_try_again_later (void)
{
  g_autoptr (GstSignallingCloseInfo) busy = info_new (GST_SIGNALLING_CLOSE_CLEAN, 1013);
  GstSignallingReconnectPolicy policy = { .timeout_s = 60 }, short_one = { .timeout_s = 4 };

  g_assert_cmpint (gst_signalling_reconnect_policy_next (&policy, busy, SECOND), >=, 5000);
  g_assert_cmpint (gst_signalling_reconnect_policy_next (&policy, NULL, 7 * SECOND), >=, 5000);
  gst_signalling_reconnect_policy_reset (&policy);
  g_assert_cmpint (gst_signalling_reconnect_policy_next (&policy, NULL, 9 * SECOND), <=, 250);
  g_assert_cmpint (gst_signalling_reconnect_policy_next (&short_one, busy, SECOND), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_log_guard_start ();
  g_test_add_func ("/reconnect-policy/wants", test_wants);
  g_test_add_func ("/reconnect-policy/delays", test_delays);
  g_test_add_func ("/reconnect-policy/timeout", test_timeout);
  g_test_add_func ("/reconnect-policy/try-again-later", test_try_again_later);
  return g_test_run ();
}

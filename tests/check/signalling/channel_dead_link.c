/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Row 15 of docs/closing-handshake.md on a link that is really dead: in a network namespace of its own, whose loopback
 * drops every packet from a certain moment on, without a word to either side. */

#define _GNU_SOURCE
#include <errno.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gst/gst.h>

#include "channel-rows.h"

#include <tests/common/log-guard.h>
#include <tests/common/test-time.h>

static const gchar *no_namespace; /* why there is none */

/* Before there is any second thread: a user namespace is for single-threaded programs. */
static void
enter_namespace (void)
{
  struct ifreq lo = { .ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING };
  int fd;

  if (unshare (geteuid () == 0 ? CLONE_NEWNET : CLONE_NEWUSER | CLONE_NEWNET) != 0) {
    no_namespace = g_strerror (errno);
    return;
  }
  fd = socket (AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  g_strlcpy (lo.ifr_name, "lo", sizeof (lo.ifr_name));
  if (ioctl (fd, SIOCSIFFLAGS, &lo) != 0)
    no_namespace = g_strerror (errno);
  close (fd);
}

typedef struct
{
  struct nlmsghdr header;
  struct tcmsg tc;
  struct rtattr kind;
  gchar kind_name[8];
  struct rtattr options;
  struct tc_fifo_qopt fifo;
} QdiscRequest;

/* What `tc qdisc add dev lo root pfifo limit 0` does; or takes it away again. */
static gboolean
set_link_dead (gboolean dead)
{
  QdiscRequest request = {
    .header = { .nlmsg_len = sizeof (request),
        .nlmsg_type = dead ? RTM_NEWQDISC : RTM_DELQDISC,
        .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | (dead ? NLM_F_CREATE | NLM_F_REPLACE : 0) },
    .tc = { .tcm_family = AF_UNSPEC, .tcm_ifindex = (int) if_nametoindex ("lo"), .tcm_parent = TC_H_ROOT },
    .kind = { .rta_len = RTA_LENGTH (sizeof ("pfifo")), .rta_type = TCA_KIND },
    .kind_name = "pfifo",
    .options = { .rta_len = RTA_LENGTH (sizeof (struct tc_fifo_qopt)), .rta_type = TCA_OPTIONS },
    .fifo = { .limit = 0 },
  };
  struct
  {
    struct nlmsghdr header;
    struct nlmsgerr error;
    guint8 rest[256];
  } answer;
  int fd = socket (AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  gboolean done;

  done = send (fd, &request, sizeof (request), 0) == sizeof (request) && recv (fd, &answer, sizeof (answer), 0) > 0 &&
         answer.header.nlmsg_type == NLMSG_ERROR && answer.error.error == 0;
  close (fd);
  return done;
}

static gboolean
kill_link (ChannelCase *self)
{
  self->limits.ping_ms = test_time_scale (1000);
  self->limits.pong_ms = test_time_scale (1000);
  channel_case_start (self);
  return set_link_dead (TRUE);
}

static void
expect_dead (ChannelCase *self, gint64 since)
{
  gint64 bound = self->limits.ping_ms + self->limits.pong_ms;

  channel_case_expect (self, GST_SIGNALLING_CLOSE_TRANSPORT, FALSE, 0);
  channel_case_expect_error (self, GST_SIGNALLING_ERROR_CONNECTION_LOST);
  g_assert_cmpint (channel_case_get_end_ms (self, since), <=, bound + test_time_scale (2000));
  g_assert_true (set_link_dead (FALSE));
  channel_case_peer_reset (self);
}

static void
run_15_idle (ChannelCase *self)
{
  gint64 start = g_get_monotonic_time ();

  g_assert_true (kill_link (self));
  expect_dead (self, start);
}

/* What we send is never acknowledged: TCP alone would try for many minutes. */
static void
run_15_traffic (ChannelCase *self)
{
  gint64 start = g_get_monotonic_time ();

  g_assert_true (kill_link (self));
  channel_case_send (self, "is anybody there?");
  expect_dead (self, start);
}

/* 15c: we close into it */
static void
run_15c (ChannelCase *self)
{
  g_assert_true (kill_link (self));
  channel_case_close (self, 1000, NULL);
  channel_case_expect (self, GST_SIGNALLING_CLOSE_LOCAL, FALSE, 0);
  g_assert_true (set_link_dead (FALSE));
  channel_case_peer_reset (self);
}

/* clang-format off */
static const Row rows[] = {
  { "15", "dead link while idle", run_15_idle, ROW_BOTH | ROW_TLS },
  { "15", "dead link while sending", run_15_traffic, ROW_BOTH },
  { "15c", "closed into a dead link", run_15c, ROW_BOTH },
};
/* clang-format on */

static void
skip (void)
{
  g_autofree gchar *why = g_strdup_printf ("no network namespace: %s", no_namespace);

  g_test_skip (why);
}

int
main (int argc, char **argv)
{
  enter_namespace ();
  g_test_init (&argc, &argv, NULL);
  gst_init (&argc, &argv);
  test_log_guard_start ();
  if (!no_namespace && (!set_link_dead (TRUE) || !set_link_dead (FALSE)))
    no_namespace = "its loopback cannot be made to drop packets";
  if (no_namespace) {
    g_test_add_func ("/channel/15/dead-link", skip);
  } else {
    channel_rows_add (rows, G_N_ELEMENTS (rows), ROW_CLIENT, FALSE);
    channel_rows_add (rows, G_N_ELEMENTS (rows), ROW_SERVER, FALSE);
  }
  return g_test_run ();
}

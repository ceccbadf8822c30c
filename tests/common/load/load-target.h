/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <sys/socket.h>

/* Where the load goes: a ws:// URL whose host is this machine itself. */
typedef struct
{
  struct sockaddr_storage address;
  socklen_t address_length;
  char *request; /* the HTTP upgrade request, the same for every connection */
  gsize request_length;
  char *expected_accept; /* the value Sec-WebSocket-Accept has to have */
  guint n_sources;       /* how many loopback source addresses are used in turn */
} LoadTarget;

LoadTarget *load_target_new (const char *url, guint n_sources, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void load_target_free (LoadTarget *target);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LoadTarget, load_target_free)

guint16 load_target_get_port (const LoadTarget *target);
int load_target_open_socket (const LoadTarget *target, guint serial, GError **error) G_GNUC_WARN_UNUSED_RESULT;

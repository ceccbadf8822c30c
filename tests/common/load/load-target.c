/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <tests/common/load/load-target.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#define WEBSOCKET_GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

/* One nonce for all connections: what is measured is the server's answer to it, not our randomness. */
#define WEBSOCKET_KEY "bG9hZC1nZW5lcmF0b3ItMQ=="

static gboolean
is_loopback (const struct sockaddr *address)
{
  if (address->sa_family == AF_INET)
    return (ntohl (((const struct sockaddr_in *) address)->sin_addr.s_addr) >> 24) == 127;
  if (address->sa_family == AF_INET6)
    return IN6_IS_ADDR_LOOPBACK (&((const struct sockaddr_in6 *) address)->sin6_addr);
  return FALSE;
}

static gboolean
resolve (LoadTarget *target, const char *host, int port, GError **error)
{
  struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
  struct addrinfo *found = NULL;
  g_autofree char *service = g_strdup_printf ("%d", port);
  int status = getaddrinfo (host, service, &hints, &found);
  gboolean usable = FALSE;

  if (status != 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_HOST_NOT_FOUND, "cannot resolve '%s': %s", host, gai_strerror (status));
    return FALSE;
  }
  for (struct addrinfo *entry = found; entry != NULL && !usable; entry = entry->ai_next) {
    usable = is_loopback (entry->ai_addr);
    if (usable) {
      memcpy (&target->address, entry->ai_addr, entry->ai_addrlen);
      target->address_length = entry->ai_addrlen;
    }
  }
  freeaddrinfo (found);
  if (!usable)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
        "'%s' is not a loopback address: load is only made against servers on this machine", host);
  return usable;
}

/* RFC 6455, section 4.2.2, item 5.4: base64 of the SHA-1 of the key followed by the GUID. */
static char *
compute_accept (void)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA1);
  guint8 digest[20];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) WEBSOCKET_KEY WEBSOCKET_GUID, -1);
  g_checksum_get_digest (checksum, digest, &length);
  return g_base64_encode (digest, length);
}

static char *
write_request (GUri *uri, int port)
{
  const char *path = g_uri_get_path (uri);
  const char *query = g_uri_get_query (uri);
  const char *host = g_uri_get_host (uri);
  const char *bracket = strchr (host, ':') != NULL ? "[" : "";

  return g_strdup_printf ("GET %s%s%s HTTP/1.1\r\n"
                          "Host: %s%s%s:%d\r\n"
                          "Upgrade: websocket\r\n"
                          "Connection: Upgrade\r\n"
                          "Sec-WebSocket-Key: " WEBSOCKET_KEY "\r\n"
                          "Sec-WebSocket-Version: 13\r\n\r\n",
      *path != '\0' ? path : "/", query != NULL ? "?" : "", query != NULL ? query : "", bracket, host,
      *bracket != '\0' ? "]" : "", port);
}

LoadTarget *
load_target_new (const char *url, guint n_sources, GError **error)
{
  g_autoptr (LoadTarget) target = g_new0 (LoadTarget, 1);
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, error);
  int port;

  if (uri == NULL)
    return NULL;
  if (g_strcmp0 (g_uri_get_scheme (uri), "ws") != 0 || g_uri_get_host (uri) == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "'%s' is not of the form ws://host:port/path", url);
    return NULL;
  }
  port = g_uri_get_port (uri) > 0 ? g_uri_get_port (uri) : 80;
  if (!resolve (target, g_uri_get_host (uri), port, error))
    return NULL;
  target->request = write_request (uri, port);
  target->request_length = strlen (target->request);
  target->expected_accept = compute_accept ();
  target->n_sources = CLAMP (n_sources, 1, 250);
  return g_steal_pointer (&target);
}

void
load_target_free (LoadTarget *target)
{
  g_free (target->request);
  g_free (target->expected_accept);
  g_free (target);
}

guint16
load_target_get_port (const LoadTarget *target)
{
  if (target->address.ss_family == AF_INET6)
    return ntohs (((const struct sockaddr_in6 *) &target->address)->sin6_port);
  return ntohs (((const struct sockaddr_in *) &target->address)->sin_port);
}

/* One address has fewer ports than a large crowd needs; 127.0.0.0/8 has plenty of addresses. */
static gboolean
bind_source (int fd, const LoadTarget *target, guint serial)
{
  struct sockaddr_in source = { .sin_family = AF_INET };
  int on = 1;

  if (target->address.ss_family != AF_INET || target->n_sources == 1)
    return TRUE;
  source.sin_addr.s_addr = htonl (INADDR_LOOPBACK + serial % target->n_sources);
  setsockopt (fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  return bind (fd, (struct sockaddr *) &source, sizeof source) == 0;
}

/* A non-blocking socket on its way to the target; the descriptor becomes writable when it has arrived. */
int
load_target_open_socket (const LoadTarget *target, guint serial, GError **error)
{
  int fd = socket (target->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int on = 1;

  if (fd < 0) {
    g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot make a socket: %s", g_strerror (errno));
    return -1;
  }
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (bind_source (fd, target, serial) &&
      (connect (fd, (const struct sockaddr *) &target->address, target->address_length) == 0 || errno == EINPROGRESS))
    return fd;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), "cannot connect to port %u: %s",
      load_target_get_port (target), g_strerror (errno));
  close (fd);
  return -1;
}

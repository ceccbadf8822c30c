/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signalling-prelude.h>

G_BEGIN_DECLS

/**
 * GST_SIGNALLING_ERROR:
 *
 * The error domain of this library. Codes are from #GstSignallingError.
 *
 * Since: 0.1
 */
#define GST_SIGNALLING_ERROR (gst_signalling_error_quark ())

/**
 * GstSignallingError:
 * @GST_SIGNALLING_ERROR_FAILED: anything that has no code of its own
 * @GST_SIGNALLING_ERROR_INVALID_MESSAGE: a message is not one of the protocol: not JSON, a field missing,
 *   twice or of the wrong type, an unknown type
 * @GST_SIGNALLING_ERROR_TOO_LARGE: a message breaks one of the limits on size, depth, or length
 * @GST_SIGNALLING_ERROR_NOT_ALLOWED: the protocol forbids this message from this peer at this time
 * @GST_SIGNALLING_ERROR_NOT_FOUND: a peer, a host name or an HTTP resource does not exist
 * @GST_SIGNALLING_ERROR_SETTINGS: a property has a value that cannot work: an URI with the wrong scheme, an
 *   unreadable certificate
 * @GST_SIGNALLING_ERROR_CONNECT: no connection could be made: refused, unreachable, timed out
 * @GST_SIGNALLING_ERROR_NOT_AUTHORIZED: the other side refused us (HTTP 401, 403, 407), the certificate was
 *   rejected, or the system forbids listening
 * @GST_SIGNALLING_ERROR_HANDSHAKE: the other side does not speak HTTP or WebSocket the way it should
 * @GST_SIGNALLING_ERROR_CONNECTION_LOST: an established connection ended without a closing handshake
 * @GST_SIGNALLING_ERROR_WRITE: the other side no longer reads what it is sent
 * @GST_SIGNALLING_ERROR_PROTOCOL: the other side broke the WebSocket protocol (RFC 6455)
 * @GST_SIGNALLING_ERROR_ADDRESS_IN_USE: another program listens on that port
 * @GST_SIGNALLING_ERROR_CLOSED: the object is not connected, or is being closed
 *
 * What went wrong, as far as a program can act on it.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_SIGNALLING_ERROR_FAILED,
  GST_SIGNALLING_ERROR_INVALID_MESSAGE,
  GST_SIGNALLING_ERROR_TOO_LARGE,
  GST_SIGNALLING_ERROR_NOT_ALLOWED,
  GST_SIGNALLING_ERROR_NOT_FOUND,
  GST_SIGNALLING_ERROR_SETTINGS,
  GST_SIGNALLING_ERROR_CONNECT,
  GST_SIGNALLING_ERROR_NOT_AUTHORIZED,
  GST_SIGNALLING_ERROR_HANDSHAKE,
  GST_SIGNALLING_ERROR_CONNECTION_LOST,
  GST_SIGNALLING_ERROR_WRITE,
  GST_SIGNALLING_ERROR_PROTOCOL,
  GST_SIGNALLING_ERROR_ADDRESS_IN_USE,
  GST_SIGNALLING_ERROR_CLOSED,
} GstSignallingError;

GST_SIGNALLING_API
GQuark gst_signalling_error_quark (void);

#define GST_TYPE_SIGNALLING_ERROR (gst_signalling_error_get_type ())
GST_SIGNALLING_API
GType gst_signalling_error_get_type (void);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/signalling-error.h>

/**
 * gst_signalling_error_quark:
 *
 * What #GST_SIGNALLING_ERROR stands for.
 *
 * Returns: the quark of the error domain
 * Since: 0.1
 */
/* clang-format off */
G_DEFINE_QUARK (gst-signalling-error-quark, gst_signalling_error)

G_DEFINE_ENUM_TYPE (GstSignallingError, gst_signalling_error,
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_FAILED, "failed"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_INVALID_MESSAGE, "invalid-message"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_TOO_LARGE, "too-large"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_NOT_ALLOWED, "not-allowed"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_NOT_FOUND, "not-found"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_SETTINGS, "settings"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_CONNECT, "connect"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_NOT_AUTHORIZED, "not-authorized"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_HANDSHAKE, "handshake"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_CONNECTION_LOST, "connection-lost"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_WRITE, "write"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_PROTOCOL, "protocol"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_ADDRESS_IN_USE, "address-in-use"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_ERROR_CLOSED, "closed"))
/* clang-format on */

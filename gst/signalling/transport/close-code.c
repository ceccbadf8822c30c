/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <gst/signalling/transport/close-code-private.h>

/* A control frame carries 125 bytes (RFC 6455, 5.5), two of which are the code. */
#define MAX_REASON 123

guint
gst_signalling_close_code_to_send (guint code, gboolean is_server)
{
  switch (code) {
    case 1000:
    case 1001:
    case 1002:
    case 1003:
    case 1005: /* a Close without a code */
    case 1007:
    case 1008:
    case 1009:
      return code;
    case 1010:
      return is_server ? 1000 : code;
    case 1011:
      return is_server ? code : 1000;
    default:
      return code >= 3000 && code <= 4999 ? code : 1000;
  }
}

gchar *
gst_signalling_close_reason_to_send (const gchar *reason)
{
  g_autofree gchar *valid = NULL;

  if (!reason || !*reason)
    return NULL;
  valid = g_utf8_make_valid (reason, -1);
  if (strlen (valid) > MAX_REASON)
    *g_utf8_find_prev_char (valid, valid + MAX_REASON + 1) = '\0';
  return g_steal_pointer (&valid);
}

gboolean
gst_signalling_close_code_is_registered_later (guint code)
{
  return code >= 1012 && code <= 1014;
}

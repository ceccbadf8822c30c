/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/signalling/transport/close-info.h>

struct _GstSignallingCloseInfo
{
  gatomicrefcount ref_count;
  GstSignallingInitiator initiator;
  GstSignallingCloseClass close_class;
  gboolean clean;
  gboolean will_reconnect;
  guint code;
  gchar *reason;
  GError *error;
};

G_DEFINE_BOXED_TYPE (
    GstSignallingCloseInfo, gst_signalling_close_info, gst_signalling_close_info_ref, gst_signalling_close_info_unref)

/* clang-format off */
G_DEFINE_ENUM_TYPE (GstSignallingInitiator, gst_signalling_initiator,
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_INITIATOR_NONE, "none"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_INITIATOR_LOCAL, "local"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_INITIATOR_REMOTE, "remote"))

G_DEFINE_ENUM_TYPE (GstSignallingCloseClass, gst_signalling_close_class,
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_CLOSE_CLEAN, "clean"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_CLOSE_LOCAL, "local"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_CLOSE_TRANSPORT, "transport"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_CLOSE_PROTOCOL, "protocol"),
    G_DEFINE_ENUM_VALUE (GST_SIGNALLING_CLOSE_HANDSHAKE, "handshake"))
/* clang-format on */

/**
 * gst_signalling_close_info_new:
 * @initiator: who ended the connection
 * @close_class: the class of the end
 * @clean: whether both Close frames were seen
 * @code: the close code received (RFC 6455, 7.4), 0 when none was
 * @reason: (nullable): the reason that came with it
 * @will_reconnect: whether a new attempt follows
 * @error: (nullable): what went wrong, for the classes that are failures
 *
 * Describes the end of a connection; for signallers that are not this library's own.
 *
 * Returns: (transfer full): a new #GstSignallingCloseInfo
 * Since: 0.1
 */
GstSignallingCloseInfo *
gst_signalling_close_info_new (GstSignallingInitiator initiator, GstSignallingCloseClass close_class, gboolean clean,
    guint code, const gchar *reason, gboolean will_reconnect, const GError *error)
{
  GstSignallingCloseInfo *info = g_new0 (GstSignallingCloseInfo, 1);

  g_atomic_ref_count_init (&info->ref_count);
  info->initiator = initiator;
  info->close_class = close_class;
  info->clean = clean;
  info->will_reconnect = will_reconnect;
  info->code = code;
  info->reason = g_strdup (reason);
  info->error = error ? g_error_copy (error) : NULL;
  return info;
}

/**
 * gst_signalling_close_info_new_orderly:
 * @initiator: who ended the connection, %GST_SIGNALLING_INITIATOR_LOCAL or %GST_SIGNALLING_INITIATOR_REMOTE
 * @clean: whether both Close frames were seen
 * @code: the close code received (RFC 6455, 7.4), 0 when none was
 * @reason: (nullable): the reason that came with it
 * @will_reconnect: whether a new attempt follows
 *
 * Describes an end that is no failure: of class %GST_SIGNALLING_CLOSE_LOCAL or %GST_SIGNALLING_CLOSE_CLEAN, by
 * @initiator. For signallers that are not this library's own, and for languages that cannot pass %NULL for the
 * error of gst_signalling_close_info_new().
 *
 * Returns: (transfer full): a new #GstSignallingCloseInfo
 * Since: 0.1
 */
GstSignallingCloseInfo *
gst_signalling_close_info_new_orderly (
    GstSignallingInitiator initiator, gboolean clean, guint code, const gchar *reason, gboolean will_reconnect)
{
  GstSignallingCloseClass close_class =
      initiator == GST_SIGNALLING_INITIATOR_LOCAL ? GST_SIGNALLING_CLOSE_LOCAL : GST_SIGNALLING_CLOSE_CLEAN;

  g_return_val_if_fail (initiator != GST_SIGNALLING_INITIATOR_NONE, NULL);
  return gst_signalling_close_info_new (initiator, close_class, clean, code, reason, will_reconnect, NULL);
}

/**
 * gst_signalling_close_info_ref: (skip)
 * @info: a #GstSignallingCloseInfo
 *
 * Adds a reference. Any thread.
 *
 * Returns: (transfer full): @info
 * Since: 0.1
 */
GstSignallingCloseInfo *
gst_signalling_close_info_ref (GstSignallingCloseInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);
  g_atomic_ref_count_inc (&info->ref_count);
  return info;
}

/**
 * gst_signalling_close_info_unref: (skip)
 * @info: (transfer full): a #GstSignallingCloseInfo
 *
 * Gives up a reference; the last one frees @info. Any thread.
 *
 * Since: 0.1
 */
void
gst_signalling_close_info_unref (GstSignallingCloseInfo *info)
{
  g_return_if_fail (info != NULL);
  if (!g_atomic_ref_count_dec (&info->ref_count))
    return;
  g_clear_error (&info->error);
  g_free (info->reason);
  g_free (info);
}

/**
 * gst_signalling_close_info_get_initiator:
 * @info: a #GstSignallingCloseInfo
 *
 * Which side ended the connection.
 *
 * Returns: who ended the connection
 * Since: 0.1
 */
GstSignallingInitiator
gst_signalling_close_info_get_initiator (GstSignallingCloseInfo *info)
{
  g_return_val_if_fail (info != NULL, GST_SIGNALLING_INITIATOR_NONE);
  return info->initiator;
}

/**
 * gst_signalling_close_info_get_close_class:
 * @info: a #GstSignallingCloseInfo
 *
 * Tells failures from ends that are none.
 *
 * Returns: the class of the end, as the first event fixed it
 * Since: 0.1
 */
GstSignallingCloseClass
gst_signalling_close_info_get_close_class (GstSignallingCloseInfo *info)
{
  g_return_val_if_fail (info != NULL, GST_SIGNALLING_CLOSE_TRANSPORT);
  return info->close_class;
}

/**
 * gst_signalling_close_info_get_clean:
 * @info: a #GstSignallingCloseInfo
 *
 * Whether the closing handshake was completed.
 *
 * Returns: %TRUE when the closing handshake was completed: both Close frames were seen
 * Since: 0.1
 */
gboolean
gst_signalling_close_info_get_clean (GstSignallingCloseInfo *info)
{
  g_return_val_if_fail (info != NULL, FALSE);
  return info->clean;
}

/**
 * gst_signalling_close_info_get_code:
 * @info: a #GstSignallingCloseInfo
 *
 * What the other side gave as its code.
 *
 * Returns: the close code received: 0 when none was, 1005 for a Close without a code (RFC 6455, 7.4.1)
 * Since: 0.1
 */
guint
gst_signalling_close_info_get_code (GstSignallingCloseInfo *info)
{
  g_return_val_if_fail (info != NULL, 0);
  return info->code;
}

/**
 * gst_signalling_close_info_get_reason:
 * @info: a #GstSignallingCloseInfo
 *
 * What the other side gave as its reason.
 *
 * Returns: (transfer none) (nullable): the text that came with the close code
 * Since: 0.1
 */
const gchar *
gst_signalling_close_info_get_reason (GstSignallingCloseInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);
  return info->reason;
}

/**
 * gst_signalling_close_info_get_will_reconnect:
 * @info: a #GstSignallingCloseInfo
 *
 * Whether a lost connection is being made again.
 *
 * Returns: whether a new attempt to connect follows by itself
 * Since: 0.1
 */
gboolean
gst_signalling_close_info_get_will_reconnect (GstSignallingCloseInfo *info)
{
  g_return_val_if_fail (info != NULL, FALSE);
  return info->will_reconnect;
}

/**
 * gst_signalling_close_info_get_error:
 * @info: a #GstSignallingCloseInfo
 *
 * The failure, for the classes that are failures.
 *
 * Returns: (transfer none) (nullable): what went wrong, in #GST_SIGNALLING_ERROR; %NULL when nothing did
 * Since: 0.1
 */
const GError *
gst_signalling_close_info_get_error (GstSignallingCloseInfo *info)
{
  g_return_val_if_fail (info != NULL, NULL);
  return info->error;
}

static const gchar *
enum_nick (GType type, gint value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  GEnumValue *entry = g_enum_get_value (klass, value);

  return entry ? entry->value_nick : "?";
}

/**
 * gst_signalling_close_info_to_string:
 * @info: a #GstSignallingCloseInfo
 *
 * Everything in one line, for a log.
 *
 * Returns: (transfer full): one line for a log
 * Since: 0.1
 */
gchar *
gst_signalling_close_info_to_string (GstSignallingCloseInfo *info)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (info != NULL, NULL);
  g_string_append_printf (text, "%s", enum_nick (GST_TYPE_SIGNALLING_CLOSE_CLASS, info->close_class));
  g_string_append_printf (text, ", by %s", enum_nick (GST_TYPE_SIGNALLING_INITIATOR, info->initiator));
  g_string_append (text, info->clean ? ", handshake completed" : ", handshake not completed");
  if (info->code != 0)
    g_string_append_printf (text, ", code %u", info->code);
  if (info->reason && *info->reason)
    g_string_append_printf (text, ", \"%s\"", info->reason);
  if (info->error)
    g_string_append_printf (text, ": %s", info->error->message);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

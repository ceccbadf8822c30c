/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/signalling-error.h>

G_BEGIN_DECLS

/**
 * GstSignallingInitiator:
 * @GST_SIGNALLING_INITIATOR_NONE: neither side asked for it: the connection broke, or never was
 * @GST_SIGNALLING_INITIATOR_LOCAL: this side
 * @GST_SIGNALLING_INITIATOR_REMOTE: the other side
 *
 * Who ended a connection.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_SIGNALLING_INITIATOR_NONE,
  GST_SIGNALLING_INITIATOR_LOCAL,
  GST_SIGNALLING_INITIATOR_REMOTE,
} GstSignallingInitiator;

/**
 * GstSignallingCloseClass:
 * @GST_SIGNALLING_CLOSE_CLEAN: the other side started a closing handshake: never an error
 * @GST_SIGNALLING_CLOSE_LOCAL: this side started it, answered or not: never an error
 * @GST_SIGNALLING_CLOSE_TRANSPORT: the connection broke without a closing handshake
 * @GST_SIGNALLING_CLOSE_PROTOCOL: the other side broke RFC 6455
 * @GST_SIGNALLING_CLOSE_HANDSHAKE: no connection was ever established
 *
 * The class of an end, fixed by the first thing that happened.
 *
 * Since: 0.1
 */
typedef enum
{
  GST_SIGNALLING_CLOSE_CLEAN,
  GST_SIGNALLING_CLOSE_LOCAL,
  GST_SIGNALLING_CLOSE_TRANSPORT,
  GST_SIGNALLING_CLOSE_PROTOCOL,
  GST_SIGNALLING_CLOSE_HANDSHAKE,
} GstSignallingCloseClass;

/**
 * GstSignallingCloseInfo:
 *
 * How a connection ended: who ended it, in which class, with which close code. Opaque, immutable and
 * reference counted.
 *
 * Since: 0.1
 */
typedef struct _GstSignallingCloseInfo GstSignallingCloseInfo;

#define GST_TYPE_SIGNALLING_CLOSE_INFO (gst_signalling_close_info_get_type ())
GST_SIGNALLING_API
GType gst_signalling_close_info_get_type (void);
GST_SIGNALLING_API
GstSignallingCloseInfo *
gst_signalling_close_info_new (GstSignallingInitiator initiator, GstSignallingCloseClass close_class, gboolean clean,
    guint code, const gchar *reason, gboolean will_reconnect, const GError *error) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingCloseInfo *gst_signalling_close_info_new_orderly (GstSignallingInitiator initiator, gboolean clean,
    guint code, const gchar *reason, gboolean will_reconnect) G_GNUC_WARN_UNUSED_RESULT;
GST_SIGNALLING_API
GstSignallingCloseInfo *gst_signalling_close_info_ref (GstSignallingCloseInfo *info);
GST_SIGNALLING_API
void gst_signalling_close_info_unref (GstSignallingCloseInfo *info);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstSignallingCloseInfo, gst_signalling_close_info_unref)
GST_SIGNALLING_API
GstSignallingInitiator gst_signalling_close_info_get_initiator (GstSignallingCloseInfo *info);
GST_SIGNALLING_API
GstSignallingCloseClass gst_signalling_close_info_get_close_class (GstSignallingCloseInfo *info);
/* TRUE when the closing handshake was completed: both Close frames were seen. */
GST_SIGNALLING_API
gboolean gst_signalling_close_info_get_clean (GstSignallingCloseInfo *info);
/* The close code received; 0 when none was, 1005 for a Close without a code (RFC 6455, 7.4.1) */
GST_SIGNALLING_API
guint gst_signalling_close_info_get_code (GstSignallingCloseInfo *info);
GST_SIGNALLING_API
const gchar *gst_signalling_close_info_get_reason (GstSignallingCloseInfo *info);
GST_SIGNALLING_API
gboolean gst_signalling_close_info_get_will_reconnect (GstSignallingCloseInfo *info);
/* NULL unless the class is TRANSPORT, PROTOCOL or HANDSHAKE */
GST_SIGNALLING_API
const GError *gst_signalling_close_info_get_error (GstSignallingCloseInfo *info);
/* One line for a log */
GST_SIGNALLING_API
gchar *gst_signalling_close_info_to_string (GstSignallingCloseInfo *info) G_GNUC_WARN_UNUSED_RESULT;

#define GST_TYPE_SIGNALLING_INITIATOR (gst_signalling_initiator_get_type ())
GST_SIGNALLING_API
GType gst_signalling_initiator_get_type (void);
#define GST_TYPE_SIGNALLING_CLOSE_CLASS (gst_signalling_close_class_get_type ())
GST_SIGNALLING_API
GType gst_signalling_close_class_get_type (void);

G_END_DECLS

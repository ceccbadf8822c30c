/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/elements/session/bus-policy-private.h>

typedef struct
{
  GQuark domain;
  gint code;
} BusCode;

static BusCode
bus_code_of (const GError *error)
{
  const BusCode resource = { GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED };
  BusCode code = resource;

  if (error->domain != GST_SIGNALLING_ERROR)
    return code;
  switch (error->code) {
    case GST_SIGNALLING_ERROR_SETTINGS:
      code.code = GST_RESOURCE_ERROR_SETTINGS;
      break;
    case GST_SIGNALLING_ERROR_NOT_FOUND:
      code.code = GST_RESOURCE_ERROR_NOT_FOUND;
      break;
    case GST_SIGNALLING_ERROR_NOT_AUTHORIZED:
      code.code = GST_RESOURCE_ERROR_NOT_AUTHORIZED;
      break;
    case GST_SIGNALLING_ERROR_ADDRESS_IN_USE:
      code.code = GST_RESOURCE_ERROR_BUSY;
      break;
    case GST_SIGNALLING_ERROR_CONNECT:
      code.code = GST_RESOURCE_ERROR_OPEN_READ_WRITE;
      break;
    case GST_SIGNALLING_ERROR_CONNECTION_LOST:
      code.code = GST_RESOURCE_ERROR_READ;
      break;
    case GST_SIGNALLING_ERROR_WRITE:
      code.code = GST_RESOURCE_ERROR_WRITE;
      break;
    case GST_SIGNALLING_ERROR_HANDSHAKE:
    case GST_SIGNALLING_ERROR_PROTOCOL:
      code.domain = GST_STREAM_ERROR;
      code.code = GST_STREAM_ERROR_FORMAT;
      break;
    default:
      break;
  }
  return code;
}

static void
post_message (GstElement *element, GstMessageType type, BusCode code, const gchar *text, const gchar *debug)
{
  gst_element_message_full (
      element, type, code.domain, code.code, g_strdup (text), g_strdup (debug), __FILE__, GST_FUNCTION, __LINE__);
}

static const gchar *
nick_of (GType type, gint value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  GEnumValue *entry = g_enum_get_value (klass, value);

  return entry ? entry->value_nick : NULL;
}

static void
post_element_message (GstElement *element, GstSignallingCloseInfo *info)
{
  GstStructure *structure = gst_structure_new ("signalling-closed", "initiator", G_TYPE_STRING,
      nick_of (GST_TYPE_SIGNALLING_INITIATOR, gst_signalling_close_info_get_initiator (info)), "class", G_TYPE_STRING,
      nick_of (GST_TYPE_SIGNALLING_CLOSE_CLASS, gst_signalling_close_info_get_close_class (info)), "clean",
      G_TYPE_BOOLEAN, gst_signalling_close_info_get_clean (info), "code", G_TYPE_UINT,
      gst_signalling_close_info_get_code (info), "reason", G_TYPE_STRING, gst_signalling_close_info_get_reason (info),
      "will-reconnect", G_TYPE_BOOLEAN, gst_signalling_close_info_get_will_reconnect (info), NULL);

  gst_element_post_message (element, gst_message_new_element (GST_OBJECT (element), structure));
}

gchar *
gst_soup_webrtc_post_connection_closed (GstElement *element, GstSignallingCloseInfo *info)
{
  const GError *error = gst_signalling_close_info_get_error (info);
  g_autofree gchar *debug = gst_signalling_close_info_to_string (info);
  gboolean illegal_close = gst_signalling_close_info_get_close_class (info) == GST_SIGNALLING_CLOSE_PROTOCOL &&
                           gst_signalling_close_info_get_code (info) != 0;

  post_element_message (element, info);
  if (!error || illegal_close) /* the latter comes as the signaller's warning */
    return NULL;
  if (gst_signalling_close_info_get_will_reconnect (info)) {
    post_message (element, GST_MESSAGE_WARNING, bus_code_of (error), error->message, debug);
    return NULL;
  }
  post_message (element, GST_MESSAGE_ERROR, bus_code_of (error), error->message, debug);
  return g_strdup (error->message);
}

void
gst_soup_webrtc_post_signalling_error (GstElement *element, const gchar *text)
{
  const BusCode code = { GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED };

  post_message (element, GST_MESSAGE_ERROR, code, text, "from the signaller");
}

void
gst_soup_webrtc_post_signalling_warning (GstElement *element, const gchar *text)
{
  const BusCode code = { GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED };

  post_message (element, GST_MESSAGE_WARNING, code, text, "from the signaller");
}

void
gst_soup_webrtc_post_service_error (GstElement *element, const GError *error)
{
  post_message (element, GST_MESSAGE_ERROR, bus_code_of (error), error->message, NULL);
}

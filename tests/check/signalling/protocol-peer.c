/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protocol-peer.h"

ProtocolPeer *
protocol_peer_new (RawPeer *raw)
{
  ProtocolPeer *self = g_new0 (ProtocolPeer, 1);

  self->raw = raw;
  self->received = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  return self;
}

void
protocol_peer_free (ProtocolPeer *self)
{
  raw_peer_free (self->raw);
  g_ptr_array_unref (self->received);
  g_free (self->id);
  g_free (self);
}

ProtocolPeer *
protocol_peer_join (guint port, RawSocketFlags flags)
{
  ProtocolPeer *self = protocol_peer_new (raw_peer_connect_websocket ((guint16) port, flags));

  self->id = g_strdup (protocol_peer_expect_text (self, "welcome", "peerId"));
  return self;
}

ProtocolPeer *
protocol_peer_join_as (guint port, const gchar *roles)
{
  ProtocolPeer *self = protocol_peer_join (port, RAW_SOCKET_PLAIN);
  g_autofree gchar *all = NULL;

  protocol_peer_say (self, "{'type': 'setPeerStatus', 'roles': %s}", roles);
  if (g_strstr_len (roles, -1, "listener"))
    protocol_peer_expect (self, "peerStatusChanged");
  all = protocol_peer_settle (self);
  return self;
}

ProtocolPeer *
protocol_peer_serve (RawListener *listener, const gchar *id)
{
  ProtocolPeer *self = protocol_peer_new (raw_listener_accept_websocket (listener));

  protocol_peer_expect (self, "setProtocolVersion");
  protocol_peer_say (self, "{'type': 'welcome', 'peerId': '%s'}", id);
  return self;
}

void
protocol_peer_say (ProtocolPeer *self, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdelimit (g_strdup_vprintf (format, arguments), "'", '"');
  va_end (arguments);
  raw_peer_send_text (self->raw, text);
}

JsonObject *
protocol_peer_expect (ProtocolPeer *self, const gchar *type)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) error = NULL;
  const RawFrame *frame = raw_peer_expect_frame (self->raw, RAW_TEXT);
  gsize size;
  const gchar *text = g_bytes_get_data (frame->payload, &size);
  JsonObject *object;

  json_parser_load_from_data (parser, text, (gssize) size, &error);
  g_assert_no_error (error);
  object = json_object_ref (json_node_get_object (json_parser_get_root (parser)));
  g_ptr_array_add (self->received, object);
  if (g_strcmp0 (json_object_get_string_member (object, "type"), type) != 0)
    g_error ("\"%s\" was expected, not %.*s", type, (int) size, text);
  return object;
}

const gchar *
protocol_peer_expect_text (ProtocolPeer *self, const gchar *type, const gchar *member)
{
  return json_object_get_string_member (protocol_peer_expect (self, type), member);
}

gchar *
protocol_peer_settle (ProtocolPeer *self)
{
  g_autoptr (GString) ids = g_string_new (" ");
  JsonArray *producers;

  protocol_peer_say (self, "{'type': 'list'}");
  producers = json_object_get_array_member (protocol_peer_expect (self, "list"), "producers");
  for (guint i = 0; i < json_array_get_length (producers); i++)
    g_string_append_printf (
        ids, "%s ", json_object_get_string_member (json_array_get_object_element (producers, i), "id"));
  return g_string_free (g_steal_pointer (&ids), FALSE);
}

const gchar *
protocol_peer_start_session (ProtocolPeer *self, ProtocolPeer *other)
{
  const gchar *session;

  protocol_peer_say (self, "{'type': 'startSession', 'peerId': '%s'}", other->id);
  session = protocol_peer_expect_text (self, "sessionStarted", "sessionId");
  g_assert_cmpstr (protocol_peer_expect_text (other, "startSession", "sessionId"), ==, session);
  return session;
}

void
protocol_peer_leave (ProtocolPeer *self)
{
  raw_peer_send_close (self->raw, 1000, NULL);
  raw_peer_expect_close (self->raw, 1000);
  raw_peer_expect_end (self->raw, RAW_END_FIN);
}

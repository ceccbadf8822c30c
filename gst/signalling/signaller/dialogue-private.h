/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/signalling/protocol/message.h>
#include <gst/signalling/signaller/signaller.h>

G_BEGIN_DECLS

/* The protocol as one signaller speaks it: what it says when it is connected, by its role, and what it makes of what
 * the server says. No sockets: text goes out by a function, news by the signals of a GstSignaller. Belongs to one
 * thread. */
typedef struct _GstSignallingDialogue GstSignallingDialogue;

typedef struct
{
  GstSignallingRoles role; /* one of them */
  gchar *producer_id;      /* consumer: whom to ask for a session; NULL: nobody */
  gboolean first_producer; /* consumer without a producer id: the first one there is */
} GstSignallingDialogueSettings;

typedef struct
{
  void (*send) (GstSignallingMessage *message, gpointer user_data);
  /* The server has given us an id. Called before anything else is made of the connection. */
  void (*welcomed) (const gchar *peer_id, gpointer user_data);
} GstSignallingDialogueCallbacks;

/* @settings are taken over. */
GstSignallingDialogue *gst_signalling_dialogue_new (GstSignallingDialogueSettings *settings,
    const GstSignallingDialogueCallbacks *callbacks, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
void gst_signalling_dialogue_free (GstSignallingDialogue *dialogue);

void gst_signalling_dialogue_connected (GstSignallingDialogue *dialogue, GstSignaller *signaller);
void gst_signalling_dialogue_message (
    GstSignallingDialogue *dialogue, GstSignaller *signaller, GstSignallingMessage *message);
/* Any thread. Nothing more is told, also not what is just being told. */
void gst_signalling_dialogue_mute (GstSignallingDialogue *dialogue);
/* Our side has ended that session. */
void gst_signalling_dialogue_forget_session (GstSignallingDialogue *dialogue, const gchar *session_id);

G_END_DECLS

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Deadlines of one main context, for thousands of connections: arming and cancelling cost O(1) and no memory,
 * and one timer source serves them all. A deadline fires up to 100 ms late, never early. */
typedef struct _GstSignallingDeadlines GstSignallingDeadlines;
typedef struct _GstSignallingDeadline GstSignallingDeadline;

typedef void (*GstSignallingDeadlineFunc) (gpointer owner);

/* Embedded in its owner, who cancels it before going away. Zero-filled means not armed. */
struct _GstSignallingDeadline
{
  GstSignallingDeadline *next;
  GstSignallingDeadline *prev;
  GstSignallingDeadlines *deadlines;
  gint64 due; /* monotonic time, µs */
  GstSignallingDeadlineFunc func;
  gpointer owner;
};

GstSignallingDeadlines *gst_signalling_deadlines_new (GMainContext *context);
/* Whatever is still armed is cancelled. */
void gst_signalling_deadlines_free (GstSignallingDeadlines *deadlines);
/* Re-arms when already armed. */
void gst_signalling_deadline_arm (GstSignallingDeadlines *deadlines, GstSignallingDeadline *deadline,
    guint milliseconds, GstSignallingDeadlineFunc func, gpointer owner);
void gst_signalling_deadline_cancel (GstSignallingDeadline *deadline);
gboolean gst_signalling_deadline_is_armed (const GstSignallingDeadline *deadline);

G_END_DECLS

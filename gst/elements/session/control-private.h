/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include <gst/signalling/transport/context-thread-private.h>

G_BEGIN_DECLS

/* The control thread of an element: all session state lives there. A task is dropped, not run, once the control is
 * closed; so whoever closes it on its thread knows that nothing follows.
 *
 * Pipelines are taken down elsewhere, since that joins threads which may be waiting for this one. */
typedef struct _GstSoupWebRTCControl GstSoupWebRTCControl;

typedef void (*GstSoupWebRTCTask) (gpointer data);

GstSoupWebRTCControl *gst_soup_webrtc_control_new (void);
GstSoupWebRTCControl *gst_soup_webrtc_control_ref (GstSoupWebRTCControl *control);
void gst_soup_webrtc_control_unref (GstSoupWebRTCControl *control);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstSoupWebRTCControl, gst_soup_webrtc_control_unref)

/* Any thread. @data is always given to @destroy, after @task has run or instead of it. */
void gst_soup_webrtc_control_post (
    GstSoupWebRTCControl *control, GstSoupWebRTCTask task, gpointer data, GDestroyNotify destroy);
gboolean gst_soup_webrtc_control_is_current (GstSoupWebRTCControl *control);
/* Control thread. Takes the pipeline to NULL on a thread of its own, and drops it: (transfer full). */
void gst_soup_webrtc_control_take_down (GstSoupWebRTCControl *control, GstElement *pipeline);
GstSignallingDeadlines *gst_soup_webrtc_control_get_deadlines (GstSoupWebRTCControl *control);

/* From another thread: @last runs as the last task, then pipelines being taken down are waited for, at most
 * @timeout_ms. */
gboolean
gst_soup_webrtc_control_close (GstSoupWebRTCControl *control, GstSoupWebRTCTask last, gpointer data, guint timeout_ms);

G_END_DECLS

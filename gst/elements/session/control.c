/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/elements/session/control-private.h>

/* @closed belongs to the thread. What is being taken down holds the thread, so that its end means that all is down. */
struct _GstSoupWebRTCControl
{
  gatomicrefcount ref_count;
  GstSignallingContextThread *thread;
  gboolean closed;
};

typedef struct
{
  GstSoupWebRTCControl *control;
  GstSoupWebRTCTask task;
  gpointer data;
  GDestroyNotify destroy;
  gboolean last;
} Job;

static gboolean
run_job (gpointer user_data)
{
  Job *job = user_data;

  if (!job->control->closed)
    job->task (job->data);
  if (job->last)
    job->control->closed = TRUE;
  return G_SOURCE_REMOVE;
}

static void
job_free (gpointer user_data)
{
  Job *job = user_data;

  if (job->destroy)
    job->destroy (job->data);
  gst_soup_webrtc_control_unref (job->control);
  g_free (job);
}

static void
post (GstSoupWebRTCControl *control, GstSoupWebRTCTask task, gpointer data, GDestroyNotify destroy, gboolean last)
{
  Job *job = g_new0 (Job, 1);

  job->control = gst_soup_webrtc_control_ref (control);
  job->task = task;
  job->data = data;
  job->destroy = destroy;
  job->last = last;
  gst_signalling_context_thread_invoke (control->thread, run_job, job, job_free);
}

GstSoupWebRTCControl *
gst_soup_webrtc_control_new (void)
{
  GstSoupWebRTCControl *control = g_new0 (GstSoupWebRTCControl, 1);

  g_atomic_ref_count_init (&control->ref_count);
  control->thread = gst_signalling_context_thread_new ("webrtc-control");
  return control;
}

GstSoupWebRTCControl *
gst_soup_webrtc_control_ref (GstSoupWebRTCControl *control)
{
  g_atomic_ref_count_inc (&control->ref_count);
  return control;
}

void
gst_soup_webrtc_control_unref (GstSoupWebRTCControl *control)
{
  if (!g_atomic_ref_count_dec (&control->ref_count))
    return;
  gst_signalling_context_thread_stop (control->thread);
  gst_signalling_context_thread_unref (control->thread);
  g_free (control);
}

void
gst_soup_webrtc_control_post (
    GstSoupWebRTCControl *control, GstSoupWebRTCTask task, gpointer data, GDestroyNotify destroy)
{
  post (control, task, data, destroy, FALSE);
}

gboolean
gst_soup_webrtc_control_is_current (GstSoupWebRTCControl *control)
{
  return gst_signalling_context_thread_is_current (control->thread);
}

GstSignallingDeadlines *
gst_soup_webrtc_control_get_deadlines (GstSoupWebRTCControl *control)
{
  return gst_signalling_context_thread_get_deadlines (control->thread);
}

static void
stop_pipeline (GstElement *pipeline, gpointer user_data)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
}

/* The last reference goes with it, on the thread of gst_element_call_async(). */
static void
pipeline_is_down (gpointer user_data)
{
  GstSoupWebRTCControl *control = user_data;

  gst_signalling_context_thread_release (control->thread);
  gst_soup_webrtc_control_unref (control);
}

void
gst_soup_webrtc_control_take_down (GstSoupWebRTCControl *control, GstElement *pipeline)
{
  gst_signalling_context_thread_hold (control->thread);
  gst_element_call_async (pipeline, stop_pipeline, gst_soup_webrtc_control_ref (control), pipeline_is_down);
  gst_object_unref (pipeline);
}

gboolean
gst_soup_webrtc_control_close (GstSoupWebRTCControl *control, GstSoupWebRTCTask last, gpointer data, guint timeout_ms)
{
  gint64 until = g_get_monotonic_time () + timeout_ms * (gint64) G_TIME_SPAN_MILLISECOND;

  post (control, last, data, NULL, TRUE);
  gst_signalling_context_thread_stop (control->thread);
  return gst_signalling_context_thread_join (control->thread, until);
}

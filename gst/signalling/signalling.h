/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The one header applications include. */
#include <gst/signalling/signalling-prelude.h>
#include <gst/signalling/signalling-error.h>
#include <gst/signalling/protocol/message.h>
#include <gst/signalling/server/session-end.h>
#include <gst/signalling/server/signalling-server.h>
#include <gst/signalling/transport/close-info.h>
#include <gst/signalling/signaller/signaller.h>
#include <gst/signalling/signaller/websocket-signaller.h>

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Everything is hidden unless it says GST_SIGNALLING_API. */
#ifndef GST_SIGNALLING_API
#define GST_SIGNALLING_API __attribute__ ((visibility ("default"))) extern
#endif

G_END_DECLS

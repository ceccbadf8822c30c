/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <tests/common/load/load-connection.h>

/* What the loop calls. */
void load_connection_dispatch (LoadConnection *connection, guint32 events);
void load_connection_flush (LoadConnection *connection);
void load_connection_destroy (LoadConnection *connection);

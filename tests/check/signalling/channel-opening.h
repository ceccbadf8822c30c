/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "channel-case.h"

G_BEGIN_DECLS

/* How the channel of a case comes to be, and what it reports. The first two on the context thread. */
void channel_opening_start_client (ChannelCase *self);
void channel_opening_start_server (ChannelCase *self);
/* From the test's thread: nothing more comes in; waits until everything is gone, the thread included. Rows in
 * which the peer never reads call it themselves, before it does. */
void channel_opening_stop (ChannelCase *self);

G_END_DECLS

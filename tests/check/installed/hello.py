#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The typelib loads, and what it describes can be called."""

import gi

gi.require_version('GstSignalling', '1.0')
from gi.repository import GstSignalling  # noqa: E402  (the version comes first)

info = GstSignalling.SignallingCloseInfo.new_orderly(GstSignalling.SignallingInitiator.REMOTE, True, 1001,
                                                     'going away', False)
assert info.get_code() == 1001 and info.get_reason() == 'going away', info.to_string()
print(info.to_string())

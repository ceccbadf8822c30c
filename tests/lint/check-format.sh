#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `check-format.sh CLANG_FORMAT ROOT`: every C file is as clang-format writes it. The whole tree was formatted from its
# first day, so the whole tree is looked at, not only what changed. To mend: clang-format -i FILE.
set -eu
cd "$2"
find gst tests -name '*.[ch]' -print0 | xargs -0 "$1" --dry-run --Werror

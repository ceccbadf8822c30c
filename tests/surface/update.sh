#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `update.sh LIBRARY [GIR]`: writes the surface of the library just built into the tree.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
python3 "$here/surface.py" update "$here/symbols.txt" symbols "$1"
[ $# -lt 2 ] || python3 "$here/surface.py" update "$here/gir.txt" gir "$2"

#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `check-devenv.sh MESON BUILD`: inside `meson devenv` the library just built is found without installing it.
set -eu
exec "$1" devenv -C "$2" /usr/bin/python3 "$(cd "$(dirname "$0")" && pwd)/hello.py"

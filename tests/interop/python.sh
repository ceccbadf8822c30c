#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The rules of the protocol with an independent client against a signalling server:
#
#   python.sh WORK [--strict] (URL | COMMAND [ARGUMENT...])
#
# The client's WebSocket implementation is installed below WORK, once. Without Python 3.11 or a package registry the
# test is skipped (exit status 77).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
work=$1/python
shift

skip () {
  echo "1..0 # SKIP $*"
  exit 77
}

command -v python3 >/dev/null || skip "Python is not installed"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip "Python is older than 3.11"

mkdir -p "$work"
if ! cmp -s "$here/python/requirements.txt" "$work/installed.txt"; then
  python3 -m venv "$work/venv" >"$work/install.log" 2>&1 || skip "no virtual environment: $(tail -1 "$work/install.log")"
  timeout 60 "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/python/requirements.txt" \
    >"$work/install.log" 2>&1 || skip "pip could not install what is needed: $(tail -1 "$work/install.log")"
  cp "$here/python/requirements.txt" "$work/installed.txt"
fi
export PYTHONDONTWRITEBYTECODE=1
exec timeout --kill-after=10 120 "$work/venv/bin/python" "$here/python/client.py" "$@"

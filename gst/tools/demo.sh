#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
usage() {
  cat <<'END'
Usage: gst/tools/demo.sh [--port PORT] [--once] [--build DIR]

A live stream in your browser, on Debian 12: installs what building needs (as root or with sudo), builds into
build-demo/, starts the signalling server, shows a conversation through it, and then sends a moving picture with sound
by webrtcsink until Ctrl-C. The server answers browsers with the page to watch it.

  --port PORT   TCP port on 127.0.0.1 (default: 8443; 0: a free one)
  --once        end after the conversation; so it does by itself when the output is not a terminal
  --build DIR   use this build instead of making one
END
}

set -eu
cd "$(dirname "$0")/../.."

port=8443 once=false build=
while [ $# -gt 0 ]; do
  case $1 in
    --port) port=${2:?--port needs a number}; shift ;;
    --once) once=true ;;
    --build) build=${2:?--build needs a folder}; shift ;;
    --help | -h) usage; exit 0 ;;
    *) echo "demo.sh: unknown option $1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[ -t 1 ] || once=true
export PATH="/usr/bin:/bin:$PATH"

if [ -z "$build" ]; then
  build=build-demo
  log=$build/demo.log
  mkdir -p $build
  echo "Installing what is missing, and building (details in $log) …"
  prepare() {
    bash tests/install-packages.sh build
    [ -f $build/build.ninja ] ||
      meson setup $build --buildtype=release -Dtests=disabled -Dintrospection=disabled -Ddocs=disabled
    ninja -C $build
  }
  if ! (set -e; prepare) >"$log" 2>&1 </dev/null; then
    tail -n 30 "$log" >&2
    exit 1
  fi
fi

server=$build/gst/tools/gst-signalling-server
echo "\$ $server --host 127.0.0.1 --port $port"
exec 3< <(exec "$server" --host 127.0.0.1 --port "$port" --log-level info)
server_pid=$!
sink_pid=
stop_server() {
  trap - EXIT INT TERM
  [ -z "$sink_pid" ] || kill -INT $sink_pid 2>/dev/null || :
  kill $server_pid 2>/dev/null || :
  wait $server_pid
}
trap stop_server EXIT
if ! read -r line <&3; then
  echo "demo.sh: the server did not start; --port chooses another port" >&2
  exit 1
fi
echo "$line"
url=${line##* }

echo
/usr/bin/python3 tests/examples/talk.py --tour "$url"
echo
if $once; then
  stop_server
  echo "The server closed every connection and ended with exit code $?."
  exit 0
fi

export GST_PLUGIN_PATH=$PWD/$build/gst/elements LD_LIBRARY_PATH=$PWD/$build/gst/signalling
pipeline="videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=480,framerate=30/1 ! webrtcsink name=sink \
  signaller::uri=$url meta=\"meta,name=(string)demo\" audiotestsrc is-live=true wave=ticks ! sink."
echo "\$ gst-launch-1.0 $pipeline"
# shellcheck disable=SC2086 # the words of the pipeline are arguments
eval "gst-launch-1.0 --quiet $pipeline" >/dev/null &
sink_pid=$!

cat <<END

Watch it in a browser: http${url#ws}

Or talk to the server yourself, in another terminal:

  python3 tests/examples/talk.py $url
  {"type": "setPeerStatus", "roles": ["listener"], "meta": {"name": "me"}}
  {"type": "list"}

Every message is described in docs/protocol.md, the server in docs/signalling-server.md. Ctrl-C ends it.
END
trap 'stop_server; exit' INT TERM
# Ends when the server does: it holds the other end of the pipe.
while read -r line <&3; do echo "$line"; done

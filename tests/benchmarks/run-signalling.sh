#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Measures signalling servers and prints the figures side by side, one column per server.
set -euo pipefail

usage () {
  cat <<'TEXT'
Usage: run-signalling.sh [OPTIONS] [SERVER...] [-- GENERATOR OPTIONS]

SERVER is the command that starts a server which understands --host and --port; in quotes when it has arguments.
The default is gst-signalling-server of the build directory. Each measurement gets a freshly started server.

  --build DIR        build directory (default: build next to the sources)
  --server URL       measure a server that runs already, and is left running
  --pid PID          its process
  --measure LIST     only these: memory,connect,churn,sessions,relay,crowded,saturation,presence
  --server-cpu N     core the server is pinned to (0)
  --load-cpu N       core the load generator is pinned to (1)
  --realtime         both get real-time priority, which keeps other programs off their cores (needs privileges)

What follows -- goes to the generator; see signalling-load --help.
TEXT
}

sources=$(cd "$(dirname "$0")/../.." && pwd)
build=$sources/build
url='' pid='' server_cpu=0 load_cpu=1 priority=()
measurements=memory,connect,churn,sessions,relay,crowded,saturation,presence
servers=()

die () {
  echo "run-signalling.sh: $*" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --help|-h) usage; exit 0 ;;
    --build) build=$2; shift 2 ;;
    --server) url=$2; shift 2 ;;
    --pid) pid=$2; shift 2 ;;
    --measure) measurements=$2; shift 2 ;;
    --server-cpu) server_cpu=$2; shift 2 ;;
    --load-cpu) load_cpu=$2; shift 2 ;;
    --realtime) priority=(chrt --fifo 1); shift ;;
    --) shift; break ;;
    -*) usage >&2; exit 2 ;;
    *) servers+=("$1"); shift ;;
  esac
done

generator=$build/tests/benchmarks/signalling-load
[ -x "$generator" ] || die "$generator is missing: build first, or name the build directory with --build"
if [ -z "$url" ] && [ ${#servers[@]} -eq 0 ]; then
  # Limits that protect a server from one address are in the way when all the load comes from one.
  servers=("$build/gst/tools/gst-signalling-server --log-level=error --max-connections=0 \
    --max-connections-per-address=0 --max-messages-per-second=0")
fi

pin () {
  local core=$1
  shift
  if [ "$(nproc --all)" -gt 1 ] && command -v taskset >/dev/null; then
    exec taskset -c "$core" "${priority[@]}" "$@"
  fi
  exec "${priority[@]}" "$@"
}

work=$(mktemp -d)
server_pid=''
stop_server () {
  [ -n "$server_pid" ] || return 0
  kill "$server_pid" 2>/dev/null || true
  wait "$server_pid" 2>/dev/null || true
  server_pid=''
}
trap 'stop_server; rm -rf "$work"' EXIT
ulimit -n "$(ulimit -Hn)"

accepts () {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

find_free_port () {
  port=$((20000 + RANDOM % 10000))
  while accepts "$port"; do
    port=$((port + 1))
  done
}

# Sets server_pid and url.
start_server () {
  find_free_port
  # shellcheck disable=SC2086 # the arguments of the command are words of it
  (pin "$server_cpu" $1 --host 127.0.0.1 --port "$port") >"$work/server.log" 2>&1 &
  server_pid=$!
  for _ in $(seq 100); do
    accepts "$port" && break
    kill -0 "$server_pid" 2>/dev/null || die "'$1' ended at once: $(tail -3 "$work/server.log")"
    sleep 0.1
  done
  accepts "$port" || die "'$1' does not listen on port $port"
  url=ws://127.0.0.1:$port/
}

failed=0
measure () {
  (pin "$load_cpu" "$generator" --tsv --measure "$1" --server "$url" ${2:+--pid "$2"} "${generator_options[@]}") || failed=1
}

generator_options=("$@")
# What other people's servers write about every connection is not part of the comparison.
export WEBRTCSINK_SIGNALLING_SERVER_LOG=${WEBRTCSINK_SIGNALLING_SERVER_LOG-off}

columns=()
if [ -n "$url" ]; then
  echo "measuring $url" >&2
  measure "$measurements" "$pid" >"$work/0.tsv"
  columns+=("$url")
else
  for command in "${servers[@]}"; do
    echo "measuring $command" >&2
    file=$work/${#columns[@]}.tsv
    for measurement in ${measurements//,/ }; do
      start_server "$command"
      measure "$measurement" "$server_pid" >>"$file"
      stop_server
    done
    executable=${command%% *}
    columns+=("${executable##*/}")
  done
fi

# The rows in the order of the first server, the columns in the order of the command line.
print_table () {
  awk -F '\t' -v names="$(IFS=$'\t'; echo "${columns[*]}")" '
    FNR == 1 { column++ }
    /^#/ { if (!($0 in seen)) { seen[$0] = 1; rows[++n] = $0 } next }
    { if (!($1 in seen)) { seen[$1] = 1; rows[++n] = $1; unit[$1] = $3 } value[$1, column] = $2 }
    END {
      count = split (names, name, "\t")
      printf "%-72s", ""
      for (i = 1; i <= count; i++) printf " %28s", substr (name[i], 1, 28)
      print ""
      for (row = 1; row <= n; row++) {
        if (rows[row] ~ /^#/) { print "\n" substr (rows[row], 3); continue }
        printf "  %-70s", rows[row] (unit[rows[row]] != "" ? " (" unit[rows[row]] ")" : "")
        for (i = 1; i <= count; i++)
          printf " %28s", ((rows[row], i) in value) ? sprintf ("%.5g", value[rows[row], i]) : "-"
        print ""
      }
    }' "$@"
}

files=()
for i in "${!columns[@]}"; do
  files+=("$work/$i.tsv")
done
echo
echo "$(date -u +%Y-%m-%d), $(nproc) cores, $(uname -sr), load $(cut -d' ' -f1 /proc/loadavg) at the end"
print_table "${files[@]}"
exit "$failed"

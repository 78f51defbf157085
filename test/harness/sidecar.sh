#!/usr/bin/env bash
# sidecar.sh: a throw-away vecextd with its own PostgreSQL, for tests and benchmarks.
#
# usage: sidecar.sh start DIR PORT [VARIABLE=VALUE ...]   waits until it is ready; gRPC
#                                                         is served on PORT + 10000
#        sidecar.sh stop DIR                              and removes DIR
#        sidecar.sh pid DIR                               the sidecar's process
#        sidecar.sh log DIR                               the file of its log
#        sidecar.sh socket DIR                            the PostgreSQL's directory for psql -h
#
# DIR holds the log and ./storage. The variables are vecextd's own (QDRANT__...,
# VECEXT__...). STAGE_BIN (stage.sh) names the PostgreSQL to use; build/cluster/vecextd
# must have been built, or the program that VECEXTD names. One with TLS is asked whether it
# is ready with SCHEME=https, and with CERTIFICATE and KEY where it wants to know its clients.
set -euo pipefail
. "$(dirname "$0")/place.sh"
repo=$(cd "$(dirname "$0")/../.." && pwd)
command=$1
dir=$(place "$2")

is_ready() {
	local identity=()
	[ -z "${CERTIFICATE:-}" ] || identity=(--cert "$CERTIFICATE" --key "$KEY")
	[ "$(curl -sk -m 5 ${identity[@]+"${identity[@]}"} -o /dev/null -w '%{http_code}' "${SCHEME:-http}://127.0.0.1:$1/readyz")" = 200 ]
}

start() {
	local port=$1 pid
	shift
	chmod 755 "$dir"
	cd "$dir"
	env VECEXT__POSTGRES__BIN_DIR="$STAGE_BIN" QDRANT__SERVICE__HOST=127.0.0.1 QDRANT__SERVICE__HTTP_PORT="$port" \
		QDRANT__SERVICE__GRPC_PORT="$((port + 10000))" "$@" setsid "${VECEXTD:-$repo/build/cluster/vecextd}" >"$dir/vecextd.log" 2>&1 </dev/null &
	pid=$!
	echo "$pid" >"$dir/pid"
	for _ in $(seq 600); do
		! is_ready "$port" || return 0
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	echo "sidecar.sh: vecextd did not become ready" >&2
	tail -n 20 "$dir/vecextd.log" >&2
	return 1
}

stop() {
	local pid
	pid=$(cat "$dir/pid" 2>/dev/null) || return 0
	kill -TERM "$pid" 2>/dev/null || true
	for _ in $(seq 300); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	rm -rf "$dir"
}

case $command in
start) start "${@:3}" ;;
stop) stop ;;
pid) cat "$dir/pid" ;;
log) echo "$dir/vecextd.log" ;;
socket) echo "$dir/storage/postgres/socket" ;;
*) sed -n '2,/^set/ { s/^# \{0,1\}//; /^set/!p }' "$0" >&2; exit 2 ;;
esac

#!/usr/bin/env bash
# sidecar.sh: the quickstart's vecextd, over the quickstart's PostgreSQL.
#
# usage: sidecar.sh start STORAGE PORT    with PGHOST, PGPORT, PGUSER of the server
#        sidecar.sh stop STORAGE
#
# Its collections are in the database "api". PID and log lie in STORAGE.
set -euo pipefail
repo=$(cd "$(dirname "$0")/../.." && pwd)
storage=$2

running() { [ -e "$storage/vecextd.pid" ] && kill -0 "$(cat "$storage/vecextd.pid")" 2>/dev/null; }
ready() { curl -sf -m 5 -o /dev/null "http://127.0.0.1:$1/readyz"; }

stop() {
	! running || kill -TERM "$(cat "$storage/vecextd.pid")"
	for _ in $(seq 300); do
		running || break
		sleep 0.1
	done
	rm -f "$storage/vecextd.pid"
}

start() {
	local port=$1
	stop
	! ready "$port" || { echo "Port $port is in use; VECEXT_PORT=26333 make quickstart takes another." >&2; return 1; }
	[ -n "$(psql -XAtc "SELECT 1 FROM pg_database WHERE datname = 'api'" postgres)" ] || createdb api
	cd "$storage"
	QDRANT__SERVICE__HOST=127.0.0.1 QDRANT__SERVICE__HTTP_PORT=$port \
	QDRANT__SERVICE__GRPC_PORT=$((port + 1)) setsid "$repo/build/cluster/vecextd" \
		--postgres-url "host=$PGHOST port=${PGPORT:-5432} user=${PGUSER:-postgres} dbname=api" \
		>"$storage/vecextd.log" 2>&1 </dev/null &
	echo $! >"$storage/vecextd.pid"
	for _ in $(seq 300); do
		! ready "$port" || return 0
		running || break
		sleep 0.1
	done
	tail -n 20 "$storage/vecextd.log" >&2
	return 1
}

case $1 in
start) start "$3" ;;
stop) stop ;;
*) sed -n '2,/^set/ { s/^# \{0,1\}//; /^set/!p }' "$0" >&2; exit 2 ;;
esac

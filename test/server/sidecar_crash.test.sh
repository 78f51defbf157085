#!/usr/bin/env bash
# sidecar_crash.test.sh: vecextd, or the PostgreSQL below it, is killed at random under
# writes, round after round, and started again: no acknowledged write is lost, whether it
# waited or not, the number of points is right, and the index is whole.
. "$(dirname "$0")/../harness/tap.sh"

make -s -C "$repo" cluster >"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "the sidecar does not build"; }
port=$((30000 + $$ % 10000)) node=$tap_work/node log=$tap_work/acknowledged
url=http://127.0.0.1:$port
rm -f "$log"
start() {
	"$harness/sidecar.sh" start "$node" "$port" VECEXT__POSTGRES__SETTINGS__FSYNC=off VECEXT__POSTGRES__SHARED_BUFFERS_MB=64 QDRANT__LOG_LEVEL=OFF
}
start || bail_out "vecextd does not start"
trap '"$harness/sidecar.sh" stop "$node"; tap_cleanup' EXIT
crash() { python3 "$repo/test/e2e/crash/crash.py" "$1" "$url" "$log" "${@:2}"; }
curl -sf -X PUT "$url/collections/crash" -d '{"vectors":{"size":16,"distance":"Cosine"},"shard_number":2,"optimizers_config":{"indexing_threshold":1}}' >"$tap_work/create" ||
	bail_out "no collection"
sidecar() { "$harness/sidecar.sh" pid "$node"; }
postgres() { head -n 1 "$("$harness/sidecar.sh" socket "$node")/../data/postmaster.pid"; }

# round N VICTIM: writes for a while, a kill in between, then what was acknowledged.
round() {
	local writer victim
	crash load 2.5 >"$tap_work/load" 2>&1 &
	writer=$!
	sleep "$((RANDOM % 2)).$((RANDOM % 9 + 1))"
	victim=$("$2")
	kill -9 "$victim"
	if [ "$2" = sidecar ]; then
		while kill -0 "$victim" 2>/dev/null; do sleep 0.05; done
		ok "round $1: it starts again" start
	fi
	wait "$writer"
	is "$?$(cat "$tap_work/load")" 0 "round $1: nothing was refused while the $2 was killed"
	ok "round $1: what was acknowledged is there" crash check
}
for i in $(seq "$(scaled 2)"); do
	round "$i a" sidecar
	round "$i b" postgres
done

socket=$("$harness/sidecar.sh" socket "$node")
node_sql() { psql -qXAth "$socket" -U postgres -v ON_ERROR_STOP=1 -c "$1" postgres 2>&1; }
found=$(node_sql "SELECT h.* FROM pg_class c JOIN pg_am a ON a.oid = c.relam, LATERAL hnsw_check(c.oid, exclusive => true) AS h
	WHERE a.amname = 'hnsw'") || found="error|$found"
is "$(grep '^error' <<<"$found")" "" "the indexes are sound"
kept=$(node_sql "SELECT sum(points) = (SELECT count(*) FROM qdrant.crash) FROM qdrant_storage.shards")
is "$kept" t "the number of points that is kept is the number there is"
ok "writes were acknowledged" test "$(wc -l <"$log")" -gt 100
done_testing

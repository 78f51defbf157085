#!/usr/bin/env bash
# sidecar_backup.test.sh: what docs/operations.md says of backups: pg_dump of a running
# sidecar's database, restored into another PostgreSQL, is served by a sidecar there,
# with the same answers, indexes and numbering of operations.
. "$(dirname "$0")/../harness/tap.sh"

make -s -C "$repo" cluster >"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "the sidecar does not build"; }
port=$((40000 + $$ % 9000))
before=http://127.0.0.1:$port after=http://127.0.0.1:$((port + 1))
end_all() {
	"$harness/sidecar.sh" stop "$tap_work/before"
	"$harness/sidecar.sh" stop "$tap_work/after"
	tap_cleanup
}
trap end_all EXIT
"$harness/sidecar.sh" start "$tap_work/before" "$port" VECEXT__POSTGRES__SETTINGS__FSYNC=off VECEXT__POSTGRES__SHARED_BUFFERS_MB=32 ||
	bail_out "vecextd does not start"

points=$(scaled 500)
ok "a sidecar is filled" python3 "$repo/test/e2e/python/migration_data.py" load "$before" "$points"
socket=$("$harness/sidecar.sh" socket "$tap_work/before")
ok "its database is dumped" "$STAGE_BIN/pg_dump" -Fc -h "$socket" -U postgres -f "$tap_work/backup.dump" postgres

server_start other fsync=off
ok "an empty database takes it" "$STAGE_BIN/pg_restore" -h "$PGHOST" -p "$PGPORT" -U postgres -d postgres --exit-on-error "$tap_work/backup.dump"
is "$(sql "SELECT count(*) FROM qdrant.plain")" "$points" "psql sees the points"
is "$(sql "SELECT count(*) > 0 FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_am a ON a.oid = relam WHERE amname = 'hnsw' AND indisvalid")" t "indexes are built"
"$harness/sidecar.sh" start "$tap_work/after" $((port + 1)) "VECEXT__POSTGRES__URL=host=$PGHOST port=$PGPORT user=postgres dbname=postgres" ||
	bail_out "vecextd does not start on the restored database"

# answer URL ROUTE BODY: without the time it took.
answer() { curl -s -m 30 -X POST "$1/$2" -d "$3" | sed 's/,"time":.*//'; }
same() {
	local wanted
	wanted=$(answer "$before" "$1" "$2")
	like "$wanted" '"result":' "$3: the first sidecar answers"
	is "$(answer "$after" "$1" "$2")" "$wanted" "and the second one the same"
}
vector="[$(seq -s, 24)]"
same collections/plain/points/query "{\"query\": $vector, \"limit\": 5, \"with_payload\": true, \"params\": {\"exact\": true}}" "a search"
same collections/production/points/query "{\"query\": $vector, \"limit\": 3, \"filter\": {\"must\": [{\"key\": \"city\", \"match\": {\"value\": \"Berlin\"}}]}}" "one through an alias, filtered by an indexed field"
same collections/named/points/scroll '{"limit": 7, "with_vector": true}' "pages of points"
write() { curl -s -m 30 -X PUT "$1/collections/plain/points?wait=true" -d "{\"points\": [{\"id\": 1, \"vector\": $vector}]}" | sed 's/,"time":.*//'; }
wanted=$(write "$before")
like "$wanted" '"operation_id":[0-9]+' "an operation has a number"
is "$(write "$after")" "$wanted" "which goes on from where the backup was"
done_testing

#!/usr/bin/env bash
# hnsw_concurrently.test.sh: indexes built and rebuilt beside writers have every row
# once; cursors stay open over VACUUM, merge and a rebuild.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

seconds=$(scaled 3)
server_start concurrently fsync=off jit=off max_worker_processes=16 autovacuum=off
hnsw_prepare

# built NAME: the index is valid, has every row once, and is clean.
built() {
	is "$(sql "SELECT indisvalid FROM pg_index WHERE indexrelid = 'items_v'::regclass")" t "$1: it is valid"
	sql "VACUUM (INDEX_CLEANUP on) items"
	hnsw_clean "$1"
	is "$(sql "SELECT rows FROM hnsw_stats('items_v')")" "$(sql "SELECT count(*) FROM items")" "$1: it has each row once"
}

for options in "pending_limit = 20" "pending_limit = 0"; do
	layout coded
	hnsw_table 1000 "$options"
	sql "DROP INDEX items_v"
	load_begin "$seconds" 3 insert@6 update@3 touch@3 delete@5 abort@1
	sleep 0.5
	ok "$options: CREATE INDEX CONCURRENTLY beside writers" sql "CREATE INDEX CONCURRENTLY items_v ON items USING hnsw (v $opclass) WITH ($options)"
	load_end "$options: no writer has an error"
	built "$options, created concurrently"
	load_begin "$seconds" 3 insert@6 update@3 touch@3 delete@5 abort@1
	load_begin "$seconds" 1 search@3 iterate@1
	sleep 0.5
	ok "$options: REINDEX CONCURRENTLY beside writers and searches" sql "REINDEX INDEX CONCURRENTLY items_v"
	load_end "$options: no client has an error"
	built "$options, rebuilt concurrently"
done

# ---- cursors ----

sql "CREATE FUNCTION beside(statement text) RETURNS void LANGUAGE plpgsql AS \$\$ BEGIN END \$\$" >/dev/null
for name in coded apart sparse; do
	layout $name
	hnsw_table 400 "pending_limit = 1000000"
	sql "INSERT INTO items (id, seed, v) SELECT seed, seed, new_value(seed) FROM generate_series(401, 600) AS seed"
	rows=$(psql -XAtq -v ON_ERROR_STOP=1 2>&1 <<SQL
SET client_min_messages = warning;
SET enable_seqscan = off; SET enable_sort = off;
SET hnsw.iterative_scan = relaxed_order;
SELECT new_value(9)::text AS q \gset
BEGIN ISOLATION LEVEL REPEATABLE READ;
DECLARE nearest CURSOR FOR SELECT id FROM items ORDER BY v $operator :'q'::$column_type LIMIT 600;
DECLARE again CURSOR FOR SELECT id FROM items ORDER BY v $operator :'q'::$column_type LIMIT 600;
FETCH 60 FROM nearest;
\! psql -Xq -c "DELETE FROM items WHERE id % 3 > 0"
\! psql -Xq -c "VACUUM (INDEX_CLEANUP on) items"
FETCH 60 FROM nearest;
FETCH 60 FROM again;
\! psql -Xq -c "SELECT hnsw_merge('items_v')" >/dev/null
\! psql -Xq -c "VACUUM (INDEX_CLEANUP on) items" -c "INSERT INTO items (id, seed, v) SELECT seed, seed, new_value(seed) FROM generate_series(1001, 1300) AS seed" -c "SELECT hnsw_merge('items_v')" >/dev/null
FETCH ALL FROM nearest;
COMMIT;
SQL
)
	is "$(grep -vE '^[0-9]+$' <<<"$rows")" "" "$name: cursors outlive VACUUM and merges"
	nearest=$(sed '121,180d' <<<"$rows")
	is "$(sort <<<"$nearest" | uniq -d)" "" "$name: no row twice"
	is "$(awk '$1 > 600' <<<"$rows")" "" "$name: no row younger than the snapshot"
	at_least "$(wc -l <<<"$nearest")" 570 "$name: the rows that the snapshot sees"
	hnsw_sound "$name, after the cursors"
done
done_testing

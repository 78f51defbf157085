#!/usr/bin/env bash
# hnsw_unlogged.test.sh: indexes of tables without WAL: after a crash an unlogged
# one is empty and in order; one of a temporary table works within its session.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

settings=(fsync=off jit=off autovacuum=off)
server_start unlogged "${settings[@]}"
hnsw_prepare

for name in coded sparse; do
	layout $name
	table_kind=UNLOGGED hnsw_table 200 "pending_limit = 100"
	sql "INSERT INTO items (id, seed, v) SELECT seed, seed, new_value(seed) FROM generate_series(201, 300) AS seed"
	hnsw_clean "$name, before"
	server_crash unlogged
	server_start unlogged "${settings[@]}"
	is "$(sql "SELECT count(*) FROM items")" 0 "$name: the table is empty after a crash"
	is "$(sql "SELECT nodes, pending_rows, index_bytes FROM hnsw_stats('items_v')")" "0|0|8192" "$name: and the index"
	is "$(sql "SELECT ids FROM search(1, 10)")" "" "$name: a search finds nothing"
	sql "INSERT INTO items (id, seed, v) SELECT seed, seed, new_value(seed) FROM generate_series(1, 150) AS seed;
		SELECT hnsw_merge('items_v'); INSERT INTO items (id, seed, v) SELECT seed, seed, new_value(seed) FROM generate_series(151, 200) AS seed" >/dev/null
	is "$(sql "SET hnsw.ef_search = 200; SELECT array_length(ids, 1) FROM search(7, 100)")" 100 "$name: it fills again"
	sql "VACUUM items"
	hnsw_clean "$name, filled again"
	server_stop unlogged
	server_start unlogged "${settings[@]}"
	is "$(sql "SELECT rows + pending_rows FROM hnsw_stats('items_v')")" 200 "$name: a clean stop keeps it"
	hnsw_clean "$name, after a clean stop"
	ok "$name: it becomes logged" sql "ALTER TABLE items SET LOGGED"
	server_crash unlogged
	server_start unlogged "${settings[@]}"
	hnsw_clean "$name, logged, after a crash"
	is "$(sql "SELECT count(*) FROM items")" 200 "$name: with its rows"
done

layout coded
is "$(psql -XAtq -v ON_ERROR_STOP=1 2>&1 <<'SQL'
SET client_min_messages = warning;
CREATE TEMP TABLE scratch (id int, v vector(128)) ON COMMIT DELETE ROWS;
CREATE INDEX scratch_v ON scratch USING hnsw (v vector_l2_ops) WITH (pending_limit = 20);
SET enable_seqscan = off; SET hnsw.ef_search = 100;
BEGIN;
INSERT INTO scratch SELECT i, make_vector(i, 128) FROM generate_series(1, 100) AS i;
SELECT count(*) FROM (SELECT id FROM scratch ORDER BY v <-> make_vector(3, 128) LIMIT 50) AS found;
SELECT pending_rows < 20 FROM hnsw_stats('scratch_v');
SAVEPOINT a;
INSERT INTO scratch SELECT i, make_vector(i, 128) FROM generate_series(101, 150) AS i;
ROLLBACK TO a;
SELECT id FROM scratch ORDER BY v <-> make_vector(77, 128) LIMIT 1;
SELECT * FROM hnsw_check('scratch_v') WHERE level = 'error';
COMMIT;
SELECT count(*) FROM (SELECT id FROM scratch ORDER BY v <-> make_vector(3, 128) LIMIT 50) AS found;
BEGIN;
INSERT INTO scratch SELECT i, make_vector(i + 500, 128) FROM generate_series(1, 100) AS i;
SELECT id FROM scratch ORDER BY v <-> make_vector(577, 128) LIMIT 1;
SELECT * FROM hnsw_check('scratch_v') WHERE level = 'error';
COMMIT;
DROP TABLE scratch;
SQL
)" $'50\nt\n77\n0\n77' "a temporary table, emptied at each commit"
done_testing

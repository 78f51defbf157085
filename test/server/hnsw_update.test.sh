#!/usr/bin/env bash
# hnsw_update.test.sh: what many writes leave behind: an update of another column
# adds no node; index sizes stay as they are over cycles of deleting and inserting;
# WAL of the index does not disturb logical decoding; merges have their bounds.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

server_start update fsync=off jit=off autovacuum=off wal_level=logical max_worker_processes=16
hnsw_prepare

# ---- updates that do not change the value ----

for options in "pending_limit = 100000" "pending_limit = 0"; do
	for name in coded apart sparse; do
		layout $name
		hnsw_table 200 "$options"
		sql "CREATE INDEX items_note ON items (note)" # so that no update is HOT
		nodes=$(sql "SELECT nodes FROM hnsw_stats('items_v')")
		for i in 1 2 3; do sql "UPDATE items SET note = note + 1"; done
		sql "SELECT hnsw_merge('items_v')" >/dev/null
		is "$(sql "SELECT rows FROM hnsw_stats('items_v')")" 800 "$name, $options: all rows are there"
		# The node with the equal value is found by a search, which may miss it.
		at_most "$(sql "SELECT nodes FROM hnsw_stats('items_v')")" $((nodes * 105 / 100)) "$name, $options: rows join their nodes"
		sql "VACUUM (INDEX_CLEANUP on) items"
		is "$(sql "SELECT nodes, rows FROM hnsw_stats('items_v')")" "$nodes|200" "$name, $options: and leave them"
		hnsw_clean "$name, $options"
	done
done

# ---- size over cycles ----

# cycle: replaces a third of the rows, merges and vacuums.
cycle() {
	sql "DELETE FROM items WHERE hashint8(id) % 3 = 0; INSERT INTO items (id, seed, v)
		SELECT i, i % 10000, new_value(i % 10000) FROM (SELECT nextval('item_ids') AS i FROM generate_series(1, $1 - (SELECT count(*) FROM items))) AS new"
	sql "SELECT hnsw_merge('items_v')" >/dev/null
	sql "VACUUM (INDEX_CLEANUP on) items"
}
for name in coded apart large sparse; do
	layout $name
	rows=600
	[ $name != large ] || rows=150
	hnsw_table $rows "pending_limit = 100000"
	for i in 1 2 3; do cycle $rows; done
	early=$(sql "SELECT pg_relation_size('items_v')")
	for ((i = 0; i < 6; i++)); do cycle $rows; done
	late=$(sql "SELECT pg_relation_size('items_v')")
	at_least "$(awk -v e="$early" -v l="$late" 'BEGIN { print e / l }')" 0.85 "$name: nine cycles need no more room than three"
	hnsw_clean "$name, after nine cycles"
done

# ---- merge worker ----

layout coded
hnsw_table 0 "pending_limit = 50"
sql "INSERT INTO items (id, seed, v) SELECT seed, seed, new_value(seed) FROM generate_series(1, 1000) AS seed"
for _ in $(seq 100); do
	pending=$(sql "SELECT pending_rows FROM hnsw_stats('items_v')")
	[ "$pending" -ge 100 ] || break
	sleep 0.1
done
at_least $((100 - pending)) 0 "a worker merges beyond the limit without being asked"
sql "CREATE ROLE stranger; GRANT ALL ON items TO stranger"
is "$(sqlstate "SET ROLE stranger; SELECT hnsw_merge('items_v')")" 42501 "only its owner merges an index"
is "$(sqlstate "SELECT hnsw_merge('items')")" 42809 "only an hnsw index is merged: not a table"
is "$(sqlstate "SELECT hnsw_merge('items_pkey')")" 42809 "nor a btree"
is "$(sqlstate "SELECT hnsw_merge(0)")" 42P01 "nor nothing"

# ---- logical decoding ----

hnsw_table 10 "pending_limit = 20"
sql "SELECT pg_create_logical_replication_slot('changes', 'test_decoding')" >/dev/null
sql "INSERT INTO items (id, seed, v) SELECT seed, seed, new_value(seed) FROM generate_series(11, 300) AS seed; SELECT hnsw_merge('items_v');
	DELETE FROM items WHERE id % 2 = 0" >/dev/null
sql "VACUUM (INDEX_CLEANUP on) items"
is "$(sql "SELECT split_part(data, ':', 2), count(*) FROM pg_logical_slot_get_changes('changes', NULL, NULL)
	WHERE data LIKE 'table%' GROUP BY 1 ORDER BY 1")" $' DELETE|150\n INSERT|290' "logical decoding sees the table's changes and no more"
done_testing

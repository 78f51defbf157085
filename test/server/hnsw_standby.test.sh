#!/usr/bin/env bash
# hnsw_standby.test.sh: clients search a streaming standby while it replays inserts,
# updates, deletes, merges and VACUUM: no error, no row twice, in order, and nearly
# exact. Then it is promoted and goes on as a primary.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

seconds=$(scaled 3)
settings=(fsync=off jit=off shared_buffers=32MB max_worker_processes=16 autovacuum=off)
server_start primary "${settings[@]}" max_wal_senders=4
hnsw_prepare
layout coded
hnsw_table 500 "pending_limit = 50"
# Queries are not cancelled for the sake of replay; replay waits for them instead.
server_standby standby primary "${settings[@]}" max_standby_streaming_delay=-1 hot_standby_feedback=off

# replay NAME: load on the primary, searches on the standby.
replay() {
	local n searches
	use primary
	load_begin "$seconds" 2 insert@6 update@3 touch@3 delete@5 abort@1
	load_begin "$seconds" 1 merge
	load_begin "$seconds" 1 vacuum
	use standby
	load_begin "$seconds" 3 search_standby@3 iterate@1
	load_end "$1: no client has an error"
	searches=$(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$tap_work/load.3")
	at_least "$searches" 1 "$1: searches on the standby"
	wait_for_replay primary standby
	is "$(sql "SELECT id FROM items ORDER BY id" | cksum)" "$(use primary; sql "SELECT id FROM items ORDER BY id" | cksum)" "$1: the same rows"
	is "$(sql "SELECT * FROM hnsw_check('items_v') WHERE level = 'error' LIMIT 5" 2>&1)" "" "$1: the index of the standby is sound"
	is "$(sql "SET hnsw.ef_search = 400; SELECT count(*) FROM generate_series(1, 3000, 100) AS query,
		search(query, 5) AS approximate WHERE array_length(ids, 1) < 5")" 0 "$1: searches find as many as asked"
}

# burst NAME: replay waits while the primary deletes half of the rows, vacuums and
# fills the freed room; then it catches up under running searches.
burst() {
	use standby
	sql "SELECT pg_wal_replay_pause()" >/dev/null
	use primary
	sql "DELETE FROM items WHERE id % 2 = (SELECT max(id) % 2 FROM items)"
	sql "VACUUM (INDEX_CLEANUP on) items"
	sql "INSERT INTO items (id, seed, v) SELECT nextval('item_ids'), seed, new_value(seed) FROM generate_series(1, 300) AS seed;
		SELECT hnsw_merge('items_v')" >/dev/null
	use standby
	load_begin 2 3 search_standby@2 iterate@1
	sleep 0.7
	sql "SELECT pg_wal_replay_resume()" >/dev/null
	load_end "$1: searches while replay catches up"
	wait_for_replay primary standby
	is "$(sql "SELECT * FROM hnsw_check('items_v') WHERE level = 'error' LIMIT 5" 2>&1)" "" "$1: the index of the standby is sound"
}

for name in coded apart compact sparse; do
	use primary
	layout $name
	hnsw_table 400 "pending_limit = 50"
	wait_for_replay primary standby
	replay "$name, pending rows"
	for ((i = 1; i <= $(scaled 1); i++)); do burst "$name, burst $i"; done
done
use primary
layout coded
hnsw_table 300 "pending_limit = 0"
wait_for_replay primary standby
replay "coded, classical"

use standby
is "$(sqlstate "SELECT hnsw_merge('items_v')")" 55000 "a standby does not merge"
is "$(grep -cE 'PANIC|FATAL|signal [0-9]+' "$(server_log standby)")" 0 "its processes lived"
server_stop primary
use standby
sql "SELECT pg_promote()" >/dev/null
load_begin 2 2 insert@6 update@3 touch@3 delete@5
load_begin 2 1 search
load_begin 2 1 merge
load_begin 2 1 vacuum
load_end "promoted: no client has an error"
sql "VACUUM (INDEX_CLEANUP on) items"
hnsw_clean promoted
done_testing

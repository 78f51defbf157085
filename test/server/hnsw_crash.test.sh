#!/usr/bin/env bash
# hnsw_crash.test.sh: the server is killed, all its processes at once, at random
# moments while rows are written, merged and vacuumed, and starts again: every row
# that a client knows to be committed is there and found through the index, and
# hnsw_check() finds nothing. What a crash leaves half done is finished later.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

rounds=$(scaled 2) # for each layout
settings=(fsync=off jit=off shared_buffers=16MB max_worker_processes=16 autovacuum=off restart_after_crash=off
	checkpoint_timeout=30s wal_writer_delay=10ms)
server_start crash "${settings[@]}"
hnsw_prepare
sql "CREATE TABLE known (id bigint, seed bigint)"

# statements CLIENT: inserts, updates and deletes of the client's own rows. Each
# says what it did once the server has acknowledged it, and before it changes a row
# puts that row in question: "+ id seed", "- id", "? id".
statements() {
	awk -v first=$(((RANDOM * 32768 + RANDOM) * 100000 + $1 * 10000)) -v random=$RANDOM 'BEGIN {
		srand(random)
		for (i = 1; i < 10000; i++) {
			r = rand(); id = first + i; old = first + 1 + int(rand() * i)
			if (r < 0.7)
				printf "INSERT INTO items (id, seed, v) VALUES (%.0f, %.0f, new_value(%.0f)) RETURNING %s;\n", id, id, id, "$$+ $$ || id || $$ $$ || seed"
			else if (r < 0.8)
				printf "\\echo ? %.0f\nUPDATE items SET seed = %.0f, v = new_value(%.0f) WHERE id = %.0f RETURNING %s;\n", old, id, id, old, "$$+ $$ || id || $$ $$ || seed"
			else if (r < 0.9)
				printf "UPDATE items SET note = note + 1 WHERE id = %.0f;\n", old
			else
				printf "\\echo ? %.0f\nDELETE FROM items WHERE id = %.0f RETURNING %s;\n", old, old, "$$- $$ || id"
		} }' >"$tap_work/statements.$1"
}

write_rows() {
	statements "$1"
	psql -XAtq -f "$tap_work/statements.$1" 2>"$tap_work/errors.$1" | sed 's/+/ +/; s/-/ -/; s/?/ ?/; s/^ //' >>"$tap_work/acknowledged.$1"
}

known_rows() {
	cat "$tap_work"/acknowledged.* | awk '
		$1 == "?" { doubt[$2] = 1; next }
		{ delete doubt[$2] }
		$1 == "+" { seed[$2] = $3 }
		$1 == "-" { delete seed[$2] }
		END { for (id in seed) if (!(id in doubt)) print id "\t" seed[id] }'
}

# crash NAME: load, kill, restart, check.
crash() {
	local client writers=()
	for client in 1 2 3; do
		write_rows $client &
		writers+=($!)
	done
	load_begin 60 1 merge
	load_begin 60 1 vacuum
	load_begin 60 1 search@2 iterate@1
	sleep "$((RANDOM % 2)).$((RANDOM % 90 + 10))"
	kill_server crash
	wait "${writers[@]}"
	load_broken "$1: no error before the crash"
	is "$(cat "$tap_work"/errors.* | grep -E 'ERROR|PANIC' | grep -v 'terminating connection' | head -5)" "" "$1: nor in a writer"
	server_start crash "${settings[@]}"
	known_rows >"$tap_work/known"
	sql "TRUNCATE known, recalls"
	psql -Xq -c "\\copy known FROM '$tap_work/known'"
	at_least "$(sql "SELECT count(*) FROM known")" 1 "$1: rows were acknowledged"
	is "$(sql "SELECT id FROM known LEFT JOIN items USING (id, seed) WHERE v IS NULL LIMIT 5")" "" "$1: no acknowledged row is lost"
	is "$(sql "SET hnsw.ef_search = 400; SELECT id FROM (SELECT id, seed FROM known ORDER BY id DESC LIMIT 100) AS latest
		CROSS JOIN LATERAL search(seed, 10) WHERE id <> ALL (ids) AND distances[10] > 1e-5")" "" "$1: the latest are found by the index"
	hnsw_sound "$1" # a node just written waits as a pending row for its edges
}

# What a build wrote past shared buffers, a checkpoint begun meanwhile or not.
for layout in coded apart compact; do
	layout $layout
	for checkpoints in no yes; do
		name="$layout, checkpoints meanwhile: $checkpoints, killed after a build"
		hnsw_table 1500
		sql CHECKPOINT
		[ $checkpoints = no ] || load_begin 60 1 checkpoint
		sql "REINDEX INDEX items_v"
		kill_server crash
		[ $checkpoints = no ] || load_broken "$name: no error before"
		server_start crash "${settings[@]}"
		hnsw_clean "$name"
		at_least "$(sql "SELECT hnsw_recall('items_v', 50)")" 0.9 "$name: recall"
	done
done

crashes=0
for layout in coded apart sparse large compact; do
	layout $layout
	for limit in 40 0; do
		hnsw_table 100 "pending_limit = $limit"
		rm -f "$tap_work"/acknowledged.*
		for ((i = 0; i < (rounds + 1) / 2; i++)); do
			crash "$layout, pending_limit $limit, crash $((i + 1))"
			crashes=$((crashes + 1))
		done
		sql "SELECT hnsw_merge('items_v')" >/dev/null
		sql "VACUUM (INDEX_CLEANUP on) items"
		hnsw_clean "$layout, pending_limit $limit, merged and vacuumed"
	done
done
note "$crashes crashes"
done_testing

#!/usr/bin/env bash
# hnsw_repair.test.sh: VACUUM leaves a graph as good as a new one when the oldest rows
# go: nearly all at once, or a fourth again and again with others in their places. One
# session works at a time, so a graph is the same in each run.
#
# Rows lie in 20 clusters (hnsw/lib.sh). Once a cluster has more nodes than an
# insertion looks at, new ones lead nowhere else, so the edges between clusters are the
# oldest nodes'. A graph that loses them still has every node within reach, and
# hnsw_check() is content, but a search comes to its cluster by chance.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

server_start repair fsync=off jit=off autovacuum=off shared_buffers=128MB max_parallel_maintenance_workers=0
hnsw_prepare

# good NAME: recall as that of a new graph, less half a percent.
good() {
	local ef old=()
	for ef in 40 200; do old[$ef]=$(sql "SELECT hnsw_recall('items_v', 200, 10, $ef)"); done
	hnsw_clean "$1"
	sql "REINDEX INDEX items_v"
	for ef in 40 200; do
		at_least "$(awk -v a="${old[$ef]}" -v b="$(sql "SELECT hnsw_recall('items_v', 200, 10, $ef)")" 'BEGIN { print a - b }')" -0.005 \
			"$1: recall ${old[$ef]} at ef $ef, compared with a new graph"
	done
}

# thin LAYOUT ROWS KEPT [OPTIONS]: a graph loses all but the youngest of KEPT rows.
thin() {
	layout "$1"
	hnsw_table "$2" "pending_limit = 1000000${4:+, $4}"
	sql "DELETE FROM items WHERE id <= $2 - $2 / $3"
	sql "VACUUM (INDEX_CLEANUP on) items"
	good "$1${4:+, $4}: one of $3 rows is left"
}

# turn_over LAYOUT ROWS ROUNDS: a fourth of the rows is replaced, again and again.
turn_over() {
	layout "$1"
	hnsw_table "$2" "pending_limit = 1000000"
	for ((i = 0; i < $3; i++)); do
		sql "DELETE FROM items WHERE id < (SELECT min(id) FROM items) + $2 / 4"
		sql "VACUUM (INDEX_CLEANUP on) items"
		sql "INSERT INTO items (id, seed, v) SELECT i, i, new_value(i) FROM
			(SELECT nextval('item_ids') AS i FROM generate_series(1, $2 / 4)) AS new"
		sql "SELECT hnsw_merge('items_v')" >/dev/null
	done
	good "$1: $3 times a fourth of $2 rows replaced"
}

thin coded 4000 8
thin plain 4000 8
thin coded 4000 8 "layout = compact"
thin product 4000 8
turn_over coded 2000 9
done_testing

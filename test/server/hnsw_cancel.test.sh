#!/usr/bin/env bash
# hnsw_cancel.test.sh: builds, merges, VACUUM, insertions and searches can be
# cancelled, at once, and leave a sound index; what was begun is finished later.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

server_start cancel fsync=off jit=off shared_buffers=128MB maintenance_work_mem=256MB autovacuum=off
hnsw_prepare
layout coded

now() { date +%s%3N; }
at_most() { at_least "$(($2 - $1))" 0 "$3 ($1 of $2)"; }

# ---- build ----

hnsw_table 100
sql "DROP INDEX items_v; INSERT INTO items (id, seed, v) SELECT i, i, ARRAY(SELECT random() FROM generate_series(1, 128) WHERE i > 0)::real[]::vector
	FROM generate_series(1000, 25000) AS i"
build="SET max_parallel_maintenance_workers = 1; CREATE INDEX items_v ON items USING hnsw (v vector_l2_ops) WITH (ef_construction = 500)"

# progress COLUMN: of the build that goes on.
progress() { sql "SELECT coalesce(max($1), 0) FROM pg_stat_progress_create_index WHERE index_relid <> 0 OR relid <> 0"; }

psql -Xq -c "$build" 2>"$tap_work/build" &
builder=$!
for _ in $(seq 300); do
	[ "$(progress tuples_done)" = 0 ] || break
	sleep 0.05
done
like "$(sql "SELECT phase FROM pg_stat_progress_create_index")" "building index: building graph" "the phase of a build"
is "$(progress tuples_total)" 24101 "progress knows the total"
at_least "$(progress tuples_done)" 1 "and what is done"
began=$(now)
sql "SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index" >/dev/null
wait $builder
at_most $(($(now) - began)) 1000 "a cancelled build ends within a second"
like "$(cat "$tap_work/build")" "canceling statement due to user request" "by that error"
began=$(now)
is "$(sqlstate "SET statement_timeout = '1500ms'; $build")" 57014 "a build is timed out"
at_most $(($(now) - began)) 2700 "within a second"
is "$(sql "SELECT count(*) FROM pg_class WHERE relname = 'items_v'")" 0 "no index stays behind"
psql -Xq -c "$build" 2>"$tap_work/build" &
builder=$!
for _ in $(seq 300); do
	[ "$(progress tuples_done)" = 0 ] || break
	sleep 0.05
done
began=$(now)
sql "SELECT pg_terminate_backend(pid) FROM pg_stat_progress_create_index" >/dev/null
wait $builder
at_most $(($(now) - began)) 1000 "so does one whose session is terminated"
is "$(sqlstate "SET statement_timeout = '200ms'; SET maintenance_work_mem = '1MB'; $build")" 57014 "and one beyond memory"

# ---- merge ----

hnsw_table 0 "pending_limit = 1000000"
sql "INSERT INTO items (id, seed, v) SELECT seed, seed, new_value(seed) FROM generate_series(1, 2000) AS seed"
timeouts=0
for ((i = 1; i <= 200; i++)); do
	state=$(sqlstate "SET statement_timeout = '$((10 + i * 7 % 90))ms'; SELECT hnsw_merge('items_v')")
	[ "$state" = 57014 ] || break
	timeouts=$((timeouts + 1))
	((i % 10)) || sql "SELECT assert_clean()" >/dev/null || break
done
is "$state" 00000 "a merge that is cancelled again and again comes to its end"
at_least $timeouts 3 "after so many timeouts"
is "$(sql "SELECT nodes, pending_rows FROM hnsw_stats('items_v')")" "2000|0" "each row is merged once"
hnsw_clean "cancelled merges"

# ---- VACUUM ----

timeouts=0
for ((i = 1; i <= 8; i++)); do
	sql "DELETE FROM items WHERE id % 8 = $i % 8"
	for ((j = 1; j <= 4; j++)); do
		[ "$(sqlstate "SET statement_timeout = '$((i * 5 + j * 8))ms';")$(PGOPTIONS="-c statement_timeout=$((i * 2 + j * 4))" \
			psql -XAtq -v VERBOSITY=sqlstate -c "VACUUM (INDEX_CLEANUP on) items" 2>&1)" = 00000 ] || timeouts=$((timeouts + 1))
		sql "INSERT INTO items (id, seed, v) SELECT nextval('item_ids') + 10000, seed, new_value(seed) FROM generate_series(1, 20) AS seed;
			SELECT hnsw_merge('items_v')" >/dev/null
	done
	hnsw_sound "VACUUM cancelled, $i"
done
at_least $timeouts 4 "so many VACUUMs were cancelled"
sql "VACUUM (INDEX_CLEANUP on) items"
hnsw_clean "cancelled VACUUMs"
is "$(sql "SELECT rows FROM hnsw_stats('items_v')")" "$(sql "SELECT count(*) FROM items")" "as many rows as the table"

# ---- insertion, search ----

hnsw_table 500 "pending_limit = 0"
timeouts=0
for ((i = 1; i <= 20; i++)); do
	[ "$(sqlstate "SET statement_timeout = '$((20 + i * 3))ms'; INSERT INTO items (id, seed, v)
		SELECT nextval('item_ids'), seed, new_value(seed) FROM generate_series(1000, 1500) AS seed")" = 00000 ] || timeouts=$((timeouts + 1))
done
at_least $timeouts 10 "so many insertions were cancelled"
hnsw_sound "cancelled insertions"
sql "VACUUM (INDEX_CLEANUP on) items"
hnsw_clean "cancelled insertions, after VACUUM"

is "$(sqlstate "SET enable_seqscan = off; SET hnsw.iterative_scan = relaxed_order; SET hnsw.max_scan_tuples = 2000000000;
	SET hnsw.scan_mem_multiplier = 1000; SET statement_timeout = '200ms';
	SELECT count(*) FROM generate_series(1, 1000) AS query, LATERAL (SELECT id FROM items ORDER BY v <-> new_value(query + 0) LIMIT 400) AS found")" \
	57014 "searches are timed out"
done_testing

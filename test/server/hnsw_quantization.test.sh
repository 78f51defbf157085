#!/usr/bin/env bash
# hnsw_quantization.test.sh: compact indexes with every kind of codes and every
# place of exact vectors, for every distance that they have: recall after a build
# and after merges, order by exact distances, hnsw_check(), and what is odd: tables
# of a few rows, constant and equal vectors, 1 to 16,000 dimensions, rows of another
# kind than those learned from.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

server_start quantization fsync=off jit=off shared_buffers=128MB autovacuum=off max_worker_processes=16
hnsw_prepare

# index_of OPTIONS ROWS MORE: the table items with ROWS rows, then MORE inserted, of
# which the last ten stay pending.
index_of() {
	hnsw_table "$2" "$1"
	built=$(sql "SELECT hnsw_recall('items_v', ef_search => 100)")
	sql "INSERT INTO items (id, seed, v) SELECT seed, seed, $value FROM generate_series($2 + 1, $2 + $3) AS seed;
		SELECT hnsw_merge('items_v');
		INSERT INTO items (id, seed, v) SELECT seed, seed, $value FROM generate_series($2 + $3 + 1, $2 + $3 + 10) AS seed" >/dev/null
	merged=$(sql "SELECT hnsw_recall('items_v', ef_search => 100)")
}

# Vectors of many dimensions take long to make.
most_rows=(400 150)
large_rows=("${most_rows[@]}")
[ "${VECEXT_TEST_SCALE:-1}" -gt 1 ] || large_rows=(150 60)

# quantized NAME LAYOUT RECALL OPTIONS
quantized() {
	local rows=("${most_rows[@]}")
	[ "$2" != apart ] || rows=("${large_rows[@]}")
	layout "$2"
	index_of "pending_limit = 100000, $4" "${rows[@]}"
	at_least "$built" "$3" "$1: recall after the build"
	at_least "$merged" "$3" "$1: recall after merges"
	hnsw_clean "$1"
	is "$(sql "SELECT count(*) FROM (SELECT d < lag(d) OVER () AS wrong FROM
		(SELECT v $operator (SELECT v FROM items WHERE id = 7) AS d FROM items
		ORDER BY v $operator (SELECT v FROM items WHERE id = 7) LIMIT 30) q) r WHERE wrong")" 0 "$1: in order"
}

quantized "rabitq, 8 bits, L2" coded 0.97 "layout = compact, code_bits = 8"
quantized "rabitq, 4 bits, inner product" product 0.95 "layout = compact"
quantized "rabitq, 1 bit, cosine" apart 0.9 "layout = compact, code_bits = 1"
quantized "rabitq, table, cosine" apart 0.95 "layout = compact, exact = heap"
quantized "rabitq, table, L2" coded 0.95 "layout = compact, exact = heap, code_bits = 3"
quantized "scalar, L2" coded 0.97 "quantization = scalar, quantile = 0.95"
quantized "scalar, table, inner product" product 0.95 "quantization = scalar, exact = heap"
quantized "scalar, cosine of halves" half 0.97 "quantization = scalar"
quantized "binary, 2 bits, cosine" apart 0.8 "quantization = binary, binary_encoding = two_bits"
quantized "product, L2" coded 0.8 "quantization = product, compression = x4"
hnsw_layouts+="
taxicab  vector(48)       vector_l1_ops         <+>  make_vector(seed,48)
one      vector(1)        vector_l2_ops         <->  make_vector(seed,1)
"
quantized "scalar, L1" taxicab 0.95 "layout = compact"
quantized "one dimension" one 0.9 "layout = compact"

# ---- what a search does

layout coded
hnsw_table 500 "layout = compact, code_bits = 2"
explain() { # SETTINGS
	sql "SET enable_seqscan = off; SET vecext.filter_strategy = lazy; $1; EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF)
		SELECT id FROM items WHERE note = 0 ORDER BY v <-> (SELECT v FROM items WHERE id = 7) LIMIT 5" | tr -d ' '
}
like "$(explain "SET hnsw.rescore = auto")" 'CodesScored:[1-9]' "EXPLAIN ANALYZE counts codes"
like "$(explain "SET hnsw.rescore = auto")" 'RowsRescored:[1-9]' "EXPLAIN ANALYZE counts rescored rows"
is "$(explain "SET hnsw.rescore = off" | grep -c RowsRescored)" 0 "hnsw.rescore = off rescores nothing"
exact=$(sql "SELECT hnsw_recall('items_v', ef_search => 60)")
estimated=$(sql "SET hnsw.rescore = off; SELECT hnsw_recall('items_v', ef_search => 60)" | tail -1)
at_least "$exact" "$estimated" "rescoring does not lose recall"

# ---- rounded vectors

# misplaced SETTINGS FILTER LIMIT: how many of the rows found come after a farther one,
# by distances as SQL computes them.
misplaced() {
	sql "SET enable_seqscan = off; SET enable_sort = off; $1; SELECT count(*) || ' of ' || max(n) FROM
		(SELECT d < lag(d) OVER (ORDER BY n) - 1e-5 AS wrong, n FROM
		(SELECT d, row_number() OVER () AS n FROM
		(SELECT v <-> new_value(5000) AS d FROM items $2 ORDER BY v <-> new_value(5000) LIMIT $3) AS found) AS q) AS r
		WHERE wrong OR n = $3" | tail -1
}
in_order="1 of 300" # the last one only
for options in "layout = compact, exact = float16" "layout = inline, exact = float16"; do
	hnsw_table 400 "$options, pending_limit = 100000"
	sql "INSERT INTO items (id, seed, v) SELECT seed, seed, $value FROM generate_series(401, 450) AS seed" >/dev/null
	for settings in "SET hnsw.ef_search = 400" "SET hnsw.ef_search = 40" \
		"SET hnsw.ef_search = 40; SET hnsw.iterative_scan = strict_order"; do
		is "$(misplaced "SET hnsw.rescore = on; $settings" "" 300)" "$in_order" "$options, rescored: in order, $settings"
	done
	for rescore in auto on off; do
		is "$(sql "SET enable_seqscan = off; SET hnsw.rescore = $rescore; SET hnsw.ef_search = 500; SELECT count(*) FROM
			(SELECT id FROM items ORDER BY v <-> new_value(5000) LIMIT 500) AS found" | tail -1)" 450 "$options, rescore = $rescore: pending rows are found"
	done
	for strategy in lazy table; do
		is "$(misplaced "SET hnsw.rescore = on; SET vecext.filter_strategy = '$strategy'" "WHERE note = 0" 300)" "$in_order" \
			"$options, rescored: in order with a filter, $strategy"
	done
done

# ---- odd tables

# odd NAME TYPE ROWS OPTIONS EXPRESSION: all rows are found, from a table that has
# them already and from one that gets them.
odd() {
	local filling
	for filling in before after; do
		sql "SET client_min_messages = warning; DROP TABLE IF EXISTS odd; CREATE TABLE odd (id int, v $2)" >/dev/null
		[ $filling = after ] || sql "INSERT INTO odd SELECT i, $5 FROM generate_series(1, $3) i" >/dev/null
		sql "CREATE INDEX odd_v ON odd USING hnsw (v vector_l2_ops) WITH ($4)" >/dev/null
		[ $filling = before ] || sql "INSERT INTO odd SELECT i, $5 FROM generate_series(1, $3) i; SELECT hnsw_merge('odd_v')" >/dev/null
		is "$(sql "SET enable_seqscan = off; SET hnsw.ef_search = 200; SELECT count(*) FROM
			(SELECT id FROM odd ORDER BY v <-> (SELECT v FROM odd WHERE id = 1) LIMIT 100) q" | tail -1)" "$(($3 > 100 ? 100 : $3))" \
			"$1, rows $filling the index: all are found"
		is "$(sql "SELECT count(*) FROM hnsw_check('odd_v', exclusive => true) WHERE level = 'error'")" 0 "$1, rows $filling the index: clean"
	done
}
for codes in "code_bits = 4" "quantization = scalar" "quantization = product" "quantization = binary" "exact = heap"; do
	odd "one row, $codes" "vector(32)" 1 "layout = compact, $codes" "make_vector(i, 32)"
	odd "equal vectors, $codes" "vector(32)" 60 "layout = compact, $codes" "array_fill(1, ARRAY[32])::vector"
done
odd "16,000 dimensions" "vector(16000)" 12 "layout = compact, exact = float16" "make_vector(i, 16000)"
odd "inserted one by one" "vector(32)" 300 "layout = compact, pending_limit = 0, quantization = scalar" "make_vector(i, 32)"

# ---- rows of another kind

layout coded
hnsw_table 400 "quantization = scalar, pending_limit = 100000"
at_least "$(sql "SELECT 1.5 - error_ratio FROM hnsw_stats('items_v')")" 0 "codes fit the rows learned from"
sql "INSERT INTO items (id, seed, v) SELECT seed, seed, make_vector(seed, 128) + array_fill(100, ARRAY[128])::vector
	FROM generate_series(401, 1200) AS seed; SELECT hnsw_merge('items_v')" >/dev/null
at_least "$(sql "SELECT saturated FROM hnsw_stats('items_v')")" 0.3 "hnsw_stats() shows that rows have left the range"
sql "REINDEX INDEX items_v" >/dev/null
at_least "$(sql "SELECT 0.1 - saturated FROM hnsw_stats('items_v')")" 0 "REINDEX learns the new range"

is "$(grep -cE 'PANIC|TRAP|signal [0-9]+|server process .* was terminated' "$(server_log quantization)")" 0 "no process died"
done_testing

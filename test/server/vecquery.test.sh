#!/usr/bin/env bash
# vecquery.test.sh: what an index finds for queries of several vectors, of every
# kind and in every layout, beside exact search: recall, order by score, with
# filters, with pending rows, with scans that go on.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

server_start vecquery fsync=off jit=off shared_buffers=128MB autovacuum=off
hnsw_prepare
psql -Xq -v ON_ERROR_STOP=1 -f "$hnsw_dir/vecquery.sql" || bail_out "vecquery.sql fails"
kinds="best_score sum_scores discover context feedback"
hnsw_layouts+="
euclid   vector(48)       vector_l2_ops         <->  make_vector(seed,48)
cosine   vector(256)      vector_cosine_ops     <=>  make_vector(seed,256)
taxicab  vector(48)       vector_l1_ops         <+>  make_vector(seed,48)
"
queries=$(scaled 10)
exactly= # settings for exact distances

# answers NAME RECALL DIMS [CONDITION]: every kind of query at ef_search 100. Signs,
# which discover counts, are harder to tell from codes than distances.
answers() {
	local kind recall disorder wanted
	for kind in $kinds; do
		wanted=$2
		[ "$kind" != discover ] || wanted=0.85
		IFS='|' read -r recall disorder < <(sql "SET hnsw.ef_search = 100; $exactly
			SELECT * FROM query_recall('$kind', '$operator', $3, $queries, '${4:-true}')")
		at_least "$recall" "$wanted" "$1, $kind: recall"
		is "$disorder" 0 "$1, $kind: in order"
	done
}

# table LAYOUT ROWS OPTIONS: of which a tenth are pending.
table() {
	layout "$1"
	hnsw_table "$2" "pending_limit = 100000${3:+, $3}"
	sql "INSERT INTO items (id, seed, v) SELECT seed, seed, $value FROM generate_series($2 + 1, $2 + $2 / 10) AS seed"
}

table plain 1500 ""
answers "plain records" 0.95 3
table coded 1500 ""
answers "2-bit codes" 0.95 128
table euclid 1500 ""
answers "4-bit codes" 0.95 48
answers "a filter that half of the rows pass" 0.95 48 "id % 2 = 0"
answers "a filter that few rows pass" 0.95 48 "id % 100 = 7"
table product 1500 ""
answers "inner product" 0.9 96
table cosine 1000 ""
answers "cosine, 1 bit" 0.95 256
table taxicab 1000 ""
answers "taxicab distance" 0.95 48
table euclid 1000 "layout = compact"
answers "compact" 0.95 48
answers "compact, filtered" 0.95 48 "id % 3 = 0"
table euclid 1000 "layout = compact, exact = heap, quantization = scalar"
answers "compact, vectors in the table" 0.95 48
table cosine 500 "exact = float16"
exactly="SET hnsw.rescore = on;"
answers "vectors rounded in the index" 0.95 256
exactly=
table half 1000 ""
answers "halfvec" 0.95 64

# ---- scans that go on

table euclid 1000 ""
ids() { # SETTINGS
	sql "SET enable_seqscan = off; SET vecext.enable_filtered_scan = off; SET hnsw.ef_search = 20; $1;
		SELECT count(DISTINCT id) FROM (SELECT id FROM items ORDER BY v <-> make_query('best_score', 1, 48) LIMIT 400) s"
}
is "$(ids "SET hnsw.iterative_scan = strict_order" | awk '{ print ($1 > 60) }')" 1 "a strict scan goes on"
is "$(ids "SET hnsw.iterative_scan = relaxed_order")" 400 "a relaxed one finds all that are asked for"
is "$(sql "SET enable_seqscan = off; SELECT count(DISTINCT id) FROM (SELECT id FROM items
	ORDER BY v <-> make_query('sum_scores', 1, 48) LIMIT 1050) s")" 1050 "the custom scan, too"
is "$(sql "SET enable_seqscan = off; SELECT array_agg(s.id ORDER BY n) = ARRAY(SELECT id FROM items ORDER BY id LIMIT 3)
	FROM (SELECT id, v, row_number() OVER (ORDER BY id) AS n FROM items ORDER BY id LIMIT 3) q
	CROSS JOIN LATERAL (SELECT id FROM items ORDER BY items.v <-> vecquery_best_score(ARRAY[q.v]) LIMIT 1) s")" t \
	"another query for each row of a join"

done_testing

#!/usr/bin/env bash
# hnsw_build.test.sh: one thread or several, within memory or beyond it, beside
# writers or alone: a build makes an index of the same shape and about the same
# size, with the same recall. For every distance and type.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

server_start build fsync=off jit=off autovacuum=off max_worker_processes=16 max_parallel_maintenance_workers=4
hnsw_prepare

# The distances that lib.sh's layouts leave out.
hnsw_layouts+="
taxi     vector(16)       vector_l1_ops         <+>  make_vector(seed,16)
cosine   vector(200)      vector_cosine_ops     <=>  make_vector(seed,200)
jaccard  bit(256)         bit_jaccard_ops       <%>  make_bits(seed,256)
dots     sparsevec(5000)  sparsevec_ip_ops      <#>  make_sparse(seed,5000)
"

# recall EF: of the ten nearest to values that are no rows, against exact search.
recall() {
	sql "TRUNCATE recalls"
	sql "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL hnsw.ef_search = $1;
		SELECT count(compare_searches(query, 10)) FROM generate_series(3000, 6000, 100) AS query; COMMIT" >/dev/null
	sql "SELECT recall_so_far()"
}

shape() { sql "SELECT nodes, rows, upper_records, levels FROM hnsw_stats('items_v')"; }
size() { sql "SELECT pg_relation_size('items_v')"; }

# alike NAME SETTINGS [STATEMENT]: rebuilds with the settings; as many records as
# before in each level, and as good. `spills` is 1 when it is to run out of memory.
alike() {
	is "$(psql -XAtq -v ON_ERROR_STOP=1 -c "$2" -c "${3:-REINDEX INDEX items_v}" 2>&1 | grep -c "no longer fits")" "${spills:-0}" \
		"$1: memory suffices or not, as meant"
	is "$(shape)" "$serial" "$1: the same levels"
	at_least "$(recall 40)" "$(awk -v r="$serial_recall" 'BEGIN { print r - 0.04 }')" "$1: recall"
	at_least "$(awk -v was="$serial_size" -v is="$(size)" 'BEGIN { print was / is }')" 0.9 "$1: no larger"
	hnsw_clean "$1"
}

for name in plain coded product apart large half bits sparse taxi cosine jaccard dots; do
	layout $name
	rows=1000
	case $name in sparse) rows=2000 ;; taxi) rows=4000 ;; esac # more than 1 MB
	hnsw_table $rows
	sql "SET max_parallel_maintenance_workers = 0; REINDEX INDEX items_v"
	serial=$(shape) serial_recall=$(recall 40) serial_size=$(size)
	case $name in sparse | dots) least=0.85 ;; *) least=0.95 ;; esac
	at_least "$serial_recall" $least "$name: recall of a serial build"
	hnsw_clean "$name, serial"
	alike "$name, parallel" ""
	case $name in coded | half | bits | sparse)
		alike "$name, concurrently" "" "REINDEX INDEX CONCURRENTLY items_v"
		;;
	esac
	case $name in coded | apart | sparse | taxi)
		serial_size=$((serial_size * 11 / 10)) # pages are filled in another order
		spills=1 alike "$name, beyond memory" "SET maintenance_work_mem = '1MB'"
		;;
	esac
done

# ---- progress, seen by a second session ----

# Every value comes twice, so that nodes are half as many as rows; NULLs are no rows.
layout apart
hnsw_table 0
sql "DROP INDEX items_v; INSERT INTO items (id, seed, v) SELECT i, i, new_value(i / 2) FROM generate_series(2, 1801) AS i;
	INSERT INTO items (id, seed, v) SELECT i, i, NULL FROM generate_series(5001, 5100) AS i"
seen=$tap_work/progress

# watch_build STATEMENT: what pg_stat_progress_create_index shows meanwhile, each
# line once, without what psql shows before and after.
watch_build() {
	psql -Xq -c "SET max_parallel_maintenance_workers = 0; $1" 2>/dev/null &
	local builder=$!
	while kill -0 $builder 2>/dev/null; do
		echo "SELECT phase, blocks_done, blocks_total, tuples_done, tuples_total FROM pg_stat_progress_create_index; SELECT pg_sleep(0.002) WHERE false;"
	done | psql -XAtq | uniq >"$seen"
	wait $builder
}
# steps PHASE DONE TOTAL: that column DONE grows within a phase and is never above
# column TOTAL; prints how many different values it had.
steps() {
	awk -F'|' -v phase="building index: $1" -v done_column="$2" -v total_column="$3" '
		$1 == phase && $total_column > 0 {
			if ($done_column + 0 < last || $done_column > $total_column + 0) exit wrong = 1
			if ($done_column + 0 > last) steps++
			last = $done_column + 0
		}
		END { print wrong ? -1 : steps + 0 }' "$seen"
}
watch_build "CREATE INDEX items_v ON items USING hnsw (v $opclass) WITH (ef_construction = 1000)"
at_least "$(steps "building graph" 4 5)" 5 "tuples are counted while the graph is built"
is "$(grep "building graph" "$seen" | cut -d'|' -f5 | sort -u | tail -1)" 1800 "their total is that of the rows with a value"
like "$(cut -d'|' -f1 "$seen" | uniq | grep -v initializing | tr '\n' ',')" "loading tuples,.*building graph,.*" "phases come in order"
watch_build "SET maintenance_work_mem = '4MB'; REINDEX INDEX items_v"
at_least "$(steps "merging tuples beyond memory" 4 5)" 5 "tuples are counted when they go to disk"

# That recall is measured at all: a beam of one finds less.
layout sparse
hnsw_table 2000
at_least "$(awk -v narrow="$(recall 1)" -v wide="$(recall 100)" 'BEGIN { print wide - narrow }')" 0.02 "a wider beam finds more"
done_testing

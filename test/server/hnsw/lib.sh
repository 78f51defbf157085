# lib.sh: what the hnsw_*.test.sh have in common: tables of deterministic values in
# every layout that an index can have, and the loads and checks run on them.
# Sourced after tap.sh.
#
# Each line: a name, the column's type, the operator class, its operator, and an
# SQL expression that makes the value number `seed`. Values lie in a few clusters,
# so that an approximate search has something to find.
hnsw_dir=$repo/test/server/hnsw

hnsw_layouts="
plain    vector(3)        vector_l2_ops         <->  make_vector(seed,3)
coded    vector(128)      vector_l2_ops         <->  make_vector(seed,128)
product  vector(96)       vector_ip_ops         <#>  make_vector(seed,96)
apart    vector(1000)     vector_cosine_ops     <=>  make_vector(seed,1000)
large    vector(2000)     vector_l2_ops         <->  make_vector(seed,2000)
compact  vector(96)       vector_ip_ops         <#>  make_vector(seed,96)
half     halfvec(64)      halfvec_cosine_ops    <=>  make_vector(seed,64)::halfvec
bits     bit(256)         bit_hamming_ops       <~>  make_bits(seed,256)
sparse   sparsevec(5000)  sparsevec_cosine_ops  <=>  make_sparse(seed,5000)
"

# layout NAME: sets column_type, opclass, operator, value (an expression of `seed`),
# and index_options.
layout() {
	local line
	index_options=
	[ "$1" != compact ] || index_options="layout = compact, exact = heap"
	line=$(grep "^$1 " <<<"$hnsw_layouts") || bail_out "no layout $1"
	read -r _ column_type opclass operator value <<<"$line"
}

# hnsw_prepare: the extension and functions.sql.
hnsw_prepare() {
	sql "CREATE EXTENSION IF NOT EXISTS vecext" 2>/dev/null
	psql -Xq -v ON_ERROR_STOP=1 -f "$hnsw_dir/functions.sql" || bail_out "functions.sql fails"
}

# hnsw_table ROWS [OPTIONS]: the table items of the current layout with rows
# 1..ROWS, row i holding value number i, and its index items_v. Values do not go to
# TOAST.
hnsw_table() {
	local options=${2:-}${2:+${index_options:+, }}$index_options
	sql "SET client_min_messages = warning;
		DROP TABLE IF EXISTS items;
		CREATE ${table_kind:-} TABLE items (id bigint PRIMARY KEY, note int NOT NULL DEFAULT 0, seed bigint NOT NULL, v $column_type)
			WITH (autovacuum_enabled = ${autovacuum:-off}, fillfactor = 90);
		ALTER TABLE items ALTER v SET STORAGE PLAIN;
		INSERT INTO items (id, seed, v) SELECT seed, seed, $value FROM generate_series(1, $1) AS seed;
		CREATE INDEX items_v ON items USING hnsw (v $opclass) ${options:+WITH ($options)};
		DROP SEQUENCE IF EXISTS item_ids;
		CREATE SEQUENCE item_ids START $(($1 + 1)) CACHE 20;
		SELECT define_layout('$column_type', '$operator', \$\$$value\$\$)" >/dev/null ||
		bail_out "the table of this layout cannot be made"
}

# hnsw_clean NAME [INDEX]: the index has no error, looked at with nobody beside, and
# at most one node of a thousand is out of reach. hnsw_sound: only the former.
hnsw_clean() {
	local found
	found=$(sql "SELECT * FROM hnsw_check('${2:-items_v}', exclusive => true)" 2>&1) || found="error|$found"
	is "$(grep -m 10 '^error' <<<"$found")" "" "$1: the index is clean"
	at_least "$(unreachable_nodes <<<"$found")" 0.999 "$1: nodes can be reached"
}

hnsw_sound() {
	local found
	found=$(sql "SELECT * FROM hnsw_check('${2:-items_v}', exclusive => true)" 2>&1) || found="error|$found"
	is "$(grep -m 10 '^error' <<<"$found")" "" "$1: the index is sound"
}

# Of the warning that hnsw_check gives, if any: the share of nodes within reach.
unreachable_nodes() {
	sed -n 's/.*|\([0-9]*\) of \([0-9]*\) nodes.*cannot be reached.*/\1 \2/p' | awk '{ u = $1 / $2 } END { print 1 - u }'
}

# load_begin SECONDS CLIENTS SCRIPT[@WEIGHT]...: pgbench in the background, with
# hnsw/SCRIPT.sql.
load_pids=()
load_begin() {
	local seconds=$1 clients=$2 files=() script
	shift 2
	for script in "$@"; do
		if [[ $script == *@* ]]; then files+=(-f "$hnsw_dir/${script%@*}.sql@${script#*@}"); else files+=(-f "$hnsw_dir/$script.sql"); fi
	done
	pgbench -n -T "$seconds" -c "$clients" -j 1 "${files[@]}" >"$tap_work/load.${#load_pids[@]}" 2>&1 &
	load_pids+=($!)
}

# load_end NAME: waits for all that were begun; a case that passes if no client had
# an error. Sets load_transactions.
load_end() {
	local status=0 n errors=""
	load_transactions=0
	for n in "${!load_pids[@]}"; do
		wait "${load_pids[$n]}" || status=1
		errors+=$(grep -hE 'ERROR|FATAL|PANIC|aborted|DETAIL|CONTEXT|server closed' "$tap_work/load.$n" | head -10)
		load_transactions=$((load_transactions + $(sed -n 's/^number of transactions actually processed: \([0-9]*\).*/\1/p' "$tap_work/load.$n" | grep . || echo 0)))
	done
	load_pids=()
	if [ "$status" = 0 ] && [ -z "$errors" ]; then tap_case pass "$1"; else
		tap_case fail "$1"
		diag "$errors"
	fi
}

# load_broken NAME: like load_end where the server was killed: that is no error, all
# others are.
load_broken() {
	wait "${load_pids[@]}"
	is "$(cat "$tap_work"/load.* | grep -E 'ERROR|PANIC' | grep -vE 'terminating connection' | head -5)" "" "$1"
	load_pids=()
}

# kill_server NAME: SIGKILL to the postmaster and all its children, at once. Its lock
# files go, too: nobody may be there to reap the process, which then looks alive.
kill_server() {
	local postmaster pids
	postmaster=$(head -n 1 "$(server_data "$1")/postmaster.pid")
	pids="$postmaster $(ps -o pid= --ppid "$postmaster")"
	kill -KILL $pids 2>/dev/null
	while ps -o stat= -p "$(echo $pids | tr ' ' ',')" | grep -qv Z; do sleep 0.02; done
	rm "$(server_data "$1")/postmaster.pid" "$(server_data "$1")"/../socket/.s.PGSQL.*.lock
}

#!/usr/bin/env bash
# hnsw_churn.test.sh: inserts, updates, deletes, aborted inserts, searches, merges
# and VACUUM beside each other, in every layout, with pending rows and without: no
# client sees an error, hnsw_check() finds nothing, meanwhile and at the end, every
# row is found, and searches are nearly exact.
. "$(dirname "$0")/../harness/tap.sh"
. "$repo/test/server/hnsw/lib.sh"

seconds=$(scaled 3)
server_start churn fsync=off jit=off shared_buffers=64MB max_worker_processes=16 autovacuum=off deadlock_timeout=100ms
hnsw_prepare

# churn NAME LAYOUT ROWS OPTIONS
churn() {
	layout "$2"
	hnsw_table "$3" "$4"
	load_begin "$seconds" 3 insert@6 update@3 touch@3 delete@5 abort@1
	load_begin "$seconds" 2 search@3 iterate@1
	load_begin "$seconds" 1 merge
	load_begin "$seconds" 1 vacuum
	load_begin "$seconds" 1 check
	load_end "$1: no client has an error"
	at_least "$(sql "SELECT recall_so_far()")" 0.9 "$1: recall meanwhile"
	note "$1: $load_transactions transactions, $(sql "SELECT count(*) FROM recalls") comparisons, $(sql "SELECT count(*) FROM items") rows"
	hnsw_clean "$1"
	sql "TRUNCATE recalls"
	sql "VACUUM items"
	hnsw_clean "$1, after VACUUM"
	sql "BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL hnsw.ef_search = 200;
		SELECT count(compare_searches(query, 10)) FROM generate_series(1, 3000, 60) AS query; COMMIT" >/dev/null
	at_least "$(sql "SELECT recall_so_far()")" 0.98 "$1: recall at the end"
}

churn "plain, pending" plain 800 "pending_limit = 100"
churn "plain, classical" plain 800 "pending_limit = 0"
churn "coded, pending" coded 800 "pending_limit = 50"
churn "coded, classical" coded 300 "pending_limit = 0"
churn "coded, from empty" coded 0 "pending_limit = 20"
churn "inner product" product 500 "pending_limit = 100"
churn "values apart" apart 300 "pending_limit = 30"
churn "values in chunks" large 200 "pending_limit = 30"
churn "values in chunks, classical" large 100 "pending_limit = 0"
churn "halfvec" half 800 "pending_limit = 10"
churn "bit" bits 400 "pending_limit = 100"
churn "compact" coded 600 "pending_limit = 50, layout = compact"
# SQL's order needs distances of vectors that were not rounded.
PGOPTIONS="-c hnsw.rescore=on" churn "compact, half precision, from empty" coded 0 "pending_limit = 20, layout = compact, exact = float16"
churn "compact, vectors in the table" compact 500 "pending_limit = 30"
churn "sparse" sparse 400 "pending_limit = 100"
churn "sparse, classical" sparse 300 "pending_limit = 0"
is "$(grep -cE 'PANIC|TRAP|signal [0-9]+|server process .* was terminated' "$(server_log churn)")" 0 "no process died"
done_testing

#!/usr/bin/env bash
# filtered_scan_recheck.test.sh: the node Vector Search under FOR UPDATE and
# UPDATE beside another session that changes the rows found (EvalPlanQual), and a
# cursor beside DELETE and VACUUM.
. "$(dirname "$0")/../harness/tap.sh"

server_start recheck fsync=off autovacuum=off enable_seqscan=off
sql "CREATE EXTENSION vecext;
	CREATE TABLE t (id int, kind int, v vector(3));
	INSERT INTO t SELECT i, i % 10, ARRAY[i, 0, 1]::vector FROM generate_series(1, 3000) i;
	CREATE INDEX ON t USING hnsw (v vector_l2_ops);
	CREATE INDEX ON t (kind);
	ANALYZE t"
near="FROM t WHERE kind = 3 ORDER BY v <-> '[0,0,1]'"
like "$(sql "EXPLAIN SELECT id $near LIMIT 2 FOR UPDATE")" "LockRows.*Vector Search" "FOR UPDATE uses the node"

# beside CHANGE STATEMENT: runs STATEMENT, which must wait for a session that has
# made CHANGE and commits then; prints its rows.
beside() {
	local waiting output=$tap_work/statement.out
	coproc holder { psql -XAtq -v ON_ERROR_STOP=1; }
	echo "BEGIN; $1; SELECT 'changed';" >&"${holder[1]}"
	read -r _ <&"${holder[0]}"
	sql "$2" >"$output" &
	waiting=$!
	for _ in $(seq 100); do
		[ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")" = 0 ] || break
		sleep 0.1
	done
	echo "COMMIT; \\q" >&"${holder[1]}"
	wait "$waiting" "$holder_PID" 2>/dev/null
	tr '\n' ' ' <"$output"
}

is "$(sql "SELECT id $near LIMIT 2" | tr '\n' ' ')" "3 13 " "the rows found before"
is "$(beside "UPDATE t SET kind = 99 WHERE id = 3" "SELECT id $near LIMIT 2 FOR UPDATE")" "13 23 " \
	"a row that no longer passes gives way to the next"
is "$(beside "UPDATE t SET v = '[1,0,1]' WHERE id = 13" "SELECT id, v $near LIMIT 2 FOR UPDATE")" \
	"13|[1,0,1] 23|[23,0,1] " "a row that still passes comes in its new version"
is "$(beside "UPDATE t SET kind = 99 WHERE id = 13" "WITH u AS (UPDATE t SET v = '[9,9,9]' WHERE ctid = ANY (ARRAY(SELECT ctid $near LIMIT 1 FOR UPDATE))
	RETURNING id) SELECT * FROM u")" "23 " "also where it was to be updated"
is "$(beside "UPDATE t SET kind = 3 WHERE id = 1" "SELECT a.id FROM t a WHERE a.kind = 3 AND EXISTS (SELECT 1 FROM t b WHERE b.id = a.id AND b.kind = 3)
	AND a.id IN (1, 23) ORDER BY a.v <-> '[0,0,1]' LIMIT 1 FOR UPDATE OF a")" "23 " "a row that passes since then is not seen"

# A cursor reads on while its rows are deleted and vacuumed.
is "$(psql -XAtq 2>&1 <<-SQL | tr '\n' ' '
	BEGIN ISOLATION LEVEL REPEATABLE READ;
	DECLARE c CURSOR FOR SELECT id FROM t WHERE kind = 5 ORDER BY v <-> '[0,0,1]';
	FETCH 2 FROM c;
	\\! psql -XAtq -c "DELETE FROM t WHERE kind = 5" -c "VACUUM t" -c "INSERT INTO t SELECT i, 5, '[1,1,1]' FROM generate_series(9000, 9300) i"
	FETCH 2 FROM c;
	MOVE 290 FROM c;
	FETCH ALL FROM c;
SQL
)" "5 15 25 35 2945 2955 2965 2975 2985 2995 " "a cursor beside DELETE and VACUUM"

# Two serializable transactions that each read, through the node, what the other
# writes: one of them must fail, whatever finds the rows.
skew() { # SETTING READ
	sql "DELETE FROM t WHERE kind >= 500" >/dev/null
	psql -XAtq 2>&1 <<-SQL | grep -c "could not serialize"
		SET $1;
		BEGIN ISOLATION LEVEL SERIALIZABLE;
		SELECT count(*) FROM ($2) s;
		\\! psql -XAtq -c "SET $1" -c "BEGIN ISOLATION LEVEL SERIALIZABLE" -c "SELECT count(*) FROM ($2) s" -c "INSERT INTO t VALUES (9901, 500, '[0,0,1]')" -c "COMMIT"
		INSERT INTO t VALUES (9902, 501, '[0,0,1]');
		COMMIT;
	SQL
}
for strategy in lazy among exact table; do
	is "$(skew "vecext.filter_strategy = $strategy" "SELECT id FROM t WHERE kind >= 500 ORDER BY v <-> '[0,0,1]' LIMIT 5")" 1 \
		"write skew through a filter is found: $strategy"
done
is "$(skew "vecext.filter_strategy = lazy" "SELECT id FROM t WHERE v <-> '[0,0,1]' < 0.5")" 1 "through a range"
is "$(skew "hnsw.ef_search = 40" "SELECT id FROM t ORDER BY v <-> '[0,0,1]' LIMIT 3")" 1 "without a filter"
done_testing

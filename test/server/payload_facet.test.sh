#!/usr/bin/env bash
# payload_facet.test.sh: payload_facet(index) beside sessions that insert, change and
# delete, and VACUUM: in each snapshot it gives what the aggregate gives.
. "$(dirname "$0")/../harness/tap.sh"

server_start facet fsync=off autovacuum=off
sql "CREATE EXTENSION vecext;
	CREATE TABLE t (id int, payload jsonb) WITH (fillfactor = 70);
	INSERT INTO t SELECT i, jsonb_build_object('city', 'c' || i % 300, 'kind', i % 3) FROM generate_series(1, 20000) AS i;
	CREATE INDEX t_id ON t (id);
	CREATE INDEX t_city ON t USING gin (payload payload_keyword_ops (path = 'city')) WITH (fastupdate = off);
	CREATE INDEX t_kind ON t USING gin (payload payload_integer_ops (path = 'kind'))"
sql "VACUUM ANALYZE t"
ends=$((SECONDS + $(scaled 8)))

# again STATEMENT...: until the time is over.
again() {
	while [ $SECONDS -lt $ends ]; do
		for statement in "$@"; do sql "$statement" || return 1; done
	done
}
some="id % 97 = (SELECT (random() * 96)::int)"
again "UPDATE t SET payload = payload || jsonb_build_object('city', 'c' || (random() * 400)::int, 'kind', (random() * 3)::int) WHERE $some" \
	"INSERT INTO t SELECT i, jsonb_build_object('city', 'n' || i % 50, 'kind', 9) FROM generate_series(1, 400) AS i" \
	"BEGIN; DELETE FROM t WHERE id % 10 = 5; ROLLBACK" >"$tap_work/writer.log" 2>&1 &
writer=$!
again "DELETE FROM t WHERE $some" "VACUUM t" "SELECT gin_clean_pending_list('t_kind')" >"$tap_work/vacuum.log" 2>&1 &
vacuum=$!
rounds=0 wrong=
while [ $SECONDS -lt $ends ] && [ -z "$wrong" ]; do
	wrong=$(sql "BEGIN ISOLATION LEVEL REPEATABLE READ;
		SELECT 'city' WHERE payload_facet('t_city', 100000) <> (SELECT payload_facet(payload, 'city', 'keyword', NULL) FROM t);
		SELECT 'kind' WHERE payload_facet('t_kind', 100000) <> (SELECT payload_facet(payload, 'kind', 'integer', NULL) FROM t);
		SELECT pg_sleep(0.05);
		SELECT 'city later' WHERE payload_facet('t_city', 100000) <> (SELECT payload_facet(payload, 'city', 'keyword', NULL) FROM t);
		COMMIT" 2>&1 | grep -v '^$')
	rounds=$((rounds + 1))
done
is "$wrong" "" "an index counts what its snapshot sees ($rounds rounds)"
wait $writer; is "$?" 0 "the writer had no error"
wait $vacuum; is "$?" 0 "VACUUM had no error"
is "$(grep ERROR "$tap_work/writer.log" "$tap_work/vacuum.log")" "" "no error message"
at_least "$rounds" 5 "rounds beside writers"
done_testing

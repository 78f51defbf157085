#!/usr/bin/env bash
# filtered_scan.test.sh: the node Vector Search against sequential scans, on many
# random tables, filters and queries: it returns as many rows as there are, only
# rows that pass, in order, and nearly always the nearest; whatever its strategy.
. "$(dirname "$0")/../harness/tap.sh"

server_start filtered fsync=off autovacuum=off jit=off
sql "CREATE EXTENSION vecext"

# Rows have a place in [0,1) that the vectors are correlated with, so that a range
# of places is a range of space, and independent attributes.
sql "
CREATE FUNCTION random_vector(dims int, place float8, nonce int) RETURNS vector LANGUAGE sql VOLATILE AS \$\$
	SELECT array_agg((place * 4 + random())::real)::vector FROM generate_series(1, dims) WHERE nonce IS NOT NULL \$\$;

CREATE FUNCTION fill(name text, dims int, rows int, options text) RETURNS void LANGUAGE plpgsql AS \$\$
BEGIN
	EXECUTE format('CREATE TABLE %I (id int, place float8, a int, b int[], c text, v vector(%s))', name, dims);
	EXECUTE format('INSERT INTO %I SELECT i, p, (random() * 1000)::int, ARRAY[i %% 7, i %% 11], md5(i::text),
		CASE WHEN i %% 50 > 0 THEN random_vector(%s, p, i) END
		FROM (SELECT i, random() AS p FROM generate_series(1, %s) i) s', name, dims, rows * 9 / 10);
	EXECUTE format('CREATE INDEX ON %I USING hnsw (v vector_l2_ops) %s', name, options);
	EXECUTE format('CREATE INDEX ON %I (place)', name);
	EXECUTE format('CREATE INDEX ON %I (a)', name);
	EXECUTE format('CREATE INDEX ON %I USING gin (b)', name);
	EXECUTE format('CREATE INDEX ON %I USING brin (id) WITH (pages_per_range = 4)', name);
	-- Some rows stay in the pending segment, some are dead, some moved.
	EXECUTE format('INSERT INTO %I SELECT i, random(), (random() * 1000)::int, ARRAY[i %% 7, i %% 11], md5(i::text),
		random_vector(%s, random(), i) FROM generate_series(%s, %s) i', name, dims, rows * 9 / 10 + 1, rows);
	EXECUTE format('DELETE FROM %I WHERE id %% 13 = 0', name);
	EXECUTE format('UPDATE %I SET c = c || ''x'' WHERE id %% 17 = 0', name);
	EXECUTE format('ANALYZE %I', name);
END \$\$;

CREATE FUNCTION random_filter() RETURNS text LANGUAGE sql VOLATILE AS \$\$
	SELECT (ARRAY[
		format('a = %s', (random() * 1000)::int),
		format('a < %s', (power(10, random() * 3))::int),
		format('place < %s', power(10, -random() * 4)),
		format('place > %s', 1 - power(10, -random() * 4)),
		format('b @> ARRAY[%s]', (random() * 6)::int),
		format('b && ARRAY[%s, 8] AND a < %s', (random() * 6)::int, (random() * 1000)::int),
		format('id BETWEEN %s AND %s', (random() * 2000)::int, (random() * 4000)::int),
		format('a IN (%s, %s, 77) OR place < %s', (random() * 1000)::int, (random() * 1000)::int, random() / 50),
		format('c LIKE ''%s%%''', to_hex((random() * 15)::int)),
		format('a < %s AND c > ''%s''', (random() * 1000)::int, to_hex((random() * 15)::int)),
		format('a <> %s', (random() * 1000)::int),
		format('~dist~ < %s', exp(random() * 2)),
		format('~dist~ <= %s AND a < %s', exp(random() * 2), (random() * 1000)::int),
		format('place > %s AND -(~dist~) > -%s', random(), exp(random() * 2)),
		'id < 0'])[1 + floor(random() * 15)::int] \$\$;

-- Compares one query's answers. hits: of the nearest rows, how many came.
CREATE FUNCTION compare(name text, filter text, query vector, k int,
	OUT problem text, OUT expected int, OUT hits int, OUT strategy text) LANGUAGE plpgsql AS \$\$
DECLARE
	condition text := replace(filter, '~dist~', format('v <-> %L', query));
	statement text := format('SELECT array_agg(id), array_agg(d) FROM (SELECT id, v <-> %L AS d FROM %I
		WHERE %s ORDER BY v <-> %L LIMIT %s) s', query, name, condition, query, k);
	true_ids int[]; true_distances float8[]; ids int[]; distances float8[]; last float8; plan text;
BEGIN
	SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = on;
	EXECUTE statement INTO true_ids, true_distances;
	SET LOCAL enable_indexscan = on; SET LOCAL enable_seqscan = off;
	PERFORM set_config('enable_bitmapscan', coalesce(current_setting('test.bitmaps', true), 'on'), true);
	EXECUTE statement INTO ids, distances;
	EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || statement INTO plan;
	strategy := substring(plan FROM 'Strategy.: .([eg][^\n]*)');
	expected := coalesce(cardinality(true_ids), 0);
	last := true_distances[expected];
	hits := (SELECT count(*) FROM unnest(distances) d WHERE d <= last OR last IS NULL);
	problem := CASE
		WHEN coalesce(cardinality(ids), 0) <> expected THEN
			format('%s rows instead of %s', coalesce(cardinality(ids), 0), expected)
		WHEN (SELECT count(DISTINCT i) FROM unnest(ids) i) <> expected THEN 'a row twice'
		WHEN distances <> (SELECT array_agg(d ORDER BY d) FROM unnest(distances) d) THEN 'not in order'
		WHEN array_position(distances, NULL) IS DISTINCT FROM array_position(true_distances, NULL) THEN 'not as many without a vector'
	END;
	IF problem IS NULL AND expected > 0 THEN
		EXECUTE format('SELECT CASE WHEN count(*) <> %s THEN ''a row that does not pass'' END FROM %I
			WHERE (%s) AND id = ANY (%L)', expected, name, condition, ids) INTO problem;
	END IF;
	problem := problem || format(': WHERE %s LIMIT %s in %s', filter, k, name);
END \$\$;

-- Rows within a range, in no order: found, and there.
CREATE FUNCTION compare_range(name text, query vector, bound float8, OUT within int[], OUT expected int[]) LANGUAGE plpgsql AS \$\$
DECLARE
	statement text := format('SELECT array_agg(id) FROM %I WHERE v <-> %L < %s AND a <> 7', name, query, bound);
BEGIN
	SET LOCAL enable_indexscan = on; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_seqscan = off;
	EXECUTE statement INTO within;
	SET LOCAL enable_indexscan = off; SET LOCAL enable_seqscan = on;
	EXECUTE statement INTO expected;
END \$\$;

CREATE TABLE cases (name text, problem text, expected int, hits int, strategy text);
CREATE FUNCTION try_cases(name text, dims int, cases int) RETURNS void LANGUAGE plpgsql AS \$\$
BEGIN
	FOR i IN 1..cases LOOP
		INSERT INTO cases SELECT name, c.* FROM compare(name, random_filter(), random_vector(dims, random(), i),
			(ARRAY[1, 10, 10, 100])[1 + i % 4]) c;
	END LOOP;
END \$\$" >/dev/null

sql "SELECT setseed(0.25); SELECT fill('plain', 8, 3000, ''); SELECT fill('coded', 32, 4000, '');
	SELECT fill('pending', 32, 3000, 'WITH (pending_limit = 100000)'); SELECT fill('merged', 32, 3000, 'WITH (pending_limit = 0)')" >/dev/null

explain() { sql "SET enable_seqscan = off; EXPLAIN (COSTS OFF) $1"; }
like "$(explain "SELECT id FROM coded WHERE a < 10 ORDER BY v <-> (SELECT v FROM coded WHERE id = 1) LIMIT 10")" \
	"Vector Search.*Bitmap Index Scan" "the queries use the node"

for setting in "hnsw.ef_search = 40" "work_mem = '64kB'" "test.bitmaps = off" "vecext.filter_strategy = steered" \
	"vecext.filter_strategy = lazy" "vecext.filter_strategy = among"; do
	sql "SET $setting; SELECT setseed(0.5); SELECT try_cases('plain', 8, $(scaled 100)), try_cases('coded', 32, $(scaled 150)),
		try_cases('pending', 32, $(scaled 80)), try_cases('merged', 32, $(scaled 80))" >/dev/null || bail_out "the queries fail"
done
is "$(sql "SELECT problem FROM cases WHERE problem IS NOT NULL LIMIT 10")" "" "rows are complete, pass, and come in order"
for name in plain coded pending merged; do
	at_least "$(sql "SELECT round(sum(hits)::numeric / sum(expected), 4) FROM cases WHERE name = '$name'")" 0.98 "recall on $name"
done
at_least "$(sql "SELECT count(*) FROM cases WHERE expected > 0")" "$(scaled 800)" "cases with rows"
for strategy in "exact over bitmap" "exact over table" "graph, steered by bitmap" "graph, filter evaluated on rows met" \
	"graph, among matching rows"; do
	at_least "$(sql "SELECT count(*) FROM cases WHERE strategy LIKE '%$strategy%'")" 20 "used: $strategy"
done

# Bounds from one row to most of the table; by a walk even where reading the table costs less.
sql "CREATE TABLE ranges AS SELECT name, r.* FROM unnest(ARRAY['plain', 'coded', 'pending', 'merged']) name,
	generate_series(1, $(scaled 40)) i, compare_range(name, random_vector(CASE name WHEN 'plain' THEN 8 ELSE 32 END, random(), i),
	exp(random() * 2)) r" >/dev/null || bail_out "the queries fail"
is "$(sql "SELECT count(*) FROM ranges WHERE NOT within <@ expected OR cardinality(within) <> (SELECT count(DISTINCT f) FROM unnest(within) f)")" 0 \
	"only rows within the range are found, each once"
at_least "$(sql "SELECT count(*) FROM ranges WHERE cardinality(expected) BETWEEN 1 AND 2000")" 20 "ranges with some rows"
at_least "$(sql "SELECT round(sum(cardinality(within))::numeric / sum(cardinality(expected)), 4) FROM ranges")" 0.98 "recall of ranges"
at_least "$(sql "SELECT round(avg(coalesce(cardinality(within), 0)::numeric / cardinality(expected)), 4) FROM ranges WHERE expected IS NOT NULL")" 0.98 \
	"recall of the average range"

# The first search marks the dead rows of the index, which the second then meets in its beam.
sql "CREATE TABLE dying (id int PRIMARY KEY, v vector(24)) WITH (autovacuum_enabled = off);
	INSERT INTO dying SELECT i, random_vector(24, random(), i) FROM generate_series(1, 3000) i;
	CREATE INDEX ON dying USING hnsw (v vector_l2_ops);
	DELETE FROM dying WHERE id <= 2400" >/dev/null || bail_out "no table"
dying="SET enable_seqscan = off; SET hnsw.ef_search = 1000; SELECT count(*) FROM (SELECT FROM dying ORDER BY v <-> (SELECT v FROM dying WHERE id = 3000) LIMIT 600) r"
is "$(sql "$dying"), $(sql "$dying")" "600, 600" "dead rows in the beam do not end a search"

# All rows that are left are wanted. One that a search finds only when it goes on past
# the dead ones must not come too late for the order.
sql "SELECT setseed(0.75);
	CREATE TABLE survivors (id int, v vector(24)) WITH (autovacuum_enabled = off);
	INSERT INTO survivors SELECT i, random_vector(24, random(), i) FROM generate_series(1, 3000) i;
	CREATE INDEX ON survivors USING hnsw (v vector_l2_ops);
	DELETE FROM survivors WHERE id > 30" >/dev/null || bail_out "no table"
survivors() { # SETTING
	sql "SELECT setseed(0.75); SET enable_seqscan = off; SET $1;
		SELECT DISTINCT (SELECT count(*) FROM (SELECT FROM survivors ORDER BY v <-> q LIMIT 30) r)
		FROM (SELECT random_vector(24, random(), i) AS q FROM generate_series(1, $(scaled 1000)) i) s" | tail -n +2
}
is "$(survivors "hnsw.ef_search = 10") $(survivors "hnsw.ef_search = 40") $(survivors "work_mem = '64kB'")" "30 30 30" \
	"no row is left out because others were returned before it was found"
done_testing

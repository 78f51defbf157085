-- The node Vector Search wherever a plan can put it: under selectivities from one
-- row to all, in parallel workers, held and scrolled cursors, rescans, inheritance,
-- behind barriers with distance filters, in statements planned once or each time.
SET max_parallel_workers_per_gather = 0;
SET jit = off;
CREATE TABLE places (id int, spread int, along int, v vector(32));
INSERT INTO places SELECT i, (i * 7919) % 4000, i, (SELECT array_agg((sin(i * j) + (i + j * 0) / 500.0)::real)::vector FROM generate_series(1, 32) j)
	FROM generate_series(1, 4000) i;
CREATE INDEX places_v ON places USING hnsw (v vector_l2_ops);
CREATE INDEX places_spread ON places (spread);
CREATE INDEX places_along ON places (along);
ANALYZE places;
CREATE FUNCTION plan_of(query text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || query INTO plan;
	RETURN plan;
END $$;
CREATE FUNCTION strategies(query text) RETURNS text LANGUAGE sql AS $$
	SELECT string_agg(strategy #>> '{}', ' + ') FROM jsonb_path_query(plan_of(query), 'strict $.**.Strategy ? (@ like_regex "(graph|exact).*")') strategy $$;
CREATE FUNCTION nodes(query text, kind text) RETURNS bigint LANGUAGE sql AS $$
	SELECT count(*) FROM jsonb_path_query(plan_of(query), 'strict $.** ? (exists(@."Node Type"))') node
		WHERE kind IN (node ->> 'Node Type', node ->> 'Custom Plan Provider') $$;
-- the same rows as by a sequential scan, or how many of them
CREATE FUNCTION compare_scans(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE expected int[]; found int[];
BEGIN
	SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off;
	EXECUTE 'SELECT array_agg(id) FROM (' || query || ') s' INTO expected;
	SET LOCAL enable_indexscan = on; SET LOCAL enable_bitmapscan = on; SET LOCAL enable_seqscan = off;
	EXECUTE 'SELECT array_agg(id) FROM (' || query || ') s' INTO found;
	SET LOCAL enable_seqscan = on;
	RETURN CASE WHEN expected = found THEN 'same' WHEN expected @> found AND expected <@ found THEN 'same in another order'
		ELSE (SELECT count(*) FROM unnest(found) f WHERE f = ANY (expected)) || ' of ' || cardinality(expected) END;
END $$;
SELECT filter, strategies(query), compare_scans(query) FROM
	(SELECT filter, format('SELECT id FROM places %s ORDER BY v <-> (SELECT v FROM places WHERE id = 1000) LIMIT 10', 'WHERE ' || filter) AS query
	FROM unnest(ARRAY['spread < 1', 'spread < 40', 'spread < 400', 'spread < 2000', 'spread < 4000', 'along < 4', 'along < 40', 'along < 400',
		'along < 2000', 'along > 3990', 'along > 3900', 'along > 2000', 'spread <> 7', 'spread % 100 = 7', 'spread < -1']) filter) f;
-- each strategy by force
SELECT forced, set_config('vecext.filter_strategy', forced, false) = forced AS set, strategies(query), compare_scans(query) FROM
	(SELECT forced, 'SELECT id FROM places WHERE along > 3000 ORDER BY v <-> (SELECT v FROM places WHERE id = 1000) LIMIT 10' AS query
	FROM unnest(ARRAY['lazy', 'steered', 'among', 'exact', 'table', 'auto']) forced) f;
SET enable_seqscan = off;
-- in a parallel worker: alone, and in partitions
CREATE TABLE halves (LIKE places) PARTITION BY RANGE (id);
CREATE TABLE halves_1 PARTITION OF halves FOR VALUES FROM (0) TO (2000);
CREATE TABLE halves_2 PARTITION OF halves FOR VALUES FROM (2000) TO (5000);
INSERT INTO halves SELECT * FROM places;
CREATE INDEX ON halves USING hnsw (v vector_l2_ops);
ANALYZE halves;
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SET max_parallel_workers_per_gather = 2;
SELECT nodes('SELECT id FROM places WHERE spread < 400 ORDER BY v <-> array_fill(2.0::real, ARRAY[32])::vector LIMIT 5', kind) FROM
	unnest(ARRAY['Gather', 'Vector Search']) kind;
SELECT id FROM places WHERE spread < 400 ORDER BY v <-> array_fill(2.0::real, ARRAY[32])::vector LIMIT 5;
SELECT count(*) FROM places WHERE v <-> array_fill(2.0::real, ARRAY[32])::vector < 4.1;
SELECT id FROM halves WHERE spread % 10 = 3 ORDER BY v <-> array_fill(4.0::real, ARRAY[32])::vector LIMIT 5;
SELECT set_config(name, 'off', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SET max_parallel_workers_per_gather = 0;
-- partitions and children by a range, with and without an order
SELECT nodes('SELECT id FROM halves WHERE v <-> array_fill(4.0::real, ARRAY[32])::vector < 4.05', 'Vector Search');
SELECT compare_scans('SELECT id FROM halves WHERE v <-> array_fill(4.0::real, ARRAY[32])::vector < 4.2 ORDER BY id'),
	compare_scans('SELECT id FROM halves ORDER BY -(v <-> array_fill(4.0::real, ARRAY[32])::vector) DESC LIMIT 7');
CREATE TABLE older (name text) INHERITS (places);
INSERT INTO older SELECT id + 10000, spread, along, v, 'old' FROM places WHERE id % 2 = 0;
CREATE INDEX ON older USING hnsw (v vector_l2_ops);
ANALYZE older;
SELECT nodes('SELECT id FROM places WHERE spread <> 3 ORDER BY v <-> array_fill(4.0::real, ARRAY[32])::vector LIMIT 5', 'Vector Search');
SELECT compare_scans('SELECT id FROM places WHERE spread <> 3 ORDER BY v <-> array_fill(4.0::real, ARRAY[32])::vector, id LIMIT 5'),
	compare_scans('SELECT id FROM places WHERE v <-> array_fill(4.0::real, ARRAY[32])::vector < 4.1 ORDER BY id');
DROP TABLE older;
-- cursors
BEGIN;
DECLARE forward NO SCROLL CURSOR FOR SELECT id FROM places ORDER BY v <-> array_fill(2.0::real, ARRAY[32])::vector LIMIT 3000;
FETCH 2 FROM forward;
MOVE 2990 FROM forward;
FETCH 3 FROM forward;
FETCH BACKWARD 1 FROM forward;
ROLLBACK;
BEGIN;
DECLARE held SCROLL CURSOR WITH HOLD FOR SELECT id FROM places WHERE spread < 2000 ORDER BY v <-> array_fill(2.0::real, ARRAY[32])::vector LIMIT 100;
FETCH 3 FROM held;
COMMIT;
FETCH 2 FROM held;
FETCH ABSOLUTE 2 FROM held;
FETCH PRIOR FROM held;
MOVE ALL FROM held;
FETCH PRIOR FROM held;
CLOSE held;
-- rescans: other query, other bound, other filter, nothing changed
SELECT q.id, near.ids, brute.ids = near.ids AS same FROM places q,
	LATERAL (SELECT array_agg(id) AS ids FROM (SELECT id FROM places p WHERE p.along > q.along AND p.v <-> q.v < q.spread / 1000.0 + 5 ORDER BY p.v <-> q.v LIMIT 3) s) near,
	LATERAL (SELECT array_agg(id) AS ids FROM (SELECT id FROM places p WHERE p.along > q.along AND (p.v <-> q.v) + 0 * p.id < q.spread / 1000.0 + 5 ORDER BY (p.v <-> q.v) + 0 * p.id LIMIT 3) s) brute
	WHERE q.id IN (3, 1500, 3999, 4000) ORDER BY q.id;
SELECT q.id, near.n FROM (VALUES (1), (2)) q(id), LATERAL (SELECT count(*) AS n FROM (SELECT p.id FROM places p WHERE p.spread < 100
	ORDER BY p.v <-> array_fill(2.0::real, ARRAY[32])::vector LIMIT 5 + q.id) s) near ORDER BY 1;
-- planned for each execution, and once
PREPARE near(int, vector, float8) AS SELECT id FROM places WHERE spread < $1 AND v <-> $2 < $3 ORDER BY v <-> $2 LIMIT 3;
SET plan_cache_mode = force_custom_plan;
EXECUTE near(2000, array_fill(2.0::real, ARRAY[32])::vector, 100);
EXECUTE near(2000, array_fill(2.0::real, ARRAY[32])::vector, 0.1);
SET plan_cache_mode = force_generic_plan;
SELECT nodes('EXECUTE near(2000, array_fill(2.0::real, ARRAY[32])::vector, 100)', kind) FROM unnest(ARRAY['Vector Search', 'Bitmap Index Scan']) kind;
EXECUTE near(2000, array_fill(2.0::real, ARRAY[32])::vector, 100);
EXECUTE near(1, array_fill(2.0::real, ARRAY[32])::vector, 100);
EXECUTE near(2000, array_fill(2.0::real, ARRAY[32])::vector, 0.1);
DROP INDEX places_v;
EXECUTE near(2000, array_fill(2.0::real, ARRAY[32])::vector, 100);
CREATE INDEX places_v ON places USING hnsw (v vector_l2_ops);
EXECUTE near(2000, array_fill(2.0::real, ARRAY[32])::vector, 100);
RESET plan_cache_mode;
-- behind barriers a leaky condition sees no hidden row, whatever finds the rows
CREATE FUNCTION leaks(id int) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS $$
BEGIN
	IF id % 2 = 1 THEN RAISE WARNING 'leaked %', id; END IF;
	RETURN true;
END $$;
CREATE VIEW even_places WITH (security_barrier) AS SELECT * FROM places WHERE id % 2 = 0;
CREATE ROLE filtered_scan_visitor;
GRANT SELECT ON places, even_places TO filtered_scan_visitor;
ALTER TABLE places ENABLE ROW LEVEL SECURITY;
CREATE POLICY even ON places USING (id % 2 = 0);
CREATE FUNCTION look(source text) RETURNS TABLE (strategy text, n bigint) LANGUAGE plpgsql AS $$
BEGIN
	FOREACH strategy IN ARRAY ARRAY['lazy', 'among', 'exact', 'table'] LOOP
		PERFORM set_config('vecext.filter_strategy', strategy, true);
		EXECUTE format('SELECT count(*) FROM (SELECT id FROM %s WHERE leaks(id) AND spread < 1000 ORDER BY v <-> array_fill(2.0::real, ARRAY[32])::vector LIMIT 20) s', source) INTO n;
		RETURN NEXT;
		EXECUTE format('SELECT count(*) FROM (SELECT id FROM %s WHERE leaks(id) AND v <-> array_fill(2.0::real, ARRAY[32])::vector < 4.2) s', source) INTO n;
		RETURN NEXT;
	END LOOP;
END $$;
SET ROLE filtered_scan_visitor;
SELECT nodes('SELECT id FROM places WHERE leaks(id) AND v <-> array_fill(2.0::real, ARRAY[32])::vector < 4.2', 'Vector Search');
SELECT look.* FROM unnest(ARRAY['places', 'even_places']) source, look(source);
RESET ROLE;
DROP VIEW even_places;
DROP TABLE places, halves;
DROP FUNCTION plan_of, strategies, nodes, compare_scans, leaks, look;
DROP ROLE filtered_scan_visitor;

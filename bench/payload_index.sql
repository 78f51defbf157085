-- payload_index.sql: build time, size and lookup time of field indexes, as our
-- GIN operator classes and as expression indexes. Run with psql in a database with
-- the extension; :rows (default 200000). Expression indexes answer only their own
-- operators and do not see the elements of arrays the way filters do.
\set QUIET on
\if :{?rows} \else \set rows 200000 \endif
CREATE TEMPORARY TABLE bench_field AS
SELECT jsonb_build_object('city', 'city' || i % 5000, 'n', i % 5000, 'title', md5(i::text), 'text', repeat('x', 120)) AS payload
FROM generate_series(1, :rows) AS i;
ALTER TABLE bench_field ALTER payload SET STATISTICS 1000;
ANALYZE bench_field;
CREATE TEMPORARY TABLE results (what text, build_ms numeric, kib int, lookup_us numeric);

CREATE FUNCTION pg_temp.measure(what text, definition text, condition text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE start timestamptz; built float8; best float8 := 'Infinity'; dummy bigint; size bigint;
BEGIN
	start := clock_timestamp();
	EXECUTE 'CREATE INDEX bench_index ON bench_field USING ' || definition;
	built := extract(epoch FROM clock_timestamp() - start);
	ANALYZE bench_field;
	SET LOCAL enable_seqscan = off;
	EXECUTE 'PREPARE lookup AS SELECT count(*) FROM bench_field WHERE ' || condition;
	FOR round IN 1..5 LOOP
		start := clock_timestamp();
		FOR i IN 1..200 LOOP EXECUTE 'EXECUTE lookup' INTO dummy; END LOOP;
		best := least(best, extract(epoch FROM clock_timestamp() - start) / 200);
	END LOOP;
	DEALLOCATE lookup;
	size := pg_relation_size('bench_index');
	DROP INDEX bench_index;
	INSERT INTO results VALUES (what, round((built * 1000)::numeric), size / 1024, round((best * 1e6)::numeric, 1));
END $$;

SET plan_cache_mode = force_generic_plan;
SELECT pg_temp.measure('keyword: operator class', $$gin (payload payload_keyword_ops (path = 'city'))$$, $$payload ~@ '{"must": {"key": "city", "match": {"value": "city77"}}}'$$) \g /dev/null
SELECT pg_temp.measure('keyword: gin ((payload->city))', $$gin ((payload->'city'))$$, $$payload->'city' @> '"city77"'$$) \g /dev/null
SELECT pg_temp.measure('keyword: gin (payload jsonb_path_ops)', $$gin (payload jsonb_path_ops)$$, $$payload @> '{"city": "city77"}'$$) \g /dev/null
SELECT pg_temp.measure('keyword: btree ((payload->>city))', $$btree ((payload->>'city'))$$, $$payload->>'city' = 'city77'$$) \g /dev/null
SELECT pg_temp.measure('integer: operator class', $$gin (payload payload_integer_ops (path = 'n'))$$, $$payload ~@ '{"must": {"key": "n", "match": {"value": 77}}}'$$) \g /dev/null
SELECT pg_temp.measure('integer: btree ((payload->n)::int8)', $$btree (((payload->'n')::int8))$$, $$(payload->'n')::int8 = 77$$) \g /dev/null
SELECT pg_temp.measure('range 10 values: operator class', $$gin (payload payload_integer_ops (path = 'n'))$$, $$payload ~@ '{"must": {"key": "n", "range": {"gte": 70, "lt": 80}}}'$$) \g /dev/null
SELECT pg_temp.measure('range 10 values: btree', $$btree (((payload->'n')::int8))$$, $$(payload->'n')::int8 >= 70 AND (payload->'n')::int8 < 80$$) \g /dev/null
TABLE results;

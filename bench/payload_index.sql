-- payload_index.sql: build time, size and lookup time of indexes of payload fields
-- beside indexes of plain columns with the same values. Run with psql in a database
-- with the extension; :rows (default 200000). Lookups are prepared with generic
-- plans, 40 rows for a single value of 5000; the rows are read. An index of a column does not see
-- elements of arrays the way filters do.
\set QUIET on
\if :{?rows} \else \set rows 200000 \endif
CREATE TEMPORARY TABLE bench_field AS
SELECT 'city' || i % 5000 AS city, (i % 5000)::int8 AS n, (i % 5000) / 8.0::float8 AS f, i % 500 = 0 AS open, ARRAY['city' || i % 5000] AS tags,
	'2024-01-01'::timestamptz + i % 5000 * interval '1 hour' AS since, md5((i % 5000)::text)::uuid AS ref,
	point(i % 500 / 10.0, i % 401 / 10.0) AS at, 'word' || i % 5000 || ' is common' AS body, NULL::jsonb AS payload
FROM generate_series(1, :rows) AS i;
UPDATE bench_field SET payload = jsonb_build_object('city', city, 'n', n, 'f', f, 'open', open, 'tags', tags, 'since', since, 'ref', ref, 'body', body,
	'at', jsonb_build_object('lon', at[0], 'lat', at[1]), 'pad', repeat('x', 60));
VACUUM bench_field;
CREATE TEMPORARY TABLE results (what text, build_ms numeric, kib int, lookup_us numeric, found bigint);

-- `condition` has the parameter $1 and `value` its value
CREATE FUNCTION pg_temp.measure(what text, definition text, condition text, type text, value text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE start timestamptz; built float8; best float8 := 'Infinity'; n bigint; size bigint;
BEGIN
	start := clock_timestamp();
	EXECUTE 'CREATE INDEX bench_index ON bench_field USING ' || definition;
	built := extract(epoch FROM clock_timestamp() - start);
	size := pg_relation_size('bench_index');
	ANALYZE bench_field;
	SET LOCAL enable_seqscan = off;
	EXECUTE format('PREPARE lookup (%s) AS SELECT count(payload) FROM bench_field WHERE %s', type, condition);
	FOR round IN 1..7 LOOP
		start := clock_timestamp();
		FOR i IN 1..200 LOOP EXECUTE format('EXECUTE lookup(%L)', value) INTO n; END LOOP;
		best := least(best, extract(epoch FROM clock_timestamp() - start) / 200);
	END LOOP;
	DEALLOCATE lookup;
	DROP INDEX bench_index;
	INSERT INTO results VALUES (what, round((built * 1000)::numeric), size / 1024, round((best * 1e6)::numeric, 1), n);
END $$;

SET plan_cache_mode = force_generic_plan;
SET max_parallel_maintenance_workers = 0;
SELECT pg_temp.measure(what, definition, condition, type, value) FROM (VALUES
	('keyword', 'gin (payload payload_keyword_ops (path = ''city''))', 'payload_test(payload, ''city'', ''match_keyword'', $1)', 'jsonb', '"city77"'),
	('text column, B-tree', 'btree (city)', 'city = $1', 'text', 'city77'),
	('text[] column, GIN', 'gin (tags)', 'tags @> $1', 'text[]', '{city77}'),
	('integer', 'gin (payload payload_integer_ops (path = ''n''))', 'payload_test(payload, ''n'', ''match_integer'', $1)', 'jsonb', '77'),
	('bigint column, B-tree', 'btree (n)', 'n = $1', 'int8', '77'),
	('integer, range of 10', 'gin (payload payload_integer_ops (path = ''n''))', 'payload_test(payload, ''n'', ''range'', $1)', 'jsonb', '{"gte": 70, "lt": 80}'),
	('bigint column, range of 10', 'btree (n)', 'n >= $1 AND n < $1 + 10', 'int8', '70'),
	('float, range of 10', 'gin (payload payload_float_ops (path = ''f''))', 'payload_test(payload, ''f'', ''range'', $1)', 'jsonb', '{"gte": 10, "lt": 11.25}'),
	('float8 column, range of 10', 'btree (f)', 'f >= $1 AND f < $1 + 1.25', 'float8', '10'),
	('datetime, range of 10', 'gin (payload payload_datetime_ops (path = ''since''))', 'payload_test(payload, ''since'', ''datetime_range'', $1)', 'jsonb', '{"gte": "2024-02-01T00:00:00Z", "lt": "2024-02-01T10:00:00Z"}'),
	('timestamptz column, range of 10', 'btree (since)', 'since >= $1 AND since < $1 + interval ''10 hours''', 'timestamptz', '2024-02-01T00:00:00Z'),
	('uuid', 'gin (payload payload_uuid_ops (path = ''ref''))', 'payload_test(payload, ''ref'', ''match_uuid'', $1)', 'jsonb', to_json(md5('77')::uuid)::text),
	('uuid column, B-tree', 'btree (ref)', 'ref = $1', 'uuid', md5('77')),
	('bool', 'gin (payload payload_bool_ops (path = ''open''))', 'payload_test(payload, ''open'', ''match_bool'', $1)', 'jsonb', 'true'),
	('boolean column, B-tree', 'btree (open)', 'open = $1', 'bool', 'true'),
	('geo, box', 'gin (payload payload_geo_ops (path = ''at''))', 'payload_test(payload, ''at'', ''geo_bounding_box'', $1)', 'jsonb', '{"top_left": {"lon": 9.95, "lat": 20.05}, "bottom_right": {"lon": 10.95, "lat": 19.05}}'),
	('point column, GiST', 'gist (at)', 'at <@ $1', 'box', '(9.95,20.05),(10.95,19.05)'),
	('text, one token', 'gin (payload payload_text_ops (path = ''body''))', 'payload_test(payload, ''body'', ''text'', $1, ''{"body": "text"}'')', 'jsonb', '"word77"'),
	('tsvector of a column, GIN', 'gin (to_tsvector(''simple'', body))', 'to_tsvector(''simple'', body) @@ $1', 'tsquery', 'word77'))
	AS m (what, definition, condition, type, value) \g /dev/null
TABLE results;

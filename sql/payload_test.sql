-- payload_test: one condition, its value open until the statement runs
SET client_min_messages = warning;
CREATE TABLE spots (id int PRIMARY KEY, payload jsonb);
INSERT INTO spots
SELECT i, CASE i % 50 WHEN 0 THEN NULL WHEN 1 THEN '[]' WHEN 2 THEN '{}' ELSE jsonb_strip_nulls(jsonb_build_object(
	'city', CASE i % 9 WHEN 0 THEN to_jsonb(ARRAY['c' || i % 40, 'c' || i % 30]) WHEN 1 THEN to_jsonb(i % 20) ELSE to_jsonb('c' || i % 40) END,
	'stars', CASE i % 7 WHEN 0 THEN to_jsonb(i % 40 + 0.5) WHEN 1 THEN to_jsonb((i % 40)::text) ELSE to_jsonb(i % 40 - 20) END,
	'price', CASE i % 8 WHEN 0 THEN to_jsonb(ARRAY[i % 100, i % 70]) ELSE to_jsonb((i * 37 % 1000) / 8.0) END,
	'open', CASE WHEN i % 5 > 0 THEN to_jsonb(i % 90 = 0) END,
	'since', CASE i % 6 WHEN 0 THEN to_jsonb('never'::text) ELSE to_jsonb(to_char('2020-01-01'::date + i % 700, 'YYYY-MM-DD')) END,
	'ref', CASE WHEN i % 3 = 0 THEN md5((i % 50)::text) ELSE md5((i % 50)::text)::uuid::text END,
	'at', jsonb_build_object('lon', (i * 7919 % 3600) / 10.0 - 180, 'lat', (i * 104729 % 1800) / 10.0 - 90),
	'text', jsonb_build_array('word' || i % 53 || ' Common', 'word' || i % 57 || ' phrase of words'),
	'tags', CASE i % 4 WHEN 0 THEN '[]' WHEN 1 THEN '["a", null]' WHEN 2 THEN '["a", "b", "c"]' END::jsonb,
	'list', jsonb_build_array(jsonb_build_object('k', i % 50, 'v', 'a'), jsonb_build_object('k', i % 51, 'v', 'b')))) END
FROM generate_series(1, 3000) AS i;
CREATE INDEX spots_city ON spots USING gin (payload payload_keyword_ops (path = 'city'));
CREATE INDEX spots_stars ON spots USING gin (payload payload_integer_ops (path = 'stars'));
CREATE INDEX spots_price ON spots USING gin (payload payload_float_ops (path = 'price'));
CREATE INDEX spots_open ON spots USING gin (payload payload_bool_ops (path = 'open'));
CREATE INDEX spots_since ON spots USING gin (payload payload_datetime_ops (path = 'since'));
CREATE INDEX spots_ref ON spots USING gin (payload payload_uuid_ops (path = 'ref'));
CREATE INDEX spots_at ON spots USING gin (payload payload_geo_ops (path = 'at'));
CREATE INDEX spots_text ON spots USING gin (payload payload_text_ops (path = 'text', parameters = '{"min_token_len": 2}'));
CREATE INDEX spots_k ON spots USING gin (payload payload_integer_ops (path = 'list[].k'));
VACUUM ANALYZE spots;

CREATE TABLE tests (n serial, path text, test text, value jsonb, condition jsonb, field_schema jsonb);
INSERT INTO tests (path, test, value, condition, field_schema) VALUES
	('city', 'match_keyword', '"c7"', '{"key": "city", "match": {"value": "c7"}}', NULL),
	('city', 'any_keyword', '["c7", "c9"]', '{"key": "city", "match": {"any": ["c7", "c9"]}}', NULL),
	('city', 'any_keyword', '[]', '{"key": "city", "match": {"any": []}}', NULL),
	('city', 'except_keyword', '["c7"]', '{"key": "city", "match": {"except": ["c7"]}}', NULL),
	('city', 'prefix', '"c39"', '{"key": "city", "match": {"prefix": "c39"}}', NULL),
	('city', 'text', '"c39"', '{"key": "city", "match": {"text": "c39"}}', NULL),
	('city', 'match_integer', '7', '{"key": "city", "match": {"value": 7}}', NULL),
	('stars', 'match_integer', '3', '{"key": "stars", "match": {"value": 3}}', NULL),
	('stars', 'any_integer', '[3, -4, 99]', '{"key": "stars", "match": {"any": [3, -4, 99]}}', NULL),
	('stars', 'any_integer', '[]', '{"key": "stars", "match": {"any": []}}', NULL),
	('stars', 'except_integer', '[3, 4]', '{"key": "stars", "match": {"except": [3, 4]}}', NULL),
	('stars', 'range', '{"gt": 17, "lte": 20.5}', '{"key": "stars", "range": {"gt": 17, "lte": 20.5}}', NULL),
	('price', 'range', '{"gte": 10, "lt": 12}', '{"key": "price", "range": {"gte": 10, "lt": 12}}', NULL),
	('price', 'range', '{}', '{"key": "price", "range": {}}', NULL),
	('open', 'match_bool', 'true', '{"key": "open", "match": {"value": true}}', NULL),
	('since', 'datetime_range', '{"gte": "2021-03-01", "lt": "2021-03-08T00:00:00Z"}', '{"key": "since", "range": {"gte": "2021-03-01", "lt": "2021-03-08"}}', NULL),
	('ref', 'match_uuid', to_jsonb(md5('7')), jsonb_build_object('key', 'ref', 'match', jsonb_build_object('value', md5('7'))), NULL),
	('ref', 'any_uuid', jsonb_build_array(md5('7'), md5('8')::uuid), jsonb_build_object('key', 'ref', 'match', jsonb_build_object('any', jsonb_build_array(md5('7'), md5('8')::uuid))), NULL),
	('ref', 'match_uuid', '"no uuid"', '{"key": "ref", "match": {"value": "no uuid"}}', NULL),
	('at', 'geo_bounding_box', '{"top_left": {"lon": 10, "lat": 40}, "bottom_right": {"lon": 30, "lat": 30}}', '{"key": "at", "geo_bounding_box": {"top_left": {"lon": 10, "lat": 40}, "bottom_right": {"lon": 30, "lat": 30}}}', NULL),
	('at', 'geo_radius', '{"center": {"lon": -179, "lat": 50}, "radius": 1000000}', '{"key": "at", "geo_radius": {"center": {"lon": -179, "lat": 50}, "radius": 1000000}}', NULL),
	('at', 'geo_polygon', '{"exterior": {"points": [{"lon": 0, "lat": 0}, {"lon": 40, "lat": 0}, {"lon": 40, "lat": 40}, {"lon": 0, "lat": 0}]}}',
		'{"key": "at", "geo_polygon": {"exterior": {"points": [{"lon": 0, "lat": 0}, {"lon": 40, "lat": 0}, {"lon": 40, "lat": 40}, {"lon": 0, "lat": 0}]}}}', NULL),
	('text', 'text', '"word3 common"', '{"key": "text", "match": {"text": "word3 common"}}', '{"text": {"type": "text", "min_token_len": 2}}'),
	('text', 'text_any', '"word3 word4"', '{"key": "text", "match": {"text_any": "word3 word4"}}', '{"text": {"type": "text", "min_token_len": 2}}'),
	('text', 'phrase', '"word5 phrase of"', '{"key": "text", "match": {"phrase": "word5 phrase of"}}', '{"text": {"type": "text", "min_token_len": 2}}'),
	('text', 'text', '"word3 common"', '{"key": "text", "match": {"text": "word3 common"}}', '{"text": "text"}'),
	('text', 'text', '"word3 Common"', '{"key": "text", "match": {"text": "word3 Common"}}', NULL),
	('tags', 'values_count', '{"gte": 2}', '{"key": "tags", "values_count": {"gte": 2}}', NULL),
	('tags', 'is_empty', 'true', '{"is_empty": {"key": "tags"}}', NULL),
	('tags', 'is_null', 'true', '{"is_null": {"key": "tags"}}', NULL),
	('list[].v', 'field_is_empty', 'false', '{"key": "list[].v", "is_empty": false}', NULL),
	('tags', 'field_is_null', 'false', '{"key": "tags", "is_null": false}', NULL),
	('list[].k', 'match_integer', '3', '{"key": "list[].k", "match": {"value": 3}}', NULL),
	('list', 'nested', '{"must": [{"key": "k", "match": {"value": 3}}, {"key": "v", "match": {"value": "b"}}]}',
		'{"nested": {"key": "list", "filter": {"must": [{"key": "k", "match": {"value": 3}}, {"key": "v", "match": {"value": "b"}}]}}}', '{"list[].k": "integer"}'),
	('list', 'nested', '{"must_not": {"key": "k", "match": {"value": 3}}}', '{"nested": {"key": "list", "filter": {"must_not": {"key": "k", "match": {"value": 3}}}}}', '{"list[].k": "integer"}'),
	('list', 'nested', '{"must": {"key": "k", "match": {"value": 3}}}', '{"nested": {"key": "list", "filter": {"must": {"key": "k", "match": {"value": 3}}}}}', NULL),
	('"city"', 'match_keyword', '"c7"', '{"key": "\"city\"", "match": {"value": "c7"}}', NULL);

-- of each test as a prepared statement with a generic plan: the index, and whether
-- the rows are those of the same condition in a filter, with and without index
CREATE FUNCTION run_test(path text, test text, value jsonb, field_schema jsonb, OUT plan text, OUT with_index int[], OUT without int[]) LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	EXECUTE format('PREPARE by_test (jsonb) AS SELECT array_agg(id) FROM spots WHERE payload_test(payload, %L, %L, $1%s)',
		path, test, coalesce(', ' || quote_literal(field_schema), ''));
	FOR line IN EXECUTE format('EXPLAIN (COSTS OFF) EXECUTE by_test(%L)', value) LOOP
		plan := coalesce(plan, '') || coalesce(substring(line FROM 'Seq Scan'), substring(line FROM 'Index Scan on (spots_\w+)'), '');
	END LOOP;
	EXECUTE format('EXECUTE by_test(%L)', value) INTO with_index;
	DEALLOCATE by_test;
	with_index := (SELECT array_agg(id ORDER BY id) FROM unnest(with_index) AS id);
	EXECUTE 'SELECT array_agg(id ORDER BY id) FROM spots WHERE payload_test(payload, $1, $2, $3, $4)' INTO without USING path, test, value, field_schema;
END $$;
SET plan_cache_mode = force_generic_plan;
SELECT n, path, test, r.plan, cardinality(r.with_index) AS found,
	r.with_index IS NOT DISTINCT FROM f.ids AND r.without IS NOT DISTINCT FROM f.ids AS same
FROM tests, run_test(path, test, value, field_schema) AS r,
	LATERAL (SELECT array_agg(id ORDER BY id) AS ids FROM spots WHERE payload_match(payload, jsonb_build_object('must', condition), field_schema)) AS f
ORDER BY n;
SELECT array_agg(DISTINCT test ORDER BY test) FROM tests;

-- a filter, rendered
PREPARE rendered (jsonb, jsonb, jsonb) AS SELECT count(*) FROM spots
	WHERE payload_test(payload, 'city', 'match_keyword', $1)
	AND (payload_test(payload, 'price', 'range', $2) OR payload_test(payload, 'stars', 'match_integer', $3))
	AND NOT payload_test(payload, 'tags', 'is_null');
EXPLAIN (COSTS OFF) EXECUTE rendered('"c7"', '{"gte": 10, "lt": 90}', '12');
EXECUTE rendered('"c7"', '{"gte": 10, "lt": 90}', '12');
EXECUTE rendered('"c8"', '{"gte": 10}', '12');
SELECT count(*) FILTER (WHERE payload_match(payload, '{"must": [{"key": "city", "match": {"value": "c7"}}],
		"should": [{"key": "price", "range": {"gte": 10, "lt": 90}}, {"key": "stars", "match": {"value": 12}}], "must_not": [{"is_null": {"key": "tags"}}]}')) AS c7,
	count(*) FILTER (WHERE payload_match(payload, '{"must": [{"key": "city", "match": {"value": "c8"}}],
		"should": [{"key": "price", "range": {"gte": 10}}, {"key": "stars", "match": {"value": 12}}], "must_not": [{"is_null": {"key": "tags"}}]}')) AS c8 FROM spots;

-- a value from another row
EXPLAIN (COSTS OFF) SELECT count(*) FROM spots a, spots b WHERE a.id < 9 AND payload_test(b.payload, 'city', 'match_keyword', a.payload->'city');
RESET plan_cache_mode;

-- a constant value
EXPLAIN (COSTS OFF) SELECT id FROM spots WHERE payload_test(payload, 'city', 'match_keyword', '"c7"');
-- within a loop, the value changes
DO $$ BEGIN
	FOR i IN 1..3 LOOP RAISE INFO '%', payload_test('{"n": 2}', 'n', 'match_integer', to_jsonb(i)); END LOOP;
END $$;

-- null in, null out; what else the index condition is made of
SELECT payload_test(NULL, 'a', 'is_null') IS NULL, payload_test('{}', 'a', 'is_null', NULL) IS NULL, payload_test('{}', NULL, 'is_null') IS NULL,
	payload_test('{}', 'a', 'is_null'), payload_test('{"a": null}', 'a', 'is_null');
SELECT payload_test_query('a', 'range', '{"gt": 1}', NULL), payload_test_query('"a b"', 'text', '"x"', NULL);
SELECT payload_test_query('"a b".c', 'text', '"x"', '{"\"a b\".c": "text"}'), payload_test_query('a', 'text', NULL, NULL) IS NULL;

-- refused, with the place within the condition and the rule
SELECT payload_test('{}', 'a', 'equals', '1');
SELECT payload_test('{}', 'a', 'match_keyword', '1');
SELECT payload_test('{}', 'a', 'match_integer', '1.5');
SELECT payload_test('{}', 'a', 'any_integer', '["1"]');
SELECT payload_test('{}', 'a', 'range', '{"gt": "2020-01-01"}');
SELECT payload_test('{}', 'a', 'range', '{"gr": 1}');
SELECT payload_test('{}', 'a', 'datetime_range', '{}');
SELECT payload_test('{}', 'a', 'nested', '{"must": [{"has_id": [1]}]}');
SELECT payload_test('{}', 'a[', 'is_empty');
SELECT payload_test('{}', 'a', 'text', '"x"', '{"a": "texts"}');
SET enable_seqscan = off;
SELECT count(*) FROM spots WHERE payload_test(payload, 'city', 'match_keyword', to_jsonb(id % 1));
\set VERBOSITY sqlstate
SELECT payload_test('{}', 'a', 'equals', '1');
SELECT payload_test('{}', 'a', 'match_keyword', '1');
SELECT count(*) FROM spots WHERE payload_test(payload, 'city', 'match_keyword', '1');
DROP TABLE spots, tests;
DROP FUNCTION run_test;

-- indexes of payload fields: whatever the plan, the rows are the same
SET client_min_messages = warning;
CREATE TABLE places (id int PRIMARY KEY, payload jsonb);
INSERT INTO places
SELECT i, CASE i % 50 WHEN 0 THEN NULL WHEN 1 THEN '[]' WHEN 2 THEN '{}' ELSE jsonb_strip_nulls(jsonb_build_object(
	'city', CASE i % 9 WHEN 0 THEN to_jsonb(ARRAY['c' || i % 20, 'c' || i % 30]) WHEN 1 THEN to_jsonb(i % 20) ELSE to_jsonb('c' || i % 20) END,
	'long', repeat('x', 255 + i % 4) || i % 3,
	'stars', CASE i % 7 WHEN 0 THEN to_jsonb(i % 40 + 0.5) WHEN 1 THEN to_jsonb((i % 40)::text) ELSE to_jsonb(i % 40 - 20) END,
	'price', CASE i % 8 WHEN 0 THEN to_jsonb(ARRAY[i % 100, i % 70]) ELSE to_jsonb((i * 37 % 1000) / 8.0) END,
	'open', CASE WHEN i % 5 > 0 THEN to_jsonb(i % 2 = 0) END,
	'since', CASE i % 6 WHEN 0 THEN to_jsonb('never'::text) ELSE to_jsonb(to_char('2020-01-01'::date + i % 700, 'YYYY-MM-DD')) END,
	'ref', CASE WHEN i % 3 = 0 THEN md5((i % 50)::text) WHEN i % 3 = 1 THEN upper(md5((i % 50)::text)::uuid::text) ELSE 'no uuid' END,
	'at', jsonb_build_object('lon', (i * 7919 % 3600) / 10.0 - 180, 'lat', (i * 104729 % 1800) / 10.0 - 90),
	'text', jsonb_build_array('word' || i % 13 || ' Common', 'word' || i % 17 || ' phrase of words'),
	'list', jsonb_build_array(jsonb_build_object('k', i % 10, 'v', 'a'), jsonb_build_object('k', i % 11, 'v', 'b')))) END
FROM generate_series(1, 3000) AS i;
CREATE INDEX places_city ON places USING gin (payload payload_keyword_ops (path = 'city'));
CREATE INDEX places_long ON places USING gin (payload payload_keyword_ops (path = 'long'));
CREATE INDEX places_stars ON places USING gin (payload payload_integer_ops (path = 'stars'));
CREATE INDEX places_price ON places USING gin (payload payload_float_ops (path = 'price'));
CREATE INDEX places_open ON places USING gin (payload payload_bool_ops (path = 'open'));
CREATE INDEX places_since ON places USING gin (payload payload_datetime_ops (path = 'since'));
CREATE INDEX places_ref ON places USING gin (payload payload_uuid_ops (path = 'ref'));
CREATE INDEX places_at ON places USING gin (payload payload_geo_ops (path = 'at'));
CREATE INDEX places_text ON places USING gin (payload payload_text_ops (path = 'text', parameters = '{"min_token_len": 2}'));
CREATE INDEX places_k ON places USING gin (payload payload_integer_ops (path = 'list[].k'));
VACUUM ANALYZE places;

-- names of the indexes in the plan of a filter, and whether a table is read whole
CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; found text := '';
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		IF line ~ 'Seq Scan' THEN found := found || ' seq'; END IF;
		found := found || coalesce(' ' || substring(line FROM 'Index Scan on (places_\w+)'), '')
			|| coalesce(' ' || substring(line FROM '(BitmapAnd|BitmapOr)'), '');
	END LOOP;
	RETURN ltrim(found);
END $$;
CREATE FUNCTION rows_of(query text, use_index boolean) RETURNS int[] LANGUAGE plpgsql AS $$
DECLARE ids int[];
BEGIN
	PERFORM set_config('enable_bitmapscan', use_index::text, true), set_config('enable_seqscan', (NOT use_index)::text, true);
	EXECUTE 'SELECT array_agg(id ORDER BY id) FROM (' || query || ') AS q' INTO ids;
	PERFORM set_config('enable_bitmapscan', 'on', true), set_config('enable_seqscan', 'on', true);
	RETURN ids;
END $$;

CREATE TABLE filters (n serial, filter jsonb, field_schema jsonb);
INSERT INTO filters (filter, field_schema) VALUES
	('{"must": {"key": "city", "match": {"value": "c7"}}}', NULL),
	('{"must": {"key": "city", "match": {"any": ["c7", "c8"]}}}', NULL),
	('{"must": {"key": "city", "match": {"any": []}}}', NULL),
	('{"must": {"key": "city", "match": {"prefix": "c1"}}}', NULL),
	('{"must": {"key": "city", "match": {"except": ["c1"]}}}', NULL),
	('{"must": {"key": "city", "match": {"text": "7"}}}', NULL),
	(jsonb_build_object('must', jsonb_build_object('key', 'long', 'match', jsonb_build_object('value', repeat('x', 256) || '1'))), NULL),
	(jsonb_build_object('must', jsonb_build_object('key', 'long', 'match', jsonb_build_object('prefix', repeat('x', 256)))), NULL),
	('{"must": {"key": "stars", "match": {"value": 3}}}', NULL),
	('{"must": {"key": "stars", "match": {"any": [3, -4, 99]}}}', NULL),
	('{"must": {"key": "stars", "range": {"gt": 17, "lte": 20.5}}}', NULL),
	('{"must": {"key": "stars", "range": {"lt": -18}}}', NULL),
	('{"must": {"key": "price", "range": {"gte": 10, "lt": 12}}}', NULL),
	('{"must": {"key": "price", "range": {"gt": 10, "lte": 10}}}', NULL),
	('{"must": {"key": "open", "match": {"value": true}}}', NULL),
	('{"must": {"key": "since", "range": {"gte": "2021-03-01", "lt": "2021-03-08T00:00:00Z"}}}', NULL),
	('{"must": {"key": "since", "range": {"gt": "2021-11-28"}}}', NULL),
	(jsonb_build_object('must', jsonb_build_object('key', 'ref', 'match', jsonb_build_object('value', md5('7')))), NULL),
	(jsonb_build_object('must', jsonb_build_object('key', 'ref', 'match', jsonb_build_object('value', upper(md5('7')::uuid::text)))), NULL),
	('{"must": {"key": "ref", "match": {"value": "no uuid"}}}', NULL),
	('{"must": {"key": "at", "geo_bounding_box": {"top_left": {"lon": 10, "lat": 40}, "bottom_right": {"lon": 30, "lat": 30}}}}', NULL),
	('{"must": {"key": "at", "geo_bounding_box": {"top_left": {"lon": 170, "lat": 40}, "bottom_right": {"lon": -170, "lat": -40}}}}', NULL),
	('{"must": {"key": "at", "geo_radius": {"center": {"lon": -179, "lat": 50}, "radius": 1000000}}}', NULL),
	('{"must": {"key": "at", "geo_radius": {"center": {"lon": 0, "lat": 89}, "radius": 2000000}}}', NULL),
	('{"must": {"key": "at", "geo_polygon": {"exterior": {"points": [{"lon": 0, "lat": 0}, {"lon": 40, "lat": 0}, {"lon": 40, "lat": 40}, {"lon": 0, "lat": 0}]}}}}', NULL),
	('{"must": {"key": "text", "match": {"text": "word3 common"}}}', '{"text": {"type": "text", "min_token_len": 2}}'),
	('{"must": {"key": "text", "match": {"text_any": "word3 word4"}}}', '{"text": {"type": "text", "min_token_len": 2}}'),
	('{"must": {"key": "text", "match": {"phrase": "word5 phrase of"}}}', '{"text": {"type": "text", "min_token_len": 2}}'),
	('{"must": {"key": "text", "match": {"text": "word3 common"}}}', '{"text": "text"}'),
	('{"must": {"key": "text", "match": {"text": "word3 Comm"}}}', NULL),
	('{"must": {"key": "list[].k", "match": {"value": 3}}}', NULL),
	('{"must": {"nested": {"key": "list", "filter": {"must": [{"key": "k", "match": {"value": 3}}, {"key": "v", "match": {"value": "b"}}]}}}}', NULL),
	('{"must": [{"key": "city", "match": {"value": "c7"}}, {"key": "price", "range": {"lt": 20}}]}', NULL),
	('{"should": [{"key": "city", "match": {"value": "c7"}}, {"key": "stars", "match": {"value": 19}}]}', NULL),
	('{"must": [{"key": "city", "match": {"value": "c7"}}], "must_not": [{"key": "open", "match": {"value": true}}]}', NULL),
	('{"must": [{"should": [{"key": "city", "match": {"value": "c7"}}, {"key": "city", "match": {"value": "c8"}}]}, {"key": "price", "range": {"gte": 10, "lt": 40}}]}', NULL),
	('{"min_should": {"min_count": 2, "conditions": [{"key": "city", "match": {"value": "c7"}}, {"key": "price", "range": {"lt": 50}}, {"key": "open", "match": {"value": true}}]}}', NULL),
	('{"must_not": [{"is_empty": {"key": "city"}}, {"is_null": {"key": "city"}}]}', NULL),
	('{"should": [{}, {"key": "city", "match": {"value": "c7"}}]}', NULL),
	('{}', NULL);

-- as payload_match with constants: plan, rows, and the same rows without index
SELECT n, plan_of(format('SELECT id FROM places WHERE payload_match(payload, %L, %L)', filter, field_schema)) AS plan,
	cardinality(rows_of(format('SELECT id FROM places WHERE payload_match(payload, %L, %L)', filter, field_schema), true)) AS found,
	rows_of(format('SELECT id FROM places WHERE payload_match(payload, %L, %L)', filter, field_schema), true)
	IS NOT DISTINCT FROM (SELECT array_agg(id ORDER BY id) FROM places WHERE payload_match(payload, filter, field_schema)) AS same
FROM filters ORDER BY n;

-- a filter that a generic plan does not know finds the same rows, without index
SET plan_cache_mode = force_generic_plan;
PREPARE by_filter (jsonb) AS SELECT count(*) FROM places WHERE payload ~@ $1;
SELECT plan_of('EXECUTE by_filter(''{"must": {"key": "city", "match": {"value": "c7"}}}'')') AS plan;
EXECUTE by_filter('{"must": {"key": "city", "match": {"value": "c7"}}}');
EXECUTE by_filter('[{"must": {"key": "text", "match": {"text": "word3 common"}}}, {"text": {"type": "text", "min_token_len": 2}}]');
RESET plan_cache_mode;
EXECUTE by_filter('{"must": {"key": "city", "match": {"value": "c7"}}}');
-- an index that is asked about another field reads all rows
SET enable_seqscan = off;
SELECT count(*) FROM places WHERE payload @~@ '{"must": {"key": "list[0].v", "match": {"value": "a"}}}';
RESET enable_seqscan;

-- estimates follow the statistics of the column
CREATE FUNCTION estimate(query text) RETURNS int LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || query INTO plan;
	RETURN (plan->0->'Plan'->>'Plan Rows')::int;
END $$;
SELECT estimate('SELECT * FROM places WHERE payload_match(payload, ''{"must": {"key": "open", "match": {"value": true}}}'')') BETWEEN 800 AND 1600 AS half_of_most,
	estimate('SELECT * FROM places WHERE payload_match(payload, ''{"must": {"key": "price", "range": {"gt": 1000}}}'')') < 150 AS none;

-- of rare values and of open ones, by the entries of the index; better, by statistics of the field
CREATE TABLE visits AS SELECT i AS id, jsonb_build_object('who', 'w' || i % 2000, 'level', CASE WHEN i % 3 = 0 THEN 1 ELSE i % 500 END, 'pad', i) AS payload FROM generate_series(1, 20000) AS i;
CREATE INDEX visits_who ON visits USING gin (payload payload_keyword_ops (path = 'who'));
CREATE INDEX visits_level ON visits USING gin (payload payload_integer_ops (path = 'level'));
VACUUM ANALYZE visits;
SELECT estimate($$SELECT * FROM visits WHERE payload_test(payload, 'who', 'match_keyword', '"w77"')$$) AS who,
	estimate($$SELECT * FROM visits WHERE payload_test(payload, 'who', 'any_keyword', '["w77", "w78"]')$$) AS two;
SET plan_cache_mode = force_generic_plan;
PREPARE by_who (jsonb) AS SELECT * FROM visits WHERE payload_test(payload, 'who', 'match_keyword', $1);
PREPARE by_several (jsonb) AS SELECT * FROM visits WHERE payload_test(payload, 'who', 'any_keyword', $1);
PREPARE by_text (jsonb) AS SELECT * FROM visits WHERE payload_test(payload, 'who', 'except_keyword', $1);
SELECT estimate('EXECUTE by_who(''"w77"'')') AS who, estimate('EXECUTE by_several(''["w77"]'')') AS several, estimate('EXECUTE by_text(''["w77"]'')') AS except_;
RESET plan_cache_mode;
CREATE STATISTICS visits_levels ON (payload -> 'level') FROM visits;
ALTER STATISTICS visits_levels SET STATISTICS 1000;
ANALYZE visits;
SELECT estimate($$SELECT * FROM visits WHERE payload_test(payload, 'level', 'match_integer', '1')$$) BETWEEN 6600 AND 6800 AS common,
	estimate($$SELECT * FROM visits WHERE payload_test(payload, 'level', 'match_integer', '77')$$) BETWEEN 20 AND 35 AS rare,
	estimate($$SELECT * FROM visits WHERE payload_match(payload, '{"must": {"key": "level", "range": {"gte": 100, "lt": 200}}}')$$) BETWEEN 2500 AND 2850 AS range;
DROP TABLE visits;

-- a table without an index keeps a filter whole
CREATE TABLE bare (payload jsonb);
EXPLAIN (COSTS OFF) SELECT * FROM bare WHERE payload_match(payload, '{"must": [{"key": "a", "match": {"value": 1}}, {"key": "b", "match": {"value": 1}}]}');

-- insertions, changes and deletions reach the index
UPDATE places SET payload = jsonb_set(payload, '{city}', '"moved"') WHERE id IN (7, 27);
DELETE FROM places WHERE id = 47;
INSERT INTO places VALUES (5001, '{"city": ["moved", "there"]}');
SET enable_seqscan = off;
SELECT id FROM places WHERE payload ~@ '{"must": {"key": "city", "match": {"value": "moved"}}}' ORDER BY id;
VACUUM places;
SELECT id FROM places WHERE payload ~@ '{"must": {"key": "city", "match": {"value": "moved"}}}' ORDER BY id;
RESET enable_seqscan;

-- refused
CREATE INDEX ON bare USING gin (payload payload_keyword_ops);
CREATE INDEX ON bare USING gin (payload payload_keyword_ops (path = 'a b'));
CREATE INDEX ON bare USING gin (payload payload_text_ops (path = 'a', parameters = '{"tokenizer": "words"}'));
CREATE INDEX ON bare USING gin (payload payload_text_ops (path = 'a', parameters = '{'));
CREATE INDEX ON bare USING gin (payload payload_keyword_ops (path = 'a', parameters = '{}'));
SELECT payload FROM bare WHERE payload ~@ '{"must": {"key": "a"}}';
SELECT amvalidate(oid) FROM pg_opclass WHERE opcname LIKE 'payload\_%\_ops' ORDER BY opcname;
DROP TABLE places, bare, filters;
DROP FUNCTION plan_of, rows_of, estimate;

-- texts by index and without, for each way of cutting them
CREATE TABLE texts (id int, payload jsonb);
INSERT INTO texts SELECT i, jsonb_build_object('t', t) FROM unnest(ARRAY['The quick brown-fox jumps', 'Jumping foxes over THE dogs', 'Straße nach Łódź', 'naïve café', 'ab abc abcd abcde',
	'我爱北京天安门', '東京都に住む', '12 34 56', '', 'running runs ran', 'the', 'e-mail: a.b, c.d']) WITH ORDINALITY AS u (t, i);
INSERT INTO texts VALUES (20, '{"t": ["The quick", "fox jumps", 5, null]}'), (21, '{"t": 5}'), (22, '{}');
CREATE FUNCTION text_found(options jsonb, OUT by_text text, OUT by_any text, OUT by_phrase text, OUT plans bigint) LANGUAGE plpgsql AS $$
DECLARE
	field_schema jsonb := jsonb_build_object('t', '{"type": "text"}' || options);
	way text; needle text; found int[]; expected int[]; line text; result text;
BEGIN
	EXECUTE format('CREATE INDEX texts_t ON texts USING gin (payload payload_text_ops (path = ''t'', parameters = %L))', options);
	plans := 0;
	FOREACH way IN ARRAY ARRAY['text', 'text_any', 'phrase'] LOOP
		result := '';
		FOREACH needle IN ARRAY ARRAY['quick FOX', 'jump the', 'strasse', '北京', 'abc', 'runs', '東京', 'a.b', ''] LOOP
			SET LOCAL enable_seqscan = on; SET LOCAL enable_bitmapscan = off;
			EXECUTE format('SELECT array_agg(id ORDER BY id) FROM texts WHERE payload_test(payload, ''t'', %L, %L, %L)', way, to_jsonb(needle), field_schema) INTO expected;
			SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = on;
			EXECUTE format('SELECT array_agg(id ORDER BY id) FROM texts WHERE payload_test(payload, ''t'', %L, %L, %L)', way, to_jsonb(needle), field_schema) INTO found;
			FOR line IN EXECUTE format('EXPLAIN SELECT id FROM texts WHERE payload_test(payload, ''t'', %L, %L, %L)', way, to_jsonb(needle), field_schema) LOOP
				plans := plans + (line ~ 'Bitmap Index Scan on texts_t')::int;
			END LOOP;
			result := result || coalesce(array_to_string(found, ','), '-') || CASE WHEN found IS DISTINCT FROM expected THEN '!' ELSE ' ' END;
		END LOOP;
		IF way = 'text' THEN by_text := result; ELSIF way = 'text_any' THEN by_any := result; ELSE by_phrase := result; END IF;
	END LOOP;
	DROP INDEX texts_t;
END $$;
SELECT options, f.* FROM unnest(ARRAY['{"tokenizer": "word"}', '{"tokenizer": "whitespace"}', '{"tokenizer": "prefix", "min_token_len": 2, "max_token_len": 4}', '{"tokenizer": "multilingual"}',
	'{"lowercase": false}', '{"ascii_folding": true}', '{"stopwords": "english"}', '{"stopwords": {"languages": ["en"], "custom": ["quick"]}}',
	'{"stemmer": {"type": "snowball", "language": "english"}}', '{"min_token_len": 4}', '{"max_token_len": 4}', '{"phrase_matching": true}']::jsonb[]) AS options, text_found(options) AS f;
DROP TABLE texts;
DROP FUNCTION text_found;

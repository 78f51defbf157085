-- payload_match: Qdrant filters on jsonb

-- what filters mean is tested in the core; here, that jsonb values arrive there
CREATE FUNCTION passes(payload jsonb, condition jsonb, field_schema jsonb DEFAULT NULL) RETURNS boolean
	LANGUAGE sql AS $$ SELECT payload_match(payload, jsonb_build_object('must', jsonb_build_array(condition)), field_schema) $$;

CREATE TABLE shops (id int, payload jsonb);
INSERT INTO shops VALUES
	(1, '{"city": "Berlin", "stars": 4, "price": 12.50, "tags": ["a", "b", 3], "open": true, "at": {"lon": 13.4, "lat": 52.5}, "since": "2020-02-29"}'),
	(2, '{"city": "Größenwahn", "stars": 4.0, "price": 1e2, "tags": [], "open": false, "staff": [{"name": "x", "age": 30}, {"name": "y", "age": 50}]}'),
	(3, '{"city": null, "stars": -7, "price": 0.000001, "tags": [null], "n": 123456789012345678901234567890, "deep": {"a": {"b": [1, [2, 3]]}}}'),
	(4, '[{"city": "Berlin"}]'), (5, '"Berlin"'), (6, '5'), (7, 'null'), (8, '{}'), (9, NULL);

SELECT c.condition, array_agg(id ORDER BY id) FILTER (WHERE passes(payload, condition)) AS ids
FROM shops, (VALUES
	(1, '{"key": "city", "match": {"value": "Berlin"}}'::jsonb),
	(2, '{"key": "city", "match": {"any": ["Größenwahn", "Berlin"]}}'),
	(3, '{"key": "city", "match": {"text": "ößen"}}'),
	(4, '{"key": "city", "match": {"except": ["Berlin"]}}'),
	(5, '{"key": "stars", "match": {"value": 4}}'),
	(6, '{"key": "stars", "match": {"value": -7}}'),
	(7, '{"key": "stars", "range": {"gte": 4, "lte": 4}}'),
	(8, '{"key": "price", "range": {"gt": 12.49999, "lt": 12.50001}}'),
	(9, '{"key": "price", "range": {"lte": 0.000001}}'),
	(10, '{"key": "price", "match": {"value": 100}}'),
	(11, '{"key": "n", "range": {"gt": 1.23456789012345e29, "lt": 1.23456789012346e29}}'),
	(12, '{"key": "tags", "match": {"value": 3}}'),
	(13, '{"key": "tags[1]", "match": {"value": "b"}}'),
	(14, '{"key": "tags", "values_count": {"gt": 0}}'),
	(15, '{"key": "open", "match": {"value": false}}'),
	(16, '{"key": "deep.a.b[1]", "match": {"value": 3}}'),
	(17, '{"key": "staff[].age", "range": {"gt": 40}}'),
	(18, '{"nested": {"key": "staff", "filter": {"must": [{"key": "age", "range": {"gt": 40}}, {"key": "name", "match": {"value": "x"}}]}}}'),
	(19, '{"key": "at", "geo_radius": {"center": {"lon": 13.4, "lat": 52.5}, "radius": 1}}'),
	(20, '{"key": "since", "range": {"gte": "2020-02-29T00:00:00Z", "lt": "2020-03-01"}}'),
	(21, '{"is_empty": {"key": "tags"}}'),
	(22, '{"is_null": {"key": "city"}}'),
	(23, '{"must_not": {"key": "city", "match": {"value": "Berlin"}}}')) AS c (n, condition)
GROUP BY c.n, c.condition ORDER BY c.n;

-- objects and arrays with more entries than one stride of offsets
SELECT count(*) FILTER (WHERE passes(payload, jsonb_build_object('key', 'k' || i, 'match', jsonb_build_object('value', i)))) AS members,
	count(*) FILTER (WHERE passes(payload, jsonb_build_object('key', 'list[' || i - 1 || ']', 'match', jsonb_build_object('value', 'v' || i)))) AS elements,
	count(*) FILTER (WHERE passes(payload, jsonb_build_object('key', 'list', 'match', jsonb_build_object('value', 'v' || i)))) AS among
FROM generate_series(1, 300) AS i,
	(SELECT jsonb_object_agg('k' || i, i) || jsonb_build_object('list', jsonb_agg('v' || i ORDER BY i)) AS payload FROM generate_series(1, 300) AS i) AS p;

-- numbers have the value that float8 gives them
SELECT count(*) AS numbers, count(*) FILTER (WHERE passes(jsonb_build_object('n', n),
	jsonb_build_object('key', 'n', 'range', jsonb_build_object('gte', n::float8, 'lte', n::float8)))) AS equal
FROM (SELECT (((i * 7919) % 100003)::numeric * 10.0::numeric ^ ((i % 61) - 30) + (i % 3) / 7.0) AS n FROM generate_series(-500, 500) AS i) AS s;

-- the schema says how texts are compared
SELECT passes('{"t": "Vector databases"}', '{"key": "t", "match": {"text": "vector"}}') AS substring,
	passes('{"t": "Vector databases"}', '{"key": "t", "match": {"text": "vector"}}', '{"t": "text"}') AS tokens,
	passes('{"t": "Vector databases"}', '{"key": "t", "match": {"text": "vectors database"}}',
		'{"t": {"type": "text", "stemmer": {"type": "snowball", "language": "english"}}}') AS stems;

-- stopwords of other languages are those of PostgreSQL's full-text search
SELECT s, passes('{"t": "Le chat de la maison"}', '{"key": "t", "match": {"phrase": "chat maison"}}', s) AS phrase,
	passes('{"t": "Le chat de la maison"}', '{"key": "t", "match": {"text": "la"}}', s) AS word
FROM (VALUES ('{"t": "text"}'::jsonb), ('{"t": {"type": "text", "stopwords": "french"}}'),
	('{"t": {"type": "text", "stopwords": {"languages": ["de", "fr"]}}}')) AS v (s);
SELECT s, passes('{"t": "Ein Tisch f\u00fcr Max"}', '{"key": "t", "match": {"text": "fur"}}', s) AS folded,
	passes('{"t": "Ein Tisch f\u00fcr Max"}', '{"key": "t", "match": {"text": "tisch f\u00fcr max"}}', s) AS word
FROM (VALUES ('{"t": {"type": "text", "ascii_folding": true}}'::jsonb),
	('{"t": {"type": "text", "ascii_folding": true, "stopwords": "german"}}')) AS v (s);
SELECT passes('{}', '{"key": "t", "match": {"text": "x"}}', '{"t": {"type": "text", "stopwords": "tajik"}}');
SELECT passes('{}', '{"key": "t", "match": {"text": "x"}}', '{"t": {"type": "text", "stopwords": "../french"}}');

-- PostgreSQL's own Snowball, loaded before, keeps out of ours
SELECT to_tsvector('english', 'running stemmers');
SELECT passes('{"t": "running stemmers"}', '{"key": "t", "match": {"text": "stemmer runs"}}',
	'{"t": {"type": "text", "stemmer": {"type": "snowball", "language": "english"}}}');

-- a filter that changes from row to row, and long values out of line
SELECT i, payload_match('{"n": 2}', jsonb_build_object('must', jsonb_build_object('key', 'n', 'match', jsonb_build_object('value', i))))
FROM generate_series(1, 3) AS i;
INSERT INTO shops SELECT 10, jsonb_build_object('text', string_agg(md5(i::text), ' '), 'city', 'far') FROM generate_series(1, 1000) AS i;
SELECT id FROM shops WHERE payload_match(payload, '{"must": {"key": "city", "match": {"value": "far"}}}');

-- null in, null out; properties
SELECT payload_match(NULL, '{}') IS NULL, payload_match('{}', NULL) IS NULL, payload_match('{}', '{}', NULL);
SELECT provolatile, proparallel FROM pg_proc WHERE proname = 'payload_match';

-- refused, with the place and the rule
SELECT payload_match('{}', '{"must": [{}, {"key": "a", "match": {"value": 1.5}}]}');
SELECT payload_match('{}', '{"musst": []}');
SELECT payload_match('{}', '[]');
SELECT payload_match('{}', '{"must": [{"has_id": [1]}]}');
SELECT payload_match('{}', '{"must": [{"key": "a[", "match": {"value": 1}}]}');
SELECT payload_match('{}', '{}', '{"a": {"type": "text", "tokenizer": "words"}}');
SELECT payload_match('{}', (repeat('{"must": [', 65) || '{}' || repeat(']}', 65))::jsonb);
\set VERBOSITY sqlstate
SELECT payload_match('{}', '{"must": [{"key": "a", "match": {"value": 1.5}}]}');
SELECT payload_match('{}', '{}', '[]');
SELECT payload_match('{}', (repeat('{"must": [', 65) || '{}' || repeat(']}', 65))::jsonb);
DROP TABLE shops;
DROP FUNCTION passes;

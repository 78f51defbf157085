-- sparsevec: text representation, type modifier, limits, order, hash, functions

-- text
SELECT '{1:1.5,3:3.5}/5'::sparsevec;
SELECT '{1:-2,3:-4}/5'::sparsevec;
SELECT '{1:2.,3:.5}/5'::sparsevec;
SELECT E' \t\n\r\x0B\f{ 1 : 1.5 ,  3  :  +3.5  } / 5 '::sparsevec;
SELECT '{1:1.23456,2:1e-3,3:0x10,+4:1E2}/+10'::sparsevec;
SELECT '{1:1.5e38,2:-1.5e38}/2'::sparsevec;
SELECT '{1:1.5e-38,2:-1.5e-38}/2'::sparsevec;
SELECT '{1:1e-45,2:3.4028235e38}/2'::sparsevec;
SELECT '{1:0.1,2:16777217,3:123456789}/3'::sparsevec;
SELECT '{}/5'::sparsevec;
SELECT ' { } / 1 '::sparsevec;
SELECT '{2:1,1:1}/2'::sparsevec;
SELECT '{5:5,1:1,4:4,2:2,3:3}/1000000000'::sparsevec;

-- zeros are dropped, before their index is looked at
SELECT '{1:0,2:1,3:-0}/3'::sparsevec;
SELECT '{1:0,1:1}/1'::sparsevec;
SELECT '{7:0}/3'::sparsevec;

-- malformed text
SELECT ''::sparsevec;
SELECT ' '::sparsevec;
SELECT '[1:1]/1'::sparsevec;
SELECT '{'::sparsevec;
SELECT '{ '::sparsevec;
SELECT '{:'::sparsevec;
SELECT '{,'::sparsevec;
SELECT '{]'::sparsevec;
SELECT '{1'::sparsevec;
SELECT '{1:'::sparsevec;
SELECT '{1:1'::sparsevec;
SELECT '{1:1,'::sparsevec;
SELECT '{}'::sparsevec;
SELECT '{}5'::sparsevec;
SELECT '{}/'::sparsevec;
SELECT '{}/a'::sparsevec;
SELECT '{}/1a'::sparsevec;
SELECT '{}/1.5'::sparsevec;
SELECT '{}/1/1'::sparsevec;
SELECT '{:}/1'::sparsevec;
SELECT '{,}/1'::sparsevec;
SELECT '{1,}/1'::sparsevec;
SELECT '{:1}/1'::sparsevec;
SELECT '{1:}/1'::sparsevec;
SELECT '{1a:1}/1'::sparsevec;
SELECT '{1.0:1}/1'::sparsevec;
SELECT '{1:1a}/1'::sparsevec;
SELECT '{1:1,}/1'::sparsevec;
SELECT '{1:1 2:1}/2'::sparsevec;
SELECT '{1:hello,2:1}/2'::sparsevec;
SELECT '{1:héllo}/1'::sparsevec;
-- the whole text is quoted, however long
SELECT ('{' || repeat('é', 300) || '}/1')::sparsevec;

-- values that are not allowed
SELECT '{1:NaN,2:1}/2'::sparsevec;
SELECT '{1:Infinity,2:1}/2'::sparsevec;
SELECT '{1:-inf}/2'::sparsevec;
SELECT '{1:4e38,2:1}/2'::sparsevec;
SELECT '{1:-4e38,2:1}/2'::sparsevec;
SELECT '{1:1e-46,2:1}/2'::sparsevec;
SELECT '{1:-1e-46,2:1}/2'::sparsevec;
SELECT ('{1:' || repeat('9', 1000) || '}/1')::sparsevec;

-- indices
SELECT '{1:1,1:1}/2'::sparsevec;
SELECT '{1:1,2:1,1:1}/2'::sparsevec;
SELECT '{0:1}/1'::sparsevec;
SELECT '{-1:1}/1'::sparsevec;
SELECT '{2:1}/1'::sparsevec;
SELECT '{2147483647:1}/1'::sparsevec;
SELECT '{2147483648:1}/1'::sparsevec;
SELECT '{-2147483648:1}/1'::sparsevec;
SELECT '{-2147483649:1}/1'::sparsevec;
SELECT '{99999999999999999999:1}/1'::sparsevec;

-- dimensions
SELECT '{}/0'::sparsevec;
SELECT '{}/-1'::sparsevec;
SELECT '{}/1000000000'::sparsevec;
SELECT '{1000000000:1}/1000000000'::sparsevec;
SELECT '{}/1000000001'::sparsevec;
SELECT '{}/2147483648'::sparsevec;
SELECT '{}/-2147483649'::sparsevec;
SELECT '{}/9223372036854775808'::sparsevec;
SELECT '{}/-9223372036854775809'::sparsevec;

-- elements
SELECT length(('{' || string_agg(i || ':1', ',') || '}/16000')::sparsevec::text)
FROM generate_series(1, 16000) AS i;
SELECT ('{' || string_agg(i || ':1', ',') || '}/16001')::sparsevec FROM generate_series(1, 16001) AS i;
-- commas count, even those of zeros
SELECT ('{' || string_agg(i || ':0', ',') || '}/16001')::sparsevec FROM generate_series(1, 16001) AS i;

-- type modifier
SELECT '{}/3'::sparsevec(3);
SELECT '{}/3'::sparsevec(2);
SELECT '{}/3'::sparsevec(3, 2);
SELECT '{}/3'::sparsevec('a');
SELECT '{}/3'::sparsevec(0);
SELECT '{}/3'::sparsevec(1000000001);
SELECT format_type('sparsevec'::regtype, 1000000000);
CREATE TABLE declared (id int, v sparsevec(3));
INSERT INTO declared VALUES (1, '{1:1,3:3}/3'), (2, NULL);
INSERT INTO declared VALUES (3, '{1:1,3:3}/4');
INSERT INTO declared SELECT 4, '{1:1}/2'::sparsevec;
COPY declared FROM stdin;
5	{2:2}/3
\.
-- input checks the declared dimension before the indices
COPY declared FROM stdin;
6	{9:1}/2
\.
SELECT * FROM declared ORDER BY id;
DROP TABLE declared;

-- SQLSTATEs
CREATE FUNCTION sqlstate_of(text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE $1;
	RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END $$;
SELECT left(literal, 16) AS literal, sqlstate_of(format('SELECT %L::sparsevec', literal)) FROM (VALUES
	('{1:x}/1'), ('{1:1}'), ('{1:NaN}/1'), ('{1:inf}/1'), ('{1:4e38}/1'), ('{1:1e-46}/1'),
	('{2:1}/1'), ('{1:1,1:1}/1'), ('{}/0'), ('{}/1000000001'), ('{' || repeat(',', 16000) || '}/1')) AS cases(literal);
SELECT call, sqlstate_of('SELECT ' || call) FROM (VALUES
	($$'{}/3'::sparsevec(2)$$), ($$'{}/3'::sparsevec(0)$$), ($$'{}/3'::sparsevec <-> '{}/2'$$)) AS cases(call);
DROP FUNCTION sqlstate_of;

-- order: as dense arrays compare, elements before dimensions
SELECT a, b, sparsevec_cmp(a, b) AS cmp, a < b AS lt, a <= b AS le, a = b AS eq, a <> b AS ne, a >= b AS ge, a > b AS gt
FROM (VALUES
	('{1:1,2:2,3:3}/3'::sparsevec, '{1:1,2:2,3:3}/3'::sparsevec),
	('{1:1,2:2,3:3}/3', '{}/3'),
	('{1:-1}/3', '{}/3'),
	('{}/3', '{2:-1}/3'),
	('{1:1,2:2}/2', '{1:1,2:2,3:3}/3'),
	('{1:1,2:2}/2', '{1:1,2:2,3:-3}/3'),
	('{1:1,2:2}/2', '{1:2,2:3,3:4}/3'),
	('{1:2,2:3}/2', '{1:1,2:2,3:3}/3'),
	('{1:1}/2', '{1:1,2:-1}/3'),
	('{1:1,3:1}/3', '{1:1,2:1}/3'),
	('{1:1,3:1}/3', '{1:1,2:-1}/3'),
	('{}/1', '{}/2')) AS pairs(a, b);

-- the order agrees with that of the dense arrays, for every pair of 4^3 + 4^2 vectors
CREATE TABLE small AS
	SELECT ARRAY[x, y, z]::int[] AS dense, format('{1:%s,2:%s,3:%s}/3', x, y, z)::sparsevec AS sparse
	FROM generate_series(-1, 2) AS x, generate_series(-1, 2) AS y, generate_series(-1, 2) AS z
	UNION ALL
	SELECT ARRAY[x, y], format('{1:%s,2:%s}/2', x, y)::sparsevec
	FROM generate_series(-1, 2) AS x, generate_series(-1, 2) AS y;
SELECT count(*) AS pairs,
	   count(*) FILTER (WHERE sign(sparsevec_cmp(a.sparse, b.sparse)) <> btarraycmp(a.dense, b.dense)) AS wrong_order,
	   count(*) FILTER (WHERE (a.sparse = b.sparse) <> (a.dense = b.dense)) AS wrong_equality,
	   count(*) FILTER (WHERE a.sparse = b.sparse AND sparsevec_hash(a.sparse) <> sparsevec_hash(b.sparse)) AS wrong_hash,
	   count(*) FILTER (WHERE (sparsevec_hash_extended(a.sparse, 0) & 4294967295) <> (sparsevec_hash(a.sparse)::bigint & 4294967295)) AS wrong_extended
FROM small AS a, small AS b;
SELECT count(DISTINCT sparse) AS vectors, count(DISTINCT sparsevec_hash(sparse)) AS hashes FROM small;

-- btree and hash indexes, merge and hash joins, grouping
CREATE TABLE indexed (v sparsevec);
INSERT INTO indexed SELECT sparse FROM small;
INSERT INTO indexed VALUES (NULL);
CREATE INDEX indexed_btree ON indexed (v);
SET enable_seqscan = off;
SET enable_bitmapscan = off;
EXPLAIN (COSTS OFF) SELECT v FROM indexed WHERE v < '{1:-1,2:-1,3:1}/3' ORDER BY v;
SELECT v FROM indexed WHERE v < '{1:-1,2:-1,3:1}/3' ORDER BY v;
SELECT v FROM indexed ORDER BY v DESC NULLS LAST LIMIT 2;
DROP INDEX indexed_btree;
CREATE INDEX indexed_hash ON indexed USING hash (v);
EXPLAIN (COSTS OFF) SELECT v FROM indexed WHERE v = '{1:1}/3';
SELECT v FROM indexed WHERE v = '{1:1}/3';
RESET enable_seqscan;
RESET enable_bitmapscan;
SET enable_mergejoin = off;
SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM small JOIN indexed ON v = sparse;
SELECT count(*) FROM small JOIN indexed ON v = sparse;
RESET enable_mergejoin;
RESET enable_nestloop;
SELECT count(*) FROM (SELECT v FROM indexed GROUP BY v) AS groups;
CREATE UNIQUE INDEX ON indexed (v);
INSERT INTO indexed VALUES ('{1:1}/3');
DROP TABLE indexed, small;

-- norm
SELECT l2_norm('{1:3,2:4}/2'::sparsevec);
SELECT l2_norm('{2:1}/2'::sparsevec);
SELECT l2_norm('{1:3e37,2:4e37}/2'::sparsevec)::real;
SELECT l2_norm('{1:3e-45,2:4e-45}/2'::sparsevec) > 0 AS positive;
SELECT l2_norm('{}/2'::sparsevec);
SELECT l2_normalize('{1:3,2:4}/2'::sparsevec);
SELECT l2_normalize('{2:0.1}/2'::sparsevec);
SELECT l2_normalize('{}/2'::sparsevec);
SELECT l2_normalize('{1:3e38}/1'::sparsevec);
SELECT l2_normalize('{3:1e-45}/5'::sparsevec);
-- elements that vanish are dropped
SELECT l2_normalize('{1:3e38,2:1e-37}/2'::sparsevec);
SELECT l2_normalize('{2:3e37,4:3e-37,6:4e37,8:4e-37}/9'::sparsevec);

-- distances
SELECT l2_distance('{}/2'::sparsevec, '{1:3,2:4}/2'), '{1:3}/2'::sparsevec <-> '{2:4}/2' AS op,
	   sparsevec_l2_squared_distance('{1:3}/2', '{2:4}/2') AS squared;
SELECT l2_distance('{1:3e38}/1'::sparsevec, '{1:-3e38}/1');
SELECT inner_product('{1:1,2:2}/2'::sparsevec, '{1:2,2:4}/2'), '{1:1,2:2}/2'::sparsevec <#> '{1:3,2:4}/2' AS op,
	   sparsevec_negative_inner_product('{1:1,2:2}/2', '{1:2}/2') AS negative;
SELECT inner_product('{1:1,3:3,5:5}/5'::sparsevec, '{2:4,3:6,4:8}/5');
SELECT inner_product('{1:1,3:3}/4'::sparsevec, '{2:2,4:4}/4');
SELECT inner_product('{1:3e38}/1'::sparsevec, '{1:3e38}/1');
SELECT cosine_distance('{1:1,2:2}/2'::sparsevec, '{1:2,2:4}/2'), '{1:1}/2'::sparsevec <=> '{2:2}/2' AS op;
SELECT cosine_distance('{1:1,2:2}/2'::sparsevec, '{}/2');
SELECT cosine_distance('{1:1,2:1}/2'::sparsevec, '{1:-1.1,2:-1.1}/2');
SELECT cosine_distance('{1:1,2:1}/2'::sparsevec, '{1:1.1,2:1.1}/2');
SELECT cosine_distance('{1:3e38}/1'::sparsevec, '{1:3e38}/1');
SELECT cosine_distance('{}/1'::sparsevec, '{}/1');
SELECT l1_distance('{}/2'::sparsevec, '{1:3,2:4}/2'), '{1:1,3:-3}/4'::sparsevec <+> '{2:2,3:3}/4' AS op;
SELECT l1_distance('{1:3e38}/1'::sparsevec, '{1:-3e38}/1');
SELECT l2_distance('{1:1,2:2}/2'::sparsevec, '{1:3}/1');
SELECT inner_product('{1:1,2:2}/2'::sparsevec, '{1:3}/1');
SELECT cosine_distance('{1:1,2:2}/2'::sparsevec, '{1:3}/1');
SELECT l1_distance('{1:1,2:2}/2'::sparsevec, '{1:3}/1');
SELECT sparsevec_l2_squared_distance('{}/2', '{}/1');
SELECT sparsevec_negative_inner_product('{}/2', '{}/1');
SELECT l2_distance(NULL::sparsevec, '{}/1');

-- distances of vectors that TOAST keeps out of line equal those of the dense form
CREATE TABLE stored (id int, v sparsevec);
INSERT INTO stored
	SELECT id, ('{' || string_agg(format('%s:%s', (i * 7 + id) % 20000 + 1, (i * id) % 11 - 5), ',') || '}/20000')::sparsevec
	FROM generate_series(1, 3) AS id, generate_series(1, 2500) AS i GROUP BY id;
SELECT attstorage FROM pg_attribute WHERE attrelid = 'stored'::regclass AND attname = 'v';
SELECT pg_relation_size(reltoastrelid) > 0 AS out_of_line FROM pg_class WHERE oid = 'stored'::regclass;
CREATE VIEW elements AS
	SELECT id, split_part(e, ':', 1)::int AS index, split_part(e, ':', 2)::float8 AS value
	FROM stored, unnest(string_to_array(substring(v::text, '{(.*)}'), ',')) AS e;
SELECT a.id, b.id,
	   a.v <-> b.v = (SELECT sqrt(sum((coalesce(x.value, 0) - coalesce(y.value, 0)) ^ 2)) FROM
			(SELECT * FROM elements WHERE id = a.id) AS x FULL JOIN (SELECT * FROM elements WHERE id = b.id) AS y USING (index)) AS l2,
	   a.v <+> b.v = (SELECT sum(abs(coalesce(x.value, 0) - coalesce(y.value, 0))) FROM
			(SELECT * FROM elements WHERE id = a.id) AS x FULL JOIN (SELECT * FROM elements WHERE id = b.id) AS y USING (index)) AS l1,
	   -(a.v <#> b.v) = (SELECT coalesce(sum(x.value * y.value), 0) FROM
			elements AS x JOIN elements AS y USING (index) WHERE x.id = a.id AND y.id = b.id) AS inner_product
FROM stored AS a, stored AS b ORDER BY 1, 2;
SELECT count(*) FROM stored AS a JOIN stored AS b ON a.v = b.v;
DROP TABLE stored CASCADE;

-- every function is immutable, strict and parallel safe
SELECT proname, provolatile, proisstrict, proparallel FROM pg_proc
WHERE 'sparsevec'::regtype = ANY (proargtypes::oid[] || prorettype)
  AND (provolatile, proisstrict, proparallel) IS DISTINCT FROM ('i', true, 's');

-- vector and halfvec: comparison, sorting, btree and hash

SELECT '[1,2,3]'::vector < '[1,2,3]', '[1,2,3]'::vector < '[1,2]', '[1,2]'::vector < '[1,2,3]', '[1,3]'::vector < '[1,2,3]';
SELECT '[1,2,3]'::vector <= '[1,2,3]', '[1,2,3]'::vector <= '[1,2]';
SELECT '[1,2,3]'::vector = '[1,2,3]', '[1,2,3]'::vector = '[1,2]', '[0,-0]'::vector = '[-0,0]';
SELECT '[1,2,3]'::vector <> '[1,2,3]', '[1,2,3]'::vector <> '[1,2]', '[0,-0]'::vector <> '[-0,0]';
SELECT '[1,2,3]'::vector >= '[1,2,3]', '[1,2]'::vector >= '[1,2,3]';
SELECT '[1,2,3]'::vector > '[1,2,3]', '[1,2,3]'::vector > '[1,2]', '[-1]'::vector > '[-2]';
SELECT vector_cmp('[1,2,3]', '[1,2,3]'), vector_cmp('[1,2,3]', '[0,0,0]'), vector_cmp('[0,0,0]', '[1,2,3]'),
	vector_cmp('[1,2]', '[1,2,3]'), vector_cmp('[1,2,3]', '[1,2]'), vector_cmp('[1,2]', '[2,3,4]'), vector_cmp('[2,3]', '[1,2,3]');

SELECT '[1,2,3]'::halfvec < '[1,2,3]', '[1,2,3]'::halfvec < '[1,2]', '[1,2]'::halfvec < '[1,2,3]', '[1,3]'::halfvec < '[1,2,3]';
SELECT '[1,2,3]'::halfvec <= '[1,2,3]', '[1,2,3]'::halfvec <= '[1,2]';
SELECT '[1,2,3]'::halfvec = '[1,2,3]', '[1,2,3]'::halfvec = '[1,2]', '[0,-0]'::halfvec = '[-0,0]';
SELECT '[1,2,3]'::halfvec <> '[1,2,3]', '[1,2,3]'::halfvec <> '[1,2]', '[0,-0]'::halfvec <> '[-0,0]';
SELECT '[1,2,3]'::halfvec >= '[1,2,3]', '[1,2]'::halfvec >= '[1,2,3]';
SELECT '[1,2,3]'::halfvec > '[1,2,3]', '[1,2,3]'::halfvec > '[1,2]', '[-1]'::halfvec > '[-2]';
SELECT halfvec_cmp('[1,2,3]', '[1,2,3]'), halfvec_cmp('[1,2,3]', '[0,0,0]'), halfvec_cmp('[0,0,0]', '[1,2,3]'),
	halfvec_cmp('[1,2]', '[1,2,3]'), halfvec_cmp('[1,2,3]', '[1,2]'), halfvec_cmp('[-2]', '[6e-8]'), halfvec_cmp('[-6e-8]', '[-0]');

-- equal values hash alike, whatever the sign of zero; others do not
SELECT vector_hash('[0,-0,1]') = vector_hash('[-0,0,1]'), vector_hash('[0]') = vector_hash('[0,0]'), vector_hash('[1,2]') = vector_hash('[2,1]');
SELECT halfvec_hash('[0,-0,1]') = halfvec_hash('[-0,0,1]'), halfvec_hash('[0]') = halfvec_hash('[0,0]'), halfvec_hash('[1,2]') = halfvec_hash('[2,1]');
SELECT vector_hash_extended('[0,-0]', 7) = vector_hash_extended('[-0,0]', 7), vector_hash_extended('[1]', 7) = vector_hash_extended('[1]', 8);
SELECT halfvec_hash_extended('[0,-0]', 7) = halfvec_hash_extended('[-0,0]', 7), halfvec_hash_extended('[1]', 7) = halfvec_hash_extended('[1]', 8);
-- the plain hash is the lower half of the extended one with seed 0; every element counts
SELECT bool_and(vector_hash(v)::bit(32) = vector_hash_extended(v, 0)::bit(32)), bool_and(halfvec_hash(v)::bit(32) = halfvec_hash_extended(v, 0)::bit(32)),
	count(DISTINCT vector_hash(v)), count(DISTINCT halfvec_hash(v))
	FROM (SELECT (array_fill(0, ARRAY[i - 1]) || 1 || array_fill(0, ARRAY[600 - i]))::vector AS v FROM generate_series(1, 600) i) t;

CREATE TABLE ordered (id int, v vector, h halfvec);
INSERT INTO ordered SELECT id, v, v FROM (VALUES (1, '[0,0,0]'::vector), (2, '[1,2,3]'), (3, '[1,1,1]'), (4, '[-1]'), (5, NULL), (6, '[1,1]'), (7, '[1,2,3]'), (8, '[-0,0,0]')) t (id, v);
SELECT id, v FROM ordered ORDER BY v, id;
SELECT id, h FROM ordered ORDER BY h DESC, id;
SELECT DISTINCT v FROM ordered ORDER BY v;
SELECT v, count(*) FROM ordered GROUP BY v ORDER BY v;
-- a join by hash, by merge and by comparing all gives the same
SET enable_hashjoin = on; SET enable_mergejoin = off; SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM ordered a JOIN ordered b ON a.v = b.v;
EXPLAIN (COSTS OFF) SELECT count(*) FROM ordered a JOIN ordered b ON a.h = b.h;
SELECT count(*) FROM ordered a JOIN ordered b ON a.v = b.v JOIN ordered c ON b.h = c.h;
SET enable_hashjoin = off; SET enable_mergejoin = on;
SELECT count(*) FROM ordered a JOIN ordered b ON a.v = b.v JOIN ordered c ON b.h = c.h;
SET enable_mergejoin = off; SET enable_nestloop = on;
SELECT count(*) FROM ordered a JOIN ordered b ON a.v = b.v JOIN ordered c ON b.h = c.h;
RESET enable_hashjoin; RESET enable_mergejoin; RESET enable_nestloop;

SET enable_seqscan = off;
CREATE INDEX ordered_v ON ordered (v);
EXPLAIN (COSTS OFF) SELECT id FROM ordered WHERE v = '[1,2,3]';
SELECT id FROM ordered WHERE v = '[1,2,3]' ORDER BY id;
SELECT id FROM ordered WHERE v > '[1]' ORDER BY v, id;
SELECT v FROM ordered ORDER BY v LIMIT 1;
DROP INDEX ordered_v;
CREATE INDEX ordered_h ON ordered (h);
SELECT id FROM ordered WHERE h = '[1,2,3]' ORDER BY id;
SELECT id FROM ordered WHERE h <= '[0,0,0]' ORDER BY h, id;
DROP INDEX ordered_h;
CREATE INDEX ordered_v ON ordered USING hash (v);
CREATE INDEX ordered_h ON ordered USING hash (h);
EXPLAIN (COSTS OFF) SELECT id FROM ordered WHERE v = '[0,-0,0]';
SELECT id FROM ordered WHERE v = '[0,-0,0]' ORDER BY id;
SELECT id FROM ordered WHERE h = '[0,-0,0]' ORDER BY id;
RESET enable_seqscan;
ANALYZE ordered;
DROP TABLE ordered;

CREATE TABLE keyed (v vector(2) PRIMARY KEY, h halfvec(2) UNIQUE);
INSERT INTO keyed VALUES ('[1,2]', '[1,2]');
INSERT INTO keyed VALUES ('[1,2]', '[1,3]') ON CONFLICT DO NOTHING;
INSERT INTO keyed VALUES ('[1,2]', '[1,3]');
INSERT INTO keyed VALUES ('[1,3]', '[1,2]');
DROP TABLE keyed;

-- values out of line compare and sort too
CREATE TABLE large (id int, v vector);
INSERT INTO large SELECT i, array_agg(CASE WHEN j = 3000 THEN -i ELSE j END) FROM generate_series(1, 5) i, generate_series(1, 3000) j GROUP BY i;
SELECT id FROM large ORDER BY v;
SELECT count(*) FROM large a JOIN large b USING (v);
DROP TABLE large;

SELECT amname, opcname, opcdefault, opcintype::regtype FROM pg_opclass JOIN pg_am ON pg_am.oid = opcmethod
	WHERE opcintype IN ('vector'::regtype, 'halfvec'::regtype) AND amname IN ('btree', 'hash') ORDER BY 1, 2;
SELECT opcname, bool_and(amvalidate(oid)) FROM pg_opclass WHERE opcname IN ('vector_ops', 'halfvec_ops') GROUP BY 1 ORDER BY 1;
-- commutators and negators
SELECT o.oid::regoperator, oprcom::regoperator, oprnegate::regoperator, oprrest, oprjoin, oprcanhash, oprcanmerge FROM pg_operator o
	WHERE oprleft IN ('vector'::regtype, 'halfvec'::regtype) AND oprright = oprleft ORDER BY oprleft::regtype::text, oprname COLLATE "C";

-- halfvec: text representation, type modifier, limits, storage

-- text
SELECT '[1,2,3]'::halfvec;
SELECT '[-1,-2.5,+.5,4.]'::halfvec;
SELECT E' \t\n\r\x0B\f[ 1 , 2 ,\t3\n] '::halfvec;
-- binary16 has 11 significant bits; printed as the shortest real
SELECT '[0.1,1.23456,2049,2051,0x10,1e3]'::halfvec;
SELECT '[65504,-65504,65519.99]'::halfvec;
SELECT '[6.1e-5,6e-8,-6e-8]'::halfvec;
-- too small for a half: zero
SELECT '[2.9e-8,-2.9e-8,1e-46,-0]'::halfvec;
-- text read back gives the same value, for every finite half
SELECT count(*), bool_and(v = v::text::halfvec) FROM
	(SELECT ARRAY[(CASE WHEN e = 0 THEN m / 1024.0 ELSE (1 + m / 1024.0) * 2 ^ (e - 1) END) * 2 ^ -14]::halfvec AS v
	 FROM generate_series(0, 30) e, generate_series(0, 1023) m) t;

-- malformed text
SELECT ''::halfvec;
SELECT '1,2,3'::halfvec;
SELECT '['::halfvec;
SELECT '[1'::halfvec;
SELECT '[1,2,3]9'::halfvec;
SELECT '[1,,3]'::halfvec;
SELECT '[1,2,]'::halfvec;
SELECT '[hello,1]'::halfvec;
SELECT '[1 2]'::halfvec;

-- values that are not allowed
SELECT '[NaN]'::halfvec;
SELECT '[Infinity]'::halfvec;
SELECT '[-inf]'::halfvec;
SELECT '[65520]'::halfvec;
SELECT '[-65520]'::halfvec;
SELECT '[1e39]'::halfvec;

-- dimensions
SELECT '[]'::halfvec;
SELECT vector_dims(('[' || repeat('1,', 15999) || '1]')::halfvec);
SELECT ('[' || repeat('1,', 16000) || '1]')::halfvec;

-- type modifier
SELECT '[1,2,3]'::halfvec(3);
SELECT '[1,2,3]'::halfvec(2);
SELECT '[1,2,3]'::halfvec(3, 2);
SELECT '[1,2,3]'::halfvec('a');
SELECT '[1,2,3]'::halfvec(0);
SELECT '[1,2,3]'::halfvec(16001);
SELECT '[1,2,3]'::halfvec::halfvec(2);
SELECT unnest('{"[1,2,3]","[4,5,6]"}'::halfvec[]);

CREATE TABLE halfvecs (id int, v halfvec(3), w halfvec(16000));
INSERT INTO halfvecs VALUES (1, '[1,2,3]', NULL), (2, NULL, NULL);
INSERT INTO halfvecs VALUES (3, '[1,2]');
SELECT id, v FROM halfvecs ORDER BY id;
SELECT format_type(atttypid, atttypmod), attstorage, attalign FROM pg_attribute
	WHERE attrelid = 'halfvecs'::regclass AND attname IN ('v', 'w') ORDER BY attnum;

-- out of line: stored uncompressed, read back whole
INSERT INTO halfvecs SELECT 4, NULL, array_agg(i % 7) FROM generate_series(1, 16000) i;
SELECT pg_column_size(w), vector_dims(w), l1_distance(w, w), subvector(w, 15999, 2) FROM halfvecs WHERE id = 4;
DROP TABLE halfvecs;

-- the size in memory: 8 bytes and 2 for each element
SELECT n, pg_column_size(array_fill(1, ARRAY[n])::halfvec) FROM unnest(ARRAY[1, 3, 1000]) n;

-- error codes
\set VERBOSITY sqlstate
SELECT '1'::halfvec;
SELECT '[1'::halfvec;
SELECT '[]'::halfvec;
SELECT '[nan]'::halfvec;
SELECT '[inf]'::halfvec;
SELECT '[65520]'::halfvec;
SELECT ('[' || repeat('1,', 16000) || '1]')::halfvec;
SELECT '[1]'::halfvec(2);
SELECT '[1]'::halfvec(0);

-- vector: text representation, type modifier, limits, storage

-- text
SELECT '[1,2,3]'::vector;
SELECT '[-1,-2,-3]'::vector;
SELECT '[1.,2.,3.]'::vector;
SELECT '[.5,-.5,+.5]'::vector;
SELECT E' \t\n\r\x0B\f[ 1 , 2 ,\t3\n] '::vector;
SELECT '[1.23456,1e-3,0x10,0X1P-1,1E2]'::vector;
SELECT '[1.5e38,-1.5e38]'::vector;
SELECT '[1.5e-38,-1.5e-38]'::vector;
SELECT '[3.4028234663852886e38,1e-45,-0,0]'::vector;
SELECT '[0.1,16777217,123456789,0.0001,0.00001,100000,1000000]'::vector;
-- too small for a float: zero
SELECT '[1e-46,-1e-46,1e-400]'::vector;
-- rounded once: by way of double this would be 1
SELECT '[1.00000005960464477539062501]'::vector;
-- text read back gives the same value
SELECT v = v::text::vector AS same FROM (SELECT array_agg(sin(i) * 10 ^ (i % 70 - 35))::vector AS v FROM generate_series(1, 1000) i) t;

-- malformed text
SELECT ''::vector;
SELECT ' '::vector;
SELECT '1,2,3'::vector;
SELECT '{1,2,3}'::vector;
SELECT '['::vector;
SELECT '[ '::vector;
SELECT '[,'::vector;
SELECT '[1'::vector;
SELECT '[1,'::vector;
SELECT '[1,2,3'::vector;
SELECT '[1,2,3]9'::vector;
SELECT '[1,2,3] ]'::vector;
SELECT '[1,,3]'::vector;
SELECT '[,1]'::vector;
SELECT '[1,2,]'::vector;
SELECT '[1 2]'::vector;
SELECT '[hello,1]'::vector;
SELECT '[1,2x]'::vector;
SELECT '[1e]'::vector;
SELECT '[0x]'::vector;
SELECT '[+-1]'::vector;
SELECT '[1;2]'::vector;
SELECT '[[1]]'::vector;
SELECT '[héllo]'::vector;
-- the whole text is quoted, however long
SELECT ('[' || repeat('é', 300))::vector;

-- values that are not allowed
SELECT '[NaN,1]'::vector;
SELECT '[nan(1),1]'::vector;
SELECT '[Infinity,1]'::vector;
SELECT '[-inf,1]'::vector;
SELECT '[4e38,1]'::vector;
SELECT '[1,-4e38]'::vector;
SELECT '[1e400]'::vector;
SELECT '[0x1p128]'::vector;
SELECT ('[1' || repeat('0', 200) || ']')::vector;

-- dimensions
SELECT '[]'::vector;
SELECT ' [ ] '::vector;
SELECT vector_dims(('[' || repeat('1,', 15999) || '1]')::vector);
SELECT ('[' || repeat('1,', 16000) || '1]')::vector;

-- type modifier
SELECT '[1,2,3]'::vector(3);
SELECT '[1,2,3]'::vector(2);
SELECT '[1,2,3]'::vector(4);
SELECT '[1,2,3]'::vector(3, 2);
SELECT '[1,2,3]'::vector('a');
SELECT '[1,2,3]'::vector(0);
SELECT '[1,2,3]'::vector(-1);
SELECT '[1,2,3]'::vector(16001);
SELECT '[1,2,3]'::vector(2147483648);
SELECT '[1,2,3]'::vector::vector(2);
SELECT unnest('{"[1,2,3]","[4,5,6]"}'::vector[]);
SELECT '{"[1,2,3]"}'::vector(2)[];

CREATE TABLE vectors (id int, v vector(3), w vector(16000));
INSERT INTO vectors VALUES (1, '[1,2,3]', NULL), (2, NULL, NULL);
INSERT INTO vectors VALUES (3, '[1,2]');
INSERT INTO vectors VALUES (3, '[]');
UPDATE vectors SET v = '[4,5,6]' WHERE id = 2;
SELECT id, v FROM vectors ORDER BY id;
SELECT format_type(atttypid, atttypmod), attstorage, attalign FROM pg_attribute
	WHERE attrelid = 'vectors'::regclass AND attname IN ('v', 'w') ORDER BY attnum;

-- out of line: stored uncompressed, read back whole
INSERT INTO vectors SELECT 4, NULL, array_agg(i % 7) FROM generate_series(1, 16000) i;
SELECT pg_column_size(w), vector_dims(w), l1_distance(w, w), subvector(w, 15999, 2) FROM vectors WHERE id = 4;
DROP TABLE vectors;

-- the size in memory: 8 bytes and 4 for each element
SELECT n, pg_column_size(array_fill(1, ARRAY[n])::vector) FROM unnest(ARRAY[1, 3, 1000]) n;

-- error codes
\set VERBOSITY sqlstate
SELECT '1'::vector;
SELECT '[1'::vector;
SELECT '[1]a'::vector;
SELECT '[]'::vector;
SELECT '[nan]'::vector;
SELECT '[inf]'::vector;
SELECT '[1e39]'::vector;
SELECT ('[' || repeat('1,', 16000) || '1]')::vector;
SELECT '[1]'::vector(2);
SELECT '[1]'::vector(0);
SELECT '[1]'::vector(16001);
SELECT '[1]'::vector(1, 1);

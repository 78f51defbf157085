-- vector: arithmetic, distances and functions

SELECT '[1,2,3]'::vector + '[4,5,6]';
SELECT '[3e38]'::vector + '[3e38]';
SELECT '[1,2]'::vector + '[3]';
SELECT '[1,2,3]'::vector - '[4,5,6]';
SELECT '[-3e38]'::vector - '[3e38]';
SELECT '[1,2]'::vector - '[3]';
SELECT '[1,2,3]'::vector * '[4,5,6]';
SELECT '[1e37]'::vector * '[1e37]';
SELECT '[1e-37]'::vector * '[1e-37]';
SELECT '[1e-20,0,-1]'::vector * '[1e-20,1,0]';
SELECT '[1,2]'::vector * '[3]';
SELECT '[1,2,3]'::vector || '[4,5]';
SELECT array_fill(0, ARRAY[16000])::vector || '[1]';
SELECT vector_dims(array_fill(0, ARRAY[15999])::vector || '[1]');
-- more elements than one block
SELECT (v + v) = (v * array_fill(2, ARRAY[1000])::vector), (v - v) = array_fill(0, ARRAY[1000])::vector
	FROM (SELECT array_agg(i)::vector AS v FROM generate_series(1, 1000) i) t;

SELECT vector_dims('[1,2,3]'::vector);
SELECT round(vector_norm('[1,1]')::numeric, 5);
SELECT vector_norm('[3,4]'), vector_norm('[0,1]'), vector_norm('[0]');
-- the squares overflow or vanish in a float
SELECT vector_norm('[3e37,4e37]')::real, vector_norm('[3e-37,4e-37]')::real;
SELECT l2_norm('[3,4]'::vector);

SELECT l2_distance('[0,0]'::vector, '[3,4]');
SELECT l2_distance('[0,0]'::vector, '[0,1]');
SELECT l2_distance('[1,2]'::vector, '[3]');
SELECT l2_distance('[3e38]'::vector, '[-3e38]');
SELECT l2_distance('[1,1,1,1,1,1,1,1,1]'::vector, '[1,1,1,1,1,1,1,4,5]');
SELECT '[0,0]'::vector <-> '[3,4]';

SELECT inner_product('[1,2]'::vector, '[3,4]');
SELECT inner_product('[1,2]'::vector, '[3]');
SELECT inner_product('[3e38]'::vector, '[3e38]');
SELECT inner_product('[1,1,1,1,1,1,1,1,1]'::vector, '[1,2,3,4,5,6,7,8,9]');
SELECT '[1,2]'::vector <#> '[3,4]';

SELECT cosine_distance('[1,2]'::vector, '[2,4]');
SELECT cosine_distance('[1,2]'::vector, '[0,0]');
SELECT cosine_distance('[0,0]'::vector, '[0,0]');
SELECT cosine_distance('[1,1]'::vector, '[1,1]');
SELECT cosine_distance('[1,0]'::vector, '[0,2]');
SELECT cosine_distance('[1,1]'::vector, '[-1,-1]');
SELECT cosine_distance('[1,2]'::vector, '[3]');
SELECT cosine_distance('[1,1]'::vector, '[1.1,1.1]');
SELECT cosine_distance('[1,1]'::vector, '[-1.1,-1.1]');
SELECT cosine_distance('[3e38]'::vector, '[3e38]');
SELECT cosine_distance('[1,1,1,1,1,1,1,1,1]'::vector, '[-1,-1,-1,-1,-1,-1,-1,-1,-1]');
SELECT '[1,2]'::vector <=> '[2,4]';

SELECT l1_distance('[0,0]'::vector, '[3,4]');
SELECT l1_distance('[0,0]'::vector, '[0,1]');
SELECT l1_distance('[1,2]'::vector, '[3]');
SELECT l1_distance('[3e38]'::vector, '[-3e38]');
SELECT l1_distance('[1,2,3,4,5,6,7,8,9]'::vector, '[1,2,3,4,5,6,7,8,-9]');
SELECT '[0,0]'::vector <+> '[3,4]';

SELECT vector_l2_squared_distance('[0,0]', '[3,4]'), vector_negative_inner_product('[1,2]', '[3,4]');
SELECT vector_spherical_distance('[1,0]', '[0,1]'), vector_spherical_distance('[1,0]', '[-1,0]'), vector_spherical_distance('[2,0]', '[2,0]');

SELECT l2_normalize('[3,4]'::vector);
SELECT l2_normalize('[3,0]'::vector);
SELECT l2_normalize('[0,0.1]'::vector);
SELECT l2_normalize('[0,0]'::vector);
SELECT l2_normalize('[3e38]'::vector);
SELECT l2_normalize('[3e37,4e37]'::vector);
SELECT l2_normalize('[1e-45]'::vector);

SELECT binary_quantize('[1,0,-1]'::vector);
SELECT binary_quantize('[-0,1e-45,-1e-45]'::vector);
SELECT binary_quantize('[0,0.1,-0.2,-0.3,0.4,0.5,0.6,-0.7,0.8,-0.9,1]'::vector);
SELECT binary_quantize('[1,1,1,1,1,1,1,1]'::vector), pg_typeof(binary_quantize('[1]'::vector));

SELECT subvector('[1,2,3,4,5]'::vector, 1, 3);
SELECT subvector('[1,2,3,4,5]'::vector, 3, 2);
SELECT subvector('[1,2,3,4,5]'::vector, -1, 3);
SELECT subvector('[1,2,3,4,5]'::vector, 3, 9);
SELECT subvector('[1,2,3,4,5]'::vector, 1, 0);
SELECT subvector('[1,2,3,4,5]'::vector, 3, -1);
SELECT subvector('[1,2,3,4,5]'::vector, -1, 2);
SELECT subvector('[1,2,3,4,5]'::vector, 6, 1);
SELECT subvector('[1,2,3,4,5]'::vector, 2147483647, 10);
SELECT subvector('[1,2,3,4,5]'::vector, 3, 2147483647);
SELECT subvector('[1,2,3,4,5]'::vector, -2147483644, 2147483647);
SELECT subvector('[1,2,3,4,5]'::vector, -2147483648, 2147483647);
SELECT subvector('[1,2,3,4,5]'::vector, 1, -2147483648);

-- nearest first, null last
CREATE TABLE items (id int, v vector(3));
INSERT INTO items VALUES (1, '[0,0,0]'), (2, '[1,2,3]'), (3, '[1,1,1]'), (4, '[1,2,4]'), (5, NULL);
SELECT id, v <-> '[1,2,3]' AS distance FROM items ORDER BY distance, id;
SELECT id FROM items ORDER BY v <-> '[3,3,3]' LIMIT 2;
SELECT id FROM items ORDER BY v <#> '[3,3,3]' LIMIT 2;
SELECT id FROM items ORDER BY v <=> '[3,3,3]' LIMIT 2;
SELECT id FROM items ORDER BY v <+> '[3,3,3]' LIMIT 2;
SELECT id FROM items WHERE v <-> '[1,2,3]' < 1.5 ORDER BY id;
SELECT id FROM items ORDER BY v <-> (SELECT v FROM items WHERE id = 2) LIMIT 2;
SELECT id FROM items ORDER BY v <-> '[1,2]';
DROP TABLE items;

-- indexes and parallel plans may use every function
SELECT oid::regprocedure, provolatile, proisstrict, proparallel FROM pg_proc
	WHERE prosrc ~ '^vecext_(vector|halfvec|array_to)' AND NOT (provolatile = 'i' AND proisstrict AND proparallel = 's');

-- error codes
\set VERBOSITY sqlstate
SELECT '[1,2]'::vector <-> '[1]';
SELECT '[3e38]'::vector + '[3e38]';
SELECT '[1e-37]'::vector * '[1e-37]';
SELECT array_fill(0, ARRAY[16000])::vector || '[1]';
SELECT subvector('[1]'::vector, 1, 0);

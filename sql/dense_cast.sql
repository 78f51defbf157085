-- casts between arrays, vector and halfvec

-- arrays to vector
SELECT ARRAY[1,2,3]::vector;
SELECT ARRAY[1.5,2.5,3.5]::vector;
SELECT ARRAY[1.5,2.5,3.5]::float4[]::vector;
SELECT ARRAY[1.5,2.5,3.5]::float8[]::vector;
SELECT '{1,2,3}'::real[]::vector(3);
SELECT '{1,2,3}'::real[]::vector(2);
SELECT '[0:2]={1,2,3}'::real[]::vector;
SELECT '{2147483647,-2147483648}'::int[]::vector;
SELECT '{0.1,1e-3,123456789.123456789,-0.1}'::numeric[]::vector;

-- what arrays may not hold
SELECT '{NULL}'::real[]::vector;
SELECT '{1,NULL}'::numeric[]::vector;
SELECT '{}'::real[]::vector;
SELECT '{{1}}'::real[]::vector;
SELECT '{NaN}'::real[]::vector;
SELECT '{Infinity}'::real[]::vector;
SELECT '{-Infinity}'::real[]::vector;
SELECT '{4e38,-4e38}'::float8[]::vector;
SELECT '{NaN}'::float8[]::vector;
SELECT '{NaN}'::numeric[]::vector;
SELECT '{1e39}'::numeric[]::vector;
SELECT array_agg(n)::vector FROM generate_series(1, 16001) n;
SELECT vector_dims(array_agg(n)::vector) FROM generate_series(1, 16000) n;
-- too small for a float: zero
SELECT '{1e-46,-1e-46}'::float8[]::vector;
-- a slice without the null keeps the array's null bitmap
SELECT (ARRAY[NULL, 1, 2, 3]::real[])[2:4]::vector, (ARRAY[NULL, 1, 2, 3]::numeric[])[2:4]::halfvec;

-- arrays to halfvec
SELECT ARRAY[1,2,3]::halfvec;
SELECT ARRAY[1.5,2.5,3.5]::halfvec;
SELECT ARRAY[1.5,2.5,3.5]::float4[]::halfvec;
SELECT ARRAY[1.5,2.5,3.5]::float8[]::halfvec;
SELECT '{1,2,3}'::real[]::halfvec(2);
SELECT '{65520,-65520}'::real[]::halfvec;
SELECT '{-65520}'::int[]::halfvec;
SELECT '{1e5}'::numeric[]::halfvec;
SELECT '{1e-8,-1e-8}'::real[]::halfvec;
SELECT '{NaN}'::real[]::halfvec;
SELECT '{Infinity}'::real[]::halfvec;
SELECT '{1e300}'::float8[]::halfvec;
SELECT '{NULL}'::real[]::halfvec;
SELECT '{{1}}'::real[]::halfvec;
SELECT '{}'::real[]::halfvec;
SELECT array_agg(n % 9)::halfvec FROM generate_series(1, 16001) n;

-- to arrays
SELECT '[1,2.5,-3]'::vector::real[];
SELECT '[1,2.5,-3]'::halfvec::real[];
SELECT array_dims('[1,2,3]'::vector::real[]), array_length('[1,2,3]'::halfvec::real[], 1);
SELECT array_agg(n)::vector::real[] = array_agg(n)::real[] FROM generate_series(1, 1000) n;
SELECT '[1,2,3]'::vector::float8[];

-- vector and halfvec
SELECT '[1,2,3]'::vector::halfvec;
SELECT '[1,2,3]'::vector::halfvec(3);
SELECT '[1,2,3]'::vector::halfvec(2);
SELECT '[65520]'::vector::halfvec;
SELECT '[-1e38]'::vector::halfvec;
SELECT '[1e-8]'::vector::halfvec;
SELECT '[0.1,1.23456]'::vector::halfvec;
SELECT '[1,2,3]'::halfvec::vector;
SELECT '[1,2,3]'::halfvec::vector(3);
SELECT '[1,2,3]'::halfvec::vector(2);
SELECT array_agg(n % 2000)::vector::halfvec::vector = array_agg(n % 2000)::vector FROM generate_series(1, 1000) n;

-- which casts happen by themselves
SELECT castsource::regtype, casttarget::regtype, castcontext FROM pg_cast
	WHERE castsource::regtype::text ~ '^(vector|halfvec)$' AND casttarget::regtype::text <> 'sparsevec'
	   OR casttarget::regtype::text ~ '^(vector|halfvec)$' AND castsource::regtype::text <> 'sparsevec'
	ORDER BY 1, 2;
CREATE TABLE casts (v vector(2), h halfvec(2));
INSERT INTO casts VALUES (ARRAY[1,2], ARRAY[1.0,2.5]), ('[1,2]'::halfvec, '[3,4]'::vector);
INSERT INTO casts VALUES (ARRAY[1,2,3], NULL);
INSERT INTO casts VALUES (NULL, '[1,2,3]'::vector);
SELECT * FROM casts;
DROP TABLE casts;
-- array operators stay array operators
SELECT ARRAY[1,2,3] = ARRAY[1,2,3], ARRAY[1,2] || ARRAY[3];

-- error codes
\set VERBOSITY sqlstate
SELECT '{NULL}'::real[]::vector;
SELECT '{{1}}'::real[]::vector;
SELECT '{Infinity}'::real[]::vector;
SELECT '{1,2}'::real[]::vector(1);
SELECT array_agg(n)::vector FROM generate_series(1, 16001) n;
SELECT '[65520]'::vector::halfvec;

-- casts between sparsevec, vector, halfvec and arrays

-- vector
SELECT '[0,1.5,0,3.5,-0]'::vector::sparsevec;
SELECT '[0,1.5,0,3.5,0]'::vector::sparsevec(5);
SELECT '[0,1.5,0,3.5,0]'::vector::sparsevec(4);
SELECT '[0,0]'::vector::sparsevec;
SELECT '{2:1.5,4:3.5}/5'::sparsevec::vector;
SELECT '{2:1.5,4:3.5}/5'::sparsevec::vector(5);
SELECT '{2:1.5,4:3.5}/5'::sparsevec::vector(4);
SELECT '{}/3'::sparsevec::vector;
SELECT vector_dims('{}/16000'::sparsevec::vector);
SELECT '{}/16001'::sparsevec::vector;
SELECT array_fill(1, ARRAY[16000])::vector::sparsevec::vector = array_fill(1, ARRAY[16000])::vector AS same;

-- halfvec
SELECT '[0,1.5,0,3.5,-0]'::halfvec::sparsevec;
SELECT '[0,1.5,0,3.5,0]'::halfvec::sparsevec(5);
SELECT '[0,1.5,0,3.5,0]'::halfvec::sparsevec(4);
SELECT '{2:1.5,4:3.5}/5'::sparsevec::halfvec;
SELECT '{2:1.5,4:3.5}/5'::sparsevec::halfvec(5);
SELECT '{2:1.5,4:3.5}/5'::sparsevec::halfvec(4);
SELECT '{}/16001'::sparsevec::halfvec;
SELECT '{1:65519}/1'::sparsevec::halfvec;
SELECT '{1:65520}/1'::sparsevec::halfvec;
SELECT '{1:-65520}/1'::sparsevec::halfvec;
SELECT '{1:1e-8}/1'::sparsevec::halfvec;

-- arrays
SELECT ARRAY[1,0,2,0,3,0]::sparsevec;
SELECT ARRAY[1.0,0.0,2.0,0.0,3.0,0.0]::sparsevec;
SELECT ARRAY[1,0,2,0,3,0]::float4[]::sparsevec;
SELECT ARRAY[1,0,2,0,3,-0.0]::float8[]::sparsevec;
SELECT ARRAY[1,0,2,0,3,0]::numeric[]::sparsevec;
SELECT '{1,0,2,0,3,0}'::real[]::sparsevec(6);
SELECT '{1,0,2,0,3,0}'::real[]::sparsevec(5);
SELECT '[-1:1]={1,0,2}'::int[]::sparsevec;
SELECT '{NULL}'::real[]::sparsevec;
SELECT '{NaN}'::real[]::sparsevec;
SELECT '{0,Infinity}'::real[]::sparsevec;
SELECT '{-Infinity}'::real[]::sparsevec;
SELECT '{NaN}'::numeric[]::sparsevec;
SELECT '{1e39}'::float8[]::sparsevec;
SELECT '{1e-46}'::float8[]::sparsevec;
SELECT '{1e39}'::numeric[]::sparsevec;
SELECT '{}'::real[]::sparsevec;
SELECT '{{1}}'::real[]::sparsevec;
SELECT array_to_sparsevec(ARRAY[1,2], -1, true);
SELECT array_to_sparsevec(ARRAY[1,2], 3, true);
-- as many dimensions as an array has, but no more than 16,000 elements
SELECT array_agg(CASE WHEN i % 20000 = 0 THEN i ELSE 0 END ORDER BY i)::sparsevec FROM generate_series(1, 60000) AS i;
SELECT length(array_agg(1)::sparsevec::text) FROM generate_series(1, 16000) AS i;
SELECT array_agg(1)::sparsevec FROM generate_series(1, 16001) AS i;

-- contexts: implicit to sparsevec from the dense types, else assignment
SELECT castsource::regtype AS source, casttarget::regtype AS target, castcontext FROM pg_cast
WHERE 'sparsevec'::regtype IN (castsource, casttarget) ORDER BY castsource::regtype::text, casttarget::regtype::text;
SELECT '[1,0]'::vector <-> '{1:1}/2'::sparsevec AS implicit_vector, '{1:1}/2'::sparsevec <#> '[2,0]'::halfvec AS implicit_halfvec;
CREATE TABLE assigned (v vector(2), h halfvec(2), s sparsevec(2));
INSERT INTO assigned VALUES ('{1:1}/2'::sparsevec, '{2:1}/2'::sparsevec, ARRAY[0,2]);
INSERT INTO assigned (s) VALUES (ARRAY[1.5,0]), (ARRAY[0,0]::real[]), (ARRAY[0,-1]::float8[]);
INSERT INTO assigned (v) VALUES ('{1:1}/3'::sparsevec);
SELECT * FROM assigned ORDER BY s;
DROP TABLE assigned;

-- dense and sparse distances agree
SELECT a <-> b = a::sparsevec <-> b::sparsevec AS l2, a <#> b = a::sparsevec <#> b::sparsevec AS inner_product,
	   a <=> b = a::sparsevec <=> b::sparsevec AS cosine, a <+> b = a::sparsevec <+> b::sparsevec AS l1
FROM (SELECT '[1,0,-2,0,4,0,0,8]'::vector AS a, '[0,3,2,0,-1,0,5,0]'::vector AS b) AS pair;

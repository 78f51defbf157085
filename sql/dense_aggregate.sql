-- vector and halfvec: avg and sum

SELECT avg(v) FROM unnest(ARRAY['[1,2,3]'::vector, '[3,5,7]']) v;
SELECT avg(v) FROM unnest(ARRAY['[1,2,3]'::vector, '[3,5,7]', NULL]) v;
SELECT avg(v) FROM unnest(ARRAY[NULL]::vector[]) v;
SELECT avg(v) FROM unnest(ARRAY[]::vector[]) v;
SELECT avg(v) FROM unnest(ARRAY['[1,2]'::vector, '[3]']) v;
-- the sum is kept in double precision
SELECT avg(v) FROM unnest(ARRAY['[3e38]'::vector, '[3e38]']) v;
SELECT sum(v) FROM unnest(ARRAY['[1,2,3]'::vector, '[3,5,7]']) v;
SELECT sum(v) FROM unnest(ARRAY['[1,2,3]'::vector, '[3,5,7]', NULL]) v;
SELECT sum(v) FROM unnest(ARRAY[]::vector[]) v;
SELECT sum(v) FROM unnest(ARRAY['[1,2]'::vector, '[3]']) v;
SELECT sum(v) FROM unnest(ARRAY['[3e38]'::vector, '[3e38]']) v;

SELECT avg(v) FROM unnest(ARRAY['[1,2,3]'::halfvec, '[3,5,7]']) v;
SELECT avg(v) FROM unnest(ARRAY['[1,2,3]'::halfvec, '[3,5,7]', NULL]) v;
SELECT avg(v) FROM unnest(ARRAY[]::halfvec[]) v;
SELECT avg(v) FROM unnest(ARRAY['[1,2]'::halfvec, '[3]']) v;
SELECT avg(v) FROM unnest(ARRAY['[65504]'::halfvec, '[65504]']) v;
SELECT sum(v) FROM unnest(ARRAY['[1,2,3]'::halfvec, '[3,5,7]']) v;
SELECT sum(v) FROM unnest(ARRAY['[1,2]'::halfvec, '[3]']) v;
SELECT sum(v) FROM unnest(ARRAY['[65504]'::halfvec, '[65504]']) v;

-- groups, windows, large vectors
SELECT i % 3 AS k, avg(ARRAY[i, -i]::vector), sum(ARRAY[i, -i]::halfvec) FROM generate_series(1, 9) i GROUP BY k ORDER BY k;
SELECT i, avg(ARRAY[i]::vector) OVER (ORDER BY i ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), avg(ARRAY[i]::vector) OVER (ORDER BY i) FROM generate_series(1, 4) i;
SELECT avg(v) = array_fill(2, ARRAY[16000])::vector FROM unnest(ARRAY[array_fill(1, ARRAY[16000])::vector, array_fill(3, ARRAY[16000])::vector]) v;

-- parallel workers' states are combined
CREATE TABLE summed (k int, v vector(3), h halfvec(3));
INSERT INTO summed SELECT i, ARRAY[i % 100, -(i % 100), 2], ARRAY[i % 4, 1, 2] FROM generate_series(1, 20000) i;
ANALYZE summed;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT avg(v), sum(v), avg(h) FROM summed;
SELECT avg(v), sum(v), avg(h) FROM summed;
SELECT avg(v), avg(h) FROM summed WHERE k = 17;
SELECT avg(v), avg(h) FROM summed WHERE k < 0;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;
DROP TABLE summed;

-- the transition functions take any array that a user makes up
SELECT vector_accum('{0}', '[1,2,3]'), vector_accum('{1,1,2,3}', '[4,5,6]'), halfvec_accum('{1,1,2,3}', '[4,5,6]');
SELECT vector_accum('{}', '[1]');
SELECT vector_accum('{{1,1},{2,2}}', '[1]');
SELECT vector_accum('{1,NULL}', '[1]');
SELECT vector_accum('{NULL}', '[1]');
SELECT vector_accum('{-1,1}', '[1]');
SELECT vector_accum('{NaN,1}', '[1]');
SELECT vector_accum('{Infinity,1}', '[1]');
SELECT vector_accum('{1,1}', '[1,2]');
SELECT vector_accum('{1,1,2,3}', '[1,2]');
SELECT vector_accum('{1,1.7976931348623157e308}', '[3e38]');
SELECT vector_accum('{1,Infinity}', '[1]');
SELECT vector_accum((ARRAY[NULL, 1, 2]::float8[])[2:3], '[1]');
SELECT vector_accum((ARRAY[1, 2]::float8[])[1:2], '[1]');
SELECT halfvec_accum('{}', '[1]');
SELECT halfvec_accum('{{1,1},{2,2}}', '[1]');
SELECT halfvec_accum('{1,1}', '[1,2]');
SELECT halfvec_accum('{1,NULL}', '[1]');

SELECT vector_combine('{0}', '{0}'), vector_combine('{1,2,3}', '{0}'), vector_combine('{0}', '{1,2,3}'), vector_combine('{1,2,3}', '{4,5,6}');
SELECT vector_combine('{1,2}', '{1,2,3}');
SELECT vector_combine('{}', '{1,2}');
SELECT vector_combine('{1,2}', '{}');
SELECT vector_combine('{{1,2}}', '{3,4}');
SELECT vector_combine('{1,2}', '{{3,4}}');
SELECT vector_combine('{1,2}', '{3,NULL}');
SELECT vector_combine('{1,1.7976931348623157e308}', '{1,1.7976931348623157e308}');
SELECT halfvec_combine('{1,2,3}', '{4,5,6}');
SELECT halfvec_combine('{1,2}', '{1,2,3}');
SELECT halfvec_combine('{NULL}', '{1,2}');

SELECT vector_avg('{0}'), vector_avg('{2,4,6}'), halfvec_avg('{0,1}'), halfvec_avg('{2,4,6}');
SELECT vector_avg('{}');
SELECT vector_avg('{{2,4}}');
SELECT vector_avg('{NULL}');
SELECT vector_avg('{1}');
SELECT vector_avg('{1,NaN}');
SELECT vector_avg('{1,1e39}');
SELECT vector_avg(array_agg(n)::float8[]) FROM generate_series(1, 16002) n;
SELECT halfvec_avg('{1}');
SELECT halfvec_avg('{1,70000}');
SELECT halfvec_avg('{1,1e300}');
SELECT halfvec_avg('{1,NaN}');
SELECT halfvec_avg(array_agg(n)::float8[]) FROM generate_series(1, 16002) n;

-- error codes
\set VERBOSITY sqlstate
SELECT vector_accum('{}', '[1]');
SELECT vector_accum('{1,1}', '[1,2]');
SELECT vector_combine('{1,1.7976931348623157e308}', '{1,1.7976931348623157e308}');
SELECT vector_avg('{1,NaN}');

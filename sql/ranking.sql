-- rrf_score, decays, mmr. The arithmetic is tested in test/unit/ranking.
\set VERBOSITY terse

SELECT rank, rrf_score(rank), rrf_score(rank, 61), rrf_score(rank, weight => 3) FROM (VALUES (1), (2), (10), (NULL)) t (rank);
SELECT rrf_score(1, weight => 0), rrf_score(1, weight => -1), rrf_score(1, NULL) IS NULL, rrf_score(1, 2, NULL) IS NULL;
SELECT rrf_score(0);
SELECT rrf_score(1, 0.5);
SELECT rrf_score(1, 'NaN');
SELECT rrf_score(1, 'Infinity');
SELECT rrf_score(1, weight => 'Infinity');

SELECT x, lin_decay(x), exp_decay(x), gauss_decay(x), lin_decay(x, target => 2, scale => 4, midpoint => 0.75) FROM
	unnest(ARRAY[0, 1, -1, 2, 'Infinity', 'NaN', NULL]::float8[]) x;
SELECT lin_decay(1, midpoint => 0), lin_decay(1, midpoint => 1);
SELECT lin_decay(1, scale => 0);
SELECT exp_decay(1, midpoint => 1);
SELECT gauss_decay(1, midpoint => 0);
SELECT lin_decay(1, midpoint => 1.5);
SELECT exp_decay(1, target => 'Infinity');

-- Ids of any type, in the order of choice.
CREATE TABLE c (id text, val vector(2));
INSERT INTO c VALUES ('a', '[1,0]'), ('b', '[0.99,0.1]'), ('c', '[0.9,0.4]'), ('d', '[0.5,0.8]'), ('e', '[0,1]');
SELECT k, diversity, string_agg(m.id, '' ORDER BY ordinality) FROM
	(SELECT array_agg(id ORDER BY id) AS ids, array_agg(val ORDER BY id) AS vals, array_agg(1 - (val <=> '[1,0]') ORDER BY id) AS scores FROM c) s,
	(VALUES (5, 0.0), (5, 0.5), (5, 1.0), (2, 0.9), (0, 0.5)) t (k, diversity),
	mmr(ids, vals, scores, k, diversity) WITH ORDINALITY AS m (id, score, ordinality) GROUP BY 1, 2 ORDER BY 1, 2;
SELECT m.* FROM mmr(ARRAY[10, NULL, 30], '{"[1,0]", "[1,0.1]", "[0,5]"}', '{0.3, 0.2, 0.1}', 10, distance => 'l2') m;
SELECT m.* FROM mmr(ARRAY[10, 20, 30], '{"[1,0]", "[0,0]", "[0,5]"}', '{0.3, -Infinity, 0.1}', 10) m;
SELECT count(*) FROM mmr('{}'::int[], '{}', '{}', 10);
SELECT count(*) FROM mmr(NULL::int[], NULL, NULL, 10);
SELECT id FROM mmr(ARRAY[1], '{"[1]", "[2]"}', '{1}', 1);
SELECT id FROM mmr(ARRAY[1, 2], '{"[1]", "[2]"}', '{1}', 1);
SELECT id FROM mmr(ARRAY[1, 2], '{"[1]", "[2,3]"}', '{1, 2}', 1);
SELECT id FROM mmr(ARRAY[1, 2], '{"[1]", NULL}', '{1, 2}', 1);
SELECT id FROM mmr(ARRAY[1, 2], '{"[1]", "[2]"}', '{1, NaN}', 1);
SELECT id FROM mmr(ARRAY[1], '{"[1]"}', '{1}', -1);
SELECT id FROM mmr(ARRAY[1], '{"[1]"}', '{1}', 1, 1.5);
SELECT id FROM mmr(ARRAY[1], '{"[1]"}', '{1}', 1, distance => 'hamming');
SELECT id FROM mmr(array_fill(1, ARRAY[16385]), '{"[1]"}', '{1}', 1);
DROP TABLE c;

-- hamming_distance and jaccard_distance on bit strings

SELECT hamming_distance('111', '111');
SELECT hamming_distance('111', '110');
SELECT hamming_distance('111', '100');
SELECT hamming_distance('111', '000');
SELECT hamming_distance('', '');
SELECT hamming_distance('111', '00');
SELECT hamming_distance(B'111', '0110'::varbit(4));
SELECT hamming_distance(B'111', '011'::varbit(4));
SELECT hamming_distance(NULL, B'1');
SELECT B'1100' <~> B'1010' AS hamming;

SELECT jaccard_distance('1111', '1111');
SELECT jaccard_distance('1111', '1110');
SELECT jaccard_distance('1111', '1000');
SELECT jaccard_distance('1111', '0000');
SELECT jaccard_distance('1100', '1000');
SELECT jaccard_distance('0000', '0000');
SELECT jaccard_distance('', '');
SELECT jaccard_distance('1111', '000');
SELECT jaccard_distance(B'1111', '00000'::varbit(5));
SELECT B'1100' <%> B'0100' AS jaccard;

-- every length up to several SIMD registers, against counting in SQL
CREATE TEMP TABLE bits AS
	SELECT n, string_agg(((i * 7919) % 3 % 2)::text, '' ORDER BY i)::varbit AS a,
		   string_agg(((i * 104729) % 5 % 2)::text, '' ORDER BY i)::varbit AS b
	FROM generate_series(1, 1100) AS n, generate_series(1, n) AS i
	WHERE n <= 140 OR n % 64 IN (0, 1, 63)
	GROUP BY n;

SELECT count(*) AS lengths,
	   count(*) FILTER (WHERE (a <~> b) <> bit_count(a # b)) AS wrong_hamming,
	   count(*) FILTER (WHERE (a <%> b) <>
			CASE WHEN bit_count(a & b) = 0 THEN 1
				 ELSE 1 - bit_count(a & b)::float8 / bit_count(a | b)::float8 END) AS wrong_jaccard
FROM bits;

-- nearest by either distance
SELECT n FROM (VALUES (1, B'11110000'), (2, B'11111111'), (3, B'00000001')) AS rows(n, code)
ORDER BY code <~> B'11110001', n;
SELECT n FROM (VALUES (1, B'11110000'), (2, B'11111111'), (3, B'00000001')) AS rows(n, code)
ORDER BY code <%> B'00000011', n;

-- the longest bit string that literals and repeat() make easily
SELECT repeat('1', 1000000)::varbit <~> repeat('0', 1000000)::varbit AS million;

SELECT proname, provolatile, proisstrict, proparallel, procost
FROM pg_proc WHERE proname IN ('hamming_distance', 'jaccard_distance') ORDER BY proname;

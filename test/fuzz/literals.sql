-- literals.sql: casts mutated literals to the vector types inside a server and
-- counts what comes of it, by SQLSTATE. Variables: seed, count (for each type).
--
-- Prints TAP. Whatever a literal is, it is a value that survives a round trip
-- through text, or one of four errors (of five for vecquery, whose parts may not fit
-- each other); never another error, let alone a crash.

CREATE EXTENSION IF NOT EXISTS vecext;

-- One to four random edits.
CREATE FUNCTION mutated(literal text, others text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	alphabet CONSTANT text := '[]{},:/ 0123456789.eE+-xXpPnNaAiIfFtTyY_' || E'\t\n\r\x0b\x01\x7f' || 'é€𝄞';
	pieces CONSTANT text[] := '{NaN,Infinity,-inf,1e39,-1e39,1e-50,65505,65520,0x1p3,2147483648,-2147483649,'
		'1000000001,16001,99999999999999999999,0.00000000000000000000000000000000000000000000001}';
	position int;
BEGIN
	FOR edit IN 1 .. 1 + floor(random() * 4) LOOP
		position := floor(random() * (length(literal) + 1));
		CASE floor(random() * 8)
		WHEN 0 THEN literal := overlay(literal placing '' from position + 1 for 1);
		WHEN 1 THEN literal := overlay(literal placing substr(alphabet, 1 + floor(random() * length(alphabet))::int, 1) from position + 1 for 0);
		WHEN 2 THEN literal := overlay(literal placing substr(alphabet, 1 + floor(random() * length(alphabet))::int, 1) from position + 1 for 1);
		WHEN 3 THEN literal := left(literal, position) || substr(literal, 1 + floor(random() * (length(literal) + 1))::int);
		WHEN 4 THEN literal := left(literal, position);
		WHEN 5 THEN literal := left(literal, position) || substr(others[1 + floor(random() * array_length(others, 1))::int], position + 1);
		WHEN 6 THEN literal := overlay(literal placing pieces[1 + floor(random() * array_length(pieces, 1))::int] from position + 1 for 0);
		ELSE literal := overlay(literal placing repeat(substr(literal, position + 1, 4), 1 + floor(random() * 40)::int) from position + 1 for 0);
		END CASE;
	END LOOP;
	RETURN literal;
END $$;

-- Outcome of one cast: 'value', 'changed' when the value does not survive a round
-- trip, or the SQLSTATE.
CREATE FUNCTION outcome(type text, literal text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	same boolean;
	v vector; h halfvec; s sparsevec; q vecquery;
BEGIN
	CASE type
	WHEN 'vector' THEN v := literal::vector; same := v::text::vector = v;
	WHEN 'vector(3)' THEN v := literal::vector(3); same := v::text::vector(3) = v;
	WHEN 'halfvec' THEN h := literal::halfvec; same := h::text::halfvec = h;
	WHEN 'halfvec(3)' THEN h := literal::halfvec(3); same := h::text::halfvec(3) = h;
	WHEN 'sparsevec' THEN s := literal::sparsevec; same := s::text::sparsevec = s;
	WHEN 'sparsevec(5)' THEN s := literal::sparsevec(5); same := s::text::sparsevec(5) = s;
	WHEN 'vecquery' THEN q := literal::vecquery; same := vecquery_send(q::text::vecquery) = vecquery_send(q);
	END CASE;
	RETURN CASE WHEN same THEN 'value' ELSE 'changed' END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END $$;

CREATE FUNCTION fuzz(type text, count int) RETURNS TABLE (outcome text, literal text) LANGUAGE plpgsql AS $$
DECLARE
	dense CONSTANT text[] := ARRAY['[1,2,3]', '[-1.5,+2e10,0.25]', ' [ 1 , 2 , 3 ] ', '[0x1.8p3,.5,6.]', '[1e-45,3.4e38,65504]',
		'[' || array_to_string(array_agg(i), ',') || ']'] FROM generate_series(1, 200) i;
	sparse CONSTANT text[] := ARRAY['{1:1.5,3:-2}/5', '{}/5', '{5:1,1:2}/5', ' { 1 : 2 , 3 : 4 } / 5 ', '{1:0x1p-3,2:1e-45}/5',
		'{1:1,999999999:2}/1000000000'];
	queries CONSTANT text[] := ARRAY['best_score(positive: [1,2] [3,4]; negative: [5,6])', 'sum_scores(positive: [1e-45,0x1p3])',
		' context ( positive : [1] [2] ; negative : [3] [4] ) ', 'discover(target: [1,0]; positive: [1,2]; negative: [3,4])',
		'feedback(target: [1,0]; examples: [1,2] [3,4]; scores: 0.9 0.1; a: 1; b: .5; c: -2e3)'];
	literals CONSTANT text[] := CASE WHEN type LIKE 'sparsevec%' THEN sparse WHEN type = 'vecquery' THEN queries ELSE dense END;
BEGIN
	FOR i IN 1 .. count LOOP
		literal := mutated(literals[1 + floor(random() * array_length(literals, 1))::int], literals);
		outcome := outcome(type, literal);
		RETURN NEXT;
	END LOOP;
END $$;

\o /dev/null
SELECT setseed(:seed);
\o
CREATE TEMPORARY TABLE result AS
SELECT type, fuzzed.* FROM unnest('{vector,vector(3),halfvec,halfvec(3),sparsevec,sparsevec(5),vecquery}'::text[]) AS type,
	fuzz(type, :count) AS fuzzed;

SELECT format('# %s: %s', type, string_agg(outcome || ' ' || n, ', ' ORDER BY outcome))
FROM (SELECT type, outcome, count(*) AS n FROM result GROUP BY 1, 2) AS by_outcome GROUP BY type ORDER BY type;

WITH type AS (
	SELECT type, count(*) AS n, count(*) FILTER (WHERE outcome = 'value') AS values, count(*) FILTER (WHERE strange) AS strange,
		(array_agg(literal) FILTER (WHERE strange))[1] AS example
	FROM (SELECT *, outcome <> ALL ('{value,22P02,22000,22003,54000}') AND (type, outcome) <> ('vecquery', '22023') AS strange
		FROM result) AS judged GROUP BY type
), cases AS (
	SELECT type, 1 AS k, format('%s: %s literals, only expected outcomes', type, n) AS name, strange = 0 AS good, example FROM type
	UNION ALL
	SELECT type, 2, format('%s: some are values and some are not', type), values BETWEEN n / 50 AND n - n / 50, NULL FROM type
)
SELECT format('%s %s - %s%s', CASE WHEN good THEN 'ok' ELSE 'not ok' END, row_number() OVER (ORDER BY type, k), name,
	E'\n#   ' || quote_literal(example))
FROM cases ORDER BY type, k;
SELECT '1..14';

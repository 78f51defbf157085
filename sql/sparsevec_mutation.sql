-- sparsevec: mutated literals are read or refused with one of the documented
-- codes, and what was read can be printed, sent and read again

-- The i-th literal: a valid one cut, spliced into another, or with characters
-- replaced. hashint4extended() serves as a random number that is the same
-- everywhere.
CREATE FUNCTION random_of(i int, salt int, below int) RETURNS int LANGUAGE sql IMMUTABLE AS
	$$ SELECT ((hashint4extended(i, salt) >> 8) & 16777215)::int % below $$;
CREATE FUNCTION mutant(i int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	seeds text[] := ARRAY['{1:1.5,3:-2}/5', ' { 7 : 1e10 , 2 : +.5 } / 10 ', '{}/3', '{1:0x1p3,2:inf,4:nan}/4',
		'{1:1e-45,2:3.4028235e38}/2', '{2147483647:1}/1000000000', '{3:1,2:1,1:1}/3', '{1:0,2:-0,3:1e-46}/1000000001'];
	alphabet text := '{}:,/ +-.0123456789eExnaif';
	literal text := seeds[1 + random_of(i, 1, 8)];
	other text := seeds[1 + random_of(i, 2, 8)];
BEGIN
	IF random_of(i, 3, 6) = 0 THEN
		literal := left(literal, random_of(i, 4, length(literal) + 1));
	ELSIF random_of(i, 3, 6) = 1 THEN
		literal := left(literal, random_of(i, 4, length(literal) + 1)) || substr(other, 1 + random_of(i, 5, length(other)));
	END IF;
	FOR step IN 1 .. random_of(i, 6, 3) LOOP
		literal := overlay(literal PLACING substr(alphabet, 1 + random_of(i, 10 * step, 26), 1)
			FROM 1 + random_of(i, 10 * step + 1, length(literal) + 1) FOR random_of(i, 10 * step + 2, 2));
	END LOOP;
	RETURN literal;
END
$$;

-- 'read', or the code of the error
CREATE FUNCTION outcome(literal text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	v sparsevec;
	elements int;
BEGIN
	v := literal;
	elements := length(v::text) - length(replace(v::text, ':', ''));
	RETURN CASE WHEN v::text::sparsevec = v AND length(sparsevec_send(v)) = 12 + 8 * elements THEN 'read' ELSE 'changed' END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;

-- more than enough of each outcome, and no other
SELECT outcome(mutant(i)) AS outcome, count(*) > 100 AS many
FROM generate_series(1, 20000) AS i GROUP BY 1 ORDER BY 1;
DROP FUNCTION outcome, mutant, random_of;

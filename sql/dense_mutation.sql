-- vector and halfvec: mutated literals are read or refused, with one of the
-- documented codes, and what was read can be printed and read again

-- The i-th literal: a valid one with up to three characters replaced, doubled,
-- removed or inserted. md5() serves as a random number that is the same everywhere.
CREATE FUNCTION mutant(i int) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	seeds text[] := ARRAY['[1,2,3]', ' [ -1.5e10 , 2e-7 ] ', '[0.000123,65504,-0]', '[0x1p3,inf,nan(1)]', '[3.4028235e38,-1e-45]', '[]'];
	alphabet text := '0123456789.,,[]eE+- xpnaif';
	literal text := seeds[1 + i % 6];
	random bytea := decode(md5(i::text), 'hex');
	place int;
	letter text;
BEGIN
	FOR step IN 0 .. get_byte(random, 0) % 4 - 1 LOOP
		place := 1 + get_byte(random, 1 + step) % (length(literal) + 1);
		letter := substr(alphabet, 1 + get_byte(random, 5 + step) % 26, 1);
		literal := CASE get_byte(random, 9 + step) % 4
			WHEN 0 THEN overlay(literal PLACING letter FROM place)
			WHEN 1 THEN overlay(literal PLACING letter FROM place FOR 0)
			WHEN 2 THEN overlay(literal PLACING '' FROM place FOR 1)
			ELSE repeat(literal, 2)
		END;
	END LOOP;
	RETURN literal;
END
$$;

-- 'read', or the code of the error
CREATE FUNCTION outcome(type text, literal text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	same boolean;
BEGIN
	EXECUTE format('SELECT $1::%1$s = $1::%1$s::text::%1$s', type) INTO same USING literal;
	RETURN CASE WHEN same THEN 'read' ELSE 'changed' END;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE;
END
$$;

-- more than enough of each outcome, and no other
SELECT type, outcome(type, mutant(i)) AS outcome, count(*) > 100 AS many
	FROM generate_series(1, 10000) i, unnest(ARRAY['vector', 'halfvec']) type
	GROUP BY 1, 2 ORDER BY 1, 2;
-- half reads what vector reads, but for its range
SELECT count(*) FROM (SELECT outcome('vector', mutant(i)) AS v, outcome('halfvec', mutant(i)) AS h FROM generate_series(1, 5000) i) t
	WHERE v <> h AND h <> '22003';
DROP FUNCTION mutant, outcome;

-- bit: distances between PostgreSQL's own bit strings

CREATE FUNCTION hamming_distance(bit, bit) RETURNS float8
	AS 'MODULE_PATHNAME', 'vecext_hamming_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5
	SUPPORT distance_support;

COMMENT ON FUNCTION hamming_distance(bit, bit) IS 'number of positions in which two bit strings differ';

CREATE FUNCTION jaccard_distance(bit, bit) RETURNS float8
	AS 'MODULE_PATHNAME', 'vecext_jaccard_distance' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5
	SUPPORT distance_support;

COMMENT ON FUNCTION jaccard_distance(bit, bit) IS '1 - set bits in common / set bits in either';

CREATE OPERATOR <~> (
	LEFTARG = bit, RIGHTARG = bit, FUNCTION = hamming_distance,
	COMMUTATOR = <~>
);

CREATE OPERATOR <%> (
	LEFTARG = bit, RIGHTARG = bit, FUNCTION = jaccard_distance,
	COMMUTATOR = <%>
);

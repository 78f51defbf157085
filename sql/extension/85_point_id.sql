-- point_id: what names a point of a Qdrant collection, a number or a UUID

CREATE TYPE point_id;

CREATE FUNCTION point_id_in(cstring) RETURNS point_id
	AS 'MODULE_PATHNAME', 'vecext_point_id_in' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_out(point_id) RETURNS cstring
	AS 'MODULE_PATHNAME', 'vecext_point_id_out' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_recv(internal) RETURNS point_id
	AS 'MODULE_PATHNAME', 'vecext_point_id_recv' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_send(point_id) RETURNS bytea
	AS 'MODULE_PATHNAME', 'vecext_point_id_send' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE point_id (
	INPUT = point_id_in,
	OUTPUT = point_id_out,
	RECEIVE = point_id_recv,
	SEND = point_id_send,
	INTERNALLENGTH = 17,
	ALIGNMENT = char,
	STORAGE = plain
);

COMMENT ON TYPE point_id IS 'id of a point: an unsigned 64-bit number or a UUID';

CREATE FUNCTION point_id_lt(point_id, point_id) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vecext_point_id_lt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_le(point_id, point_id) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vecext_point_id_le' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_eq(point_id, point_id) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vecext_point_id_eq' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_ne(point_id, point_id) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vecext_point_id_ne' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_ge(point_id, point_id) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vecext_point_id_ge' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_gt(point_id, point_id) RETURNS boolean
	AS 'MODULE_PATHNAME', 'vecext_point_id_gt' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_cmp(point_id, point_id) RETURNS integer
	AS 'MODULE_PATHNAME', 'vecext_point_id_cmp' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_sortsupport(internal) RETURNS void
	AS 'MODULE_PATHNAME', 'vecext_point_id_sortsupport' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_hash(point_id) RETURNS integer
	AS 'MODULE_PATHNAME', 'vecext_point_id_hash' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION point_id_hash_extended(point_id, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'vecext_point_id_hash_extended' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR < (
	LEFTARG = point_id, RIGHTARG = point_id, FUNCTION = point_id_lt,
	COMMUTATOR = >, NEGATOR = >=, RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);

CREATE OPERATOR <= (
	LEFTARG = point_id, RIGHTARG = point_id, FUNCTION = point_id_le,
	COMMUTATOR = >=, NEGATOR = >, RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);

CREATE OPERATOR = (
	LEFTARG = point_id, RIGHTARG = point_id, FUNCTION = point_id_eq,
	COMMUTATOR = =, NEGATOR = <>, RESTRICT = eqsel, JOIN = eqjoinsel,
	HASHES, MERGES
);

CREATE OPERATOR <> (
	LEFTARG = point_id, RIGHTARG = point_id, FUNCTION = point_id_ne,
	COMMUTATOR = <>, NEGATOR = =, RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE OPERATOR >= (
	LEFTARG = point_id, RIGHTARG = point_id, FUNCTION = point_id_ge,
	COMMUTATOR = <=, NEGATOR = <, RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR > (
	LEFTARG = point_id, RIGHTARG = point_id, FUNCTION = point_id_gt,
	COMMUTATOR = <, NEGATOR = <=, RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR CLASS point_id_ops DEFAULT FOR TYPE point_id USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 point_id_cmp(point_id, point_id),
	FUNCTION 2 point_id_sortsupport(internal);

CREATE OPERATOR CLASS point_id_ops DEFAULT FOR TYPE point_id USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 point_id_hash(point_id),
	FUNCTION 2 point_id_hash_extended(point_id, bigint);

CREATE FUNCTION point_slice(id point_id, total bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'vecext_point_slice' LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION point_slice(point_id, bigint) IS 'which of total slices a point belongs to, as in Qdrant''s condition slice';

-- Another extension that defines the type vector (pgvector, or vecext under its
-- other name) cannot share a database with this one: both define the same types,
-- operators and access methods, and access methods have no schema to keep them
-- apart. This runs before anything of our own exists, so whatever it finds is
-- somebody else's.
DO $$
DECLARE
	other record;
BEGIN
	SELECT e.extname, p.probin IS NOT DISTINCT FROM 'MODULE_PATHNAME' AS is_vecext INTO other
	FROM pg_type AS t
		JOIN pg_proc AS p ON p.oid = t.typinput
		JOIN pg_depend AS d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
		JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
	WHERE t.typname = 'vector' AND t.typtype = 'b'
	LIMIT 1;

	IF NOT FOUND THEN
		RETURN;
	END IF;
	RAISE EXCEPTION 'extension "%" already defines the type vector in this database', other.extname
		USING ERRCODE = 'duplicate_object',
			DETAIL = 'Both extensions define the same types, operators and index access methods.',
			HINT = CASE WHEN other.is_vecext
				THEN format('Extension "%s" provides vecext already: use it as it is.', other.extname)
				ELSE format('Use a database without extension "%1$s", or move its tables over with pg_dump and the '
					'alias extension: see docs/compatibility.md.', other.extname) END;
END
$$;


-- definitions.sql: every object of the extension with all that its statement says,
-- one a line, so that an updated extension can be compared with a new one.
WITH member AS (
	SELECT classid, objid, pg_describe_object(classid, objid, 0) AS name FROM pg_depend
	WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
		AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vecext')
)
SELECT name || ': ' || coalesce(obj_description(objid, classid::regclass::name), 'no comment') FROM member
UNION ALL
SELECT name || ': ' || replace(pg_get_functiondef(p.oid), E'\n', ' ')
FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND objid = p.oid WHERE prokind = 'f'
UNION ALL
SELECT name || ': ' || concat_ws(' ', aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn,
	aggtranstype::regtype, agginitval, proparallel)
FROM member JOIN pg_aggregate ON classid = 'pg_proc'::regclass AND objid = aggfnoid JOIN pg_proc p ON p.oid = aggfnoid
UNION ALL
SELECT name || ': ' || concat_ws(' ', oprcode, oprresult::regtype, oprcom::regoperator, oprnegate::regoperator,
	oprrest, oprjoin, oprcanmerge, oprcanhash)
FROM member JOIN pg_operator o ON classid = 'pg_operator'::regclass AND objid = o.oid
UNION ALL
SELECT name || ': ' || concat_ws(' ', typlen, typinput, typoutput, typreceive, typsend, typmodin, typmodout,
	typalign, typstorage, typcategory)
FROM member JOIN pg_type t ON classid = 'pg_type'::regclass AND objid = t.oid
UNION ALL
SELECT name || ': ' || concat_ws(' ', castfunc::regprocedure, castcontext, castmethod)
FROM member JOIN pg_cast c ON classid = 'pg_cast'::regclass AND objid = c.oid
UNION ALL
SELECT name || ': ' || concat_ws(' ', opcdefault, opckeytype::regtype, opfname)
FROM member JOIN pg_opclass c ON classid = 'pg_opclass'::regclass AND objid = c.oid JOIN pg_opfamily f ON f.oid = opcfamily
UNION ALL
SELECT name || ': ' || concat_ws(' ', amopstrategy, amopopr::regoperator, amoppurpose, amopsortfamily::regclass)
FROM member JOIN pg_amop ON classid = 'pg_opfamily'::regclass AND objid = amopfamily
UNION ALL
SELECT name || ': ' || concat_ws(' ', amprocnum, amproc::regprocedure, amproclefttype::regtype)
FROM member JOIN pg_amproc ON classid = 'pg_opfamily'::regclass AND objid = amprocfamily
UNION ALL
SELECT name || ': ' || concat_ws(' ', amhandler, amtype)
FROM member JOIN pg_am a ON classid = 'pg_am'::regclass AND objid = a.oid;

-- catalog.sql: what the extension consists of, one object a line, in the words of
-- documented.py. Functions that the table of internal names (psql variable) has are
-- given by name only.
WITH member AS (
	SELECT classid, objid FROM pg_depend
	WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
		AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vecext')
), internal AS (
	SELECT unnest(string_to_array(:'internal', ' ')) AS name
), function AS (
	SELECT proname, proname || '(' || regexp_replace(regexp_replace(
			pg_get_function_arguments(p.oid), '(, |^)OUT .*', ''), '::[a-z ]+(\[\])?', '', 'g')
		|| ') ' || pg_get_function_result(p.oid) AS signature
	FROM pg_proc p JOIN member ON classid = 'pg_proc'::regclass AND objid = p.oid
)
SELECT 'type ' || typname FROM pg_type t JOIN member ON classid = 'pg_type'::regclass AND objid = t.oid
WHERE typelem = 0
UNION ALL
SELECT format('operator %s(%s, %s) %s', oprname, oprleft::regtype, oprright::regtype, oprresult::regtype)
FROM pg_operator o JOIN member ON classid = 'pg_operator'::regclass AND objid = o.oid
UNION ALL
SELECT 'function ' || signature FROM function WHERE proname NOT IN (SELECT name FROM internal)
UNION ALL
SELECT DISTINCT 'internal ' || proname FROM function WHERE proname IN (SELECT name FROM internal)
UNION ALL
SELECT format('cast %s %s %s', castsource::regtype, casttarget::regtype, castcontext)
FROM pg_cast c JOIN member ON classid = 'pg_cast'::regclass AND objid = c.oid
UNION ALL
SELECT format('operator class %s %s', amname, opcname)
FROM pg_opclass c JOIN pg_am a ON a.oid = opcmethod JOIN member ON classid = 'pg_opclass'::regclass AND objid = c.oid;

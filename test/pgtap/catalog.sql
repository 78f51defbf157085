-- catalog.sql: what holds of every object of the extension, whatever it does, and the
-- SQLSTATE of errors that clients tell apart.
SELECT no_plan();

CREATE TEMPORARY VIEW member AS
SELECT classid, objid FROM pg_depend
WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
	AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'vecext');

SELECT ok(amvalidate(c.oid), format('operator class %s of %s has all that its access method wants', opcname, amname))
FROM pg_opclass c JOIN member ON (classid, objid) = ('pg_opclass'::regclass, c.oid) JOIN pg_am a ON a.oid = opcmethod
ORDER BY amname, opcname;

SELECT is_empty($$
	SELECT p.oid::regprocedure FROM pg_proc p JOIN member ON (classid, objid) = ('pg_proc'::regclass, p.oid)
	WHERE prosecdef OR NOT has_function_privilege('public', p.oid, 'execute') $$,
	'no function has its owner''s rights, each may be called by all');
SELECT is_empty($$
	SELECT p.oid::regprocedure FROM pg_proc p JOIN member ON (classid, objid) = ('pg_proc'::regclass, p.oid)
	WHERE prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') AND probin <> '$libdir/vecext' $$,
	'all are in our library');
SELECT is_empty($$
	SELECT o.oid::regoperator FROM pg_operator o JOIN member ON (classid, objid) = ('pg_operator'::regclass, o.oid)
	WHERE oprname IN ('<->', '<#>', '<=>', '<+>', '<~>', '<%>') AND oprleft = oprright AND oprcom <> o.oid $$,
	'distances are symmetric');
SELECT is_empty($$
	SELECT o.oid::regoperator FROM pg_operator o JOIN member ON (classid, objid) = ('pg_operator'::regclass, o.oid)
	WHERE oprresult = 'boolean'::regtype AND oprname IN ('<', '<=', '=', '<>', '>=', '>') AND (oprcom = 0 OR oprnegate = 0) $$,
	'comparisons name their commutators and negators');
SELECT is_empty($$
	SELECT t.typname FROM pg_type t JOIN member ON (classid, objid) = ('pg_type'::regclass, t.oid)
	WHERE typtype = 'b' AND typcategory <> 'A' AND (typsend = 0 OR typreceive = 0) $$,
	'types have binary formats');

SELECT throws_ok($$ SELECT '[1,2]'::vector <-> '[1]' $$, '22000', 'different vector dimensions 2 and 1');
SELECT throws_ok($$ SELECT '[1,2]'::vector(3) $$, '22000', 'expected 3 dimensions, not 2');
SELECT throws_ok($$ SELECT '[1,x]'::vector $$, '22P02', 'invalid input syntax for type vector: "[1,x]"');
SELECT throws_ok($$ SELECT '[1e39]'::vector $$, '22003', '"1e39" is out of range for type vector');
SELECT throws_ok($$ SELECT array_fill(0, ARRAY[16001])::vector $$, '54000', 'vector cannot have more than 16000 dimensions');
SELECT throws_ok($$ SET hnsw.ef_search = 1001 $$, '22023', '1001 is outside the valid range for parameter "hnsw.ef_search" (1 .. 1000)');
SELECT throws_ok($$ CREATE TABLE t (v vector); CREATE INDEX ON t USING hnsw (v vector_l2_ops) $$, '22023', 'column does not have dimensions');
SELECT lives_ok($$ CREATE TABLE t (v vector(3)); CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (m = 4) $$, 'with dimensions it has an index');
SELECT * FROM finish();

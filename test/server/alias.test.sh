#!/usr/bin/env bash
# alias.test.sh: the extension vector as an alias of vecext: the same objects, a
# pgvector dump restores into it, it shares no database with vecext or pgvector,
# and installing it never touches pgvector's files.
#
# pgvector itself is played by an extension of the same name that defines a type
# vector and an access method hnsw out of PostgreSQL's own functions.
. "$(dirname "$0")/../harness/tap.sh"

# within DATABASE [psql options] STATEMENT
within() { PGDATABASE=$1 sql "${@:2}"; }

# error_in DATABASE STATEMENT: the whole message, with DETAIL and HINT
error_in() { PGDATABASE=$1 sql "$2" 2>&1; }
sqlstate_in() { PGDATABASE=$1 sqlstate "$2"; }

# What an extension consists of, one object a line.
members_of() {
	within "$1" "SELECT pg_describe_object(classid, objid, 0) FROM pg_depend
		WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
		AND refobjid = (SELECT oid FROM pg_extension WHERE extname = '$2') ORDER BY 1"
}

extension_directory() { ls -d "$(dirname "$STAGE_BIN")"/../../../share/postgresql/*/extension; }

# ---- one installation with the alias ----

server_start alias fsync=off
createdb vecext
createdb vector
within vecext "CREATE EXTENSION vecext"
ok "a dump's statement creates the alias" within vector "CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public"
is "$(within vector "SELECT extversion FROM pg_extension WHERE extname = 'vector'")" 0.8.6 "it reports pgvector's version"
ok "its comment can be set, as dumps do" within vector \
	"COMMENT ON EXTENSION vector IS 'vector data type and ivfflat and hnsw access methods'"
is "$(members_of vector vector)" "$(members_of vecext vecext)" "alias and vecext consist of the same objects"
like "$(members_of vector vector)" "type sparsevec" "and there are some"
is "$(within vector "SELECT DISTINCT probin FROM pg_proc WHERE probin LIKE '%vec%'")" '$libdir/vecext' "on vecext's library"

# ---- not beside vecext ----

is "$(sqlstate_in vector "CREATE EXTENSION vecext")" 42710 "vecext beside the alias is refused"
like "$(error_in vector "CREATE EXTENSION vecext")" 'HINT:  Extension "vector" provides vecext already' "with a hint"
within vector "CREATE SCHEMA other"
is "$(sqlstate_in vector "CREATE EXTENSION vecext SCHEMA other")" 42710 "vecext in a schema of its own, too"
within vecext "CREATE SCHEMA other"
is "$(sqlstate_in vecext "CREATE EXTENSION vector")" 42710 "the alias beside vecext is refused"
is "$(sqlstate_in vecext "CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA other")" 42710 "also in a schema of its own"
like "$(error_in vecext "CREATE EXTENSION vector")" 'HINT:  Extension "vecext" provides vecext already' "with a hint"
ok "creating the alias twice is a notice" within vector "CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public"

# ---- dump and restore ----

within vector "CREATE TABLE items (id int PRIMARY KEY, v vector(3), h halfvec(2), s sparsevec(5), b bit(4),
		t vector DEFAULT '[1,2]', g float8 GENERATED ALWAYS AS (l2_norm(v)) STORED, UNIQUE (s), CHECK (b <~> B'0000' < 5))"
within vector "INSERT INTO items (id, v, h, s, b)
	SELECT i, ARRAY[i, 0.1, -i], ARRAY[i, 0.5], format('{1:%s,5:-0.1}/5', i)::sparsevec, (i % 16)::bit(4)
	FROM generate_series(1, 100) AS i"
within vector "CREATE INDEX ON items USING hnsw (s sparsevec_l2_ops); CREATE INDEX ON items USING hnsw (v vector_cosine_ops) WITH (m = 8)"
within vector "CREATE VIEW near AS SELECT id, s <-> '{1:50}/5' AS distance FROM items ORDER BY s <-> '{1:50}/5', id LIMIT 3"
within vector "CREATE FUNCTION far(sparsevec) RETURNS float8 LANGUAGE sql AS \$\$ SELECT \$1 <+> '{}/5' \$\$"
for format in plain custom; do
	createdb "restored_$format"
	case $format in
	plain) pg_dump vector | psql -Xq -v ON_ERROR_STOP=1 -d restored_plain >/dev/null 2>"$tap_work/restore" ;;
	custom) pg_dump -Fc vector | pg_restore -e -d restored_custom 2>"$tap_work/restore" ;;
	esac
	is "$(cat "$tap_work/restore")" "" "a $format dump restores without a word"
	is "$(within "restored_$format" "SELECT extversion FROM pg_extension WHERE extname = 'vector'")" 0.8.6 "$format: the alias is there"
	is "$(within "restored_$format" "SELECT * FROM items ORDER BY id" | cksum)" "$(within vector "SELECT * FROM items ORDER BY id" | cksum)" "$format: the rows are"
	is "$(within "restored_$format" "SELECT id FROM near")" $'50\n49\n51' "$format: operators work in views"
	is "$(within "restored_$format" "SELECT count(*) FROM pg_indexes WHERE indexdef LIKE '%USING hnsw%'")" 2 "$format: and indexes"
	is "$(within "restored_$format" "SELECT far(s) > 100 FROM items WHERE id = 100")" t "$format: and in functions"
done

# What pg_dump writes for a database of pgvector 0.8.
createdb from_pgvector
ok "a dump made with pgvector restores" psql -Xq -v ON_ERROR_STOP=1 -d from_pgvector <<'DUMP'
SET check_function_bodies = false;
SELECT pg_catalog.set_config('search_path', '', false);
CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;
COMMENT ON EXTENSION vector IS 'vector data type and ivfflat and hnsw access methods';
CREATE TABLE public.items (
    id bigint NOT NULL,
    embedding public.vector(3),
    half public.halfvec(2),
    sparse public.sparsevec(1000),
    code bit(8)
);
COPY public.items (id, embedding, half, sparse, code) FROM stdin;
1	[1,2.5,-3]	[0.5,-1]	{1:1,1000:0.5}/1000	10101010
2	\N	\N	\N	\N
\.
ALTER TABLE ONLY public.items ADD CONSTRAINT items_pkey PRIMARY KEY (id);
CREATE INDEX items_embedding_idx ON public.items USING hnsw (embedding public.vector_l2_ops) WITH (m='16', ef_construction='64');
CREATE INDEX items_code_idx ON public.items USING hnsw (code public.bit_hamming_ops);
CREATE INDEX items_half_idx ON public.items USING ivfflat (half public.halfvec_ip_ops) WITH (lists='100');
CREATE INDEX items_sparse_idx ON public.items USING btree (sparse);
DUMP
is "$(within from_pgvector "SELECT embedding <-> '[1,2.5,1]', half <#> '[2,0]', sparse <-> '{}/1000', code <~> B'10101011'
	FROM items WHERE id = 1")" "4|-1|1.118033988749895|1" "and its vectors are vecext's"
for order in "embedding <-> '[1,2,3]'" "code <~> B'10000000'" "half <#> '[1,1]'"; do
	like "$(within from_pgvector "SET enable_seqscan = off; EXPLAIN (COSTS OFF) SELECT id FROM items ORDER BY $order LIMIT 1")" \
		"(Index Scan using|Index:) items_${order%% *}_idx" "its index serves ORDER BY $order"
done
createdb filtered
within filtered "CREATE EXTENSION vecext"
ok "a dump without its two statements restores into vecext" bash -o pipefail -c "pg_dump vector |
	sed -E '/^(CREATE|COMMENT ON) EXTENSION .*vector/d' | psql -Xq -v ON_ERROR_STOP=1 -d filtered"
is "$(within filtered "SELECT * FROM items ORDER BY id" | cksum)" "$(within vector "SELECT * FROM items ORDER BY id" | cksum)" "with all rows"

# ---- ownership, schemas, removal ----

sql "CREATE ROLE tenant LOGIN" && createdb -O tenant owned
ok "the owner of a database may create it" env PGUSER=tenant PGDATABASE=owned psql -Xq -c "CREATE EXTENSION vector"
ok "it moves to another schema" within owned "CREATE SCHEMA vectors; ALTER EXTENSION vector SET SCHEMA vectors"
is "$(within owned "SELECT '{1:3}/2'::vectors.sparsevec OPERATOR(vectors.<->) '{2:4}/2'")" 5 "and works there"
ok "it is dropped whole" within owned "DROP EXTENSION vector"
is "$(within owned "SELECT count(*) FROM pg_proc WHERE probin LIKE '%vecext%'")" 0 "leaving nothing"
ok "and then vecext is welcome" within owned "CREATE EXTENSION vecext"

# ---- installing beside nothing, ourselves, and pgvector ----

install_alias=$repo/sql/alias/install.sh
rm -rf "$tap_work/extension" && mkdir "$tap_work/extension"
ok "it installs into a server without pgvector" "$install_alias" install "$tap_work/extension"
is "$(ls "$tap_work/extension")" $'vector--0.8.6.sql\nvector.control' "a control file and a script"
ok "and again over itself" "$install_alias" install "$tap_work/extension"
echo keep >"$tap_work/extension/vecext.control"
ok "it uninstalls" "$install_alias" uninstall "$tap_work/extension"
is "$(ls "$tap_work/extension")" vecext.control "no more than itself"

printf "default_version = '0.8.6'\nmodule_pathname = '\$libdir/vector'\n" >"$tap_work/extension/vector.control"
echo "-- pgvector" >"$tap_work/extension/vector--0.8.6.sql"
before=$(cd "$tap_work/extension" && cksum ./*)
fails "it does not install over pgvector" "$install_alias" install "$tap_work/extension"
like "$("$install_alias" install "$tap_work/extension" 2>&1)" 'pgvector.*nothing was changed' "and says why"
ok "uninstalling finds nothing of ours" "$install_alias" uninstall "$tap_work/extension"
is "$(cd "$tap_work/extension" && cksum ./*)" "$before" "pgvector's files are as they were"
rm "$tap_work/extension"/vector*
echo "-- pgvector" >"$tap_work/extension/vector--0.7.4--0.8.0.sql"
fails "nor beside an update script of pgvector's" "$install_alias" install "$tap_work/extension"
rm "$tap_work/extension"/vector*
ok "make install-alias does it" make -C "$repo" install-alias DESTDIR="$tap_work/root"
is "$(find "$tap_work/root" -name 'vector*' -o -name 'vecext.so' | sed 's|.*/||' | sort)" \
	$'vecext.so\nvector--0.8.6.sql\nvector.control' "with the library"

# ---- beside pgvector ----

server_stop alias
STAGE_BIN=$("$harness/stage.sh" "$tap_work/pg")
export STAGE_BIN
foreign=$(extension_directory)
rm -f "$foreign"/vector*
echo "default_version = '0.8.6'" >"$foreign/vector.control"
cat >"$foreign/vector--0.8.6.sql" <<'SQL'
CREATE TYPE vector;
CREATE FUNCTION vector_in(cstring) RETURNS vector AS 'textin' LANGUAGE internal IMMUTABLE STRICT;
CREATE FUNCTION vector_out(vector) RETURNS cstring AS 'textout' LANGUAGE internal IMMUTABLE STRICT;
CREATE TYPE vector (INPUT = vector_in, OUTPUT = vector_out, LIKE = text);
CREATE ACCESS METHOD hnsw TYPE INDEX HANDLER bthandler;
SQL
server_start foreign fsync=off
sql "CREATE EXTENSION vector"
is "$(sqlstate "CREATE EXTENSION vecext")" 42710 "vecext beside pgvector is refused"
like "$(sql "CREATE EXTENSION vecext" 2>&1)" \
	'ERROR:  extension "vector" already defines the type vector.*HINT:  Use a database without extension "vector"' "with a hint"
sql "CREATE SCHEMA other"
is "$(sqlstate "CREATE EXTENSION vecext SCHEMA other")" 42710 "also in a schema of its own"
is "$(sql "SELECT count(*) FROM pg_proc WHERE probin LIKE '%vecext%'")" 0 "nothing of it stays behind"
sql "DROP EXTENSION vector"
ok "without pgvector it is created" sql "CREATE EXTENSION vecext"
is "$(sqlstate "CREATE EXTENSION vector")" 42710 "pgvector beside vecext fails"
like "$(sql "CREATE EXTENSION vector SCHEMA other" 2>&1)" 'access method "hnsw" already exists' "also in a schema of its own"
createdb free
ok "and pgvector works in a database of its own" within free "CREATE EXTENSION vector"

done_testing

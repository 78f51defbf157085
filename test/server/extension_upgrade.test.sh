#!/usr/bin/env bash
# extension_upgrade.test.sh: from each released version (sql/released) the extension is
# updated to the present one; its objects are then those of a new installation, and
# tables and indexes of before still work. That a difference would be noticed is shown
# with a version played for it: the present one less a function, in the staged copy of
# PostgreSQL only.
. "$(dirname "$0")/../harness/tap.sh"

export LC_ALL=C
version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$repo/vecext.control")
scripts=$("$STAGE_BIN/pg_config" --sharedir)/extension
[ -e "$scripts/vecext.control" ] || bail_out "no extension in $STAGE_BIN"
trap 'rm -f "$scripts"/vecext--0.0.*; for file in "$repo"/sql/released/*.sql; do rm -f "$scripts/$(basename "$file")"; done; tap_cleanup' EXIT

server_start main
within() { PGDATABASE=$1 sql "${@:2}"; }
definitions() { PGDATABASE=$1 psql -XAtq -v ON_ERROR_STOP=1 -f "$repo/test/server/extension_upgrade/definitions.sql" | sort; }

sql "CREATE DATABASE fresh"
within fresh "CREATE EXTENSION vecext"
definitions fresh >"$tap_work/fresh"
at_least "$(grep -c . "$tap_work/fresh")" 500 "a new installation has many lines of definitions"

# update DATABASE VERSION: from an installation of that version, with data.
update() {
	sql "CREATE DATABASE $1"
	within "$1" "CREATE EXTENSION vecext VERSION '$2'"
	within "$1" "CREATE TABLE t (id int, v vector(32)); INSERT INTO t SELECT i, array_agg(sin(i * e)) FROM generate_series(1, 300) i, generate_series(1, 32) e GROUP BY i"
	within "$1" "CREATE INDEX t_v ON t USING hnsw (v vector_l2_ops)"
	within "$1" "ALTER EXTENSION vecext UPDATE"
	definitions "$1" >"$tap_work/$1"
}
# changes DATABASE: objects that are not as in a new installation.
changes() { diff "$tap_work/$1" "$tap_work/fresh" | sed -n 's/^[<>] //p' | head -20; }
# works DATABASE: tables and indexes of before.
works() {
	is "$(within "$1" "SELECT extversion FROM pg_extension WHERE extname = 'vecext'")" "$version" "$1: the version is the present one"
	is "$(within "$1" "SET enable_seqscan = off; SELECT id FROM t ORDER BY v <-> (SELECT v FROM t WHERE id = 77) LIMIT 1")" 77 "$1: its index finds"
	is "$(within "$1" "SELECT count(*) FROM hnsw_check('t_v')")" 0 "$1: and is clean"
}

# ---- released versions ----

for file in "$repo"/sql/released/vecext--*.sql; do
	[ -e "$file" ] || { note "no version was released before $version"; break; }
	old=$(basename "$file" .sql)
	old=${old#vecext--}
	cp "$file" "$scripts/"
	name=from_${old//./_}
	update "$name" "$old"
	is "$(changes "$name")" "" "$old becomes what a new installation is"
	works "$name"
done

# ---- the test itself ----

lost=$(sed -n '/^CREATE FUNCTION hnsw_prewarm/,/^$/p' "$scripts/vecext--$version.sql")
like "$lost" 'COMMENT ON FUNCTION hnsw_prewarm' "a function and its comment are left out"
for played in 0.0.1 0.0.2 0.0.3; do
	{ cat "$scripts/vecext--$version.sql"; echo "DROP FUNCTION hnsw_prewarm(regclass);"; } >"$scripts/vecext--$played.sql"
done
echo "$lost" >"$scripts/vecext--0.0.1--$version.sql"
echo "${lost%%COMMENT*}" >"$scripts/vecext--0.0.2--$version.sql"
sed 's/VOLATILE/STABLE/' <<<"$lost" >"$scripts/vecext--0.0.3--$version.sql"
update mended 0.0.1
is "$(changes mended)" "" "a script that adds both is right"
works mended
update uncommented 0.0.2
is "$(changes uncommented | cut -d: -f1 | uniq)" "function hnsw_prewarm(regclass)" "one without the comment is noticed"
update other 0.0.3
is "$(changes other | cut -d: -f1 | uniq)" "function hnsw_prewarm(regclass)" "so is one with another volatility"
sql "CREATE DATABASE none"
within none "CREATE EXTENSION vecext"
fails "what has no script is refused" within none "ALTER EXTENSION vecext UPDATE TO '99.0'"
done_testing

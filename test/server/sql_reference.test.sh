#!/usr/bin/env bash
# sql_reference.test.sh: the lists of docs/sql-reference.md, docs/settings.md and the
# options of docs/hnsw.md name what the extension has, and nothing else.
. "$(dirname "$0")/../harness/tap.sh"

here=$(dirname "$0")/sql_reference
export LC_ALL=C
server_start main
sql "CREATE EXTENSION vecext"

# compare KIND: what of it is documented against what there is.
compare() {
	local documented there
	documented=$(grep "^$1 " "$tap_work/documented")
	there=$(grep "^$1 " "$tap_work/catalog")
	at_least "$(grep -c . <<<"$there")" 1 "there are entries of kind $1"
	is "$(diff <(echo "$documented") <(echo "$there"))" "" "all are documented, and only they"
}

python3 "$here/documented.py" "$repo/docs/sql-reference.md" | sort >"$tap_work/documented"
internal=$(sed -n 's/^internal //p' "$tap_work/documented" | tr '\n' ' ')
psql -XAtq -v ON_ERROR_STOP=1 -v internal="${internal% }" -f "$here/catalog.sql" | sort >"$tap_work/catalog"
for kind in type operator function cast "operator class" internal; do compare "$kind"; done
is "$(uniq -d "$tap_work/documented")" "" "nothing is listed twice"

there=$(sql "LOAD 'vecext'; SELECT name FROM pg_settings WHERE split_part(name, '.', 1) IN ('hnsw', 'ivfflat', 'vecext') ORDER BY 1")
is "$(sed -n 's/^## `\([^`]*\)`.*/\1/p' "$repo/docs/settings.md")" "$there" "every setting of the server is documented"

# Options are in no catalog: the documented ones are set, others refused.
sql "CREATE TABLE t (v vector(64))"
options=$(sed -n '/^## Options/,/^## Building/ s/^| `\([a-z_]*\)`.*/\1/p' "$repo/docs/hnsw.md")
defined=$(grep -hoE '_reloption\((kinds|both), "[a-z_]+"' "$repo"/src/hnsw/options.cpp | sed 's/.*"\(.*\)"/\1/')
is "$(sort <<<"$options")" "$(sort <<<"$defined")" "every option of an index is documented"
fails "an option that is not is refused" sql "CREATE INDEX ON t USING hnsw (v vector_l2_ops) WITH (undocumented = 1)"
done_testing

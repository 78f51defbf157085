#!/usr/bin/env bash
# readme.test.sh: the SQL that README.md and docs/ show runs as it stands there, over
# the tables of test/server/readme where a page expects some. For $1 on the right of a
# distance operator and for '[…]' there is a vector of the table.
. "$(dirname "$0")/../harness/tap.sh"

server_start readme
# runs DOCUMENT LEAST: has at least so many statements, and they run, in a database of their own.
runs() {
	local name database examples tables
	name=$(basename "$1" .md)
	examples=$tap_work/$name.sql tables=$repo/test/server/readme/$name.sql
	database=$(tr 'A-Z-' 'a-z_' <<<"$name")
	awk '/^```sql$/ { shown = 1; next } /^```$/ { shown = 0 } shown' "$repo/$1" |
		sed -E "s/(<[-=#]>) (\\\$1|'\[…\]')/\1 (SELECT embedding FROM items LIMIT 1)/g; s/ <= \\\$2/ <= 2/" >"$examples"
	[ "$name" != filters ] || sed -i 's/FROM items/FROM shops/' "$examples"
	at_least "$(grep -c ';' "$examples")" "$2" "$1 has SQL"
	createdb "$database"
	[ ! -e "$tables" ] || ok "with its tables" psql -Xq -d "$database" -v ON_ERROR_STOP=1 -f "$tables"
	ok "which runs" psql -Xq -o /dev/null -d "$database" -v ON_ERROR_STOP=1 -f "$examples"
}
runs README.md 10
runs docs/ranking.md 12
runs docs/filtered-search.md 20
runs docs/filters.md 8
runs docs/hnsw.md 5
runs docs/operations.md 4
done_testing

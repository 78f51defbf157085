#!/usr/bin/env bash
# readme.test.sh: the SQL that README.md and docs/ranking.md show runs as it stands
# there.
. "$(dirname "$0")/../harness/tap.sh"

server_start readme
# runs FILE STATEMENTS: has at least so many, and they run, in a database of their own.
runs() {
	local examples=$tap_work/$(basename "$1" .md).sql database
	database=$(basename "$1" .md | tr 'A-Z' 'a-z')
	awk '/^```sql$/ { shown = 1; next } /^```$/ { shown = 0 } shown' "$repo/$1" >"$examples"
	at_least "$(grep -c ';' "$examples")" "$2" "$1 has SQL"
	createdb "$database"
	ok "which runs" psql -Xq -d "$database" -v ON_ERROR_STOP=1 -f "$examples"
}
runs README.md 10
runs docs/ranking.md 12
done_testing

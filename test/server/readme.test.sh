#!/usr/bin/env bash
# readme.test.sh: the SQL that README.md shows runs as it stands there.
. "$(dirname "$0")/../harness/tap.sh"

examples=$tap_work/readme.sql
awk '/^```sql$/ { shown = 1; next } /^```$/ { shown = 0 } shown' "$repo/README.md" >"$examples"
at_least "$(grep -c ';' "$examples")" 10 "the README has SQL"
server_start readme
ok "which runs" psql -Xq -v ON_ERROR_STOP=1 -f "$examples"
done_testing

#!/usr/bin/env bash
# pgtap.sh: suite "pgtap", the files test/pgtap/*.sql in a throw-away server.
#
# Each file runs in a new database that has vecext and pgtap, and prints TAP
# (plan or no_plan, cases, finish).
set -uo pipefail
cd "$(dirname "$0")/../../.."
dir=build/check/pgtap
test/harness/server.sh remove "$dir"
trap 'test/harness/server.sh remove "$dir"' EXIT
test/harness/server.sh start "$dir" fsync=off || exit 1
eval "$(test/harness/server.sh env "$dir")"

shopt -s nullglob
files=(test/pgtap/*.sql)
[ ${#files[@]} != 0 ] || { echo "1..0 # SKIP no file in test/pgtap"; exit 0; }
failed=0
for file in "${files[@]}"; do
	database=$(basename "$file" .sql)
	echo "# $file"
	createdb "$database" &&
		psql -Xq -d "$database" -c 'CREATE EXTENSION vecext' -c 'CREATE EXTENSION pgtap' &&
		psql -XAtq -d "$database" -v ON_ERROR_STOP=1 -P pager=off -f "$file" ||
		{ echo "not ok - $file ended early"; echo 1..1; failed=1; }
done
exit $failed

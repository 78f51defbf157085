#!/usr/bin/env bash
# regress.sh: suite "regress", pg_regress over sql/*.sql in a throw-away server.
# Of a failed test the beginning of its diff is shown.
set -uo pipefail
cd "$(dirname "$0")/../../.."
dir=build/check/regress
output=$dir.output
test/harness/server.sh remove "$dir"
trap 'test/harness/server.sh remove "$dir"' EXIT
test/harness/server.sh start "$dir" fsync=off || exit 1

rm -rf build/regress
(
	eval "$(test/harness/server.sh env "$dir")"
	make --no-print-directory -f extension.mk installcheck
) >"$output" 2>&1
status=$?

diff_of() {
	awk -v name="/$1.out" '/^diff / { shown = index($0, name) ? 40 : 0 } shown-- > 0 { print "#   " $0 }' build/regress/regression.diffs
}

cases=0
while read -r name result; do
	cases=$((cases + 1))
	if [ "$result" = ok ]; then
		echo "ok $cases - $name"
	else
		echo "not ok $cases - $name"
		diff_of "$name"
	fi
done < <(sed -nE 's/^test ([^ ]+) +\.\.\. ([A-Za-z]+).*/\1 \2/p; s/^(ok|not ok) +[0-9]+ +[-+] ([^ ]+) .*/\2 \1/p' "$output")
echo "1..$cases"
[ $status = 0 ] || sed 's/^/# /' "$output"
exit $status

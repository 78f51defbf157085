#!/usr/bin/env bash
# lint.sh: suite "lint", the checks test/lint/check_*; each is one case.
set -uo pipefail
cd "$(dirname "$0")/../../.."
cases=0
for check in test/lint/check_*; do
	cases=$((cases + 1))
	if output=$("$check" 2>&1); then
		echo "ok $cases - $(basename "$check")"
	else
		echo "not ok $cases - $(basename "$check")"
		printf '%s\n' "$output" | sed 's/^/#   /'
	fi
done
echo "1..$cases"

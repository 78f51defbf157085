#!/usr/bin/env bash
# regress.sh: suite "regress", pg_regress over sql/*.sql in a throw-away server.
set -uo pipefail
cd "$(dirname "$0")/../../.."
dir=build/check/regress
test/harness/server.sh remove "$dir"
trap 'test/harness/server.sh remove "$dir"' EXIT
test/harness/server.sh start "$dir" fsync=off || exit 1
(
	eval "$(test/harness/server.sh env "$dir")"
	make --no-print-directory -f extension.mk installcheck
) 2>&1 | awk '
	{ print "# " $0 }
	/^test .* \.\.\. / {
		cases++
		print (/\.\.\. ok/ ? "ok " : "not ok ") cases " - " $2
	}
	END { print "1.." cases + 0; exit cases == 0 }'
status=${PIPESTATUS[0]}
[ ! -s build/regress/regression.diffs ] || sed 's/^/#   /' build/regress/regression.diffs
exit "$status"

#!/usr/bin/env bash
# unit_tests.sh: builds unit tests with CMake and prints ctest's results as TAP.
#
# usage: [UNIT_SOURCE=test/unit] [UNIT_TARGET=all] unit_tests.sh BUILD_DIR [cmake options]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
shift
cmake -S "${UNIT_SOURCE:-test/unit}" -B "$build" "$@"
cmake --build "$build" --target "${UNIT_TARGET:-all}" -j "$(nproc)"
ctest --test-dir "$build" --parallel "$(nproc)" --output-on-failure --timeout 900 | awk '
	{ print "# " $0 }
	/^ *[0-9]+\/[0-9]+ +Test +#/ {
		match($0, /#[0-9]+: [^ ]+/)
		name = substr($0, RSTART, RLENGTH)
		sub(/^#[0-9]+: /, "", name)
		cases++
		if (/   Passed +[0-9.]+ sec/) print "ok " cases " - " name
		else if (/Skipped +[0-9.]+ sec/) print "ok " cases " - " name " # SKIP"
		else print "not ok " cases " - " name
	}
	END { print "1.." cases + 0; exit cases == 0 }'

#!/usr/bin/env bash
# sanitize.sh: suite "sanitize", the core and its unit tests again under
# AddressSanitizer and UndefinedBehaviorSanitizer; in `make check-long` the sidecar and
# its unit tests, too, which take ten minutes to compile so.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
unit_tests=$(dirname "$0")/../unit_tests.sh
status=0
"$unit_tests" build/unit-sanitize -DVECEXT_SANITIZE=address,undefined || status=1
if [ "${VECEXT_TEST_SCALE:-1}" -gt 1 ]; then
	UNIT_SOURCE=cluster UNIT_TARGET=cluster_unit "$unit_tests" build/cluster-sanitize -DVECEXT_SANITIZE=address,undefined || status=1
fi
exit $status

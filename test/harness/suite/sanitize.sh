#!/usr/bin/env bash
# sanitize.sh: suite "sanitize", core and sidecar and their unit tests again under
# AddressSanitizer and UndefinedBehaviorSanitizer.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
unit_tests=$(dirname "$0")/../unit_tests.sh
status=0
"$unit_tests" build/unit-sanitize -DVECEXT_SANITIZE=address,undefined || status=1
UNIT_SOURCE=cluster UNIT_TARGET=cluster_unit "$unit_tests" build/cluster-sanitize -DVECEXT_SANITIZE=address,undefined || status=1
exit $status

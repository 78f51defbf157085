#!/usr/bin/env bash
# sanitize.sh: suite "sanitize", core and unit tests again under AddressSanitizer
# and UndefinedBehaviorSanitizer.
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
exec "$(dirname "$0")/../unit_tests.sh" build/unit-sanitize -DVECEXT_SANITIZE=address,undefined

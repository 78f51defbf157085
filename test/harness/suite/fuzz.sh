#!/usr/bin/env bash
# fuzz.sh: suite "fuzz", every fuzzer of test/fuzz for a few seconds.
FUZZ_SECONDS=$((5 * ${VECEXT_TEST_SCALE:-1})) exec "$(dirname "$0")/../../fuzz/run.sh"

#!/usr/bin/env bash
# run.sh: builds the fuzzers and runs each for a while; TAP, one case a target.
#
# usage: run.sh [TARGET ...]        FUZZ_SECONDS (5): time for each target
#
# What a run finds stays in build/fuzz/corpus for the next one; an input that
# crashes a target in build/fuzz/crashes. To replay one:
# build/fuzz/TARGET_fuzz FILE
set -uo pipefail
cd "$(dirname "$0")/../.."
build=build/fuzz
seconds=${FUZZ_SECONDS:-5}
compiler=${FUZZ_CXX:-clang++-16}
command -v "$compiler" >/dev/null || { echo "1..0 # SKIP no $compiler"; exit 0; }

{ cmake -S test/fuzz -B $build -DCMAKE_CXX_COMPILER="$compiler" && cmake --build $build -j "$(nproc)"; } >$build.log 2>&1 ||
	{ tail -n 40 $build.log; echo "Bail out! the fuzzers do not build"; exit 1; }
mkdir -p $build/crashes

export UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=1
targets=("$@")
[ $# != 0 ] || targets=($(cd test/fuzz && ls -- *_fuzz.cpp | sed 's/_fuzz\.cpp$//'))
cases=0 failed=0
for target in "${targets[@]}"; do
	cases=$((cases + 1))
	log=$build/$target.log
	found=$build/corpus/$target seeds=test/fuzz/corpus/$target
	mkdir -p "$found"
	[ ! -d "$build/seeds/$target" ] || seeds=$build/seeds/$target
	[ -d "$seeds" ] || seeds=
	if "$build/${target}_fuzz" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="$build/crashes/$target-" "$found" $seeds >"$log" 2>&1; then
		echo "ok $cases - $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
	else
		failed=1
		echo "not ok $cases - $target"
		grep -vE '^#[0-9]+|^INFO' "$log" | tail -n 40 | sed 's/^/#   /'
	fi
done
echo "1..$cases"
exit $failed

#!/bin/sh
# kernel_objects.sh OBJECT...: no code for AVX can run on a CPU without it.
#
# Object files compiled for an instruction set (avx2.cpp.o, *_avx512.cpp.o) may
# define nothing weak, since the linker would be free to use their copy of a
# shared inline function for the portable path, and may run nothing at load.
# All other object files may use no register wider than 128 bits.
# See src/core/kernels/README.md, "The trap".
set -eu

[ "$(uname -m)" = x86_64 ] || exit 0

failed=0
sets=0
complain() {
	echo "$1" >&2
	failed=1
}

check_set() {
	sets=$((sets + 1))
	weak=$(nm -C --defined-only "$1" | grep -E ' [WVu] ' || true)
	[ -z "$weak" ] || complain "$1 defines weak symbols:
$weak"
	initializers=$(objdump -h "$1" | grep -E '\.(init_array|ctors)' || true)
	[ -z "$initializers" ] || complain "$1 runs code at load: $initializers"
}

check_baseline() {
	wide=$(objdump -d --no-show-raw-insn "$1" | grep -m 3 -E '%[yz]mm' || true)
	[ -z "$wide" ] || complain "$1 is for the baseline, but uses wide registers:
$wide"
}

for object in "$@"; do
	case $object in
	*[/_]avx2.cpp.o | *[/_]avx512.cpp.o) check_set "$object" ;;
	*) check_baseline "$object" ;;
	esac
done

[ "$sets" -ge 2 ] || complain "only $sets object files for instruction sets among: $*"
exit "$failed"

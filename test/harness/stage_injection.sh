#!/usr/bin/env bash
# stage_injection.sh: like stage.sh, with a library that has the pause points of
# src/pg/injection.h. It is built in a copy of the tree below build/, from the
# objects of `make all` and, compiled anew, those that have such points.
#
# usage: stage_injection.sh DIR     prints the bin directory of the copy
set -euo pipefail
stage=$(realpath -m "${1:?usage: stage_injection.sh DIR}")
cd "$(dirname "$0")/../.."
copy=build/injection
[ -e vecext.so ] || { echo "stage_injection.sh: run make all before" >&2; exit 1; }
mkdir -p "$copy/build/core" "$copy/test"
cp -au include src sql Makefile extension.mk vecext.control "$copy/"
cp -au vecext--*.sql vector--*.sql "$copy/"
cp -au test/harness "$copy/test/"
cp -au build/core/libvecext_core.a "$copy/build/core/"
# cp took the objects of the release along: those with points must be made anew,
# unless this did so before.
for dependencies in $(grep -rl --include='*.d' 'pg/injection.h' src); do
	object=${dependencies%.d}.o
	! cmp -s "$object" "$copy/$object" || rm -f "$copy/$object"
done
# A private make: not part of the one that may have called this.
MAKEFLAGS='' make -C "$copy" --no-print-directory -f extension.mk INJECTION=yes -j "$(nproc)" vecext.so >"$copy/build/make.log" 2>&1 || {
	tail -20 "$copy/build/make.log" >&2
	exit 1
}
"$copy/test/harness/stage.sh" "$stage"

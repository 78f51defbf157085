#!/bin/sh
# sources.sh: prints the C++ files that are ours, one a line. For the checks and
# for `make format`.
cd "$(dirname "$0")/../.."
for dir in include src test bench cluster; do
	[ ! -d "$dir" ] || find "$dir" -type f \( -name '*.cpp' -o -name '*.h' -o -name '*.hpp' \)
done | sort

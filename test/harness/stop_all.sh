#!/usr/bin/env bash
# stop_all.sh: stops and deletes every throw-away server below a directory.
#
# usage: stop_all.sh DIR
set -euo pipefail
harness=$(cd "$(dirname "$0")" && pwd)
[ -d "$1" ] || exit 0
find "$1" \( -name moved-to -o -name PG_VERSION -path '*/data/PG_VERSION' \) 2>/dev/null |
	sed 's,/moved-to$,,; s,/data/PG_VERSION$,,' | while read -r dir; do
	"$harness/server.sh" remove "$dir"
done

#!/usr/bin/env bash
# stage.sh: makes a private copy of the PostgreSQL installation with vecext in
# it, so that tests and the demo need no root and never touch the system's
# files. PostgreSQL finds its libraries and share files relative to its own
# binary; programs are copied (a symbolic link would lead back), all else linked.
# The copy lies in DIR, or where place.sh says when the server's user cannot
# reach that.
#
# usage: stage.sh DIR     prints the bin directory of the copy
set -euo pipefail
. "$(dirname "$0")/place.sh"
stage=$(place "${1:?usage: stage.sh DIR}")
pg_config=${PG_CONFIG:-pg_config}
repo=$(cd "$(dirname "$0")/../.." && pwd)
bindir=$($pg_config --bindir) pkglib=$($pg_config --pkglibdir) share=$($pg_config --sharedir)

rel() { realpath -m --relative-to=/ "$1"; }
mkdir -p "$stage/$(rel "$bindir")" "$stage/$(rel "$pkglib")" "$stage/$(rel "$share")/extension"
for f in "$bindir"/*; do
	to="$stage/$(rel "$bindir")/$(basename "$f")"
	[ "$to" -nt "$f" ] || cp -L "$f" "$to"
done
for f in "$pkglib"/*; do ln -sfn "$f" "$stage/$(rel "$pkglib")/$(basename "$f")"; done
for f in "$share"/*; do
	[ "$(basename "$f")" = extension ] || ln -sfn "$f" "$stage/$(rel "$share")/$(basename "$f")"
done
for f in "$share"/extension/*; do ln -sfn "$f" "$stage/$(rel "$share")/extension/$(basename "$f")"; done

# A new file each time: a server may have the old library mapped.
rm -f "$stage/$(rel "$pkglib")/vecext.so" "$stage/$(rel "$share")"/extension/vecext*
install -m 755 "$repo/vecext.so" "$stage/$(rel "$pkglib")/vecext.so"
install -m 644 "$repo"/vecext.control "$repo"/vecext--*.sql "$stage/$(rel "$share")/extension/"
for f in "$repo"/sql/upgrade/*.sql "$repo"/sql/alias/vector.control "$repo"/vector--*.sql; do
	[ -e "$f" ] || continue
	rm -f "$stage/$(rel "$share")/extension/$(basename "$f")"
	install -m 644 "$f" "$stage/$(rel "$share")/extension/"
done
echo "$stage/$(rel "$bindir")"

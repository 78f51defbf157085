#!/usr/bin/env bash
# build.sh: `make deb`. Makes Debian packages of what `make all cluster` built, for
# the major version of PostgreSQL that pg_config names, below build/deb.
#
# debhelper wants a folder debian/ at the top of a source tree; it gets one that is
# made here from cluster/packaging/debian: @PG@ stands for the major version, and
# debian/changelog follows from vecext.control and the last commit. debian/rules
# installs from the repository (VECEXT_REPO).
set -euo pipefail
repo=$(cd "$(dirname "$0")/../.." && pwd)
tree=$repo/build/deb/tree
pg=$(${PG_CONFIG:-pg_config} --version | sed -E 's/^PostgreSQL ([0-9]+).*/\1/')
version=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$repo/vecext.control")

rm -rf "$repo/build/deb"
mkdir -p "$tree/debian"
for file in "$repo"/cluster/packaging/debian/*; do
	name=$(basename "$file")
	sed "s/@PG@/$pg/g" "$file" >"$tree/debian/${name/@PG@/$pg}"
done
chmod 755 "$tree/debian/rules"
cp "$repo"/cluster/packaging/{vecextd.service,config.yaml,vecextd.8,vecext-migrate.1} "$tree/"
cat >"$tree/debian/changelog" <<END
vecext ($version-1) unstable; urgency=medium

  * See /usr/share/doc/postgresql-$pg-vecext/changelog.gz.

 -- vecext <vecext@localhost>  $(git -C "$repo" log -1 --format=%cD 2>/dev/null || date -R)
END

log=$repo/build/deb/build.log
(cd "$tree" && VECEXT_REPO=$repo dpkg-buildpackage -b -us -uc -nc) >"$log" 2>&1 || { tail -n 40 "$log" >&2; exit 1; }
rm -rf "$tree"
ls "$repo"/build/deb/*.deb

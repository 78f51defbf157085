#!/usr/bin/env bash
# packages.test.sh: what `make deb` makes, installed in a clean Debian 12 and used as
# a user would: CREATE EXTENSION and a search, the alias, the service's own command
# line and a REST call, the migration program, removal. Part of `make check-long`
# only: it downloads a Debian and needs root.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/debian.sh"

debian_start bookworm
debian_packages

psql_as() { as postgres psql -XAtq -v ON_ERROR_STOP=1 "$@" 2>&1; }

# ---- install ----

ok "the package lists are read" within apt-get -q update
ok "all packages install, with what they depend on" within sh -c 'apt-get -q -y --no-install-recommends install /packages/*.deb'
is "$(within dpkg -l | grep -cE '^ii  (postgresql-[0-9]+-vecext(-alias)?|vecextd) ')" 3 "they are configured"
is "$(within dpkg -V $(within dpkg-query -f '${Package}\n' -W '*vecext*'))" "" "with the files that they promise"
is "$(within ldd /usr/bin/vecextd /usr/lib/postgresql/15/lib/vecext.so | grep -c 'not found')" 0 "and every library that these need"
ok "a second installation changes nothing" within sh -c 'apt-get -q -y --no-install-recommends --reinstall install /packages/*.deb'

# ---- the extension ----

ok "PostgreSQL starts" within pg_ctlcluster 15 main start
psql_as -c "CREATE DATABASE shop" -c "CREATE DATABASE old" >/dev/null
is "$(psql_as -d shop -c "CREATE EXTENSION vecext" -c "CREATE TABLE t (id int, v vector(3))" \
	-c "INSERT INTO t SELECT i, ARRAY[i, i + 1, 2 * i] FROM generate_series(1, 500) i" \
	-c "CREATE INDEX ON t USING hnsw (v vector_l2_ops)" -c "SET enable_seqscan = off" \
	-c "SELECT id FROM t ORDER BY v <-> '[250,251,500]' LIMIT 1")" 250 "the extension finds the nearest"
is "$(psql_as -d old -c "CREATE EXTENSION vector" -c "SELECT extversion FROM pg_extension WHERE extname = 'vector'")" 0.8.6 "and is there under the other name"

# ---- the sidecar ----

unit=$root/lib/systemd/system/vecextd.service
is "$(sed -n 's/^User=//p' "$unit")" vecextd "the service has a user of its own"
is "$(within stat -c '%U %G %a' /etc/vecextd/config.yaml)" "root vecextd 640" "who alone may read its configuration"
is "$(within stat -c '%U %G %a' /var/lib/vecextd)" "vecextd vecextd 750" "and owns its data"
ok "the service is enabled" test -L "$root/etc/systemd/system/multi-user.target.wants/vecextd.service"
if command -v systemd-analyze >/dev/null; then
	is "$(systemd-analyze verify --man=no --root="$root" vecextd.service 2>&1 | grep -iE 'unknown|invalid|pars|ignor')" "" "systemd knows every word of it"
fi
# shellcheck disable=SC2046 # the unit's command line
service_start vecextd /var/lib/vecextd $(sed -n 's/^ExecStart=//p' "$unit")
like "$(get -X PUT "$url/collections/c" -d '{"vectors":{"size":2,"distance":"Dot"}}')" '"result":true' "a collection is made"
like "$(get -X PUT "$url/collections/c/points?wait=true" -d '{"points":[{"id":1,"vector":[1,2]},{"id":2,"vector":[2,1]}]}')" '"status":"completed"' "points are stored"
like "$(get -X POST "$url/collections/c/points/query" -d '{"query":[0,1],"limit":1}')" '"id":1,' "and found"
is "$(within psql -XAt -h /var/lib/vecextd/storage/postgres/socket -U postgres -c 'SELECT count(*) FROM qdrant.c' postgres)" 2 "also by psql"
like "$(within vecext-migrate "$url" "http://127.0.0.1:1" --retries 0 --state /tmp/state 2>&1)" 'target http://127.0.0.1:1: .*refused' "the migration program runs"
service_end

# ---- documents, removal ----

for page in man8/vecextd.8.gz man1/vecext-migrate.1.gz; do
	ok "manual page $page" gzip -t "$root/usr/share/man/$page"
done
is "$(find "$root/usr/share/doc" -path '*vecext*/sidecar.md*' | wc -l)" 2 "documents come with the packages"
is "$(grep -l '^License: PostgreSQL' "$root"/usr/share/doc/*vecext*/copyright | wc -l)" 3 "each says its license"
is "$(find "$root/usr/share/doc" -path '*vecext*/copyright.lib*' -size +1k | wc -l)" 6 "and those of the libraries that it contains"
ok "the packages can be purged" within apt-get -q -y purge vecextd postgresql-15-vecext
is "$(within dpkg -l | grep -cE '^i. .*vecext')" 0 "all of them"
ok "but what was stored stays" test -d "$root/var/lib/vecextd/storage/postgres/data"
fails "their configuration does not" test -e "$root/etc/vecextd/config.yaml"
done_testing

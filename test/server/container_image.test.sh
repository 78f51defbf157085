#!/usr/bin/env bash
# container_image.test.sh: the last stage of the Dockerfile, carried out in a clean
# Debian without Docker: its RUN with our packages, then its ENTRYPOINT as its USER with
# its ENV, its HEALTHCHECK, and an end by its signal. Part of `make check-long` only.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/debian.sh"

debian_start bookworm
debian_packages
stage() { python3 "$(dirname "$0")/container_image/last_stage.py" "$repo/cluster/packaging/Dockerfile" "$1"; }

run=$(stage RUN)
like "$run" 'apt-get install' "the stage installs packages"
ok "as it says" within sh -c "$run"
fails "no server of its own comes with them" test -e "$root/etc/postgresql/15/main"
fails "packages and lists are gone" test -e "$root/packages"
user=$(stage USER)
is "$(within stat -c '%U %a' "$(stage WORKDIR)/storage")" "$user 750" "the volume belongs to the user"

mapfile -t entrypoint < <(stage ENTRYPOINT)
mapfile -t environment < <(stage ENV)
is "${environment[*]}" QDRANT__SERVICE__HOST=0.0.0.0 "it listens on every address"
service_start "$user" "$(stage WORKDIR)" "${environment[@]}" "${entrypoint[@]}"
mapfile -t health < <(stage HEALTHCHECK | sed "s|http://127.0.0.1:6333|$url|")
ok "the health check passes" within "${health[@]}"
like "$(get -X PUT "$url/collections/c" -d '{"vectors":{"size":2,"distance":"Dot"}}')" '"result":true' "a collection is made"
ok "in the volume" test -d "$root$(stage WORKDIR)/storage/postgres/data"
service_end
fails "and the health check fails" within "${health[@]}"
done_testing

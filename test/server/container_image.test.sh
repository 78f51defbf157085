#!/usr/bin/env bash
# container_image.test.sh: the last stage of the Dockerfile, carried out in a clean
# Debian without Docker: its RUN with our packages, then its ENTRYPOINT as its USER with
# its ENV, its HEALTHCHECK, and an end by its signal. Part of `make check-long` only.
. "$(dirname "$0")/../harness/tap.sh"
. "$(dirname "$0")/../harness/debian.sh"

port=$((50000 + $$ % 9000))
end_all() {
	[ "$tap_failures" = 0 ] || tail -n 30 "$tap_work"/*.log | sed 's/^/# /'
	debian_end
	tap_cleanup
}
trap end_all EXIT
debian_start
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
# Of this machine's ports another one may be in use: the test's own.
(cd / && exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin "${environment[@]}" QDRANT__SERVICE__HTTP_PORT="$port" QDRANT__SERVICE__GRPC_PORT="$((port + 1))" \
	setpriv --reuid="$user" --regid="$user" --init-groups -- sh -c 'cd "$0" && exec "$@"' "$(stage WORKDIR)" "${entrypoint[@]}") \
	>"$tap_work/vecextd.log" 2>&1 &
daemon=$!
mapfile -t health < <(stage HEALTHCHECK | sed "s/:6333/:$port/")
for _ in $(seq 300); do
	! within "${health[@]}" 2>/dev/null || break
	sleep 0.2
done
ok "the health check passes" within "${health[@]}"
url=http://127.0.0.1:$port
like "$(curl -s -m 20 -X PUT "$url/collections/c" -d '{"vectors":{"size":2,"distance":"Dot"}}')" '"result":true' "a collection is made"
ok "in the volume" test -d "$root$(stage WORKDIR)/storage/postgres/data"
kill -TERM "$daemon"
wait "$daemon"
is $? 0 "it ends in order"
fails "and the health check fails" within "${health[@]}"
done_testing

# debian.sh: clean Debian systems in chroots, for tests that install packages.
# Sourced after tap.sh. It skips the script where that cannot be: outside of `make
# check-long` (a download), without root or debootstrap. What runs in the system is
# ended and the system removed when the script ends.
#
#     debian_start SUITE [PACKAGE...]   sets root, the directory of a new system with these
#                          packages, mounts and network; nothing runs in it. A bare one
#                          is kept in build/ for the next run
#     debian_packages      builds our packages and puts them into its /packages
#     within COMMAND...    runs a command there as root; as USER COMMAND... as another
#     service_start USER DIR [NAME=VALUE...] COMMAND...   vecextd there, on ports of the
#                          test; sets url and returns when it is ready
#     service_end          ends it by SIGTERM, which is a case of the test
. "$harness/place.sh"

[ "${VECEXT_TEST_SCALE:-1}" -gt 1 ] || skip_all "needs a download: part of make check-long"
[ "$(id -u)" = 0 ] || skip_all "a chroot needs root"
command -v debootstrap >/dev/null || skip_all "debootstrap is not installed: .ci/deps.sh packages-deb.txt"

root=$(place "$tap_work")/root

debian_unmount() {
	local place
	for place in dev/shm proc; do
		! mountpoint -q "$root/$place" || umount "$root/$place" || umount -l "$root/$place"
	done
}

# Processes of the system are known by their root directory.
debian_end() {
	local process
	[ "$tap_failures" = 0 ] || tail -n 30 "$tap_work"/*.log | sed 's/^/# /'
	for process in /proc/[0-9]*; do
		[ "$(readlink "$process/root" 2>/dev/null)" != "$root" ] || kill -9 "${process#/proc/}" 2>/dev/null
	done
	debian_unmount
	rm -rf "$root"
	tap_cleanup
}

debian_unpack() { # SUITE [PACKAGE...]
	local suite=$1 base include
	include=$(IFS=, && echo "${*:2}")
	base=$repo/build/debian-$suite-$(cksum <<<"$include" | cut -d ' ' -f 1).tar
	if [ -e "$base" ]; then
		mkdir -p "$root"
		tar -C "$root" -xf "$base"
		return
	fi
	if ! debootstrap --variant=minbase ${include:+--include="$include"} "$suite" "$root" >"$tap_work/debootstrap.log" 2>&1; then
		tail -n 5 "$tap_work/debootstrap.log" | sed 's/^/# /'
		skip_all "Debian's archive cannot be reached"
	fi
	rm -f "$root"/var/cache/apt/archives/*.deb
	tar -C "$root" -cf "$base.new" . && mv "$base.new" "$base"
}

debian_start() {
	debian_unmount
	rm -rf "$root"
	trap debian_end EXIT
	debian_unpack "$@"
	cp /etc/resolv.conf "$root/etc/"
	# No package may start a server here.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/dev/shm" || bail_out "no mounts"
}

debian_packages() {
	[ -n "${VECEXT_DEB_BUILT:-}" ] || make -s -C "$repo" deb >"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "make deb fails"; }
	mkdir -p "$root/packages"
	cp "$repo"/build/deb/*.deb "$root/packages/"
}

within() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
as() { within setpriv --reuid="$1" --regid="$1" --init-groups -- "${@:2}"; }

# The ports are of this machine, where others may be in use.
service_start() {
	local user=$1 directory=$2 port=$((50000 + $$ % 9000))
	shift 2
	url=http://127.0.0.1:$port
	(cd / && exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin QDRANT__SERVICE__HTTP_PORT="$port" QDRANT__SERVICE__GRPC_PORT="$((port + 1))" \
		setpriv --reuid="$user" --regid="$user" --init-groups -- sh -c 'cd "$0" && exec env "$@"' "$directory" "$@") >"$tap_work/vecextd.log" 2>&1 &
	service=$!
	for _ in $(seq 600); do
		[ "$(get -o /dev/null -w '%{http_code}' "$url/readyz")" != 200 ] || break
		sleep 0.1
	done
	is "$(get "$url/readyz")" "all shards are ready" "the service serves"
}

service_end() {
	kill -TERM "$service"
	wait "$service"
	is $? 0 "the service ends in order"
}

get() { curl -s -m 20 "$@"; }

# debian.sh: clean Debian 12 systems in chroots, for tests that install packages.
# Sourced after tap.sh. It skips the script where that cannot be: outside of `make
# check-long` (a download), without root or debootstrap.
#
#     debian_start       sets root, the directory of a new system with mounts, network
#                        and packages of ours in /packages; nothing runs in it
#     within COMMAND...  runs a command there as root; as USER COMMAND... as another
#     debian_end         ends what runs there and removes it; for EXIT traps
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
	for process in /proc/[0-9]*; do
		[ "$(readlink "$process/root" 2>/dev/null)" != "$root" ] || kill -9 "${process#/proc/}" 2>/dev/null
	done
	debian_unmount
	rm -rf "$root"
}

# A bare system is kept for the next run.
debian_unpack() {
	local base=$repo/build/debian12.tar
	if [ -e "$base" ]; then
		mkdir -p "$root"
		tar -C "$root" -xf "$base"
		return
	fi
	if ! debootstrap --variant=minbase bookworm "$root" >"$tap_work/debootstrap.log" 2>&1; then
		tail -n 5 "$tap_work/debootstrap.log" | sed 's/^/# /'
		rm -rf "$root"
		skip_all "Debian's archive cannot be reached"
	fi
	tar -C "$root" -cf "$base.new" . && mv "$base.new" "$base"
}

debian_start() {
	debian_unmount
	rm -rf "$root"
	[ -n "${VECEXT_DEB_BUILT:-}" ] || make -s -C "$repo" deb >"$tap_work/build.log" 2>&1 || { tail -n 40 "$tap_work/build.log"; bail_out "make deb fails"; }
	debian_unpack
	cp /etc/resolv.conf "$root/etc/"
	mkdir -p "$root/packages"
	cp "$repo"/build/deb/*.deb "$root/packages/"
	# No package may start a server here.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/dev/shm" || bail_out "no mounts"
}

within() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
as() { within setpriv --reuid="$1" --regid="$1" --init-groups -- "${@:2}"; }

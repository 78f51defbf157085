#!/bin/sh
# deps.sh: installs the Debian packages of a list (packages.txt, or one beside it that
# is named) that are missing, as root or through sudo. Does nothing, and asks for
# nothing, when all are there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
list=$here/${1:-packages.txt}

if ! command -v dpkg-query >/dev/null; then
	echo "deps: not a Debian system; install the equivalents of .ci/$(basename "$list") yourself" >&2
	exit 0
fi

missing=
for package in $(grep -v '^#' "$list"); do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$state" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
	echo "deps: all packages are installed"
	exit 0
fi
echo "deps: installing$missing"

as_root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "deps: this needs root; run as root: apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi

# apt's output is shown only when something goes wrong: it is long.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 "$@" >>"$log" 2>&1 ||
		{ cat "$log" >&2; echo "deps: apt-get $1 failed, see above" >&2; exit 1; }
}
echo "deps: apt-get update"
apt update
echo "deps: apt-get install (some minutes on a bare machine)"
# shellcheck disable=SC2086 # a list of words
apt install --no-install-recommends $missing
echo "deps: done"

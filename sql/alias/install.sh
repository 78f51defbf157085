#!/usr/bin/env bash
# install.sh: puts the alias extension `vector` among a server's extensions, or
# takes it away. Files of that name that are not vecext's are pgvector's: they
# are never touched, and nothing is installed beside them.
#
# usage: install.sh install|uninstall DIR    DIR: SHAREDIR/extension
set -euo pipefail
command=${1:?usage: install.sh install|uninstall DIR} dir=${2:?directory of extensions}
repo=$(cd "$(dirname "$0")/../.." && pwd)
shopt -s nullglob

# Our control file names our library; our scripts say so in their first line.
is_ours() {
	case $1 in
	*.control) grep -q "^module_pathname *= *'\$libdir/vecext'" "$1" ;;
	*) head -1 "$1" | grep -q '^-- vecext as extension vector' ;;
	esac
}

foreign=() ours=()
for file in "$dir"/vector.control "$dir"/vector--*.sql; do
	[ -e "$file" ] || continue
	if is_ours "$file"; then ours+=("$file"); else foreign+=("$file"); fi
done

case $command in
install)
	if [ ${#foreign[@]} -gt 0 ]; then
		echo "install-alias: another extension \"vector\" (pgvector?) is installed; nothing was changed." >&2
		printf '  %s\n' "${foreign[@]:0:3}" >&2
		[ ${#foreign[@]} -le 3 ] || echo "  and $((${#foreign[@]} - 3)) more" >&2
		echo "Remove that package first, or use CREATE EXTENSION vecext: see docs/compatibility.md." >&2
		exit 1
	fi
	mkdir -p "$dir"
	install -m 644 "$repo/sql/alias/vector.control" "$repo"/vector--*.sql "$dir/"
	;;
uninstall)
	[ ${#ours[@]} -eq 0 ] || rm -f "${ours[@]}"
	;;
*)
	echo "install.sh: unknown command $command" >&2
	exit 2
	;;
esac

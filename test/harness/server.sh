#!/usr/bin/env bash
# server.sh: a throw-away PostgreSQL on a Unix socket, for tests and the demo.
#
# usage: server.sh start DIR [setting=value ...]   initdb if needed, start, wait
#        server.sh stop DIR [fast|immediate]
#        server.sh env DIR          prints PGHOST=... PGPORT=... PATH=... to eval
#        server.sh as DIR CMD...    runs CMD as the server's user
#
# DIR holds data/, socket/ and log. STAGE_BIN names the bin directory of the
# staged PostgreSQL (stage.sh). Run by root, the server runs as an unprivileged
# user: postgres where there is one, else nobody.
set -euo pipefail
cmd=${1:?usage: server.sh start|stop|env|as DIR}; dir=${2:?directory}; shift 2
mkdir -p "$dir"; dir=$(cd "$dir" && pwd)
bin=${STAGE_BIN:-$(pg_config --bindir)}
port=${VECEXT_TEST_PORT:-5432}

user=$(id -un)
if [ "$(id -u)" = 0 ]; then user=postgres; id -u postgres >/dev/null 2>&1 || user=nobody; fi
as_user() {
	if [ "$(id -u)" = 0 ]; then setpriv --reuid="$user" --regid="$(id -gn "$user")" --init-groups -- "$@"; else "$@"; fi
}
# Socket paths are limited to 107 bytes: a long DIR gets a short link.
socket_dir() {
	if [ ${#dir} -lt 80 ]; then echo "$dir/socket"; else cat "$dir/socket.path"; fi
}
case $cmd in
start)
	mkdir -p "$dir/socket"
	if [ ${#dir} -ge 80 ] && [ ! -e "$dir/socket.path" ]; then
		link=$(mktemp -d /tmp/vecext.XXXXXX); chmod 755 "$link"
		ln -s "$dir/socket" "$link/s"; echo "$link/s" >"$dir/socket.path"
	fi
	[ "$(id -u)" != 0 ] || chown "$user" "$dir" "$dir/socket"
	cd "$dir"
	if [ ! -e "$dir/data/PG_VERSION" ]; then
		as_user "$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8 --data-checksums >"$dir/initdb.log" 2>&1 ||
			{ cat "$dir/initdb.log" >&2; exit 1; }
	fi
	opts="-c listen_addresses='' -c unix_socket_directories='$(socket_dir)' -p $port"
	for s in "$@"; do opts+=" -c $s"; done
	as_user "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 -o "$opts" start >"$dir/start.log" 2>&1 ||
		{ cat "$dir/start.log" >&2; tail -20 "$dir/log" >&2; exit 1; }
	;;
stop)
	cd "$dir"
	as_user "$bin/pg_ctl" -D "$dir/data" -m "${1:-fast}" -w stop >/dev/null 2>&1 || true
	;;
env)
	echo "export PGHOST='$(socket_dir)' PGPORT=$port PGUSER=postgres PGDATABASE=postgres PATH='$bin':\"\$PATH\""
	;;
as)
	cd "$dir"; as_user "$@"
	;;
*)
	echo "server.sh: unknown command $cmd" >&2; exit 2
	;;
esac

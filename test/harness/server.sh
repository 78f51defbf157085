#!/usr/bin/env bash
# server.sh: a throw-away PostgreSQL on a Unix socket, for tests and the demo.
#
# usage: server.sh start DIR [setting=value ...]   initdb if needed, start, wait;
#                                                  nothing if it runs already
#        server.sh stop DIR [fast|immediate]
#        server.sh clone DIR FROM   base backup of the running FROM, a standby
#        server.sh remove DIR       stop at once and delete everything
#        server.sh env DIR          prints PGHOST=... PGPORT=... PATH=... to eval
#        server.sh where DIR        prints where the files are
#        server.sh as DIR CMD...    runs CMD as the server's user
#
# DIR holds data/, socket/ and log, unless the server's user cannot reach it; see
# place.sh. STAGE_BIN names the bin directory of the staged PostgreSQL (stage.sh).
# Each server has a socket directory of its own and no TCP port, so the port
# number means nothing and no other server is in the way.
set -euo pipefail
. "$(dirname "$0")/place.sh"
cmd=${1:?usage: server.sh start|stop|clone|remove|env|where|as DIR}; wanted=${2:?directory}; shift 2
dir=$(place "$wanted")
bin=${STAGE_BIN:-$(pg_config --bindir)}
port=${VECEXT_TEST_PORT:-5432}

# Socket paths are limited to 107 bytes: a long DIR gets a short link.
socket_dir() {
	if [ ${#1} -lt 80 ]; then echo "$1/socket"; else cat "$1/socket.path"; fi
}

make_socket_dir() {
	mkdir -p "$dir/socket"
	if [ ${#dir} -ge 80 ] && [ ! -e "$dir/socket.path" ]; then
		link=$(mktemp -d /tmp/vecext.XXXXXX); chmod 755 "$link"
		ln -s "$dir/socket" "$link/s"; echo "$link/s" >"$dir/socket.path"
	fi
	[ "$(id -u)" != 0 ] || chown "$server_user" "$dir" "$dir/socket"
}

fail_with() {
	cat "$@" >&2 2>/dev/null || true
	exit 1
}

running() {
	[ -e "$dir/data/postmaster.pid" ] && (cd "$dir" && as_server "$bin/pg_ctl" -D "$dir/data" status >/dev/null 2>&1)
}

start() {
	! running || return 0
	make_socket_dir
	cd "$dir"
	if [ ! -e "$dir/data/PG_VERSION" ]; then
		as_server "$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync -E UTF8 --locale=C.UTF-8 --data-checksums >"$dir/initdb.log" 2>&1 ||
			fail_with "$dir/initdb.log"
	fi
	opts="-c listen_addresses='' -c unix_socket_directories='$(socket_dir "$dir")' -p $port"
	for s in "$@"; do opts+=" -c '$s'"; done
	as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -t 60 -o "$opts" start >"$dir/start.log" 2>&1 ||
		fail_with "$dir/start.log" <(tail -20 "$dir/log")
}

stop() {
	cd "$dir"
	[ -e "$dir/data/postmaster.pid" ] || return 0
	as_server "$bin/pg_ctl" -D "$dir/data" -m "${1:-fast}" -w stop >/dev/null 2>&1 || true
}

clone() {
	local from
	from=$(place "${1:?the server to clone}")
	make_socket_dir
	cd "$dir"
	as_server "$bin/pg_basebackup" -h "$(socket_dir "$from")" -p "$port" -U postgres -D "$dir/data" -R -X stream -c fast >"$dir/clone.log" 2>&1 ||
		fail_with "$dir/clone.log"
}

remove() {
	stop immediate
	[ ! -e "$dir/socket.path" ] || rm -rf "$(dirname "$(cat "$dir/socket.path")")"
	rm -rf "$dir" "$wanted"
}

case $cmd in
start | stop | clone | remove) "$cmd" "$@" ;;
env) echo "export PGHOST='$(socket_dir "$dir")' PGPORT=$port PGUSER=postgres PGDATABASE=postgres PATH='$bin':\"\$PATH\"" ;;
where) echo "$dir" ;;
as) cd "$dir"; as_server "$@" ;;
*) echo "server.sh: unknown command $cmd" >&2; exit 2 ;;
esac

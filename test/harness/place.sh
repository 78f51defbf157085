# place.sh: who runs the throw-away servers, and where their files may lie.
# Sourced by the other scripts.
#
# PostgreSQL refuses to run as root, so a server started by root runs as an
# unprivileged user, who must be able to reach its files. Below a home of mode
# 700 (a clone in /root, say) nobody else can; then the files go to a directory
# of /var/tmp that is named after the place where they should have been.
umask 022

if [ "$(id -u)" = 0 ]; then
	server_user=postgres
	id -u postgres >/dev/null 2>&1 || server_user=nobody
else
	server_user=$(id -un)
fi

# Runs a command as the user that runs the servers.
as_server() {
	if [ "$(id -u)" = 0 ]; then
		setpriv --reuid="$server_user" --regid="$(id -gn "$server_user")" --init-groups -- "$@"
	else
		"$@"
	fi
}

# Prints the directory to use for files that belong at DIR, and creates it.
place() {
	local dir=$1 other
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd -P)
	if (cd / && as_server test -x "$dir"); then
		echo "$dir"
		return
	fi
	other=/var/tmp/vecext-$(id -u)-$(echo "$dir" | cksum | cut -d ' ' -f 1)
	mkdir -p -m 755 "$other"
	if [ ! -O "$other" ] && [ "$(stat -c %U "$other")" != "$server_user" ]; then
		echo "place.sh: $other belongs to somebody else; remove it" >&2
		return 1
	fi
	echo "$other" >"$dir/moved-to"
	echo "$other"
}

# progress.sh: how far long work is, on a terminal; elsewhere nothing is shown.
# Sourced by run.sh and api.sh.
#
#     bar DONE TOTAL TEXT         draws a bar over the present line
#     bar_end                     clears it
#     compile LOG FILES COMMAND...   runs a build of about so many files, with its
#                                 output in LOG, of which the end is shown if it fails

bar() {
	[ -t 1 ] || return 0
	local share=$(($1 < $2 ? $1 * 100 / $2 : 99)) blocks
	printf -v blocks '%*s' $((share * 3 / 10)) ''
	printf '\r[%-30s] %2d %%  %-40s' "${blocks// /#}" "$share" "$3"
}

bar_end() { [ ! -t 1 ] || printf '\r%79s\r' ''; }

compile() {
	local log=$1 files=$2 began=$SECONDS build done status=0
	"${@:3}" >"$log" 2>&1 &
	build=$!
	while kill -0 "$build" 2>/dev/null; do
		done=$(grep -cE 'Building CXX object| -c -o ' "$log" || true)
		[ "$done" = 0 ] || bar "$done" "$files" "$done of about $files files compiled, $((SECONDS - began)) s"
		sleep 0.3
	done
	wait "$build" || status=$?
	bar_end
	[ $status = 0 ] || tail -n 40 "$log" >&2
	return $status
}

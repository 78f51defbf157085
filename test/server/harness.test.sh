#!/usr/bin/env bash
# harness.test.sh: the harness itself: servers start, crash, recover, are cloned,
# and the extension loads in them. Also the shortest example of a server test.
. "$(dirname "$0")/../harness/tap.sh"

server_start primary
ok "the extension installs" sql "CREATE EXTENSION vecext"
is "$(sql "SELECT extname FROM pg_extension WHERE extname = 'vecext'")" vecext "and is there"
is "$(sqlstate "SELECT 1/0")" 22012 "sqlstate names the error"
fails "an error fails a statement" sql "SELECT 1/0"

sql "CREATE TABLE kept (id int); INSERT INTO kept SELECT generate_series(1, 1000)"
server_crash primary
server_start primary
is "$(sql "SELECT count(*) FROM kept")" 1000 "committed rows survive a crash"
like "$(cat "$(server_log primary)")" "automatic recovery in progress" "by recovery"

server_standby standby primary
use primary
sql "INSERT INTO kept SELECT generate_series(1001, 1500)"
wait_for_replay primary standby
is "$(sql "SELECT count(*) FROM kept")" 1500 "a standby follows"
is "$(sqlstate "INSERT INTO kept VALUES (1)")" 25006 "and only reads"

# A directory that only its owner can enter, as /root is. Run by root, the server
# belongs to somebody else and its files must lie elsewhere.
closed=$(mktemp -d)
chmod 700 "$closed"
ok "a server starts for a directory that is closed to others" "$harness/server.sh" start "$closed/server"
eval "$("$harness/server.sh" env "$closed/server")"
is "$(sql "SELECT 1")" 1 "and answers"
ok "the staged PostgreSQL can be run from there" env -u STAGE_BIN "$harness/stage.sh" "$closed/pg"
ok "by the server's user" "$harness/server.sh" as "$closed/server" "$("$harness/stage.sh" "$closed/pg")/postgres" --version
places=$("$harness/server.sh" where "$closed/server"; "$harness/server.sh" where "$closed/pg")
"$harness/server.sh" remove "$closed/server"
"$harness/server.sh" remove "$closed/pg"
fails "removal leaves nothing" ls -d $places
rm -rf "$closed"
done_testing

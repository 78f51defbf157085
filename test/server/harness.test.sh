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
done_testing

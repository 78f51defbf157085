#!/usr/bin/env bash
# hnsw_check.test.sh: hnsw_check() finds each kind of damage, says where it is, and
# finds nothing in sound indexes, also beside writers and on a standby.
#
# Damage is done to copies of small indexes, byte by byte in their files while the
# server is down. Offsets are those of src/hnsw/pages.h and
# include/vecext/hnsw/node_layout.h.
. "$(dirname "$0")/../harness/tap.sh"

server_start primary autovacuum=off ignore_checksum_failure=on max_parallel_maintenance_workers=0
sql "CREATE EXTENSION vecext" >/dev/null
sql "CREATE EXTENSION pageinspect" >/dev/null

sql "
CREATE FUNCTION sample_vector(i int, dims int) RETURNS vector LANGUAGE sql IMMUTABLE AS \$\$
	SELECT array_agg((hashint8extended(i * 100000::bigint + d, 1) % 1000)::float4 / 100 ORDER BY d)::vector
	FROM generate_series(1, dims) d
\$\$;
-- Little-endian numbers on a page of an index.
CREATE FUNCTION u16(idx text, block int, place int) RETURNS int LANGUAGE sql AS \$\$
	SELECT get_byte(p, place) + 256 * get_byte(p, place + 1) FROM get_raw_page(idx, block) p
\$\$;
CREATE FUNCTION u32(idx text, block int, place int) RETURNS bigint LANGUAGE sql AS \$\$
	SELECT u16(idx, block, place) + 65536::bigint * u16(idx, block, place + 2)
\$\$;
-- First page of a kind: 2 node, 3 upper, 4 value, 5 pending.
CREATE FUNCTION page_of_kind(idx text, kind int) RETURNS int LANGUAGE sql AS \$\$
	SELECT b::int FROM generate_series(1, pg_relation_size(idx::regclass) / 8192 - 1) b
	WHERE u16(idx, b::int, 8180) = kind ORDER BY b LIMIT 1
\$\$;
CREATE FUNCTION record_at(idx text, slot int) RETURNS int LANGUAGE sql AS \$\$
	SELECT 24 + slot * node_bytes FROM hnsw_stats(idx::regclass)
\$\$;
CREATE FUNCTION node_id(idx text, block int, slot int) RETURNS bigint LANGUAGE sql AS \$\$
	SELECT block::bigint << u16(idx, 0, 56) | slot
\$\$;
-- A number of so many bytes as hexadecimal digits in the file's order.
CREATE FUNCTION hex(n bigint, bytes int) RETURNS text LANGUAGE sql AS \$\$
	SELECT string_agg(lpad(to_hex((n >> 8 * i) & 255), 2, '0'), '' ORDER BY i) FROM generate_series(0, bytes - 1) i
\$\$;" >/dev/null

# plain NAME: 100 rows of 3 dimensions, records without codes, 36 to a page.
plain() {
	sql "CREATE TABLE $1 (id int, val vector(3));
		INSERT INTO $1 SELECT i, sample_vector(i, 3) FROM generate_series(1, 100) i;
		CREATE INDEX ${1}_idx ON $1 USING hnsw (val vector_l2_ops)" >/dev/null
}
# coded NAME: 64 dimensions, 4 bits.
coded() {
	sql "CREATE TABLE $1 (id int, val vector(64));
		INSERT INTO $1 SELECT i, sample_vector(i, 64) FROM generate_series(1, 100) i;
		CREATE INDEX ${1}_idx ON $1 USING hnsw (val vector_cosine_ops)" >/dev/null
}
# apart NAME: values of two chunks on value pages.
apart() {
	sql "CREATE TABLE $1 (id int, val vector(3000));
		INSERT INTO $1 SELECT i, sample_vector(i, 3000) FROM generate_series(1, 20) i;
		CREATE INDEX ${1}_idx ON $1 USING hnsw (val vector_l2_ops) WITH (layout = plain)" >/dev/null
}
# compact NAME EXACT: nodes with codes of their own.
compact() {
	sql "CREATE TABLE $1 (id int, val vector(64));
		INSERT INTO $1 SELECT i, sample_vector(i, 64) FROM generate_series(1, 100) i;
		CREATE INDEX ${1}_idx ON $1 USING hnsw (val vector_l2_ops) WITH (layout = compact, exact = $2)" >/dev/null
}
# pending NAME: 20 rows that are not merged.
pending() {
	sql "CREATE TABLE $1 (id int, val vector(3));
		CREATE INDEX ${1}_idx ON $1 USING hnsw (val vector_l2_ops);
		INSERT INTO $1 SELECT i, sample_vector(i, 3) FROM generate_series(1, 20) i" >/dev/null
}

# left_out NAME: a row without a value, one of zero norm, one too long: not indexed.
left_out() {
	sql "CREATE TABLE $1 (id int, val vector(3));
		INSERT INTO $1 SELECT i, sample_vector(i, 3) FROM generate_series(1, 20) i;
		INSERT INTO $1 VALUES (21, NULL), (22, '[0,0,0]'), (23, '[1e30,1,1]');
		CREATE INDEX ${1}_idx ON $1 USING hnsw (val vector_cosine_ops)" >/dev/null
}

names=() expectations=() pokes=()
# damage NAME EXPECTED BLOCK PLACE HEX: notes a case; the last three are SQL
# expressions about the index @i.
damage() {
	names+=("$1")
	expectations+=("$2")
	local i="'${1}_idx'" line
	line=$(sql "SELECT b, p, h FROM (SELECT ${3//@i/$i} AS b) x, LATERAL (SELECT ${4//@i/$i} AS p) y, LATERAL (SELECT ${5//@i/$i} AS h) z")
	[[ $line =~ ^[0-9]+\|[0-9]+\|[0-9a-f]+$ ]] || bail_out "case $1: $line"
	pokes+=("$(sql "SELECT pg_relation_filepath($i::regclass)")|$line")
}
node="page_of_kind(@i, 2)"

plain dangling
damage dangling 'neighbour 0 at block [0-9]+ slot 35 is free' "$node" "record_at(@i, 0) + 80" \
	"hex(node_id(@i, page_of_kind(@i, 2) + 2, 35), 4)"
plain nopage
damage nopage 'neighbour 0 at block 0 slot 1 is not on a node page' "$node" "record_at(@i, 0) + 80" "hex(1, 4)"
plain itself
damage itself 'neighbour 0 is the node itself' "$node" "record_at(@i, 3) + 80" "hex(node_id(@i, page_of_kind(@i, 2), 3), 4)"
plain twice
damage twice 'neighbours 0 and 1 are the same' "$node" "record_at(@i, 3) + 84" "hex(u32(@i, b, record_at(@i, 3) + 80), 4)"
plain level
damage level 'is of level 1 instead of 0' "$node" "record_at(@i, 3) + 80" "hex(node_id(@i, page_of_kind(@i, 3), 0), 4)"
plain degree
damage degree 'node uses 200 of 32 slots' "$node" "record_at(@i, 3) + 4" "hex(200, 2)"
plain state
damage state 'node has the unknown state 7' "$node" "record_at(@i, 3)" "hex(7, 1)"
plain ownlevel
damage ownlevel 'node of level 3 is on a page of level 0' "$node" "record_at(@i, 3) + 1" "hex(3, 1)"
plain rowcount
damage rowcount 'node has 9 rows, more than 8' "$node" "record_at(@i, 3) + 3" "hex(9, 1)"
plain norows
damage norows 'live node has no row' "$node" "record_at(@i, 3) + 3" "hex(0, 1)"
plain rowoffset
damage rowoffset 'row 0 has the invalid offset 0' "$node" "record_at(@i, 3) + 32" "hex(0, 2)"
plain otherrow
damage otherrow 'row \(0,[0-9]+\) is also at block' "$node" "record_at(@i, 3) + 28" \
	"hex(u32(@i, b, record_at(@i, 4) + 28), 4) || hex(u16(@i, b, record_at(@i, 4) + 32), 2)"
plain missing
damage missing 'row \(0,[0-9]+\) of the table is not in the index' "$node" "record_at(@i, 3) + 28" \
	"hex(u32(@i, b, record_at(@i, 4) + 28), 4) || hex(u16(@i, b, record_at(@i, 4) + 32), 2)"
plain norow
damage norow 'row \(0,200\) does not exist in the table' "$node" "record_at(@i, 3) + 32" "hex(200, 2)"
plain value
damage value 'row \(0,[0-9]+\) has another value in the table' "$node" "record_at(@i, 3) + 208" "hex(1065353216, 4)"
plain killed
damage killed 'row \(0,[0-9]+\) is marked as dead but visible' "$node" "record_at(@i, 3) + 26" "hex(1, 2)"
plain nan
damage nan 'the value has an element that is not finite' "$node" "record_at(@i, 3) + 208" "hex(2143289344, 4)"
plain slotsused
damage slotsused 'page counts 7 used slots instead of 36' "$node" 8182 "hex(7, 2)"
plain pageid
damage pageid 'page is not one of an hnsw index' "$node" 8190 "hex(0, 2)"
plain kind
damage kind 'page has the kind 9' "$node" 8180 "hex(9, 2)"
apart bounds
damage bounds 'page has the bounds [0-9]+, [0-9]+, 8168' "page_of_kind(@i, 4)" 16 "hex(8168, 2)"
plain entry
damage entry 'the entry point is block 0 slot 3, which holds no node' 0 88 "hex(3, 4)"
plain noentry
damage noentry 'there is no entry point to a graph of 100 nodes' 0 88 "hex(4294967295, 4)"
plain entrylevel
damage entrylevel 'the entry point at block [0-9]+ slot [0-9]+ is of level [0-9]+ instead of 9' 0 92 "hex(9, 4)"
plain downlink
damage downlink 'down link leads to block [0-9]+ slot [0-9]+, which does not lead back' "page_of_kind(@i, 3)" "24 + 8" \
	"hex(CASE u32(@i, b, 32) WHEN node_id(@i, page_of_kind(@i, 2), 0) THEN 1 ELSE 0 END + node_id(@i, page_of_kind(@i, 2), 0), 4)"
plain freelist
damage freelist 'free list leads to a page that is not in it' 0 96 "hex(page_of_kind(@i, 2), 4)"
plain notlisted
damage notlisted 'page is marked as in the free list, which does not have it' "$node" 8184 "hex(1, 4)"
plain circle
damage circle 'free list goes in a circle' "u32(@i, 0, 96)::int" 8176 "hex(b, 4)"
plain unreached
damage unreached '99 of 100 nodes and [0-9]+ records of upper levels cannot be reached' 0 88 \
	"hex(node_id(@i, page_of_kind(@i, 2), 0), 4) || hex(0, 4)"
damage unreached '99 of 100 nodes' "$node" "record_at(@i, 0) + 4" "hex(0, 2)"

coded factor
damage factor 'neighbour 0 has factors (-)?nan' "$node" "record_at(@i, 2) + 208" "hex(2143289344, 4)"
coded norm
damage norm 'node has norm 5 instead of' "$node" "record_at(@i, 2) + 16" "hex(1084227584, 4)"
coded code
# every code of the first record: whichever edge is looked at, it is another one's
damage code 'neighbour [0-9]+ (differs|has factors)|the code of neighbour [0-9]+ differs in [0-9]+ of 256 bits' "$node" \
	"record_at(@i, 0) + 464" "repeat('a5', 1024)"

compact owncode float16
damage owncode "the node's code is not that of its value" "$node" "record_at(@i, 2) + 208" "repeat('a5', 16)"
compact heapcode heap
damage heapcode 'row .* has another value in the table' "$node" "record_at(@i, 2) + 208" "repeat('a5', 16)"

apart lost
damage lost 'the value at block [0-9]+ item 0 cannot be read' "$node" "record_at(@i, 2) + 24" "hex(0, 2)"
apart shared
damage shared 'value is used twice' "$node" "record_at(@i, 2) + 20" \
	"hex(u32(@i, b, record_at(@i, 3) + 20), 4) || hex(u16(@i, b, record_at(@i, 3) + 24), 2)"
apart unused
damage unused '2 chunks of values are not in use' "$node" "record_at(@i, 2) + 20" \
	"hex(u32(@i, b, record_at(@i, 3) + 20), 4) || hex(u16(@i, b, record_at(@i, 3) + 24), 2)"
apart item
damage item 'item has offset [0-9]+ and length 3' "page_of_kind(@i, 4)" 26 \
	"hex((u16(@i, b, 26) & 1) | 6, 2)"

pending number
damage number 'pending page begins with row number 77 instead of 0' "page_of_kind(@i, 5)" "24 + 8" "hex(77, 8)"
pending overfull
damage overfull 'pending page has 60000 rows, more than fit' "page_of_kind(@i, 5)" "24 + 16" "hex(60000, 4)"
pending pendingstate
damage pendingstate 'pending row has the unknown state 9' "page_of_kind(@i, 5)" "56 + 6" "hex(9, 1)"
pending pendingvalue
damage pendingvalue 'the value of a pending row at block [0-9]+ item 99 cannot be read' "page_of_kind(@i, 5)" "56 + 12" "hex(99, 2)"
pending pendingrow
damage pendingrow 'row \(0,[0-9]+\) of the table is not in the index' "page_of_kind(@i, 5)" "56 + 4" "hex(150, 2)"
pending pendingkilled
damage pendingkilled 'row \(0,1\) is marked as dead but visible' "page_of_kind(@i, 5)" "56 + 7" "hex(1, 1)"
pending tail
damage tail 'pending chain ends here, not at block 99' 0 108 "hex(99, 4)"
pending chain
damage chain 'pending chain leads to a page that does not belong to it' 0 104 "hex(0, 4)"
pending cut
damage cut 'pending page is not in the chain' 0 104 "hex(4294967295, 8)"

left_out nulls
damage nulls 'the index does not know of rows without a value, as is \(0,21\)' 0 148 "hex(6, 4)"
left_out zeronorm
damage zeronorm 'the index does not know of rows of zero norm, as is \(0,22\)' 0 148 "hex(5, 4)"
left_out toolong
damage toolong 'the index does not know of rows too long for it, as is \(0,23\)' 0 148 "hex(3, 4)"
left_out leftout
damage leftout 'the index has the unknown kinds 9 of rows left out' 0 148 "hex(9, 4)"

# All are sound before.
for name in "${names[@]}"; do sql "SELECT message FROM hnsw_check('${name}_idx', exclusive => true)"; done >"$tap_work/before"
is "$(cat "$tap_work/before")" "" "sound indexes are clean"

# On a standby, where nobody can be kept out.
server_standby standby primary
wait_for_replay primary standby
is "$(sql "SELECT count(*) FROM (SELECT hnsw_check('dangling_idx') UNION ALL SELECT hnsw_check('number_idx')) q")" 0 "a standby checks"
like "$(sql "SELECT hnsw_check('dangling_idx', exclusive => true)" 2>&1)" 'recovery is in progress' \
	"a standby does not check in exclusive mode"
server_stop standby
use primary

# Beside writers: rows come and go, are merged and vacuumed meanwhile.
sql "CREATE TABLE busy (id int, val vector(24)); CREATE INDEX busy_idx ON busy USING hnsw (val vector_l2_ops) WITH (pending_limit = 50)" >/dev/null
writer() {
	local i
	for i in $(seq $(scaled 40)); do
		sql "INSERT INTO busy SELECT i, sample_vector($i * 1000 + i, 24) FROM generate_series(1, 100) i;
			UPDATE busy SET val = sample_vector(id + $1, 24) WHERE id % 10 = $1;
			DELETE FROM busy WHERE id % 50 = $i % 50" >/dev/null
		sql "VACUUM busy" >/dev/null
	done
}
writer 1 & first=$!
writer 2 & second=$!
rounds=0 found=
while kill -0 $first 2>/dev/null || kill -0 $second 2>/dev/null; do
	found+=$(sql "SELECT level, message FROM hnsw_check('busy_idx') WHERE level = 'error'" 2>&1)
	rounds=$((rounds + 1))
done
wait
is "$found" "" "no error is found beside writers"
at_least $rounds 3 "checks beside writers"
is "$(sql "SELECT message FROM hnsw_check('busy_idx', exclusive => true) WHERE level = 'error'")" "" "nor after them"

server_stop primary
data=$(server_data primary)
for poke in "${pokes[@]}"; do
	IFS='|' read -r file block place hex <<<"$poke"
	printf "$(sed 's/../\\x&/g' <<<"$hex")" | dd of="$data/$file" bs=1 seek=$((block * 8192 + place)) conv=notrunc status=none
done
server_start primary autovacuum=off ignore_checksum_failure=on

for i in "${!names[@]}"; do
	for exclusive in true false; do
		found=$(sql "SET client_min_messages = error; SELECT level || ' ' || message FROM hnsw_check('${names[i]}_idx', $exclusive)" 2>&1)
		[[ $exclusive = true || ! ${names[i]} =~ ^(shared|unused)$ ]] || continue
		like "$found" "${expectations[i]}" "${names[i]}: found, exclusive $exclusive"
	done
done
like "$(sql "SET client_min_messages = error; SELECT block || ' ' || slot FROM hnsw_check('itself_idx') LIMIT 1")" '^[1-9][0-9]* 3$' \
	"a finding names block and slot"
done_testing

#!/usr/bin/env bash
# sparsevec_binary.test.sh: the binary representation of sparsevec, sent and
# received through COPY: round trips, and the error for each malformed message.
. "$(dirname "$0")/../harness/tap.sh"

# A COPY file of one row with one column of the given bytes (hexadecimal).
copy_file() {
	local hex=${1// /} signature=5047434f50590aff0d0a00
	printf "$(printf '%s0000000000000000%04x%08x%sffff' "$signature" 1 $((${#hex} / 2)) "$hex" | sed 's/../\\x&/g')"
}

# receive HEX [TYPE OF COLUMN]: the value that a message becomes, or its error as
# SQLSTATE and message.
receive() {
	sql "ALTER TABLE received ALTER v TYPE ${2:-sparsevec}"
	if copy_file "$1" | psql -XAtq -v VERBOSITY=verbose -c "COPY received FROM STDIN (FORMAT binary)" 2>"$tap_work/error"; then
		sql "SELECT v FROM received; TRUNCATE received"
	else
		sed -n 's/^ERROR:  //p' "$tap_work/error"
	fi
}

server_start binary fsync=off
sql "CREATE EXTENSION vecext; CREATE TABLE received (v sparsevec)"

one=3f800000 two=40000000
is "$(sql "SELECT encode(sparsevec_send('{2:1,5:2}/5'), 'hex')")" "000000050000000200000000""0000000100000004""$one$two" \
	"dimensions, count, 0, indices from 0, values"
is "$(receive "00000005 00000002 00000000 00000001 00000004 $one $two")" "{2:1,5:2}/5" "the same message makes the same value"
is "$(receive "00000005 00000000 00000000")" "{}/5" "a vector without elements"
is "$(receive "3b9aca00 00000001 00000000 3b9ac9ff $one")" "{1000000000:1}/1000000000" "the last index of the largest dimension"
is "$(receive "00000005 00000000 00000000" "sparsevec(5)")" "{}/5" "the declared dimension"

sql "CREATE TABLE original AS SELECT i AS id, ('{' || string_agg(format('%s:%s', j * i, j - 3.5), ',') || '}/100000')::sparsevec AS v
	FROM generate_series(1, 50) AS i, generate_series(1, 40 * i) AS j GROUP BY i"
sql "CREATE TABLE copied (LIKE original)"
psql -Xq -c "COPY original TO STDOUT (FORMAT binary)" | psql -Xq -c "COPY copied FROM STDIN (FORMAT binary)"
is "$(sql "SELECT count(*) FROM original JOIN copied USING (id, v)")" 50 "a table survives binary COPY"

is "$(receive "00000000 00000000 00000000")" "22000: sparsevec must have at least 1 dimension" "no dimension"
is "$(receive "ffffffff 00000000 00000000")" "22000: sparsevec must have at least 1 dimension" "a negative dimension"
is "$(receive "3b9aca01 00000000 00000000")" "54000: sparsevec cannot have more than 1000000000 dimensions" "too many dimensions"
is "$(receive "00000005 ffffffff 00000000")" "22000: sparsevec cannot have negative number of elements" "a negative count"
is "$(receive "00010000 00003e81 00000000")" "54000: sparsevec cannot have more than 16000 non-zero elements" "too many elements"
is "$(receive "00000001 00000002 00000000 00000000 00000000 $one $one")" \
	"54000: sparsevec cannot have more elements than dimensions" "more elements than dimensions"
is "$(receive "00000005 00000000 00000007")" "22000: expected unused to be 0, not 7" "the unused number"
is "$(receive "00000005 00000000 00000000" "sparsevec(4)")" "22000: expected 4 dimensions, not 5" "another dimension than declared"
is "$(receive "00000005 00000001 00000000 ffffffff $one")" "22000: sparsevec index out of bounds" "a negative index"
is "$(receive "00000005 00000001 00000000 00000005 $one")" "22000: sparsevec index out of bounds" "an index behind the last"
is "$(receive "00000005 00000002 00000000 00000002 00000001 $one $one")" \
	"22000: sparsevec indices must be in ascending order" "descending indices"
is "$(receive "00000005 00000002 00000000 00000002 00000002 $one $one")" \
	"22000: sparsevec indices must not contain duplicates" "equal indices"
is "$(receive "00000005 00000001 00000000 00000001 7fc00000")" "22000: NaN not allowed in sparsevec" "NaN"
is "$(receive "00000005 00000001 00000000 00000001 ff800000")" "22000: infinite value not allowed in sparsevec" "-Infinity"
for zero in 00000000 80000000; do
	is "$(receive "00000005 00000001 00000000 00000001 $zero")" \
		"22000: binary representation of sparsevec cannot contain zero values" "zero ($zero)"
done
is "$(receive "00000005 0000")" "08P01: insufficient data left in message" "a header cut short"
is "$(receive "00000005 00000001 00000000 00000001")" "08P01: insufficient data left in message" "elements cut short"
is "$(receive "3b9aca00 00003e80 00000000")" "08P01: insufficient data left in message" "a count without its elements"
is "$(receive "00000005 00000000 00000000 00")" "22P03: incorrect binary data format" "bytes left over"
done_testing

/*
 * point_id.cpp: the SQL type point_id, which names a point of a Qdrant collection:
 * an unsigned 64-bit number or a UUID.
 *
 * A value is 17 bytes, passed by reference: a tag (0 number, 1 UUID), then 16 bytes
 * big-endian. Comparing the bytes gives Qdrant's order: numbers, then UUIDs, each
 * ascending. The binary form is the value itself.
 */
#include <charconv>
#include <cstring>
#include <string_view>

#include "pg/compat.h"

extern "C" {
#include "common/hashfn.h"
#include "libpq/pqformat.h"
#include "utils/sortsupport.h"
}

#include "vecext/filter/field_index.h"
#include "vecext/sip_hash.h"

using namespace vecext;

namespace {

constexpr int kBytes = 17;
constexpr unsigned char kNumber = 0, kUuid = 1;

struct PointId {
	unsigned char tag;
	unsigned char bytes[16];
};
static_assert(sizeof(PointId) == kBytes);

const PointId *argument(FunctionCallInfo fcinfo, int i)
{
	return reinterpret_cast<const PointId *>(PG_GETARG_POINTER(i));
}

PointId *new_id(unsigned char tag)
{
	auto *id = static_cast<PointId *>(palloc0(kBytes));
	id->tag = tag;
	return id;
}

void set_number(PointId *id, uint64 number)
{
	for (int i = 15; i >= 8; i--, number >>= 8)
		id->bytes[i] = static_cast<unsigned char>(number);
}

uint64 number_of(const PointId &id)
{
	uint64 number = 0;
	for (int i = 8; i < 16; i++)
		number = number << 8 | id.bytes[i];
	return number;
}

bool is_digits(std::string_view text)
{
	return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

PointId *parse_number(std::string_view text)
{
	uint64 number = 0;
	if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc())
		ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
						errmsg("value \"%s\" is out of range for type point_id", text.data())));
	PointId *id = new_id(kNumber);
	set_number(id, number);
	return id;
}

PointId *parse_uuid(std::string_view text)
{
	PointId *id = new_id(kUuid);
	if (!filter::read_uuid(text, id->bytes))
		ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
						errmsg("invalid input syntax for type point_id: \"%s\"", text.data()),
						errhint("An id is an unsigned 64-bit number or a UUID.")));
	return id;
}

char *uuid_text(const PointId &id)
{
	constexpr char digits[] = "0123456789abcdef";
	char *text = static_cast<char *>(palloc(37)), *at = text;
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = digits[id.bytes[i] >> 4];
		*at++ = digits[id.bytes[i] & 15];
	}
	*at = 0;
	return text;
}

int compare(FunctionCallInfo fcinfo)
{
	return memcmp(argument(fcinfo, 0), argument(fcinfo, 1), kBytes);
}

int compare_for_sort(Datum a, Datum b, SortSupport)
{
	return memcmp(DatumGetPointer(a), DatumGetPointer(b), kBytes);
}

} /* namespace */

VECEXT_FUNCTION(vecext_point_id_in)
{
	const std::string_view text = PG_GETARG_CSTRING(0);
	PG_RETURN_POINTER(is_digits(text) ? parse_number(text) : parse_uuid(text));
}

VECEXT_FUNCTION(vecext_point_id_out)
{
	const PointId *id = argument(fcinfo, 0);
	PG_RETURN_CSTRING(id->tag == kNumber ? psprintf(UINT64_FORMAT, number_of(*id)) : uuid_text(*id));
}

VECEXT_FUNCTION(vecext_point_id_recv)
{
	auto *message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
	auto *id = static_cast<PointId *>(palloc(kBytes));
	memcpy(id, pq_getmsgbytes(message, kBytes), kBytes);
	const bool padded = id->tag == kUuid || (id->tag == kNumber && memcmp(id->bytes, "\0\0\0\0\0\0\0", 8) == 0);
	if (!padded)
		ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("invalid binary form of a point_id")));
	PG_RETURN_POINTER(id);
}

VECEXT_FUNCTION(vecext_point_id_send)
{
	StringInfoData message;
	pq_begintypsend(&message);
	pq_sendbytes(&message, reinterpret_cast<const char *>(argument(fcinfo, 0)), kBytes);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

VECEXT_FUNCTION(vecext_point_id_lt)
{
	PG_RETURN_BOOL(compare(fcinfo) < 0);
}

VECEXT_FUNCTION(vecext_point_id_le)
{
	PG_RETURN_BOOL(compare(fcinfo) <= 0);
}

VECEXT_FUNCTION(vecext_point_id_eq)
{
	PG_RETURN_BOOL(compare(fcinfo) == 0);
}

VECEXT_FUNCTION(vecext_point_id_ne)
{
	PG_RETURN_BOOL(compare(fcinfo) != 0);
}

VECEXT_FUNCTION(vecext_point_id_ge)
{
	PG_RETURN_BOOL(compare(fcinfo) >= 0);
}

VECEXT_FUNCTION(vecext_point_id_gt)
{
	PG_RETURN_BOOL(compare(fcinfo) > 0);
}

VECEXT_FUNCTION(vecext_point_id_cmp)
{
	PG_RETURN_INT32(compare(fcinfo));
}

VECEXT_FUNCTION(vecext_point_id_sortsupport)
{
	reinterpret_cast<SortSupport>(PG_GETARG_POINTER(0))->comparator = compare_for_sort;
	PG_RETURN_VOID();
}

VECEXT_FUNCTION(vecext_point_id_hash)
{
	return hash_any(reinterpret_cast<const unsigned char *>(argument(fcinfo, 0)), kBytes);
}

VECEXT_FUNCTION(vecext_point_id_hash_extended)
{
	return hash_any_extended(reinterpret_cast<const unsigned char *>(argument(fcinfo, 0)), kBytes, PG_GETARG_INT64(1));
}

/* point_slice(id, total): the slice, 0 to total - 1, that the point belongs to. */
VECEXT_FUNCTION(vecext_point_slice)
{
	const PointId *id = argument(fcinfo, 0);
	const int64 total = PG_GETARG_INT64(1);
	if (total <= 0)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("the number of slices must be positive")));
	unsigned char number[8];
	for (int i = 0; i < 8; i++)
		number[i] = id->bytes[15 - i]; /* little-endian */
	const uint64 hash = id->tag == kNumber ? sip_hash(number, 8) : sip_hash(id->bytes, 16);
	PG_RETURN_INT64(static_cast<int64>(hash % static_cast<uint64>(total)));
}

/*
 * field_index.h: which entries a payload has in the index of a field, and which
 * entries a filter asks for.
 *
 * An index holds, for each payload, keys of the values at its path, elements of a
 * trailing array one by one. A key is bytes (keyword, text, uuid) or a number:
 *   keyword   a string; a long one cut, with a hash of the whole behind it
 *   integer   a number, so that integers, equal floats and fractions differ
 *   float     a number
 *   bool      0 or 1
 *   datetime  microseconds since 1970 of a string that is a datetime
 *   uuid      the 16 bytes of a string that is a UUID, in any of its spellings
 *   geo       a point as its place on a Z-order curve with 26 bits a side
 *   text      the tokens of a string
 *
 * A lookup never misses a payload that passes the filter; whether it may find
 * others as well, which then have to be evaluated, it says.
 */
#pragma once

#include <string_view>

#include "vecext/filter/evaluate.h"

namespace vecext::filter {

struct FieldIndex {
	FieldType type;
	PayloadPath path;
	const TextOptions *text; /* kText */
};

struct IndexKey {
	std::string_view bytes; /* keyword, text, uuid */
	int64_t integer;        /* integer, bool, datetime, geo */
	double number;          /* float */
};

/* A key to be looked up. */
struct LookupKey {
	enum Kind : uint8_t { kEqual, kPrefix, kRange };

	Kind kind;
	IndexKey key;  /* of a range, its low end */
	IndexKey high; /* of a range */
	bool low_belongs, high_belongs;
};

struct Lookup {
	bool possible;  /* false: the index cannot narrow the filter down */
	bool needs_all; /* a payload must have all keys, not one of them */
	bool exact;     /* a payload with the keys passes the filter */
	const LookupKey *keys;
	uint32_t size;
};

/* Longest string that is a key as it is. */
inline constexpr size_t kMaxKeyBytes = 256;

/* A string as key. What is allocated lives in the arena. */
std::string_view string_key(std::string_view text, Arena arena);

bool read_uuid(std::string_view text, unsigned char bytes[16]) noexcept;

/* Whether a key is of a string that was cut. */
bool is_cut_key(std::string_view key) noexcept;

/* A number's key in an integer index. */
int64_t integer_key(JsonNumber number) noexcept;

/* Whose a key of an integer index is: the integer's alone, or of numbers that are no
 * integers, or of several. */
enum class KeyOwner : uint8_t { kInteger, kFractions, kSeveral };
KeyOwner owner_of_key(int64_t key, int64_t *integer) noexcept;

/* The place of a point on the curve. */
int64_t geo_key(GeoPoint point) noexcept;

Lookup plan_lookup(const FieldIndex &index, const Condition &condition, Arena arena);

void add_tokens(const TextOptions &options, std::string_view text, Arena arena, ArenaVector<IndexKey> *keys);

/* The key of one value; nothing for a value that the index ignores. */
template <class View>
void add_keys(const FieldIndex &index, const View &value, Arena arena, ArenaVector<IndexKey> *keys)
{
	const JsonKind kind = value.kind();
	IndexKey key = {};
	int64_t time;
	GeoPoint point;
	switch (index.type) {
	case FieldType::kKeyword:
		key.bytes = kind == JsonKind::kString ? string_key(value.text(), arena) : std::string_view();
		if (kind == JsonKind::kString)
			keys->push_back(key);
		return;
	case FieldType::kInteger:
		if (kind == JsonKind::kNumber)
			keys->push_back({{}, integer_key(value.number()), 0});
		return;
	case FieldType::kFloat:
		if (kind == JsonKind::kNumber)
			keys->push_back({{}, 0, value.number().value});
		return;
	case FieldType::kBool:
		if (kind == JsonKind::kBool)
			keys->push_back({{}, value.boolean(), 0});
		return;
	case FieldType::kDatetime:
		if (kind == JsonKind::kString && read_datetime(value.text(), &time))
			keys->push_back({{}, time, 0});
		return;
	case FieldType::kUuid: {
		auto *bytes = arena.allocate<unsigned char>(16);
		if (kind == JsonKind::kString && read_uuid(value.text(), bytes))
			keys->push_back({{reinterpret_cast<const char *>(bytes), 16}, 0, 0});
		return;
	}
	case FieldType::kGeo:
		if (read_point(value, &point))
			keys->push_back({{}, geo_key(point), 0});
		return;
	case FieldType::kText:
		if (kind == JsonKind::kString)
			add_tokens(*index.text, value.text(), arena, keys);
		return;
	}
}

/* All keys of a payload, repeated ones included. */
template <class View>
void collect_keys(const FieldIndex &index, const View &payload, Arena arena, ArenaVector<IndexKey> *keys)
{
	any_item(index.path, payload, [&](const View &value) {
		add_keys(index, value, arena, keys);
		return false;
	});
}

} /* namespace vecext::filter */

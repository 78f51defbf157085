/*
 * filter.h: a Qdrant filter, compiled.
 *
 * A filter is a tree: inner nodes combine conditions, leaves test the values that
 * a path finds in a payload. compile_filter() checks everything that can be
 * checked without a payload, so that evaluation (evaluate.h) cannot fail. The
 * semantics are Qdrant's; docs/filters.md has them as tables.
 *
 * What full-text conditions mean depends on the field: on one that the field
 * schema calls a text field they compare tokens, on any other substrings. All texts
 * of a text field make up one document, but for those within nested, where each
 * stands for itself.
 *
 * Everything lives in the arena and is trivially destructible. Strings may be
 * views into the text that the filter was parsed from.
 */
#pragma once

#include <cstdint>
#include <string_view>

#include "vecext/arena.h"
#include "vecext/filter/geo.h"
#include "vecext/filter/json.h"
#include "vecext/filter/path.h"
#include "vecext/filter/text.h"
#include "vecext/status.h"

namespace vecext::filter {

enum class TestKind : uint8_t {
	kNever,         /* no value passes: `any: []` */
	kEqualsText,    /* text */
	kEqualsInteger, /* integer */
	kEqualsBool,    /* boolean */
	kAnyText,       /* texts, sorted */
	kAnyInteger,    /* integers, sorted */
	kExceptText,
	kExceptInteger,
	kSubstring,    /* text */
	kAnySubstring, /* texts */
	kAllTokens,    /* tokens */
	kAnyToken,
	kPhrase,
	kPrefix, /* text */
	kNumberRange,
	kDatetimeRange,
	kGeoBox,
	kGeoCircle,
	kGeoPolygon,
};

inline bool is_of_tokens(TestKind kind)
{
	return kind == TestKind::kAllTokens || kind == TestKind::kAnyToken || kind == TestKind::kPhrase;
}

/* Bounds of a range; a range is the values above `low` and below `high`, or at
 * them where they belong to it. */
template <class T> struct Range {
	T low, high;
	bool has_low, has_high;
	bool low_belongs, high_belongs;

	bool has(T value) const
	{
		return (!has_low || value > low || (low_belongs && value == low)) &&
			   (!has_high || value < high || (high_belongs && value == high));
	}
};

/* A test of one value that is not an array. */
struct Test {
	TestKind kind;
	bool boolean;
	uint32_t count; /* of texts, integers */
	int64_t integer;
	std::string_view text;
	const std::string_view *texts;
	const int64_t *integers;
	const TokenQuery *tokens;
	const Range<double> *numbers;
	const Range<int64_t> *times; /* microseconds since 1970 */
	const GeoBox *box;
	const GeoCircle *circle;
	const GeoPolygon *polygon;
};

enum class ConditionKind : uint8_t {
	kAll,        /* every child */
	kAny,        /* at least one child */
	kNot,        /* not the one child */
	kAtLeast,    /* at least `least` children */
	kField,      /* some value at `path` passes one of `tests` */
	kCount,      /* the number of values of some value at `path` lies in `count` */
	kFieldEmpty, /* {key, is_empty: wanted} */
	kFieldNull,  /* {key, is_null: wanted} */
	kPathEmpty,  /* {is_empty: {key}} */
	kPathNull,   /* {is_null: {key}} */
	kNested,     /* some object at `path` passes the one child */
};

struct Condition {
	ConditionKind kind;
	bool wanted;
	bool joins_texts; /* the texts of a field are one document for its tests of tokens */
	uint32_t least;
	uint32_t n_children;
	uint32_t n_tests;
	const Condition *children;
	const Test *tests;
	PayloadPath path;
	const Range<int64_t> *count;
	std::string_view source; /* JSON of a leaf or nested condition, or of a min_should; else empty */
};

struct FilterLimits {
	static constexpr uint32_t kDepth = 64;           /* filters within filters */
	static constexpr uint32_t kConditions = 65536;   /* conditions of any kind */
	static constexpr uint32_t kListValues = 1000000; /* values of one `any` or `except` */
	static constexpr uint32_t kRingPoints = 65536;   /* points of one ring */
};

enum class FieldType : uint8_t { kKeyword, kInteger, kFloat, kBool, kDatetime, kUuid, kGeo, kText };

/* Types of fields: {"path": "text" | {"type": "text", ...}}. Only text fields
 * change what a filter means. */
struct SchemaField {
	PayloadPath path;
	FieldType type;
	const TextOptions *text; /* kText */
};

struct FieldSchema {
	const SchemaField *fields = nullptr;
	uint32_t size = 0;

	/* Of the text field at the path; null when it is none. */
	const TextOptions *find_text(const PayloadPath &path) const;
};

/* No schema and a JSON null are one without fields. Errors: 22023, the message
 * names the JSON path within the schema, DETAIL the rule. */
Result<FieldSchema> read_field_schema(const JsonValue *schema, Arena arena);

/* Errors: 22023 for what the rules of filters forbid, limits included; the message
 * names the JSON path within the filter, DETAIL the rule. has_id,
 * has_vector and slice are refused: they ask about a point, not its payload.
 * May throw std::bad_alloc. */
Result<const Condition *> compile_filter(const JsonValue &filter, const FieldSchema &schema, Arena arena);

/* The same for a single condition; the place is one within the condition. */
Result<const Condition *> compile_condition(const JsonValue &condition, const FieldSchema &schema, Arena arena);

} /* namespace vecext::filter */

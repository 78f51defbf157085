/*
 * json.h: a JSON text as a tree, for filters, field schemas and tests.
 *
 * Filters come as text from both sides, jsonb and HTTP bodies, so that there is
 * one way to read them. Numbers keep the distinction of integers and floats: a
 * number is an integer when it is written without fraction and exponent and fits
 * 64 bits. The tree lives in the arena; strings without escapes are views into
 * the text, which must therefore outlive the tree. Of a repeated key all members
 * are kept and member() gives the last.
 *
 * JsonValue is also a payload view (see evaluate.h).
 */
#pragma once

#include <cstdint>
#include <string_view>

#include "vecext/arena.h"
#include "vecext/status.h"

namespace vecext::filter {

enum class JsonKind : uint8_t { kNull, kBool, kNumber, kString, kArray, kObject };

struct JsonNumber {
	double value;    /* the number, rounded */
	int64_t integer; /* its value when is_integer */
	bool is_integer;
};

struct JsonMember;

class JsonValue {
public:
	JsonKind kind() const { return kind_; }
	bool boolean() const { return boolean_; }
	JsonNumber number() const { return number_; }
	std::string_view text() const { return text_; }
	uint32_t size() const { return size_; }             /* of an array or object */
	std::string_view source() const { return source_; } /* the text it was read from */

	const JsonValue &item(uint32_t i) const { return items_[i]; }
	const JsonMember *begin_members() const { return members_; }
	const JsonMember *end_members() const;
	const JsonValue *find(std::string_view key) const;

	bool member(std::string_view key, JsonValue *value) const;
	bool element(uint32_t i, JsonValue *value) const;
	template <class Visit> bool any_element(Visit &&visit) const
	{
		for (uint32_t i = 0; i < size_; i++)
			if (visit(items_[i]))
				return true;
		return false;
	}

private:
	friend class JsonReader;

	JsonKind kind_ = JsonKind::kNull;
	bool boolean_ = false;
	uint32_t size_ = 0;
	JsonNumber number_ = {};
	std::string_view text_;
	std::string_view source_;
	const JsonValue *items_ = nullptr;
	const JsonMember *members_ = nullptr;
};

struct JsonMember {
	std::string_view key;
	JsonValue value;
};

inline const JsonMember *JsonValue::end_members() const
{
	return members_ + size_;
}

/* Deepest nesting of arrays and objects that is read. */
inline constexpr int kMaxJsonDepth = 256;

/* Error 22023 for a text that is not JSON (RFC 8259), or too deep. */
Result<const JsonValue *> parse_json(std::string_view text, Arena arena);

} /* namespace vecext::filter */

/*
 * source.h: where in a JSON document the compiler is, for its messages.
 *
 * A Place is a value with the chain of keys and indexes that lead to it. Places
 * live on the stack of the recursive descent, each with a pointer to its parent.
 */
#pragma once

#include "vecext/filter/json.h"

namespace vecext::filter {

class Place {
public:
	Place(const char *document, const JsonValue &value) : value_(value), document_(document) {}

	Place at(std::string_view key, const JsonValue &value) const { return Place(*this, key, 0, value); }
	Place at(const JsonMember &member) const { return at(member.key, member.value); }
	Place at(uint32_t index) const { return Place(*this, {}, index, value_.item(index)); }

	const JsonValue &value() const { return value_; }
	JsonKind kind() const { return value_.kind(); }
	std::string_view key() const { return key_; }

	/* 22023 with the place in the message and `rule` in DETAIL. */
	Status refuse(const char *rule) const;

	/* The same for a key that has no meaning here. */
	Status refuse_key(std::string_view key, const char *known) const;

private:
	Place(const Place &parent, std::string_view key, uint32_t index, const JsonValue &value)
		: value_(value), document_(parent.document_), parent_(&parent), key_(key), index_(index)
	{
	}

	struct Text {
		char bytes[129];
		size_t size;
		void append(std::string_view part);
	};
	void append_to(Text *text) const;

	const JsonValue &value_;
	const char *document_;
	const Place *parent_ = nullptr;
	std::string_view key_;
	uint32_t index_ = 0;
};

inline bool is_string(const Place &place)
{
	return place.kind() == JsonKind::kString;
}

} /* namespace vecext::filter */

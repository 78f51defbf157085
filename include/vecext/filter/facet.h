/*
 * facet.h: how often each value of a field occurs in payloads.
 *
 * Fields are of type keyword, integer, bool or uuid; values of other types are
 * not counted, nor are floats on an integer field. A payload counts once for each
 * distinct value of its array. Counts live in the arena, strings as copies.
 */
#pragma once

#include "vecext/filter/field_index.h"

namespace vecext::filter {

struct FacetValue {
	std::string_view bytes; /* keyword; uuid: 16 bytes */
	int64_t integer;        /* integer; bool: 0 or 1 */
	uint64_t count;
	uint64_t last_payload; /* the last one counted, so that it counts once */
};

/* False for a type that has no facets. */
bool has_facets(FieldType type) noexcept;

class FacetCounts {
public:
	void init(FieldType type, Arena arena);

	template <class View> void add(const PayloadPath &path, const View &payload)
	{
		payload_++;
		any_item(path, payload, [this](const View &value) {
			add_value(value);
			return false;
		});
	}

	/* A value counted elsewhere. */
	void add(const FacetValue &value) { at(value.bytes, value.integer)->count += value.count; }

	const FacetValue *begin() const { return values_.begin(); }
	const FacetValue *end() const { return values_.end(); }
	uint32_t size() const { return values_.size(); }
	FieldType type() const { return type_; }

	/* The most frequent values, among equally frequent ones the lesser first. */
	ArenaVector<FacetValue> top(uint32_t limit, Arena arena) const;

private:
	template <class View> void add_value(const View &value)
	{
		unsigned char uuid[16];
		const JsonKind kind = value.kind();
		if (type_ == FieldType::kKeyword && kind == JsonKind::kString) {
			count(at(value.text(), 0));
		} else if (type_ == FieldType::kInteger && kind == JsonKind::kNumber) {
			const JsonNumber number = value.number();
			if (number.is_integer)
				count(at({}, number.integer));
		} else if (type_ == FieldType::kBool && kind == JsonKind::kBool) {
			count(at({}, value.boolean()));
		} else if (type_ == FieldType::kUuid && kind == JsonKind::kString && read_uuid(value.text(), uuid)) {
			count(at({reinterpret_cast<const char *>(uuid), sizeof(uuid)}, 0));
		}
	}

	void count(FacetValue *value) const
	{
		value->count += value->last_payload != payload_;
		value->last_payload = payload_;
	}

	FacetValue *at(std::string_view bytes, int64_t integer);
	uint32_t *slot_of(std::string_view bytes, int64_t integer);
	void grow();

	FieldType type_;
	Arena arena_;
	uint64_t payload_;
	ArenaVector<FacetValue> values_;
	ArenaVector<uint32_t> slots_; /* 1 + a value's place, or 0; a power of two */
};

} /* namespace vecext::filter */

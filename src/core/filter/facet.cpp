/*
 * facet.cpp: see facet.h. A hash table with open addressing, at most half full.
 */
#include "vecext/filter/facet.h"

#include <algorithm>
#include <cstring>

namespace vecext::filter {

namespace {

constexpr uint32_t kFirstSlots = 64;

/* The finalizer of MurmurHash3. */
uint64_t mix(uint64_t hash)
{
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
	return hash ^ (hash >> 33);
}

uint64_t hash_of(std::string_view bytes, int64_t integer)
{
	uint64_t hash = mix(static_cast<uint64_t>(integer) + bytes.size());
	for (; bytes.size() >= sizeof(uint64_t); bytes.remove_prefix(sizeof(uint64_t))) {
		uint64_t word;
		memcpy(&word, bytes.data(), sizeof(word));
		hash = mix(hash ^ word);
	}
	uint64_t rest = 0;
	if (!bytes.empty())
		memcpy(&rest, bytes.data(), bytes.size());
	return mix(hash ^ rest);
}

bool is_before(const FacetValue &a, const FacetValue &b)
{
	if (a.count != b.count)
		return a.count > b.count;
	return a.integer != b.integer ? a.integer < b.integer : a.bytes < b.bytes;
}

} /* namespace */

bool has_facets(FieldType type) noexcept
{
	return type == FieldType::kKeyword || type == FieldType::kInteger || type == FieldType::kBool ||
		   type == FieldType::kUuid;
}

void FacetCounts::init(FieldType type, Arena arena)
{
	type_ = type;
	arena_ = arena;
	payload_ = 0;
	values_.init(arena, kFirstSlots / 2);
	slots_.init(arena, kFirstSlots);
	slots_.resize(kFirstSlots);
	std::fill(slots_.begin(), slots_.end(), 0);
}

/* The slot of a value, or the free one where it belongs. */
uint32_t *FacetCounts::slot_of(std::string_view bytes, int64_t integer)
{
	const uint32_t mask = slots_.size() - 1;
	for (auto i = static_cast<uint32_t>(hash_of(bytes, integer)) & mask;; i = (i + 1) & mask) {
		uint32_t *slot = &slots_[i];
		if (*slot == 0)
			return slot;
		const FacetValue &value = values_[*slot - 1];
		if (value.integer == integer && value.bytes == bytes)
			return slot;
	}
}

FacetValue *FacetCounts::at(std::string_view bytes, int64_t integer)
{
	uint32_t *slot = slot_of(bytes, integer);
	if (*slot)
		return &values_[*slot - 1];
	if (values_.size() >= slots_.size() / 2) {
		grow();
		slot = slot_of(bytes, integer);
	}
	char *copy = bytes.empty() ? nullptr : arena_.allocate<char>(bytes.size());
	if (copy)
		memcpy(copy, bytes.data(), bytes.size());
	values_.push_back({{copy, bytes.size()}, integer, 0, 0});
	*slot = values_.size();
	return &values_.back();
}

void FacetCounts::grow()
{
	slots_.resize(slots_.size() * 2);
	std::fill(slots_.begin(), slots_.end(), 0);
	for (uint32_t i = 0; i < values_.size(); i++)
		*slot_of(values_[i].bytes, values_[i].integer) = i + 1;
}

ArenaVector<FacetValue> FacetCounts::top(uint32_t limit, Arena arena) const
{
	ArenaVector<FacetValue> sorted;
	sorted.init(arena, values_.size());
	for (const FacetValue &value : values_)
		sorted.push_back(value);
	const uint32_t kept = std::min(limit, sorted.size());
	std::partial_sort(sorted.begin(), sorted.begin() + kept, sorted.end(), is_before);
	sorted.resize(kept);
	return sorted;
}

} /* namespace vecext::filter */

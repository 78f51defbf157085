/*
 * field_index.cpp: see field_index.h.
 *
 * A filter is narrowed down by one field: of conditions that must all hold, any
 * one that the index knows is taken; of alternatives, all have to be known. A
 * nested filter is taken for conditions on the whole array, rows to be rechecked.
 */
#include "vecext/filter/field_index.h"

#include <algorithm>
#include <cmath>

namespace vecext::filter {

namespace {

constexpr size_t kCutKeyBytes = 240;
/* Between the bytes kept and the hash. Occurs in no text, so that no short string
 * has such a key. */
constexpr char kCutMark = static_cast<char>(0xff);

/* FNV-1a; only spreads what the cut made equal. */
uint64_t hash_of(std::string_view text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	for (char c : text)
		hash = (hash ^ static_cast<uint8_t>(c)) * UINT64_C(0x100000001b3);
	return hash;
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	const char lower = static_cast<char>(c | 32);
	return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The nearest 64-bit integer. */
int64_t saturate(double value)
{
	if (value >= 9223372036854775807.0)
		return INT64_MAX;
	return value <= -9223372036854775808.0 ? INT64_MIN : static_cast<int64_t>(value);
}

/* Keys of integers. Below kOwnKeys an integer has four: of itself, of the float
 * that equals it, and of the fractions above it, so that each test is answered by
 * keys alone; beyond, two integers with all that lies between share one. */
constexpr int64_t kOwnKeys = INT64_C(1) << 60;
enum KeyTag : int64_t { kTagInteger, kTagWholeFloat, kTagFraction, kTagLast };

bool has_own_keys(int64_t integer)
{
	return integer >= -kOwnKeys && integer < kOwnKeys;
}

int64_t tagged_key(int64_t integer, KeyTag tag)
{
	if (has_own_keys(integer))
		return 4 * integer + tag;
	return integer > 0 ? 4 * kOwnKeys + (integer - kOwnKeys) / 2 : -4 * kOwnKeys + ((integer + kOwnKeys) >> 1);
}

/* Whether all integers nearby differ as doubles. */
bool is_exact(double bound)
{
	return std::fabs(bound) < 9007199254740992.0;
}

constexpr int kGeoBits = 26;

int64_t interleave(uint32_t x, uint32_t y)
{
	uint64_t key = 0;
	for (int bit = 0; bit < kGeoBits; bit++)
		key |= static_cast<uint64_t>((x >> bit) & 1) << (2 * bit) | static_cast<uint64_t>((y >> bit) & 1)
																		<< (2 * bit + 1);
	return static_cast<int64_t>(key);
}

/* The cell of a coordinate on a side of 2^bits cells. */
uint32_t cell_of(double value, double half_circle, int bits)
{
	const double cells = std::ldexp(1.0, bits);
	const double cell = std::floor((value + half_circle) / (2 * half_circle) * cells);
	return static_cast<uint32_t>(std::clamp(cell, 0.0, cells - 1));
}

/* Adds the keys of one condition's tests to a lookup. */
class LookupPlanner {
public:
	LookupPlanner(const FieldIndex &index, Arena arena) : index_(index), path_(index.path), arena_(arena)
	{
		keys_.init(arena, 4);
	}

	Lookup plan(const Condition &condition)
	{
		Lookup lookup = {false, false, true, nullptr, 0};
		lookup.possible = add_condition(condition, &lookup);
		lookup.keys = keys_.begin();
		lookup.size = keys_.size();
		return lookup;
	}

private:
	bool add_condition(const Condition &condition, Lookup *lookup)
	{
		if (condition.kind == ConditionKind::kField)
			return condition.path == path_ && add_tests(condition, lookup);
		if (condition.kind == ConditionKind::kAll)
			return add_one_of_all(condition, lookup);
		if (condition.kind == ConditionKind::kNested)
			return add_nested(condition, lookup);
		return condition.kind == ConditionKind::kAny && add_alternatives(condition, lookup);
	}

	bool add_one_of_all(const Condition &all, Lookup *lookup)
	{
		for (uint32_t i = 0; i < all.n_children; i++) {
			const uint32_t before = keys_.size();
			const Lookup lookup_before = *lookup;
			if (add_condition(all.children[i], lookup)) {
				lookup->exact &= all.n_children == 1;
				return true;
			}
			keys_.resize(before);
			*lookup = lookup_before;
		}
		return false;
	}

	bool add_alternatives(const Condition &any, Lookup *lookup)
	{
		for (uint32_t i = 0; i < any.n_children; i++)
			if (!add_condition(any.children[i], lookup) || lookup->needs_all)
				return false;
		return true;
	}

	/* What one object has, the whole array has. */
	bool add_nested(const Condition &nested, Lookup *lookup)
	{
		const uint32_t size = nested.path.size;
		if (size >= path_.size || !(PayloadPath{path_.steps, size} == nested.path))
			return false;
		const PayloadPath whole = path_;
		path_ = {whole.steps + size, whole.size - size};
		const bool possible = add_condition(*nested.children, lookup);
		path_ = whole;
		lookup->exact = false;
		return possible;
	}

	bool add_tests(const Condition &field, Lookup *lookup)
	{
		for (uint32_t i = 0; i < field.n_tests; i++) {
			if (!add_test(field.tests[i], lookup))
				return false;
			if (lookup->needs_all && field.n_tests > 1)
				return false;
		}
		/* Keys of an alternative must not be taken for a part of this one. */
		return !lookup->needs_all || keys_.size() == field.tests->tokens->size;
	}

	bool add_test(const Test &test, Lookup *lookup)
	{
		switch (index_.type) {
		case FieldType::kKeyword:
			return add_strings(test, lookup);
		case FieldType::kInteger:
			return add_integers(test, lookup);
		case FieldType::kFloat:
			return add_floats(test);
		case FieldType::kBool:
			if (test.kind == TestKind::kEqualsBool)
				add(LookupKey::kEqual)->key.integer = test.boolean;
			return test.kind == TestKind::kEqualsBool;
		case FieldType::kDatetime:
			return add_times(test);
		case FieldType::kUuid:
			return add_uuids(test, lookup);
		case FieldType::kGeo:
			return add_region(test, lookup);
		case FieldType::kText:
			return add_text(test, lookup);
		}
		return false;
	}

	LookupKey *add(LookupKey::Kind kind)
	{
		keys_.push_back({kind, {}, {}, true, true});
		return &keys_.back();
	}

	void add_string(std::string_view text, Lookup *lookup)
	{
		add(LookupKey::kEqual)->key.bytes = string_key(text, arena_);
		lookup->exact &= text.size() <= kMaxKeyBytes;
	}

	bool add_strings(const Test &test, Lookup *lookup)
	{
		if (test.kind == TestKind::kEqualsText) {
			add_string(test.text, lookup);
			return true;
		}
		if (test.kind == TestKind::kPrefix) {
			add(LookupKey::kPrefix)->key.bytes = test.text.substr(0, kCutKeyBytes);
			lookup->exact &= test.text.size() <= kCutKeyBytes;
			return true;
		}
		for (uint32_t i = 0; test.kind == TestKind::kAnyText && i < test.count; i++)
			add_string(test.texts[i], lookup);
		return test.kind == TestKind::kAnyText;
	}

	bool add_integers(const Test &test, Lookup *lookup)
	{
		if (test.kind == TestKind::kEqualsInteger)
			add_integer(test.integer, lookup);
		else if (test.kind == TestKind::kNumberRange)
			add_integer_range(*test.numbers, lookup);
		for (uint32_t i = 0; test.kind == TestKind::kAnyInteger && i < test.count; i++)
			add_integer(test.integers[i], lookup);
		return test.kind == TestKind::kEqualsInteger || test.kind == TestKind::kNumberRange ||
			   test.kind == TestKind::kAnyInteger;
	}

	void add_integer(int64_t integer, Lookup *lookup)
	{
		add(LookupKey::kEqual)->key.integer = tagged_key(integer, kTagInteger);
		lookup->exact &= has_own_keys(integer);
	}

	void add_integer_range(const Range<double> &range, Lookup *lookup)
	{
		LookupKey *key = add(LookupKey::kRange);
		key->key.integer = range.has_low ? low_key(range.low, range.low_belongs) : INT64_MIN;
		key->high.integer = range.has_high ? high_key(range.high, range.high_belongs) : INT64_MAX;
		lookup->exact &= !range.has_low || (is_exact(range.low) && std::floor(range.low) == range.low);
		lookup->exact &= !range.has_high || (is_exact(range.high) && std::floor(range.high) == range.high);
	}

	/* Beyond 2^53 an integer is compared by the double next to it, which may be
	 * up to 512 away. */
	static constexpr double kSlack = 4096;

	static int64_t low_key(double low, bool belongs)
	{
		if (!is_exact(low))
			return tagged_key(saturate(std::floor(low) - kSlack), kTagInteger);
		const auto below = static_cast<int64_t>(std::floor(low));
		const bool whole = std::floor(low) == low;
		return tagged_key(below, whole && belongs ? kTagInteger : kTagFraction);
	}

	static int64_t high_key(double high, bool belongs)
	{
		if (!is_exact(high))
			return tagged_key(saturate(std::ceil(high) + kSlack), kTagLast);
		const auto below = static_cast<int64_t>(std::floor(high));
		if (std::floor(high) < high)
			return tagged_key(below, kTagFraction);
		return belongs ? tagged_key(below, kTagWholeFloat) : tagged_key(below - 1, kTagLast);
	}

	bool add_floats(const Test &test)
	{
		if (test.kind != TestKind::kNumberRange)
			return false;
		const Range<double> &range = *test.numbers;
		LookupKey *key = add(LookupKey::kRange);
		key->key.number = range.has_low ? range.low : -HUGE_VAL;
		key->high.number = range.has_high ? range.high : HUGE_VAL;
		key->low_belongs = !range.has_low || range.low_belongs;
		key->high_belongs = !range.has_high || range.high_belongs;
		return true;
	}

	bool add_times(const Test &test)
	{
		if (test.kind != TestKind::kDatetimeRange)
			return false;
		const Range<int64_t> &range = *test.times;
		LookupKey *key = add(LookupKey::kRange);
		key->key.integer = range.has_low ? range.low : INT64_MIN;
		key->high.integer = range.has_high ? range.high : INT64_MAX;
		key->low_belongs = !range.has_low || range.low_belongs;
		key->high_belongs = !range.has_high || range.high_belongs;
		return true;
	}

	/* Spellings of one UUID share a key; a string that is none has no entry. */
	bool add_uuid(std::string_view text)
	{
		auto *bytes = arena_.allocate<unsigned char>(16);
		if (!read_uuid(text, bytes))
			return false;
		add(LookupKey::kEqual)->key.bytes = {reinterpret_cast<const char *>(bytes), 16};
		return true;
	}

	bool add_uuids(const Test &test, Lookup *lookup)
	{
		lookup->exact = false;
		if (test.kind == TestKind::kEqualsText)
			return add_uuid(test.text);
		return test.kind == TestKind::kAnyText && std::all_of(test.texts, test.texts + test.count,
															  [this](std::string_view text) { return add_uuid(text); });
	}

	bool add_region(const Test &test, Lookup *lookup)
	{
		lookup->exact = false;
		if (test.kind == TestKind::kGeoBox)
			add_box(*test.box);
		else if (test.kind == TestKind::kGeoCircle)
			add_box(bounds(*test.circle));
		else if (test.kind == TestKind::kGeoPolygon)
			add_box(bounds(*test.polygon));
		else
			return false;
		return true;
	}

	void add_box(const GeoBox &box)
	{
		if (box.left > box.right) {
			add_plain_box({box.left, box.top, 180, box.bottom});
			add_plain_box({-180, box.top, box.right, box.bottom});
		} else {
			add_plain_box(box);
		}
	}

	/* At the finest level where a box covers at most 5 cells a side. */
	void add_plain_box(const GeoBox &box)
	{
		if (box.bottom > box.top)
			return;
		int level = kGeoBits;
		while (level > 0 && ((box.right - box.left) / 360 * std::ldexp(1.0, level) > 4 ||
							 (box.top - box.bottom) / 180 * std::ldexp(1.0, level) > 4))
			level--;
		const int shift = kGeoBits - level;
		const uint32_t first = keys_.size();
		const uint32_t right = cell_of(box.right, 180, level), top = cell_of(box.top, 90, level);
		for (uint32_t y = cell_of(box.bottom, 90, level); y <= top; y++)
			for (uint32_t x = cell_of(box.left, 180, level); x <= right; x++) {
				LookupKey *key = add(LookupKey::kRange);
				key->key.integer = interleave(x << shift, y << shift);
				key->high.integer = key->key.integer + (INT64_C(1) << (2 * shift)) - 1;
			}
		merge_neighbours(first);
	}

	/* Cells that follow each other on the curve become one range. */
	void merge_neighbours(uint32_t first)
	{
		LookupKey *at = keys_.begin() + first, *end = keys_.end();
		std::sort(at, end, [](const LookupKey &a, const LookupKey &b) { return a.key.integer < b.key.integer; });
		for (LookupKey *next = at + 1; next < end; next++) {
			if (next->key.integer == at->high.integer + 1)
				at->high.integer = next->high.integer;
			else
				*++at = *next;
		}
		keys_.resize(static_cast<uint32_t>(at + 1 - keys_.begin()));
	}

	bool add_text(const Test &test, Lookup *lookup)
	{
		if (!is_of_tokens(test.kind) || !(*test.tokens->options == *index_.text))
			return false;
		lookup->exact &= test.kind != TestKind::kPhrase;
		lookup->needs_all = test.kind != TestKind::kAnyToken && test.tokens->size > 0;
		for (uint32_t i = 0; i < test.tokens->size; i++)
			add_string(test.tokens->tokens[i], lookup);
		return true;
	}

	const FieldIndex &index_;
	PayloadPath path_; /* of the index, below the nested conditions around */
	Arena arena_;
	ArenaVector<LookupKey> keys_;
};

struct TokenKeys {
	Arena arena;
	ArenaVector<IndexKey> *keys;
};

bool add_token(void *context, std::string_view token)
{
	auto *into = static_cast<TokenKeys *>(context);
	char *copy = into->arena.allocate<char>(token.size());
	memcpy(copy, token.data(), token.size());
	into->keys->push_back({string_key({copy, token.size()}, into->arena), 0, 0});
	return false;
}

} /* namespace */

std::string_view string_key(std::string_view text, Arena arena)
{
	if (text.size() <= kMaxKeyBytes)
		return text;
	char *key = arena.allocate<char>(kCutKeyBytes + 1 + sizeof(uint64_t));
	const uint64_t hash = hash_of(text);
	memcpy(key, text.data(), kCutKeyBytes);
	key[kCutKeyBytes] = kCutMark;
	memcpy(key + kCutKeyBytes + 1, &hash, sizeof(hash));
	return {key, kCutKeyBytes + 1 + sizeof(hash)};
}

bool is_cut_key(std::string_view key) noexcept
{
	return key.size() == kCutKeyBytes + 1 + sizeof(uint64_t) && key[kCutKeyBytes] == kCutMark;
}

/* 32 hexadecimal digits, with hyphens as 8-4-4-4-12 or without, in braces or
 * behind "urn:uuid:" when with. */
bool read_uuid(std::string_view text, unsigned char bytes[16]) noexcept
{
	if (text.starts_with("urn:uuid:"))
		text.remove_prefix(9);
	else if (text.size() == 38 && text.starts_with('{') && text.ends_with('}'))
		text = text.substr(1, 36);
	const bool hyphens = text.size() == 36;
	if (!hyphens && text.size() != 32)
		return false;
	size_t at = 0;
	for (int i = 0; i < 16; i++) {
		if (hyphens && (i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-')
			return false;
		const int high = hex_digit(text[at]), low = hex_digit(text[at + 1]);
		if (high < 0 || low < 0)
			return false;
		bytes[i] = static_cast<unsigned char>(high << 4 | low);
		at += 2;
	}
	return true;
}

int64_t integer_key(JsonNumber number) noexcept
{
	if (number.is_integer)
		return tagged_key(number.integer, kTagInteger);
	const double below = std::floor(number.value);
	return tagged_key(saturate(below), below == number.value ? kTagWholeFloat : kTagFraction);
}

KeyOwner owner_of_key(int64_t key, int64_t *integer) noexcept
{
	if (key < -4 * kOwnKeys || key >= 4 * kOwnKeys)
		return KeyOwner::kSeveral;
	*integer = key >> 2;
	return (key & 3) == kTagInteger ? KeyOwner::kInteger : KeyOwner::kFractions;
}

int64_t geo_key(GeoPoint point) noexcept
{
	return interleave(cell_of(point.lon, 180, kGeoBits), cell_of(point.lat, 90, kGeoBits));
}

void add_tokens(const TextOptions &options, std::string_view text, Arena arena, ArenaVector<IndexKey> *keys)
{
	TokenKeys into = {arena, keys};
	visit_tokens(options, text, TextSide::kDocument, {add_token, &into});
}

Lookup plan_lookup(const FieldIndex &index, const Condition &condition, Arena arena)
{
	return LookupPlanner(index, arena).plan(condition);
}

} /* namespace vecext::filter */

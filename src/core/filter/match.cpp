/*
 * match.cpp: compiles `match`, an object with one of value, any, except, text,
 * text_any, phrase and prefix.
 */
#include <algorithm>

#include "core/embed/words.h"
#include "core/filter/letters.h"
#include "core/filter/tests.h"

namespace vecext::filter {

namespace {

constexpr const char *kKnownKeys = "value, any, except, text, text_any, phrase and prefix";

bool is_integer(const JsonValue &value)
{
	return value.kind() == JsonKind::kNumber && value.number().is_integer;
}

Status compile_value(const Place &place, Test *test)
{
	const JsonValue &value = place.value();
	if (is_string(place)) {
		test->kind = TestKind::kEqualsText;
		test->text = value.text();
	} else if (is_integer(value)) {
		test->kind = TestKind::kEqualsInteger;
		test->integer = value.number().integer;
	} else if (value.kind() == JsonKind::kBool) {
		test->kind = TestKind::kEqualsBool;
		test->boolean = value.boolean();
	} else {
		return place.refuse("A value to match is a string, a 64-bit integer or a boolean; use a range for floats.");
	}
	return Status::ok();
}

template <class T> uint32_t sort_unique(T *values, uint32_t count)
{
	std::sort(values, values + count);
	return static_cast<uint32_t>(std::unique(values, values + count) - values);
}

Status compile_texts(const Place &place, Arena arena, Test *test)
{
	const uint32_t size = place.value().size();
	auto *texts = arena.allocate<std::string_view>(size);
	for (uint32_t i = 0; i < size; i++) {
		const JsonValue &item = place.value().item(i);
		if (item.kind() != JsonKind::kString)
			return place.at(i).refuse("A list holds strings only or 64-bit integers only.");
		texts[i] = item.text();
	}
	test->texts = texts;
	test->count = sort_unique(texts, size);
	return Status::ok();
}

Status compile_integers(const Place &place, Arena arena, Test *test)
{
	const uint32_t size = place.value().size();
	auto *integers = arena.allocate<int64_t>(size);
	for (uint32_t i = 0; i < size; i++) {
		const JsonValue &item = place.value().item(i);
		if (!is_integer(item))
			return place.at(i).refuse("A list holds strings only or 64-bit integers only.");
		integers[i] = item.number().integer;
	}
	test->integers = integers;
	test->count = sort_unique(integers, size);
	return Status::ok();
}

/* any and except. */
Status compile_list(const Place &place, TestKind of_texts, TestKind of_integers, Arena arena, Test *test)
{
	if (place.kind() != JsonKind::kArray)
		return place.refuse("A list of strings or of 64-bit integers is expected.");
	if (place.value().size() > FilterLimits::kListValues)
		return place.refuse("A list has at most 1000000 values.");
	const bool texts = place.value().size() == 0 || place.value().item(0).kind() == JsonKind::kString;
	test->kind = texts ? of_texts : of_integers;
	return texts ? compile_texts(place, arena, test) : compile_integers(place, arena, test);
}

/* The words of an unindexed text_any, cut at white space. */
void split_words(std::string_view text, Arena arena, Test *test)
{
	ArenaVector<std::string_view> words;
	words.init(arena, 4);
	const char *word = nullptr;
	while (!text.empty()) {
		const char *at = text.data();
		if (!is_space(take_character(text))) {
			word = word ? word : at;
		} else if (word) {
			words.push_back({word, static_cast<size_t>(at - word)});
			word = nullptr;
		}
	}
	if (word)
		words.push_back({word, static_cast<size_t>(text.data() - word)});
	test->texts = words.begin();
	test->count = words.size();
}

void compile_substring(std::string_view text, TestKind tokens_kind, Arena arena, Test *test)
{
	test->text = text;
	test->kind = tokens_kind == TestKind::kAnyToken ? TestKind::kAnySubstring : TestKind::kSubstring;
	if (test->kind == TestKind::kAnySubstring)
		split_words(text, arena, test);
}

Status compile_text(const Place &place, TestKind kind, const TextOptions *options, Arena arena, Test *test)
{
	if (!is_string(place))
		return place.refuse("A string is expected.");
	if (!options) {
		compile_substring(place.value().text(), kind, arena, test);
		return Status::ok();
	}
	const auto cut = kind == TestKind::kPhrase ? cut_phrase : cut_token_set;
	const Result<TokenQuery> query = cut(*options, place.value().text(), arena);
	if (!query.is_ok())
		return place.refuse(query.status().message());
	test->kind = kind;
	test->tokens = new (arena.allocate<TokenQuery>(1)) TokenQuery(query.value());
	return Status::ok();
}

Status compile_prefix(const Place &place, Test *test)
{
	if (!is_string(place))
		return place.refuse("A string is expected.");
	test->kind = TestKind::kPrefix;
	test->text = place.value().text();
	return Status::ok();
}

Status compile_keyed(const Place &place, const TextOptions *text, Arena arena, Test *test)
{
	const std::string_view key = place.key();
	if (key == "value")
		return compile_value(place, test);
	if (key == "any")
		return compile_list(place, TestKind::kAnyText, TestKind::kAnyInteger, arena, test);
	if (key == "except")
		return compile_list(place, TestKind::kExceptText, TestKind::kExceptInteger, arena, test);
	if (key == "text")
		return compile_text(place, TestKind::kAllTokens, text, arena, test);
	if (key == "text_any")
		return compile_text(place, TestKind::kAnyToken, text, arena, test);
	if (key == "phrase")
		return compile_text(place, TestKind::kPhrase, text, arena, test);
	return compile_prefix(place, test);
}

bool is_known(std::string_view key)
{
	constexpr std::string_view kKeys[] = {"value", "any", "except", "text", "text_any", "phrase", "prefix"};
	return std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

} /* namespace */

Status compile_match(const Place &place, const TextOptions *text, Arena arena, Test *test)
{
	const JsonValue &match = place.value();
	if (match.kind() != JsonKind::kObject)
		return place.refuse("A match is an object.");
	for (const JsonMember *m = match.begin_members(); m < match.end_members(); m++)
		if (!is_known(m->key))
			return place.refuse_key(m->key, kKnownKeys);
	if (match.size() != 1)
		return place.refuse("A match has one of value, any, except, text, text_any, phrase and prefix.");
	return compile_keyed(place.at(*match.begin_members()), text, arena, test);
}

} /* namespace vecext::filter */

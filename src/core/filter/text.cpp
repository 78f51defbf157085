/*
 * text.cpp: tokens of texts, see text.h.
 *
 * ICU's break iterator and case map and Snowball's stemmers are made once per
 * thread and kept: making one costs more than cutting a document.
 */
#include "vecext/filter/text.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <unicode/ubrk.h>
#include <unicode/ucasemap.h>
#include <unicode/unorm2.h>
#include <unicode/utext.h>

#include <libstemmer.h>

#include "core/embed/words.h"
#include "core/filter/letters.h"
#include "core/filter/stopwords.h"

namespace vecext::filter {

namespace {

bool is_ascii(std::string_view text)
{
	return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
}

void append_utf8(char32_t c, std::string *to)
{
	char bytes[4];
	int32_t size = 0;
	U8_APPEND_UNSAFE(reinterpret_cast<uint8_t *>(bytes), size, static_cast<UChar32>(c));
	to->append(bytes, static_cast<size_t>(size));
}

/* Latin letters that do not decompose, and what stands for them. */
constexpr struct {
	char32_t letter;
	std::string_view ascii;
} kFoldings[] = {{0xc6, "AE"}, {0xd0, "D"},   {0xd8, "O"},   {0xde, "TH"}, {0xdf, "ss"}, {0xe6, "ae"},
				 {0xf0, "d"},  {0xf8, "o"},   {0xfe, "th"},  {0x110, "D"}, {0x111, "d"}, {0x126, "H"},
				 {0x127, "h"}, {0x131, "i"},  {0x138, "q"},  {0x141, "L"}, {0x142, "l"}, {0x14a, "N"},
				 {0x14b, "n"}, {0x152, "OE"}, {0x153, "oe"}, {0x166, "T"}, {0x167, "t"}, {0x1e9e, "SS"}};

/* The ASCII letters that a character decomposes into, its marks dropped; nothing
 * when there is more to it. */
bool append_decomposed(char32_t c, std::string *to)
{
	UErrorCode error = U_ZERO_ERROR;
	UChar parts[32];
	const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&error);
	const int32_t count = unorm2_getDecomposition(nfkd, static_cast<UChar32>(c), parts, 32, &error);
	if (U_FAILURE(error) || count < 0)
		return false;
	const size_t before = to->size();
	for (int32_t i = 0; i < count; i++) {
		if (parts[i] < 0x80)
			to->push_back(static_cast<char>(parts[i]));
		else if (u_charType(parts[i]) != U_NON_SPACING_MARK) {
			to->resize(before);
			return false;
		}
	}
	return to->size() > before;
}

void fold_to_ascii(std::string *token)
{
	if (is_ascii(*token))
		return;
	std::string folded;
	std::string_view rest = *token;
	while (!rest.empty()) {
		const char32_t c = take_character(rest);
		const auto *known =
			std::find_if(std::begin(kFoldings), std::end(kFoldings), [c](auto &f) { return f.letter == c; });
		if (known != std::end(kFoldings))
			folded.append(known->ascii);
		else if (c < 0x80 || !append_decomposed(c, &folded))
			append_utf8(c, &folded);
	}
	token->swap(folded);
}

const UCaseMap *case_map()
{
	static thread_local UCaseMap *map = nullptr;
	UErrorCode error = U_ZERO_ERROR;
	if (!map)
		map = ucasemap_open("", 0, &error);
	return U_SUCCESS(error) ? map : nullptr;
}

void to_lower(std::string *token)
{
	if (is_ascii(*token)) {
		for (char &c : *token)
			c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
		return;
	}
	const UCaseMap *map = case_map();
	if (!map)
		return;
	std::string lowered(token->size() * 3, '\0');
	UErrorCode error = U_ZERO_ERROR;
	const int32_t size = ucasemap_utf8ToLower(map, lowered.data(), static_cast<int32_t>(lowered.size()), token->data(),
											  static_cast<int32_t>(token->size()), &error);
	if (U_FAILURE(error))
		return;
	lowered.resize(static_cast<size_t>(size));
	token->swap(lowered);
}

/* One stemmer per algorithm and thread; the names are pointers to constants. */
sb_stemmer *stemmer_for(const char *algorithm)
{
	static thread_local struct {
		const char *algorithm;
		sb_stemmer *stemmer;
	} cache[64];
	for (auto &entry : cache) {
		if (!entry.algorithm)
			entry = {algorithm, sb_stemmer_new(algorithm, "UTF_8")};
		if (entry.algorithm == algorithm)
			return entry.stemmer;
	}
	return nullptr;
}

void stem(const char *algorithm, std::string *token)
{
	sb_stemmer *stemmer = stemmer_for(algorithm);
	if (!stemmer)
		return;
	const auto *stemmed =
		sb_stemmer_stem(stemmer, reinterpret_cast<const sb_symbol *>(token->data()), static_cast<int>(token->size()));
	if (stemmed)
		token->assign(reinterpret_cast<const char *>(stemmed), static_cast<size_t>(sb_stemmer_length(stemmer)));
}

size_t count_characters(std::string_view text)
{
	return static_cast<size_t>(
		std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0) != 0x80; }));
}

/* The first `characters` of a text that has at least as many. */
std::string_view leading(std::string_view text, size_t characters)
{
	size_t at = 0;
	for (; characters; characters--)
		do
			at++;
		while (at < text.size() && (static_cast<uint8_t>(text[at]) & 0xc0) == 0x80);
	return text.substr(0, at);
}

/* Takes words from a splitter through the later stages to the visitor. */
class TokenPipeline {
public:
	TokenPipeline(const TextOptions &options, TextSide side, TokenVisitor visitor)
		: options_(options), side_(side), visitor_(visitor)
	{
	}

	/* True when the visitor wants no more. */
	bool push(std::string_view word)
	{
		token_.assign(word);
		if (options_.ascii_folding)
			fold_to_ascii(&token_);
		if (options_.lowercase)
			to_lower(&token_);
		if (std::binary_search(options_.stopwords, options_.stopwords + options_.n_stopwords, std::string_view(token_)))
			return false;
		if (options_.stemmer)
			stem(options_.stemmer, &token_);
		return options_.tokenizer == Tokenizer::kPrefix ? visit_prefixes() : visit_token();
	}

private:
	bool visit_token()
	{
		const size_t length = count_characters(token_);
		if (length == 0 || length < options_.min_length || length > options_.max_length)
			return false;
		return visitor_.visit(visitor_.context, token_);
	}

	bool visit_prefixes()
	{
		const size_t longest = std::min<size_t>(count_characters(token_), options_.max_length);
		const size_t shortest = std::max<size_t>(options_.min_length, 1);
		const size_t first = side_ == TextSide::kQuery ? std::max(longest, shortest) : shortest;
		for (size_t length = first; length <= longest; length++)
			if (visitor_.visit(visitor_.context, leading(token_, length)))
				return true;
		return false;
	}

	const TextOptions &options_;
	TextSide side_;
	TokenVisitor visitor_;
	std::string token_;
};

template <class Separates> bool split(std::string_view text, TokenPipeline *pipeline, Separates separates)
{
	const char *word = nullptr;
	while (!text.empty()) {
		const char *at = text.data();
		if (!separates(take_character(text))) {
			word = word ? word : at;
		} else if (word) {
			if (pipeline->push({word, static_cast<size_t>(at - word)}))
				return true;
			word = nullptr;
		}
	}
	return word && pipeline->push({word, static_cast<size_t>(text.data() - word)});
}

UBreakIterator *word_boundaries()
{
	static thread_local UBreakIterator *iterator = nullptr;
	UErrorCode error = U_ZERO_ERROR;
	if (!iterator)
		iterator = ubrk_open(UBRK_WORD, "", nullptr, 0, &error);
	return U_SUCCESS(error) ? iterator : nullptr;
}

bool visit_segments(UBreakIterator *iterator, std::string_view text, TokenPipeline *pipeline)
{
	int32_t start = ubrk_first(iterator);
	for (int32_t end = ubrk_next(iterator); end != UBRK_DONE; start = end, end = ubrk_next(iterator)) {
		const int32_t rule = ubrk_getRuleStatus(iterator);
		if (rule >= UBRK_WORD_NONE && rule < UBRK_WORD_NONE_LIMIT)
			continue;
		if (pipeline->push(text.substr(static_cast<size_t>(start), static_cast<size_t>(end - start))))
			return true;
	}
	return false;
}

bool split_by_dictionary(std::string_view text, TokenPipeline *pipeline)
{
	UErrorCode error = U_ZERO_ERROR;
	UText input = UTEXT_INITIALIZER;
	UBreakIterator *iterator = word_boundaries();
	if (!iterator || !utext_openUTF8(&input, text.data(), static_cast<int64_t>(text.size()), &error))
		return false;
	ubrk_setUText(iterator, &input, &error);
	const bool stopped = U_SUCCESS(error) && visit_segments(iterator, text, pipeline);
	utext_close(&input);
	return stopped;
}

struct TokenList {
	Arena arena;
	ArenaVector<std::string_view> tokens;
};

bool collect(void *context, std::string_view token)
{
	auto *list = static_cast<TokenList *>(context);
	char *copy = list->arena.allocate<char>(token.size());
	memcpy(copy, token.data(), token.size());
	list->tokens.push_back({copy, token.size()});
	return list->tokens.size() > kMaxQueryTokens;
}

Result<TokenQuery> cut(const TextOptions &options, std::string_view text, Arena arena)
{
	TokenList list = {arena, {}};
	list.tokens.init(arena, 8);
	if (visit_tokens(options, text, TextSide::kQuery, {collect, &list}))
		return Status::error(ErrorKind::kInvalidParameter, "A text to be found has at most %u tokens.",
							 kMaxQueryTokens);
	return TokenQuery{&options, list.tokens.begin(), nullptr, list.tokens.size()};
}

/* For each length of a matched part, the longest shorter one to go on with. */
const uint32_t *failure_table(const std::string_view *tokens, uint32_t size, Arena arena)
{
	uint32_t *fallback = arena.allocate<uint32_t>(size + 1);
	fallback[0] = 0;
	if (size)
		fallback[1] = 0;
	for (uint32_t i = 1, matched = 0; i < size; i++) {
		while (matched && tokens[i] != tokens[matched])
			matched = fallback[matched];
		matched += tokens[i] == tokens[matched];
		fallback[i + 1] = matched;
	}
	return fallback;
}

} /* namespace */

bool visit_tokens(const TextOptions &options, std::string_view text, TextSide side, TokenVisitor visitor)
{
	TokenPipeline pipeline(options, side, visitor);
	switch (options.tokenizer) {
	case Tokenizer::kWhitespace:
		return split(text, &pipeline, is_space);
	case Tokenizer::kMultilingual:
		return split_by_dictionary(text, &pipeline);
	default:
		return split(text, &pipeline, [](char32_t c) { return !is_alphanumeric(c); });
	}
}

Result<TokenQuery> cut_token_set(const TextOptions &options, std::string_view text, Arena arena)
{
	const Result<TokenQuery> cut_query = cut(options, text, arena);
	if (!cut_query.is_ok())
		return cut_query;
	TokenQuery query = cut_query.value();
	auto *tokens = const_cast<std::string_view *>(query.tokens);
	std::sort(tokens, tokens + query.size);
	query.size = static_cast<uint32_t>(std::unique(tokens, tokens + query.size) - tokens);
	return query;
}

Result<TokenQuery> cut_phrase(const TextOptions &options, std::string_view text, Arena arena)
{
	const Result<TokenQuery> cut_query = cut(options, text, arena);
	if (!cut_query.is_ok())
		return cut_query;
	TokenQuery query = cut_query.value();
	query.fallback = failure_table(query.tokens, query.size, arena);
	return query;
}

bool TokenSearch::mark_found(void *context, std::string_view token)
{
	auto *search = static_cast<TokenSearch *>(context);
	const std::string_view *tokens = search->query_.tokens, *end = tokens + search->query_.size;
	const std::string_view *at = std::lower_bound(tokens, end, token);
	if (at == end || *at != token)
		return false;
	const auto i = static_cast<size_t>(at - tokens);
	const uint64_t bit = UINT64_C(1) << (i % 64);
	search->missing_ -= (search->found_[i / 64] & bit) == 0;
	search->found_[i / 64] |= bit;
	return search->missing_ == 0;
}

bool TokenSearch::advance_phrase(void *context, std::string_view token)
{
	auto *search = static_cast<TokenSearch *>(context);
	const TokenQuery &query = search->query_;
	while (search->matched_ && query.tokens[search->matched_] != token)
		search->matched_ = query.fallback[search->matched_];
	search->matched_ += query.tokens[search->matched_] == token;
	return search->matched_ == query.size;
}

bool TokenSearch::add(std::string_view text)
{
	const auto visit = kind_ == kPhrase ? advance_phrase : mark_found;
	return query_.size && visit_tokens(*query_.options, text, TextSide::kDocument, {visit, this});
}

bool operator==(const TextOptions &a, const TextOptions &b)
{
	const bool same_stemmer = a.stemmer == b.stemmer;
	return a.tokenizer == b.tokenizer && a.lowercase == b.lowercase && a.ascii_folding == b.ascii_folding &&
		   a.min_length == b.min_length && a.max_length == b.max_length && same_stemmer &&
		   std::equal(a.stopwords, a.stopwords + a.n_stopwords, b.stopwords, b.stopwords + b.n_stopwords);
}

} /* namespace vecext::filter */

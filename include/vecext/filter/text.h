/*
 * text.h: how a full-text field is cut into tokens, and matched.
 *
 * A token goes through: splitting, ASCII folding, lower case, stopwords, stemming,
 * limits of length (in characters). Splitting is `word` (anything that is neither
 * letter nor number separates), `whitespace`, `prefix` (words; a document has all
 * leading parts of a word from the least to the greatest length, a query only the
 * longest) or `multilingual` (word boundaries of Unicode with dictionaries, from
 * ICU, for scripts without spaces).
 *
 * Functions that cut text may throw std::bad_alloc.
 */
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "vecext/arena.h"
#include "vecext/filter/json.h"
#include "vecext/status.h"

namespace vecext::filter {

enum class Tokenizer : uint8_t { kWord, kWhitespace, kPrefix, kMultilingual };

struct TextOptions {
	Tokenizer tokenizer = Tokenizer::kWord;
	bool lowercase = true;
	bool ascii_folding = false;
	uint32_t min_length = 0;
	uint32_t max_length = UINT32_MAX;
	const char *stemmer = nullptr;               /* Snowball algorithm, or null */
	const std::string_view *stopwords = nullptr; /* sorted */
	uint32_t n_stopwords = 0;
};

/* Tokens of documents, or of a query. */
enum class TextSide : uint8_t { kDocument, kQuery };

/* Called with each token; true stops. The token is valid during the call. */
struct TokenVisitor {
	bool (*visit)(void *context, std::string_view token);
	void *context;
};

/* Gives the stopwords of a language by its English name ("french"), in lower case,
 * for as long as the process lives; nothing when it has none. May throw
 * std::bad_alloc. */
using StopwordSource = std::span<const std::string_view> (*)(std::string_view language);

/* Where stopwords of languages other than English come from: set once, before any
 * text options are read. Without a source there are none. */
void set_stopword_source(StopwordSource source) noexcept;

/* The parameters of a text index: {"type": "text", "tokenizer": ..., ...}. Error
 * 22023 with the rule as its message and the parameter in DETAIL. */
Result<const TextOptions *> read_text_options(const JsonValue &parameters, Arena arena);

bool operator==(const TextOptions &a, const TextOptions &b);

/* True when the visitor stopped. */
bool visit_tokens(const TextOptions &options, std::string_view text, TextSide side, TokenVisitor visitor);

/* A text to be found, cut into tokens. */
struct TokenQuery {
	const TextOptions *options;
	const std::string_view *tokens; /* as a set, sorted; of a phrase, in order */
	const uint32_t *fallback;       /* phrase: Knuth-Morris-Pratt failure table */
	uint32_t size;
};

inline constexpr uint32_t kMaxQueryTokens = 1024;

/* Error 22023 for more than kMaxQueryTokens, the rule as its message. */
Result<TokenQuery> cut_token_set(const TextOptions &options, std::string_view text, Arena arena);
Result<TokenQuery> cut_phrase(const TextOptions &options, std::string_view text, Arena arena);

/* A search for a query's tokens in a document of several texts: all of them (of a
 * set), one of them, or in order side by side (of a phrase). Tokens of the texts
 * add up, and a phrase may run on from one text to the next. A query without
 * tokens is never found. */
class TokenSearch {
public:
	enum Kind { kAll, kAny, kPhrase };

	TokenSearch(const TokenQuery &query, Kind kind)
		: query_(query), kind_(kind), missing_(kind == kAll ? query.size : 1)
	{
	}

	/* Adds a text; true once the query is found. */
	bool add(std::string_view text);

private:
	static bool mark_found(void *search, std::string_view token);
	static bool advance_phrase(void *search, std::string_view token);

	const TokenQuery &query_;
	Kind kind_;
	uint32_t missing_;     /* tokens of a set */
	uint32_t matched_ = 0; /* tokens of a phrase */
	uint64_t found_[kMaxQueryTokens / 64] = {};
};

} /* namespace vecext::filter */

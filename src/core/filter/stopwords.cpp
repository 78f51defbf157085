/*
 * stopwords.cpp: see stopwords.h. The English list is articles, pronouns,
 * prepositions, conjunctions, auxiliaries, and what an apostrophe leaves of them.
 */
#include "core/filter/stopwords.h"

#include <algorithm>

#include "vecext/filter/text.h"

namespace vecext::filter {

namespace {

constexpr std::string_view kEnglish[] = {
	"a",     "about",    "above",     "after",  "again",     "against",    "ain",     "all",     "am",     "an",
	"and",   "any",      "are",       "aren",   "as",        "at",         "be",      "because", "been",   "before",
	"being", "below",    "between",   "both",   "but",       "by",         "can",     "couldn",  "d",      "did",
	"didn",  "do",       "does",      "doesn",  "doing",     "don",        "down",    "during",  "each",   "few",
	"for",   "from",     "further",   "had",    "hadn",      "has",        "hasn",    "have",    "haven",  "having",
	"he",    "her",      "here",      "hers",   "herself",   "him",        "himself", "his",     "how",    "i",
	"if",    "in",       "into",      "is",     "isn",       "it",         "its",     "itself",  "just",   "ll",
	"m",     "ma",       "me",        "mightn", "more",      "most",       "mustn",   "my",      "myself", "needn",
	"no",    "nor",      "not",       "now",    "o",         "of",         "off",     "on",      "once",   "only",
	"or",    "other",    "our",       "ours",   "ourselves", "out",        "over",    "own",     "re",     "s",
	"same",  "shan",     "she",       "should", "shouldn",   "so",         "some",    "such",    "t",      "than",
	"that",  "the",      "their",     "theirs", "them",      "themselves", "then",    "there",   "these",  "they",
	"this",  "those",    "through",   "to",     "too",       "under",      "until",   "up",      "ve",     "very",
	"was",   "wasn",     "we",        "were",   "weren",     "what",       "when",    "where",   "which",  "while",
	"who",   "whom",     "why",       "will",   "with",      "won",        "wouldn",  "y",       "you",    "your",
	"yours", "yourself", "yourselves"};

struct Language {
	std::string_view code;
	const char *name;
};

/* What Snowball stems, of the languages that Qdrant names. */
constexpr Language kStemmed[] = {{"ar", "arabic"},     {"hy", "armenian"},  {"da", "danish"},  {"nl", "dutch"},
								 {"en", "english"},    {"fi", "finnish"},   {"fr", "french"},  {"de", "german"},
								 {"el", "greek"},      {"hu", "hungarian"}, {"it", "italian"}, {"no", "norwegian"},
								 {"pt", "portuguese"}, {"ro", "romanian"},  {"ru", "russian"}, {"es", "spanish"},
								 {"sv", "swedish"},    {"ta", "tamil"},     {"tr", "turkish"}};

/* Those that Qdrant names for stopwords, with its codes. */
constexpr Language kStopped[] = {
	{"ar", "arabic"},    {"az", "azerbaijani"}, {"eu", "basque"},     {"bn", "bengali"},  {"ca", "catalan"},
	{"zh", "chinese"},   {"da", "danish"},      {"nl", "dutch"},      {"en", "english"},  {"fi", "finnish"},
	{"fr", "french"},    {"de", "german"},      {"el", "greek"},      {"he", "hebrew"},   {"hi-en", "hinglish"},
	{"hu", "hungarian"}, {"id", "indonesian"},  {"it", "italian"},    {"jp", "japanese"}, {"kk", "kazakh"},
	{"ne", "nepali"},    {"no", "norwegian"},   {"pt", "portuguese"}, {"ro", "romanian"}, {"ru", "russian"},
	{"sl", "slovene"},   {"es", "spanish"},     {"sv", "swedish"},    {"tg", "tajik"},    {"tr", "turkish"}};

template <size_t n> const char *find_name(const Language (&languages)[n], std::string_view language)
{
	const auto *found = std::find_if(std::begin(languages), std::end(languages), [language](const Language &known) {
		return known.code == language || known.name == language;
	});
	return found == std::end(languages) ? nullptr : found->name;
}

StopwordSource stopword_source;

} /* namespace */

void set_stopword_source(StopwordSource source) noexcept
{
	stopword_source = source;
}

std::string_view stopword_language(std::string_view language) noexcept
{
	const char *name = find_name(kStopped, language);
	return name ? name : std::string_view();
}

std::span<const std::string_view> stopwords_of(std::string_view language)
{
	if (language == "english")
		return kEnglish;
	return stopword_source ? stopword_source(language) : std::span<const std::string_view>();
}

const char *snowball_algorithm(std::string_view language) noexcept
{
	return find_name(kStemmed, language);
}

} /* namespace vecext::filter */

/*
 * stopwords.cpp: see stopwords.h. The English list is articles, pronouns,
 * prepositions, conjunctions, auxiliaries, and what an apostrophe leaves of them.
 */
#include "core/filter/stopwords.h"

#include <algorithm>

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

} /* namespace */

std::span<const std::string_view> stopwords_of(std::string_view language) noexcept
{
	if (language == "english" || language == "en")
		return kEnglish;
	return {};
}

const char *snowball_algorithm(std::string_view language) noexcept
{
	const auto *found = std::find_if(std::begin(kStemmed), std::end(kStemmed), [language](const Language &known) {
		return known.code == language || known.name == language;
	});
	return found == std::end(kStemmed) ? nullptr : found->name;
}

} /* namespace vecext::filter */

/*
 * hash_embed.cpp: words and character runs, hashed into a vector.
 */
#include "vecext/hash_embed.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "core/embed/words.h"

namespace vecext {

namespace {

constexpr size_t kShortestRun = 3;
constexpr size_t kLongestRun = 5;
constexpr float kWordWeight = 1.0f;
constexpr float kFunctionWordWeight = 0.1f;
/* Weight of all character runs of one word together, as a length. */
constexpr float kRunsWeight = 1.5f;
/* Stands before and after a word; above every Unicode character. */
constexpr char32_t kBoundary = 0x110000;

/* Words that hold sentences together and say nothing of their subject, sorted. */
constexpr std::u32string_view kFunctionWords[] = {
	U"a",    U"about", U"all",   U"am",   U"an",   U"and",  U"any",   U"are",  U"as",   U"at",    U"be",
	U"been", U"but",   U"by",    U"can",  U"did",  U"do",   U"does",  U"for",  U"from", U"had",   U"has",
	U"have", U"he",    U"her",   U"his",  U"how",  U"i",    U"if",    U"in",   U"into", U"is",    U"it",
	U"its",  U"me",    U"my",    U"no",   U"not",  U"of",   U"on",    U"or",   U"our",  U"she",   U"should",
	U"so",   U"some",  U"such",  U"than", U"that", U"the",  U"their", U"them", U"then", U"there", U"these",
	U"they", U"this",  U"to",    U"us",   U"was",  U"we",   U"were",  U"what", U"when", U"where", U"which",
	U"who",  U"whom",  U"whose", U"why",  U"will", U"with", U"would", U"you",  U"your",
};
static_assert(std::ranges::is_sorted(kFunctionWords));

struct Feature {
	uint64_t hash;
	float weight;

	auto operator<=>(const Feature &) const = default;
};

enum class FeatureKind : uint64_t { kWord = 1, kRun = 2 };

/* Multiply and fold for each character; the finalizer of splitmix64 (Steele, Lea,
 * Flood 2014) spreads what the last characters left in the low half. */
uint64_t hash_of(FeatureKind kind, std::u32string_view characters) noexcept
{
	uint64_t hash = 0x9e3779b97f4a7c15u * static_cast<uint64_t>(kind);
	for (char32_t character : characters) {
		hash = (hash ^ character) * 0xd6e8feb86659fd93u;
		hash ^= hash >> 32;
	}
	hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9u;
	hash = (hash ^ hash >> 27) * 0x94d049bb133111ebu;
	return hash ^ hash >> 31;
}

size_t count_runs(size_t length) noexcept
{
	size_t count = 0;
	for (size_t run = kShortestRun; run <= std::min(kLongestRun, length); run++)
		count += length - run + 1;
	return count;
}

/* All character runs of `word`, which stands between two boundaries. */
void add_runs(std::u32string_view bounded_word, std::vector<Feature> &features)
{
	const size_t length = bounded_word.size();
	const float weight = kRunsWeight / std::sqrt(static_cast<float>(count_runs(length)));
	for (size_t run = kShortestRun; run <= std::min(kLongestRun, length); run++)
		for (size_t at = 0; at + run <= length; at++)
			features.push_back({hash_of(FeatureKind::kRun, bounded_word.substr(at, run)), weight});
}

void add_word(const std::u32string &word, std::u32string &bounded_word, std::vector<Feature> &features)
{
	const bool function_word = std::ranges::binary_search(kFunctionWords, std::u32string_view(word));
	features.push_back({hash_of(FeatureKind::kWord, word), function_word ? kFunctionWordWeight : kWordWeight});
	if (function_word)
		return;
	bounded_word.assign(1, kBoundary).append(word).push_back(kBoundary);
	add_runs(bounded_word, features);
}

std::vector<Feature> features_of(std::string_view text)
{
	std::vector<Feature> features;
	std::u32string word, bounded_word;
	while (take_word(text, word))
		add_word(word, bounded_word, features);
	return features;
}

/* The hash's high half picks the dimension, its lowest bit the sign. */
void add_to_vector(uint64_t hash, float value, float *to, size_t dimensions) noexcept
{
	const size_t dimension = (hash >> 32) * dimensions >> 32;
	to[dimension] += (hash & 1) != 0 ? value : -value;
}

/* Sums features, sorted so that equal ones are neighbours: n of them weigh
 * sqrt(n) times their mean weight. */
void sum_features(const std::vector<Feature> &features, float *to, size_t dimensions) noexcept
{
	for (size_t first = 0, next; first < features.size(); first = next) {
		float total = 0;
		for (next = first; next < features.size() && features[next].hash == features[first].hash; next++)
			total += features[next].weight;
		add_to_vector(features[first].hash, total / std::sqrt(static_cast<float>(next - first)), to, dimensions);
	}
}

void normalize(float *vector, size_t dimensions) noexcept
{
	double squares = 0;
	for (size_t i = 0; i < dimensions; i++)
		squares += static_cast<double>(vector[i]) * vector[i];
	if (squares == 0)
		return;
	const double length = std::sqrt(squares);
	for (size_t i = 0; i < dimensions; i++)
		vector[i] = static_cast<float>(vector[i] / length);
}

} /* namespace */

Status hash_embed(std::string_view text, float *to, size_t dimensions) noexcept
try {
	if (text.size() > kMaxEmbeddedBytes)
		return Status::error(ErrorKind::kLimitExceeded, "text to embed cannot be longer than %zu bytes",
							 kMaxEmbeddedBytes)
			.detail("The text has %zu bytes.", text.size());
	std::fill_n(to, dimensions, 0.0f);
	std::vector<Feature> features = features_of(text);
	std::ranges::sort(features);
	sum_features(features, to, dimensions);
	normalize(to, dimensions);
	return Status::ok();
} catch (const std::bad_alloc &) {
	return Status::error(ErrorKind::kOutOfMemory, "out of memory");
}

} /* namespace vecext */

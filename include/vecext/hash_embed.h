/*
 * hash_embed.h: a text embedding without a model, by feature hashing.
 *
 * Texts that share words, or parts of words, get vectors with a small cosine
 * distance. There is nothing to train, download or configure, so it serves
 * demonstrations, tests and fuzzy matching of names; it knows spelling and not
 * meaning ("car" and "automobile" are strangers).
 *
 * Method: the text is decoded as UTF-8, put into lower case and cut into words.
 * Features are the words and, of each word with its two boundaries, all runs of
 * 3 to 5 characters; the latter of one word weigh together half as much again as
 * the word. English function words count a tenth and have no character features. A feature
 * that occurs n times weighs sqrt(n) times its weight. A 64-bit hash of a feature
 * names one dimension and a sign, which makes the inner product of two vectors an
 * unbiased estimate of that of the full feature vectors (Weinberger et al.,
 * "Feature hashing for large scale multitask learning", ICML 2009). The sum is
 * normalized to length 1.
 *
 * Only IEEE operations that round correctly are used, in a fixed order: equal
 * text gives equal bits on every platform. Stored vectors depend on the method;
 * changing it is a change of format.
 */
#pragma once

#include <cstddef>
#include <string_view>

#include "vecext/status.h"

namespace vecext {

inline constexpr size_t kMaxEmbeddedBytes = 1 << 20;

/* Embeds `text` into `to`, which has room for `dimensions` (1 to 16,000).
 *
 * A byte that is not valid UTF-8 separates words, as punctuation does. A text
 * without any word gives the zero vector: its cosine distance to everything is
 * NaN, which sorts last, so an empty row matches nothing and breaks nothing. (So
 * does a text whose features cancel out, which takes very few dimensions.)
 *
 * Errors: 54000 for a text longer than kMaxEmbeddedBytes, 53200. Needs about 40
 * bytes of memory for each byte of text. */
Status hash_embed(std::string_view text, float *to, size_t dimensions) noexcept;

} /* namespace vecext */

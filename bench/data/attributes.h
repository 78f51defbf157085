/*
 * attributes.h: columns to filter by, and filters with a known share of rows and
 * a known relation to a query.
 *
 * Every row has two ranks, each a permutation of 0 .. rows-1:
 *   spread  independent of the vectors
 *   along   the order of the rows along the direction in which the vectors vary
 *           most (the first principal axis of a sample), so that a range of it is
 *           a slab of space
 * A filter is a range of one of them, as long as the share of rows that it lets
 * pass. Its correlation with a query says where it lies.
 */
#pragma once

#include "data/matrix.h"

#include <cstdint>
#include <vector>

namespace vecext::bench {

enum class Correlation : uint8_t {
	kNone,     /* a range of `spread`, anywhere */
	kPositive, /* of `along`, around the query's own place: matches are near */
	kNegative, /* of `along`, at the end farther from the query: matches are far */
};

struct Attributes {
	std::vector<int32_t> spread, along;             /* per row */
	std::vector<int32_t> query_spread, query_along; /* per query: a random place, its own */
};

Attributes make_attributes(const Vectors &base, const Vectors &queries, uint64_t seed);

/* Rows pass whose rank is in first .. last. */
struct RankRange {
	int32_t first, last;

	bool contains(int32_t rank) const { return rank >= first && rank <= last; }
};

/* The filter of a query that lets `passing` rows pass. */
RankRange range_for(const Attributes &attributes, size_t query, Correlation correlation, size_t passing);

} /* namespace vecext::bench */

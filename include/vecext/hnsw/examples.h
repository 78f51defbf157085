/*
 * examples.h: a query of several vectors (vecext/ranking/scorer.h), as a search
 * sees it: the graph distance of a value is minus its score, made from its graph
 * distances to all examples.
 *
 * So order by score is order by distance, and a search needs to know no more; but
 * such a "distance" may be negative, obeys no triangle inequality, and has more
 * than one valley. The examples themselves show where some of them are: a search
 * enters the graph near each that attracts (attracts()).
 *
 * Estimates by codes are made example by example and scored like distances. An
 * example needs a code query (coded layouts) or an estimator (compact ones) of its
 * own.
 *
 * Everything lies in memory of the caller's. score() and estimate() use scratch
 * space that belongs to the query: one thread at a time.
 */
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "vecext/hnsw/distance.h"
#include "vecext/hnsw/node_layout.h"
#include "vecext/rabitq.h"
#include "vecext/ranking/scorer.h"

namespace vecext::hnsw {

/* A query's graph distance to a node of which only the code is known. */
struct NodeEstimator {
	float (*function)(const void *query, const void *code) noexcept = nullptr;
	const void *query = nullptr;

	float operator()(const void *code) const { return function(query, code); }
	explicit operator bool() const { return function != nullptr; }
};

/* Exact scores. */
struct Examples {
	Scorer scorer;
	GraphDistance distance;
	const Value *values = nullptr; /* scorer.examples() of them, in the scorer's order */
	float *similarities = nullptr; /* scratch, as many */

	uint32_t count() const noexcept { return scorer.examples(); }

	/* Whether near to example `i` is a place to look for good scores. */
	bool attracts(uint32_t i) const noexcept { return scorer.grows_with(i); }

	/* Minus a score, above minus infinity, which searches use as a mark. */
	static float distance_of(float score) noexcept { return std::max(0 - score, std::numeric_limits<float>::lowest()); }

	/* Minus the score of a value. Under kCosine its norm must not be 0. */
	float operator()(const Value &value) const noexcept
	{
		for (uint32_t i = 0; i < count(); i++)
			similarities[i] = similarity_of(distance.metric(), distance(values[i], value));
		return distance_of(scorer.score(similarities));
	}
};

/* What a search needs beyond that. */
struct ExampleQuery {
	Examples exact;
	const CodeQuery *codes = nullptr;          /* one for each example; null: no codes */
	const NodeEstimator *estimators = nullptr; /* likewise */
	float *bases = nullptr;                    /* distances to the examples, of the node scored last */
	float *partial = nullptr;                  /* estimates of its neighbours: `stride` for each example */
	uint32_t stride = 0;
	float *errors = nullptr;  /* of those estimates, in the unit that `spreads` is for; `stride` of them */
	float *spreads = nullptr; /* of each pair of the scorer */

	/* An estimate by the code of an edge errs as if each component were off by what
	 * rounding it to an integer costs, times the edge's scale (rabitq.h). */
	static constexpr float kRounding = 0.29f;

	/* The distance to a node by what its record has of it; remembered in `bases`. */
	float score(const Value &node) const noexcept
	{
		for (uint32_t i = 0; i < exact.count(); i++) {
			bases[i] = estimators != nullptr ? estimators[i](node.data) : exact.distance(exact.values[i], node);
			exact.similarities[i] = similarity_of(exact.distance.metric(), bases[i]);
		}
		return Examples::distance_of(exact.scorer.score(exact.similarities));
	}

	/* Reads the codes of a node's neighbours. */
	void scan(ConstNodeRecord record) const noexcept
	{
		for (uint32_t i = 0; i < exact.count(); i++)
			scan_neighbours(codes[i], record, partial + size_t{i} * stride);
		for (uint32_t j = 0; j < record.header().slots_used; j++)
			errors[j] = kRounding * std::fabs(record.scale()[j]);
	}

	/* out[j] = the estimated distance of neighbour j of the node that scan() and
	 * score() were called for, infinite for a free slot. */
	void estimate_neighbours(uint32_t count, float *out) const noexcept
	{
		for (uint32_t j = 0; j < count; j++)
			out[j] = std::isinf(partial[j]) ? std::numeric_limits<float>::infinity() : estimate(j);
	}

	/* How low the distance of a node may be whose estimates in `bases` err by up to
	 * errors[i]. */
	float lower_bound(const float *errors) const noexcept
	{
		for (uint32_t i = 0; i < exact.count(); i++) {
			const float distance = exact.attracts(i) ? bases[i] - errors[i] : bases[i] + errors[i];
			exact.similarities[i] = similarity_of(exact.distance.metric(), distance);
		}
		return Examples::distance_of(exact.scorer.score(exact.similarities));
	}

private:
	float estimate(uint32_t slot) const noexcept
	{
		for (uint32_t i = 0; i < exact.count(); i++)
			exact.similarities[i] =
				similarity_of(exact.distance.metric(), bases[i] + partial[size_t{i} * stride + slot]);
		return Examples::distance_of(exact.scorer.hopeful_score(exact.similarities, spreads, errors[slot]));
	}
};

} /* namespace vecext::hnsw */

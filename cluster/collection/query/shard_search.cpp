/*
 * shard_search.cpp: see shard_search.h.
 */
#include "collection/query/shard_search.h"

#include <algorithm>

#include "collection/page.h"
#include "collection/query/filters.h"
#include "model/error.h"
#include "shard/vector_sql.h"

namespace vecext::collection::queries {

using model::Record;

namespace {

ScoredList with_score_one(std::vector<Record> records, uint64_t offset)
{
	ScoredList points;
	drop_first(&records, offset);
	for (Record &record : records) {
		model::ScoredPoint &point = points.emplace_back();
		point.id = record.id;
		point.score = 1;
		point.payload = std::move(record.payload);
		point.vectors = std::move(record.vectors);
		point.order_value = record.order_value;
	}
	return points;
}

/* Up to the first score that is not better than the threshold, in the direction of
 * the vector's distance, as Qdrant does for every scorer. */
void cut_at_threshold(ScoredList *points, float threshold, bool higher)
{
	const auto is_better = [&](const model::ScoredPoint &point) {
		return higher ? point.score > threshold : point.score < threshold;
	};
	points->erase(std::find_if_not(points->begin(), points->end(), is_better), points->end());
}

/* A stage's step against the shards; `filter` may be null. */
struct OnShards {
	const ShardReads &reads;
	const Stage &stage;
	const model::Filter *filter;
	bool among_candidates;

	uint64_t wanted() const { return saturating_sum(stage.limit, stage.offset); }

	ScoredList operator()(const ScrollStep &) const
	{
		return with_score_one(reads.scroll({std::nullopt, wanted(), filter, stage.selection}), stage.offset);
	}

	ScoredList operator()(const model::OrderByQuery &query) const
	{
		return with_score_one(reads.ordered({query.order_by, wanted(), filter, stage.selection}), stage.offset);
	}

	ScoredList operator()(const model::SampleQuery &) const
	{
		return with_score_one(reads.sample({wanted(), filter, stage.selection}), stage.offset);
	}

	ScoredList operator()(const SearchStep &step) const
	{
		return searched(step, stage.limit, stage.offset, stage.selection);
	}

	ScoredList operator()(const MmrStep &step) const
	{
		shard::Selection compared;
		compared.vectors = {model::VectorSelection::kNamed, {step.search.vector->name}};
		return searched(step.search, step.candidates_limit, 0, compared);
	}

	/* These work on lists, not on shards. */
	ScoredList operator()(const model::FusionQuery &) const { throw model::internal("a fusion was sent to shards"); }
	ScoredList operator()(const FormulaStep &) const { throw model::internal("a formula was sent to shards"); }

	ScoredList searched(const SearchStep &step, uint64_t limit, uint64_t offset,
						const shard::Selection &selection) const
	{
		shard::VectorSearch search;
		search.vector = step.vector;
		search.scorer = step.scorer;
		search.filter = filter;
		search.limit = limit;
		search.offset = offset;
		search.exact = stage.params.exact || among_candidates || reads.searches_exactly(*step.vector);
		search.ef =
			std::max(stage.params.hnsw_ef.value_or(step.vector->hnsw.ef_construct), saturating_sum(limit, offset));
		if (const auto &quantization = stage.params.quantization) {
			search.rescore = quantization->ignore ? true : quantization->rescore;
			search.oversampling = quantization->oversampling;
		}
		search.selection = selection;
		search.sieve = stage.sieve ? &*stage.sieve : nullptr;
		ScoredList points = reads.search(search);
		if (stage.score_threshold)
			cut_at_threshold(&points, *stage.score_threshold, shard::higher_is_better(step.vector->params.distance));
		return points;
	}
};

} /* namespace */

ScoredList search_shards(const ShardReads &reads, const Stage &stage)
{
	const model::Filter *filter = stage.filter ? &*stage.filter : nullptr;
	return std::visit(OnShards{reads, stage, filter, false}, stage.step);
}

ScoredList search_among(const ShardReads &reads, const Stage &stage, std::vector<model::PointId> ids)
{
	if (ids.empty())
		return {};
	const model::Filter filter = only_ids(stage.filter, std::move(ids));
	return std::visit(OnShards{reads, stage, &filter, true}, stage.step);
}

} /* namespace vecext::collection::queries */

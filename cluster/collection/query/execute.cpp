/*
 * execute.cpp: see execute.h.
 */
#include "collection/query/execute.h"

#include <algorithm>
#include <atomic>
#include <set>

#include "collection/page.h"
#include "collection/parallel.h"
#include "collection/query/fusion.h"
#include "collection/query/mmr.h"
#include "collection/query/rescore.h"
#include "collection/query/shard_search.h"
#include "model/error.h"

namespace vecext::collection::queries {

using model::PointId;

namespace {

bool selects_nothing(const shard::Selection &selection)
{
	return selection.payload.kind == model::PayloadSelection::kNone &&
		   selection.vectors.kind == model::VectorSelection::kNone;
}

std::vector<PointId> ids_of(const std::vector<ScoredList> &lists)
{
	std::set<PointId> ids;
	for (const ScoredList &list : lists)
		for (const model::ScoredPoint &point : list)
			ids.insert(point.id);
	return {ids.begin(), ids.end()};
}

/* Scores that a stage computed here: the threshold itself is kept, then the page. */
ScoredList page_of(const Stage &stage, ScoredList points)
{
	if (stage.score_threshold)
		std::erase_if(points, [&](const auto &point) { return point.score < *stage.score_threshold; });
	drop_first(&points, stage.offset);
	if (points.size() > stage.limit)
		points.resize(stage.limit);
	return points;
}

ScoredList diverse(const ShardReads &reads, const Stage &stage, const MmrStep &mmr, ScoredList candidates)
{
	ScoredList chosen =
		chosen_by_mmr(mmr, std::move(candidates), saturating_sum(stage.limit, stage.offset), reads.deadline());
	drop_first(&chosen, stage.offset);
	return with_selection(reads, stage.selection, std::move(chosen));
}

/* `sources`: the results of the stage's sources, in their order. */
ScoredList run_stage(const ShardReads &reads, const Stage &stage, const std::vector<ScoredList> &sources)
{
	if (const auto *fusion = std::get_if<model::FusionQuery>(&stage.step))
		return with_selection(reads, stage.selection, page_of(stage, fused(*fusion, sources)));
	if (const auto *step = std::get_if<FormulaStep>(&stage.step))
		return with_selection(reads, stage.selection, page_of(stage, rescored(*step->formula, sources, reads)));
	ScoredList found =
		stage.sources.empty() ? search_shards(reads, stage) : search_among(reads, stage, ids_of(sources));
	if (const auto *mmr = std::get_if<MmrStep>(&stage.step))
		return diverse(reads, stage, *mmr, std::move(found));
	return found;
}

/* Places of the stages of each height. */
std::vector<std::vector<size_t>> waves_of(const Plan &plan)
{
	std::vector<std::vector<size_t>> waves;
	for (size_t place = 0; place < plan.stages.size(); place++) {
		const size_t height = plan.stages[place].height;
		if (waves.size() <= height)
			waves.resize(height + 1);
		waves[height].push_back(place);
	}
	return waves;
}

} /* namespace */

std::vector<ScoredList> execute(const Plan &plan, const ShardReads &reads, size_t width)
{
	std::vector<ScoredList> results(plan.stages.size());
	std::atomic<bool> failed = false;
	const auto run = [&](size_t place) {
		const Stage &stage = plan.stages[place];
		std::vector<ScoredList> sources;
		for (const size_t source : stage.sources)
			sources.push_back(std::move(results[source]));
		results[place] = run_stage(reads, stage, sources);
	};
	for (const std::vector<size_t> &wave : waves_of(plan))
		run_parallel(wave.size(), width, [&](size_t i) {
			if (failed)
				return;
			try {
				run(wave[i]);
			} catch (...) {
				failed = true;
				throw;
			}
		});
	std::vector<ScoredList> roots;
	for (const size_t root : plan.roots)
		roots.push_back(std::move(results[root]));
	return roots;
}

ScoredList with_selection(const ShardReads &reads, const shard::Selection &selection, ScoredList points)
{
	if (selects_nothing(selection) || points.empty())
		return points;
	std::vector<PointId> ids;
	for (const model::ScoredPoint &point : points)
		ids.push_back(point.id);
	std::vector<model::Record> records = reads.retrieve(ids, selection);
	size_t found = 0;
	ScoredList selected;
	for (model::ScoredPoint &point : points) {
		if (found == records.size() || records[found].id != point.id)
			continue;
		model::Record &record = records[found++];
		point.payload = std::move(record.payload);
		point.vectors = std::move(record.vectors);
		selected.push_back(std::move(point));
	}
	return selected;
}

} /* namespace vecext::collection::queries */

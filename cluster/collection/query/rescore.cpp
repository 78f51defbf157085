/*
 * rescore.cpp: see rescore.h.
 */
#include "collection/query/rescore.h"

#include <algorithm>
#include <map>

#include "model/error.h"

namespace vecext::collection::queries {

using model::PointId;

namespace {

struct Candidate {
	std::vector<std::optional<float>> scores; /* by list */
	uint64_t version = 0;
};

using Candidates = std::map<PointId, Candidate>;

Candidates candidates_of(const std::vector<ScoredList> &lists)
{
	Candidates candidates;
	for (size_t list = 0; list < lists.size(); list++)
		for (const model::ScoredPoint &point : lists[list]) {
			const auto [at, is_new] = candidates.try_emplace(point.id);
			if (is_new)
				at->second = {std::vector<std::optional<float>>(lists.size()), point.version};
			at->second.scores[list] = point.score;
		}
	return candidates;
}

shard::FactsRead facts_read(const Formula &formula, const Candidates &candidates)
{
	shard::FactsRead read;
	for (const auto &[id, candidate] : candidates)
		read.ids.push_back(id);
	read.payload_paths = formula.payload_paths();
	for (const auto &condition : formula.conditions())
		read.conditions.push_back(condition.get());
	return read;
}

float score_of(const Formula &formula, const Candidate &candidate, const shard::PointFacts &facts)
{
	FormulaInput input;
	input.scores = candidate.scores;
	input.conditions = facts.conditions;
	if (!facts.payload)
		return formula.score(input);
	MallocArena memory;
	const auto payload = filter::parse_json(*facts.payload, memory.arena());
	if (!payload.is_ok())
		throw model::internal(std::string("a payload that is no JSON: ") + payload.status().message());
	input.payload = payload.value();
	return formula.score(input);
}

} /* namespace */

ScoredList rescored(const Formula &formula, const std::vector<ScoredList> &lists, const ShardReads &reads)
{
	const Candidates candidates = candidates_of(lists);
	ScoredList points;
	for (const shard::PointFacts &facts : reads.facts(facts_read(formula, candidates))) {
		const Candidate &candidate = candidates.at(facts.id);
		model::ScoredPoint &point = points.emplace_back();
		point.id = facts.id;
		point.version = candidate.version;
		point.score = score_of(formula, candidate, facts);
	}
	std::sort(points.begin(), points.end(),
			  [](const auto &a, const auto &b) { return a.score != b.score ? a.score > b.score : b.id < a.id; });
	return points;
}

} /* namespace vecext::collection::queries */

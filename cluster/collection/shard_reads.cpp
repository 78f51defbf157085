/*
 * shard_reads.cpp: see shard_reads.h.
 */
#include "collection/shard_reads.h"

#include <algorithm>
#include <tuple>

#include "collection/page.h"
#include "collection/parallel.h"
#include "model/error.h"
#include "shard/vector_sql.h"

namespace vecext::collection {

using model::PointId;
using model::Record;
using model::ScoredPoint;

namespace {

/* Lists that are each in order become one list of at most `limit`. */
template <class T, class Before>
std::vector<T> merged_lists(std::vector<std::vector<T>> lists, uint64_t limit, Before before)
{
	if (lists.size() == 1) {
		if (lists[0].size() > limit)
			lists[0].resize(limit);
		return std::move(lists[0]);
	}
	std::vector<T> all;
	for (std::vector<T> &list : lists)
		std::move(list.begin(), list.end(), std::back_inserter(all));
	std::stable_sort(all.begin(), all.end(), before);
	if (all.size() > limit)
		all.resize(limit);
	return all;
}

auto score_order(bool descending)
{
	return [descending](const ScoredPoint &a, const ScoredPoint &b) {
		if (a.score != b.score)
			return descending ? a.score > b.score : a.score < b.score;
		return descending ? b.id < a.id : a.id < b.id;
	};
}

void check_range_index(const shard::ShardSchema &schema, const std::string &path)
{
	const model::PayloadFieldSchema *index = schema.payload_index(path);
	const bool serves =
		index && (index->type == model::PayloadFieldType::kFloat || index->type == model::PayloadFieldType::kDatetime ||
				  (index->type == model::PayloadFieldType::kInteger && index->range.value_or(true)));
	if (!serves)
		throw model::wrong_input(
			"No range index for `order_by` key: `" + path +
			"`. Please create one to use `order_by`. Check "
			"https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload "
			"schemas support Range conditions");
}

} /* namespace */

template <class Work> void ShardReads::on_shards(const Work &work) const
{
	const auto &all = shards_.all();
	run_parallel(all.size(), all.size(), [&](size_t i) { work(*all[i], i); });
}

/* What `read` gives for a replica of each shard. */
template <class Read> auto ShardReads::lists_of(const Read &read) const
{
	std::vector<decltype(read(shards_.all()[0]->local()))> lists(shards_.all().size());
	on_shards([&](shard::ShardReplicaSet &shard, size_t i) { lists[i] = shard.read(read); });
	return lists;
}

std::vector<Record> ShardReads::retrieve(const std::vector<PointId> &ids, const shard::Selection &selection) const
{
	const auto parts = shards_.split(ids);
	std::vector<std::vector<Record>> found(shards_.all().size());
	on_shards([&](shard::ShardReplicaSet &shard, size_t i) {
		if (const auto part = parts.find(i); part != parts.end())
			found[i] = shard.read([&](shard::LocalShard &replica) {
				return replica.retrieve(schema_, part->second, selection, deadline_);
			});
	});
	std::map<PointId, Record *> by_id;
	for (std::vector<Record> &list : found)
		for (Record &record : list)
			by_id[record.id] = &record;
	std::vector<Record> ordered;
	for (const PointId &id : ids)
		if (const auto record = by_id.find(id); record != by_id.end()) {
			ordered.push_back(std::move(*record->second));
			by_id.erase(record);
		}
	return ordered;
}

std::vector<shard::PointFacts> ShardReads::facts(const shard::FactsRead &read) const
{
	const auto parts = shards_.split(read.ids);
	std::vector<std::vector<shard::PointFacts>> lists(shards_.all().size());
	on_shards([&](shard::ShardReplicaSet &shard, size_t i) {
		const auto part = parts.find(i);
		if (part == parts.end())
			return;
		const shard::FactsRead own{part->second, read.payload_paths, read.conditions};
		lists[i] = shard.read([&](shard::LocalShard &replica) { return replica.facts(schema_, own, deadline_); });
	});
	std::vector<shard::PointFacts> all;
	for (auto &list : lists)
		std::move(list.begin(), list.end(), std::back_inserter(all));
	return all;
}

std::vector<Record> ShardReads::scroll(const shard::ScrollPage &page) const
{
	return merged_lists(lists_of([&](shard::LocalShard &replica) { return replica.scroll(schema_, page, deadline_); }),
						page.limit, [](const Record &a, const Record &b) { return a.id < b.id; });
}

std::vector<Record> ShardReads::ordered(const shard::OrderedPage &page) const
{
	check_range_index(schema_, page.order_by.key);
	const bool ascending = page.order_by.direction == model::OrderDirection::kAscending;
	return merged_lists(lists_of([&](shard::LocalShard &replica) { return replica.ordered(schema_, page, deadline_); }),
						page.limit, [ascending](const Record &a, const Record &b) {
							const auto left = std::tie(a.order_value, a.id), right = std::tie(b.order_value, b.id);
							return ascending ? left < right : right < left;
						});
}

/* Of each shard as many as are wanted of all, dealt out in turn. */
std::vector<Record> ShardReads::sample(const shard::Sample &sample) const
{
	auto lists = lists_of([&](shard::LocalShard &replica) { return replica.sample(schema_, sample, deadline_); });
	std::vector<Record> taken;
	for (size_t turn = 0, empty = 0; taken.size() < sample.limit && empty < lists.size(); turn++) {
		std::vector<Record> &list = lists[turn % lists.size()];
		empty = list.empty() ? empty + 1 : 0;
		if (list.empty())
			continue;
		taken.push_back(std::move(list.back()));
		list.pop_back();
	}
	return taken;
}

std::vector<ScoredPoint> ShardReads::search(const shard::VectorSearch &search) const
{
	shard::VectorSearch of_shard = search;
	const bool is_single = shards_.all().size() == 1;
	if (!is_single) {
		of_shard.limit = saturating_sum(search.limit, search.offset);
		of_shard.offset = 0;
	}
	std::vector<ScoredPoint> points =
		merged_lists(lists_of([&](shard::LocalShard &replica) { return replica.search(schema_, of_shard, deadline_); }),
					 of_shard.limit, score_order(shard::is_descending(search.vector->params, search.scorer)));
	if (!is_single)
		drop_first(&points, search.offset);
	return points;
}

bool ShardReads::searches_exactly(const shard::VectorColumn &vector) const
{
	uint64_t points = 0;
	for (const auto &shard : shards_.all())
		points += shard->local().points();
	const uint64_t shards = std::max<size_t>(1, shards_.all().size());
	const uint64_t kilobytes = points / shards * shard::bytes_of(vector.params) / 1024;
	const uint64_t threshold = schema_.indexing_threshold_kb;
	return !vector.has_index || threshold == 0 || kilobytes < threshold || kilobytes < vector.hnsw.full_scan_threshold;
}

} /* namespace vecext::collection */

/*
 * collection_index.cpp: indexes of a collection: those of payload fields, which are
 * built at once, and those of vectors, which a changed configuration rebuilds in
 * the background while searches use the old one.
 */
#include <algorithm>

#include "collection/collection.h"
#include "collection/collection_template.h"
#include "collection/strict_mode.h"
#include "model/error.h"
#include "postgres/sql_text.h"
#include "shard/vector_sql.h"

namespace vecext::collection {

using postgres::Connection;
using postgres::kNoDeadline;

namespace {

model::UpdateResult result_of(const model::UpdateParams &params)
{
	return {std::nullopt, params.wait ? model::UpdateStatus::kCompleted : model::UpdateStatus::kAcknowledged};
}

std::string wanted_index(const StoredCollection &stored, const StoredVector &vector)
{
	return shard::index_sql(vector_column(stored.config, vector), stored.config.quantization).value_or("");
}

/* So many are kept to be told of. */
constexpr size_t kMaxCompletedTasks = 256;

std::string in_storage(const std::string &name)
{
	return std::string(shard::kStorageSchema) + "." + name;
}

} /* namespace */

/* ---- payload fields ---- */

model::UpdateResult Collection::create_field_index(const std::string &path, const model::PayloadFieldSchema &schema,
												   const model::UpdateParams &params)
{
	context_.quota->check_growth();
	const std::lock_guard lock(changing_);
	require_alive();
	const StatePtr before = state();
	StoredCollection stored = before->stored;
	const auto found = stored.payload_indexes.find(path);
	if (found != stored.payload_indexes.end() && found->second.schema == schema)
		return result_of(params);
	if (found == stored.payload_indexes.end())
		StrictMode(stored.config, before->schema).check_new_index(stored.payload_indexes.size());
	const TableTurns::Turn turn = turns_.for_change();
	const shard::PayloadIndex index{schema, context_.catalog->next_index_suffix(number_)};
	build_payload_index(path, index);
	context_.catalog->save_payload_index(number_, path, index);
	if (found != stored.payload_indexes.end())
		drop_payload_index(found->second);
	stored.payload_indexes[path] = index;
	set_state(std::move(stored));
	context_.issues->resolve(name_, path);
	return result_of(params);
}

model::UpdateResult Collection::delete_field_index(const std::string &path, const model::UpdateParams &params)
{
	const std::lock_guard lock(changing_);
	require_alive();
	StoredCollection stored = this->stored();
	const auto found = stored.payload_indexes.find(path);
	if (found == stored.payload_indexes.end())
		return result_of(params);
	const TableTurns::Turn turn = turns_.for_change();
	const shard::PayloadIndex index = found->second;
	stored.payload_indexes.erase(found);
	context_.catalog->delete_payload_index(number_, path);
	set_state(std::move(stored));
	drop_payload_index(index);
	return result_of(params);
}

void Collection::build_payload_index(const std::string &path, const shard::PayloadIndex &index)
{
	on_shards([&](shard::ShardReplicaSet &shard, size_t) {
		shard.local().change_table(payload_index_sql(shard::shard_table(number_, shard.id()), path, index));
	});
}

void Collection::drop_payload_index(const shard::PayloadIndex &index)
{
	on_shards([&](shard::ShardReplicaSet &shard, size_t) {
		const std::string name = shard::shard_table(number_, shard.id()) + "_" + index.suffix;
		shard.local().change_table("DROP INDEX IF EXISTS " + in_storage(name));
	});
}

/* Counting reads the table: a count is kept for twenty times as long as it took, or
 * until the next operation if that is later. */
uint64_t Collection::points_with_value(const State &state, const std::string &path)
{
	using Clock = std::chrono::steady_clock;
	const uint64_t operations = this->operations();
	const Clock::time_point start = Clock::now();
	{
		const std::lock_guard lock(counts_mutex_);
		const auto known = counts_.find(path);
		if (known != counts_.end() && (known->second.operations == operations || start < known->second.keep_until))
			return known->second.points;
	}
	const model::Filter filter{{}, {}, {model::IsEmptyCondition{path}}, {}};
	FieldCount count;
	count.operations = operations;
	for (const auto &shard : shards_.all())
		count.points += shard->local().count(state.schema, &filter, kNoDeadline);
	constexpr int keep = 20;
	constexpr auto short_count = std::chrono::milliseconds(20);
	const Clock::duration took = Clock::now() - start;
	count.keep_until = Clock::now() + (took < short_count ? Clock::duration::zero() : keep * took);
	const std::lock_guard lock(counts_mutex_);
	counts_[path] = count;
	return count.points;
}

/* ---- vectors ---- */

void Collection::resume_index_builds()
{
	submit_index_builds();
}

/* A task for each vector whose index is not what the configuration asks for. */
void Collection::submit_index_builds()
{
	const StatePtr now = state();
	for (const StoredVector &vector : now->stored.vectors) {
		if (vector.index == wanted_index(now->stored, vector))
			continue;
		uint64_t number;
		{
			const std::lock_guard lock(tasks_mutex_);
			number = ++last_task_;
			model::Optimization &task = tasks_.emplace_back();
			task.number = number;
			task.vector = vector.name;
			task_errors_.erase(vector.name);
		}
		context_.worker->submit(this, [self = weak_from_this(), number, name = vector.name](Connection &connection) {
			if (const auto collection = self.lock())
				collection->run_task(connection, number, name);
		});
	}
}

void Collection::run_task(Connection &connection, uint64_t number, const std::string &vector)
{
	begin_task(number);
	std::optional<std::string> error;
	try {
		build_vector_index(connection, vector);
	} catch (const postgres::ConnectionLost &) {
		throw; /* the worker runs the task again */
	} catch (const std::exception &failure) {
		error = failure.what();
	}
	end_task(number, dropped_ ? std::nullopt : error);
}

/* As the configuration asks for when the task begins; a later change has a task of
 * its own. */
void Collection::build_vector_index(Connection &connection, const std::string &vector)
{
	const StatePtr now = state();
	for (const StoredVector &stored : now->stored.vectors) {
		const std::string wanted = stored.name == vector ? wanted_index(now->stored, stored) : stored.index;
		if (dropped_ || wanted == stored.index)
			continue;
		for (const auto &shard : shards_.all())
			replace_index(connection, shard->local(), stored, wanted);
		const std::lock_guard lock(changing_);
		StoredCollection changed = this->stored();
		for (StoredVector &place : changed.vectors)
			if (place.name == vector) {
				place.index = wanted;
				context_.catalog->save_vector_index(number_, place);
			}
		set_state(std::move(changed));
	}
}

/* The new index takes the name of the old in one transaction. */
void Collection::replace_index(Connection &connection, const shard::LocalShard &shard, const StoredVector &vector,
							   const std::string &definition)
{
	const TableTurns::Turn turn = turns_.for_build();
	if (dropped_)
		return;
	const std::string name = vector_index_name(shard::shard_table(number_, shard.id()), vector), next = name + "_next";
	connection.command("DROP INDEX CONCURRENTLY IF EXISTS " + in_storage(next));
	if (definition.empty()) {
		connection.command("DROP INDEX CONCURRENTLY IF EXISTS " + in_storage(name));
		return;
	}
	connection.command("CREATE INDEX CONCURRENTLY " + next + " ON " + shard.table() + " " + definition);
	connection.command("DROP INDEX IF EXISTS " + in_storage(name) + "; ALTER INDEX " + in_storage(next) +
					   " RENAME TO " + name);
}

/* One that lost its connection begins again, where it began first. */
void Collection::begin_task(uint64_t number)
{
	const std::lock_guard lock(tasks_mutex_);
	for (model::Optimization &task : tasks_)
		if (task.number == number && !task.started)
			task.started = std::chrono::system_clock::now();
}

void Collection::end_task(uint64_t number, std::optional<std::string> error)
{
	const std::lock_guard lock(tasks_mutex_);
	const auto task =
		std::find_if(tasks_.begin(), tasks_.end(), [&](const auto &known) { return known.number == number; });
	if (task == tasks_.end())
		return;
	if (error)
		task_errors_[task->vector] = *error;
	task->finished = std::chrono::system_clock::now();
	task->error = std::move(error);
	task->done = task->total = points();
	completed_.push_front(std::move(*task));
	tasks_.erase(task);
	if (completed_.size() > kMaxCompletedTasks)
		completed_.pop_back();
}

model::Optimizations Collection::optimizations()
{
	require_alive();
	model::Optimizations all;
	all.shards = local_shards();
	{
		const std::lock_guard lock(tasks_mutex_);
		for (const model::Optimization &task : tasks_)
			(task.started ? all.running : all.queued).push_back(task);
		all.completed.assign(completed_.begin(), completed_.end());
	}
	for (model::Optimization &task : all.running) {
		task.total = points();
		task.done = std::min(points_indexed_so_far(), task.total);
	}
	return all;
}

/* By the statement that builds an index now. The worker runs one at a time. */
uint64_t Collection::points_indexed_so_far()
{
	postgres::Parameters none(context_.pool->types());
	const postgres::Result progress = context_.pool->execute(
		kNoDeadline,
		"SELECT coalesce(sum(greatest(tuples_done, 0)), 0)::bigint FROM pg_stat_progress_create_index "
		"WHERE relid = to_regclass('" +
			in_storage(shard::shard_table(number_, 0)) + "')",
		none);
	return static_cast<uint64_t>(progress.integer(0, 0));
}

} /* namespace vecext::collection */

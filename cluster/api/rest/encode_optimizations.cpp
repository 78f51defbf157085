/*
 * encode_optimizations.cpp: PostgreSQL's index builds in Qdrant's words. An index is
 * built on all shards, each of which counts as one segment.
 */
#include <algorithm>
#include <cstdio>

#include "api/rest/encode.h"
#include "api/rest/service.h"

namespace vecext::api::rest {

namespace {

using model::Optimization;

/* The same for the same thing as long as the process lives: a kind and a number. */
std::string uuid_of(unsigned kind, uint64_t number)
{
	char text[48];
	snprintf(text, sizeof(text), "00000000-0000-4000-%04x-%012llx", 0x8000u + kind,
			 static_cast<unsigned long long>(number & 0xffffffffffff));
	return text;
}

constexpr unsigned kSegmentKind = 1, kOptimizationKind = 2;

class OptimizationsWriter {
public:
	OptimizationsWriter(JsonWriter &out, const model::Optimizations &all) : out_(out), all_(all) {}

	void write(const std::vector<std::string> &lists, uint64_t completed_limit)
	{
		out_.begin_object();
		write_summary();
		list("running", all_.running, all_.running.size(), &OptimizationsWriter::write_started);
		for (const std::string &name : lists)
			if (name == "queued")
				list(name, all_.queued, all_.queued.size(), &OptimizationsWriter::write_queued);
			else if (name == "completed")
				list(name, all_.completed, completed_limit, &OptimizationsWriter::write_started);
			else
				write_segments(name, is_idle());
		out_.end_object();
	}

private:
	bool is_idle() const { return all_.running.empty() && all_.queued.empty(); }

	uint64_t points() const
	{
		uint64_t sum = 0;
		for (const model::LocalShardInfo &shard : all_.shards)
			sum += shard.points_count;
		return sum;
	}

	void write_summary()
	{
		const size_t queued = all_.queued.size();
		out_.name("summary");
		out_.begin_object();
		out_.unsigned_integer("queued_optimizations", queued);
		out_.unsigned_integer("queued_segments", queued == 0 ? 0 : all_.shards.size());
		out_.unsigned_integer("queued_points", queued == 0 ? 0 : points());
		out_.unsigned_integer("idle_segments", is_idle() ? all_.shards.size() : 0);
		out_.end_object();
	}

	void list(std::string_view name, const std::vector<Optimization> &optimizations, uint64_t limit,
			  void (OptimizationsWriter::*write_one)(const Optimization &))
	{
		out_.name(name);
		out_.begin_array();
		for (size_t i = 0; i < std::min<uint64_t>(limit, optimizations.size()); i++)
			(this->*write_one)(optimizations[i]);
		out_.end_array();
	}

	void write_queued(const Optimization &)
	{
		out_.begin_object();
		out_.text("optimizer", "indexing");
		write_segments("segments", true);
		out_.end_object();
	}

	void write_started(const Optimization &optimization)
	{
		out_.begin_object();
		out_.text("uuid", uuid_of(kOptimizationKind, optimization.number));
		out_.text("optimizer", "indexing");
		out_.name("status");
		write_status(optimization);
		write_segments("segments", true);
		write_progress(optimization);
		out_.end_object();
	}

	void write_status(const Optimization &optimization)
	{
		if (optimization.error) {
			out_.begin_object();
			out_.text("error", *optimization.error);
			out_.end_object();
		} else {
			out_.text(optimization.finished ? "done" : "optimizing");
		}
	}

	/* All of them or none. */
	void write_segments(std::string_view name, bool all)
	{
		out_.name(name);
		out_.begin_array();
		for (const model::LocalShardInfo &shard : all_.shards) {
			if (!all)
				break;
			out_.begin_object();
			out_.text("uuid", uuid_of(kSegmentKind, shard.shard_id));
			out_.unsigned_integer("points_count", shard.points_count);
			out_.end_object();
		}
		out_.end_array();
	}

	void write_progress(const Optimization &optimization)
	{
		out_.name("progress");
		out_.begin_object();
		out_.text("name", optimization.vector);
		out_.text("started_at", iso_time(*optimization.started));
		if (optimization.finished) {
			out_.text("finished_at", iso_time(*optimization.finished));
			out_.name("duration_sec");
			out_.number(std::chrono::duration<double>(*optimization.finished - *optimization.started).count());
		}
		out_.unsigned_integer("done", optimization.done);
		out_.unsigned_integer("total", optimization.total);
		out_.end_object();
	}

	JsonWriter &out_;
	const model::Optimizations &all_;
};

} /* namespace */

void write_optimizations(JsonWriter &out, const model::Optimizations &optimizations,
						 const std::vector<std::string> &lists, uint64_t completed_limit)
{
	OptimizationsWriter(out, optimizations).write(lists, completed_limit);
}

} /* namespace vecext::api::rest */

/*
 * hnswlib_main.cpp: vecext-bench-hnswlib, which measures hnswlib in memory on the
 * data and with the parameters that vecext is measured with.
 *
 *   --base FILE --queries FILE --truth FILE.gt --metric l2|cosine|ip
 *   [--rows N] [--m 16] [--ef-construction 64] [--threads 2]
 *   [--ef-search 10,20,...] [--rounds 3] [--index FILE]
 *
 * With --index, an index that lies there is loaded instead of built, and one that
 * was built is saved there; the file's name must then say what it was made from.
 * Searches run in one thread; their cost is that thread's CPU time, the lowest of
 * the rounds, since disturbance by other work only adds.
 */
#include "data/exact_search.h"
#include "data/files.h"
#include "report/clocks.h"
#include "report/options.h"
#include "report/records.h"
#include "report/search_curve.h"

#include <hnswlib/hnswlib.h>

#include <atomic>
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <thread>
#include <unistd.h>

namespace vecext::bench {

namespace {

constexpr size_t kNeighbours = 10;

using Index = hnswlib::HierarchicalNSW<float>;
using Space = hnswlib::SpaceInterface<float>;

struct Settings {
	Metric metric;
	size_t m;
	size_t ef_construction;
	size_t threads;
	std::vector<int64_t> ef_search;
	int64_t rounds;
	std::string index_path;
};

/* hnswlib knows no cosine: it is the inner product of normalised vectors. */
void normalise_rows(Vectors &vectors)
{
	for (size_t i = 0; i < vectors.rows; i++) {
		float *row = vectors.row(i);
		double squared = 0;
		for (size_t j = 0; j < vectors.columns; j++)
			squared += static_cast<double>(row[j]) * row[j];
		const float factor = squared > 0 ? static_cast<float>(1 / std::sqrt(squared)) : 0;
		for (size_t j = 0; j < vectors.columns; j++)
			row[j] *= factor;
	}
}

std::unique_ptr<Space> make_space(Metric metric, size_t dims)
{
	if (metric == Metric::kL2)
		return std::make_unique<hnswlib::L2Space>(dims);
	return std::make_unique<hnswlib::InnerProductSpace>(dims);
}

void add_all(Index &index, const Vectors &base, size_t threads)
{
	index.addPoint(base.row(0), 0); /* the first row makes the entry point */
	std::atomic<size_t> next = 1;
	const auto work = [&] {
		for (size_t i = next++; i < base.rows; i = next++)
			index.addPoint(base.row(i), i);
	};
	std::vector<std::jthread> workers;
	for (size_t t = 0; t < threads; t++)
		workers.emplace_back(work);
}

std::unique_ptr<Index> build(Space &space, const Vectors &base, const Settings &settings, const Records &records)
{
	const int64_t memory_before = process_private_bytes(getpid());
	const double begin = wall_seconds(), cpu_begin = process_cpu_seconds(getpid());
	auto index = std::make_unique<Index>(&space, base.rows, settings.m, settings.ef_construction);
	add_all(*index, base, settings.threads);
	records.print("build time", wall_seconds() - begin, "s");
	records.print("build CPU", process_cpu_seconds(getpid()) - cpu_begin, "s");
	records.print("build memory", static_cast<double>(process_private_bytes(getpid()) - memory_before) / 1e6, "MB");
	return index;
}

std::unique_ptr<Index> load_or_build(Space &space, const Vectors &base, const Settings &settings,
									 const Records &records)
{
	const std::string &path = settings.index_path;
	if (!path.empty() && std::filesystem::exists(path)) {
		tell("hnswlib: loading %s", path.c_str());
		auto index = std::make_unique<Index>(&space, path);
		if (index->cur_element_count != base.rows)
			throw std::runtime_error(path + ": holds another number of rows than the base file");
		return index;
	}
	tell("hnswlib: building, %zu rows, m %zu, ef_construction %zu, %zu threads", base.rows, settings.m,
		 settings.ef_construction, settings.threads);
	auto index = build(space, base, settings, records);
	if (!path.empty())
		index->saveIndex(path);
	return index;
}

/* Bytes that saveIndex writes: the links and vectors of all levels. */
double index_bytes(const Index &index)
{
	double bytes = static_cast<double>(index.cur_element_count) * static_cast<double>(index.size_data_per_element_);
	for (size_t i = 0; i < index.cur_element_count; i++)
		bytes += sizeof(unsigned) +
				 static_cast<double>(index.element_levels_[i]) * static_cast<double>(index.size_links_per_element_);
	return bytes;
}

/* The ids of the nearest rows, nearest first. */
void search_one(const Index &index, const float *query, std::vector<int32_t> &found)
{
	auto nearest = index.searchKnn(query, kNeighbours);
	found.resize(nearest.size());
	for (size_t i = nearest.size(); i-- > 0; nearest.pop())
		found[i] = static_cast<int32_t>(nearest.top().second);
}

SearchPoint search_round(const Index &index, const Vectors &queries, const GroundTruth &truth, int64_t ef_search)
{
	std::vector<std::vector<int32_t>> found(queries.rows);
	std::vector<double> walls(queries.rows);
	const double begin = wall_seconds(), cpu_begin = thread_cpu_seconds();
	for (size_t q = 0; q < queries.rows; q++) {
		const double query_begin = wall_seconds();
		search_one(index, queries.row(q), found[q]);
		walls[q] = wall_seconds() - query_begin;
	}
	const double count = static_cast<double>(queries.rows);
	SearchPoint point = {};
	point.ef_search = ef_search;
	point.cpu_seconds = (thread_cpu_seconds() - cpu_begin) / count;
	point.queries_per_second = count / (wall_seconds() - begin);
	point.wall_p50 = percentile(walls, 0.50);
	point.wall_p99 = percentile(walls, 0.99);
	for (size_t q = 0; q < queries.rows; q++)
		point.recall += recall_of(truth, q, found[q].data(), found[q].size(), kNeighbours) / count;
	return point;
}

std::vector<SearchPoint> sweep(Index &index, const Vectors &queries, const GroundTruth &truth, const Settings &settings)
{
	std::vector<SearchPoint> curve;
	for (const int64_t ef_search : settings.ef_search) {
		index.setEf(static_cast<size_t>(ef_search));
		SearchPoint best = {};
		best.cpu_seconds = std::numeric_limits<double>::infinity();
		for (int64_t round = 0; round < settings.rounds; round++) {
			const SearchPoint point = search_round(index, queries, truth, ef_search);
			if (point.cpu_seconds < best.cpu_seconds)
				best = point;
		}
		tell("hnswlib: ef %ld recall %.4f, %.1f us", ef_search, best.recall, best.cpu_seconds * 1e6);
		curve.push_back(best);
	}
	return curve;
}

void run(int argc, char **argv)
{
	Options options(argc, argv, 1);
	const int64_t rows = options.integer("rows", 0);
	Vectors base = load_vectors(options.required_text("base"), rows > 0 ? static_cast<size_t>(rows) : SIZE_MAX);
	Vectors queries = load_vectors(options.required_text("queries"));
	const GroundTruth truth = load_truth(options.required_text("truth"));
	Settings settings;
	settings.metric = parse_metric(options.text("metric", "l2"));
	settings.m = static_cast<size_t>(options.integer("m", 16));
	settings.ef_construction = static_cast<size_t>(options.integer("ef-construction", 64));
	settings.threads = static_cast<size_t>(options.integer("threads", 2));
	settings.ef_search = options.integers("ef-search", "10,20,40,60,80,120,160,240,320,480,640");
	settings.rounds = options.integer("rounds", 3);
	settings.index_path = options.text("index", "");
	const Records records(options.text("system", "hnswlib"));
	options.finish();
	if (truth.queries != queries.rows || base.columns != queries.columns || settings.rounds < 1)
		throw std::runtime_error("queries, ground truth and base do not belong together, or --rounds is 0");

	if (settings.metric == Metric::kCosine) {
		normalise_rows(base);
		normalise_rows(queries);
	}
	const std::unique_ptr<Space> space = make_space(settings.metric, base.columns);
	const std::unique_ptr<Index> index = load_or_build(*space, base, settings, records);
	records.print("index size", index_bytes(*index) / 1e6, "MB");
	base = Vectors();
	print_curve(records, sweep(*index, queries, truth, settings));
}

} /* namespace */

} /* namespace vecext::bench */

int main(int argc, char **argv)
{
	try {
		vecext::bench::run(argc, argv);
		return 0;
	} catch (const std::exception &error) {
		std::fprintf(stderr, "vecext-bench-hnswlib: %s\n", error.what());
		return 1;
	}
}

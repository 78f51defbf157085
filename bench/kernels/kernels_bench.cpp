/*
 * kernels_bench.cpp: distances per second of each instruction set that the CPU
 * has, against naive loops and hnswlib's kernels, on one core.
 *
 *   cache    16 KiB of vectors against one query: arithmetic and call overhead
 *   stream   256 MiB in order of address: bandwidth; the read loop is the ceiling
 *   shuffle  the same in random order, the next vector prefetched meanwhile, as
 *            a graph search does
 *   others   the remaining kernels in cache, 768 dims, against the portable set
 *
 * Repetitions of all contenders are interleaved and the fastest counts, so the
 * ratios hold on a busy machine. Takes Google Benchmark's options, such as
 * --benchmark_filter=cache.
 */
#include "peers.h"
#include "ratio_table.h"
#include "vecext/kernels.h"

#include <benchmark/benchmark.h>

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <random>
#include <string>
#include <vector>

using namespace vecext;

namespace {

constexpr size_t kDims[] = {128, 768, 1536};
constexpr size_t kCacheBytes = 16 << 10;
constexpr size_t kMemoryBytes = 256 << 20;
constexpr size_t kLine = 64;

/* Random floats on huge pages, so that address translation weighs the same for
 * all. Lives as long as the process. */
const float *memory()
{
	static float *const data = [] {
		void *mapped = mmap(nullptr, kMemoryBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (mapped == MAP_FAILED) {
			std::perror("mmap");
			std::exit(1);
		}
		madvise(mapped, kMemoryBytes, MADV_HUGEPAGE);
		float *floats = static_cast<float *>(mapped);
		std::minstd_rand engine;
		for (size_t i = 0; i < kMemoryBytes / sizeof(float); i++)
			floats[i] = static_cast<float>(engine() % 2048) / 1024 - 1;
		return floats;
	}();
	return data;
}

const char *floats()
{
	return reinterpret_cast<const char *>(memory());
}

/* The first of them in binary16, where denormals and NaN would be as common as
 * in no real data if other bytes were read as such. */
const char *halves()
{
	static std::vector<uint16_t> data(kCacheBytes / sizeof(uint16_t));
	kernels().f32_to_f16(memory(), data.data(), data.size());
	return reinterpret_cast<const char *>(data.data());
}

void count(benchmark::State &state, size_t vectors, size_t bytes)
{
	const double runs = static_cast<double>(state.iterations());
	using benchmark::Counter;
	state.counters["distances"] = Counter(runs * static_cast<double>(vectors), Counter::kIsRate);
	state.counters["bytes"] = Counter(runs * static_cast<double>(vectors * bytes), Counter::kIsRate);
}

/* One query against the vectors behind it, in order, `total` bytes in all. */
template <class Distance>
void scan(benchmark::State &state, const char *query, size_t total, size_t bytes, Distance distance)
{
	const size_t vectors = total / bytes - 1;
	for (auto _ : state) {
		double sum = 0;
		for (size_t i = 1; i <= vectors; i++)
			sum += static_cast<double>(distance(query, query + i * bytes));
		benchmark::DoNotOptimize(sum);
	}
	count(state, vectors, bytes);
}

void prefetch(const char *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += kLine)
		__builtin_prefetch(from + i);
}

template <class Distance> void scan_shuffled(benchmark::State &state, size_t bytes, Distance distance)
{
	std::vector<uint32_t> order(kMemoryBytes / bytes - 1);
	std::iota(order.begin(), order.end(), 1u);
	std::shuffle(order.begin(), order.end(), std::minstd_rand(1));
	order.push_back(0);
	const char *query = floats();
	for (auto _ : state) {
		double sum = 0;
		for (size_t i = 0; i + 1 < order.size(); i++) {
			prefetch(query + order[i + 1] * bytes, bytes);
			sum += static_cast<double>(distance(query, query + order[i] * bytes));
		}
		benchmark::DoNotOptimize(sum);
	}
	count(state, order.size() - 1, bytes);
}

void add(const std::string &scene, const std::string &kernel, size_t dims, const std::string &contender, auto body)
{
	benchmark::RegisterBenchmark((scene + '/' + kernel + '/' + std::to_string(dims) + '/' + contender).c_str(), body);
}

double number(double x)
{
	return x;
}

double number(const CosineTerms &terms)
{
	return terms.dot + terms.norm_a + terms.norm_b;
}

double number(const BitCounts &counts)
{
	return static_cast<double>(counts.both + counts.in_a + counts.in_b);
}

template <class Result, class Element>
using Member = Result (*Kernels::*)(const Element *, const Element *, size_t) noexcept;

/* Calls take(name, distance) for that kernel of each set. `distance` goes
 * through a pointer, as callers of the table do. */
template <class Result, class Element, class Take> void each_set(Member<Result, Element> member, size_t n, Take take)
{
	for (InstructionSet set : {InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512})
		if (const Kernels *table = kernels_for(set))
			take(table->name, [function = table->*member, n](const char *a, const char *b) {
				return number(function(reinterpret_cast<const Element *>(a), reinterpret_cast<const Element *>(b), n));
			});
}

/* The same for the peers that the CPU runs. */
template <class Take> void each_peer(PeerDistance PeerDistances::*member, size_t dims, Take take)
{
	const auto peer = [&](const char *name, PeerDistances distances) {
		take(name,
			 [function = distances.*member, dims](const char *a, const char *b) { return function(a, b, &dims); });
	};
	peer("naive", naive(dims));
	if (kernels_for(InstructionSet::kAvx2) == nullptr)
		return;
	peer("naive_fast", naive_fast(dims));
	peer("hnswlib_avx", hnswlib_avx(dims));
	if (kernels_for(InstructionSet::kAvx512) != nullptr)
		peer("hnswlib_avx512", hnswlib_avx512(dims));
}

void add_float_scenes(const std::string &kernel, PeerDistance PeerDistances::*peer, Member<float, float> ours)
{
	for (size_t dims : kDims) {
		const size_t bytes = dims * sizeof(float);
		const auto add_all = [&](const char *contender, auto distance) {
			add("cache", kernel, dims, contender,
				[=](benchmark::State &state) { scan(state, floats(), kCacheBytes, bytes, distance); });
			add("stream", kernel, dims, contender,
				[=](benchmark::State &state) { scan(state, floats(), kMemoryBytes, bytes, distance); });
			add("shuffle", kernel, dims, contender,
				[=](benchmark::State &state) { scan_shuffled(state, bytes, distance); });
		};
		each_peer(peer, dims, add_all);
		each_set(ours, dims, add_all);
		add("stream", kernel, dims, "read_loop", [](benchmark::State &state) {
			for (auto _ : state)
				benchmark::DoNotOptimize(read_loop(memory(), kMemoryBytes));
			count(state, 1, kMemoryBytes);
		});
	}
}

template <class Result, class Element>
void add_other(const std::string &kernel, Member<Result, Element> member, size_t elements)
{
	const size_t bytes = elements * sizeof(Element);
	const char *query = std::is_same_v<Element, uint16_t> ? halves() : floats();
	each_set(member, elements, [&](const char *contender, auto distance) {
		add("others", kernel, 768, contender,
			[=](benchmark::State &state) { scan(state, query, kCacheBytes, bytes, distance); });
	});
}

void add_others()
{
	add_other("cosine_f32", &Kernels::cosine_f32, 768);
	add_other("l1_f32", &Kernels::l1_f32, 768);
	add_other("l2_squared_f16", &Kernels::l2_squared_f16, 768);
	add_other("inner_product_f16", &Kernels::inner_product_f16, 768);
	add_other("cosine_f16", &Kernels::cosine_f16, 768);
	add_other("l2_squared_i8", &Kernels::l2_squared_i8, 768);
	add_other("inner_product_i8", &Kernels::inner_product_i8, 768);
	add_other("l1_i8", &Kernels::l1_i8, 768);
	add_other("l2_squared_u8", &Kernels::l2_squared_u8, 768);
	add_other("inner_product_u8", &Kernels::inner_product_u8, 768);
	add_other("l1_u8", &Kernels::l1_u8, 768);
	add_other("hamming_bits", &Kernels::hamming_bits, 768 / 8);
	add_other("jaccard_bits", &Kernels::jaccard_bits, 768 / 8);
}

std::vector<Scene> scenes()
{
	const std::vector<Ratio> to_hnswlib = {{"avx2", "hnswlib_avx"}, {"avx512", "hnswlib_avx512"}, {"avx512", "naive"}};
	const std::vector<Ratio> to_memory = {{"avx2", "read_loop"}, {"avx512", "read_loop"}, {"avx512", "hnswlib_avx512"}};
	return {{"cache", "In cache: million distances per second", "distances", 1e6, to_hnswlib},
			{"stream", "256 MiB in order: GB/s", "bytes", 1e9, to_memory},
			{"shuffle", "256 MiB shuffled, next vector prefetched: GB/s", "bytes", 1e9, to_hnswlib},
			{"others",
			 "In cache: million distances per second",
			 "distances",
			 1e6,
			 {{"avx2", "portable"}, {"avx512", "portable"}}}};
}

/* Options of the command line follow ours and so override them. */
void initialize(int argc, char **argv)
{
	static char repetitions[] = "--benchmark_repetitions=7";
	static char interleave[] = "--benchmark_enable_random_interleaving=true";
	static char time[] = "--benchmark_min_time=0.02";
	std::vector<char *> arguments = {argv[0], repetitions, interleave, time};
	arguments.insert(arguments.end(), argv + 1, argv + argc);
	int count = static_cast<int>(arguments.size());
	benchmark::Initialize(&count, arguments.data());
	if (benchmark::ReportUnrecognizedArguments(count, arguments.data()))
		std::exit(2);
}

} /* namespace */

int main(int argc, char **argv)
{
	initialize(argc, argv);
	add_float_scenes("l2_squared_f32", &PeerDistances::l2_squared, &Kernels::l2_squared_f32);
	add_float_scenes("inner_product_f32", &PeerDistances::inner_product, &Kernels::inner_product_f32);
	add_others();
	RatioTable table(scenes());
	benchmark::RunSpecifiedBenchmarks(&table);
	return 0;
}

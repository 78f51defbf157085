/*
 * quantizer_bench.cpp: estimates per second from each kind of code, on one core,
 * for each instruction set that the CPU has; and rows encoded per second.
 *
 *   estimate   256 KiB of codes, one after another, against one query
 *   encode     one vector after another
 *   prepare    one query after another
 *
 * Beside them the exact distance of float32 vectors (exact_f32), 256 KiB of them.
 * Repetitions are interleaved and the fastest counts, as in kernels_bench. Takes
 * Google Benchmark's options, such as --benchmark_filter=estimate.
 */
#include "ratio_table.h"
#include "vecext/kernels.h"
#include "vecext/quantizer.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <vector>

using namespace vecext;

namespace {

constexpr uint32_t kDims[] = {128, 768, 1536};
constexpr size_t kCodeBytes = 256 << 10;
constexpr size_t kRows = 512; /* that training and encoding see */

const std::vector<float> &rows()
{
	static const std::vector<float> data = [] {
		std::vector<float> values(kRows * 1536);
		std::mt19937 random(1);
		std::normal_distribution<float> normal;
		for (float &value : values)
			value = normal(random);
		return values;
	}();
	return data;
}

void require(const Status &status)
{
	if (status.is_ok())
		return;
	std::fprintf(stderr, "%s\n", status.message());
	std::exit(1);
}

/* A quantizer with codes; a query of the set in use when made. */
struct Coded {
	MallocArena arena;
	std::vector<uint64_t> state;
	Quantizer quantizer;
	QuantizedQuery query;
	std::vector<float> scratch;
	std::vector<uint8_t> codes;
	uint32_t count;

	explicit Coded(const QuantizerOptions &options) : state(quantizer_state_bytes(options) / 8)
	{
		require(train_quantizer(options, rows().data(), kRows, 1, state.data()));
		require(quantizer.init(arena.arena(), state.data(), state.size() * 8));
		query.init(arena.arena(), quantizer);
		query.prepare(rows().data());
		scratch.resize(quantizer.scratch_floats + 1);
		count = static_cast<uint32_t>(kCodeBytes / quantizer.code_bytes);
		codes.resize(count * quantizer.code_bytes);
		for (uint32_t i = 0; i < count; i++)
			encode(i);
	}
	const float *row(size_t i) const { return rows().data() + i % kRows * quantizer.options.dims; }
	void encode(size_t i) { quantizer.encode(row(i), scratch.data(), codes.data() + i % count * quantizer.code_bytes); }
};

void report(benchmark::State &state, double things)
{
	using benchmark::Counter;
	state.counters["rate"] = Counter(static_cast<double>(state.iterations()) * things, Counter::kIsRate);
}

void estimate(benchmark::State &state, Coded &coded)
{
	std::vector<float> out(coded.count);
	for (auto _ : state) {
		coded.query.estimate(coded.codes.data(), coded.quantizer.code_bytes, coded.count, out.data());
		benchmark::DoNotOptimize(out.data());
		benchmark::ClobberMemory();
	}
	report(state, coded.count);
}

void encode(benchmark::State &state, Coded &coded)
{
	size_t i = 0;
	for (auto _ : state) {
		coded.encode(i++);
		benchmark::ClobberMemory();
	}
	report(state, 1);
}

void prepare(benchmark::State &state, Coded &coded)
{
	size_t i = 0;
	for (auto _ : state) {
		coded.query.prepare(coded.row(i++));
		benchmark::ClobberMemory();
	}
	report(state, 1);
}

void exact(benchmark::State &state, uint32_t dims)
{
	const auto distance = kernels().l2_squared_f32;
	const size_t count = kCodeBytes / (dims * sizeof(float));
	for (auto _ : state) {
		float sum = 0;
		for (size_t i = 0; i < count; i++)
			sum += distance(rows().data(), rows().data() + i * dims, dims);
		benchmark::DoNotOptimize(sum);
	}
	report(state, static_cast<double>(count));
}

template <class Body>
void add(const std::string &scene, const std::string &kernel, uint32_t dims, InstructionSet set, Body body)
{
	const std::string name = scene + '/' + kernel + '/' + std::to_string(dims) + '/' + kernels_for(set)->name;
	benchmark::RegisterBenchmark(name.c_str(), [set, body](benchmark::State &state) {
		select_kernels(set);
		body(state);
	});
}

void add_code(const std::string &name, const QuantizerOptions &options, InstructionSet set)
{
	select_kernels(set);
	const auto coded = std::make_shared<Coded>(options);
	add("estimate", name, options.dims, set, [=](benchmark::State &state) { estimate(state, *coded); });
	add("encode", name, options.dims, set, [=](benchmark::State &state) { encode(state, *coded); });
	add("prepare", name, options.dims, set, [=](benchmark::State &state) { prepare(state, *coded); });
}

void add_codes(uint32_t dims, InstructionSet set)
{
	QuantizerOptions options;
	options.dims = dims;
	options.kind = QuantizerKind::kScalar;
	add_code("scalar", options, set);
	options.kind = QuantizerKind::kBinary;
	add_code("binary_1_scalar8", options, set);
	options.binary_query = BinaryQuery::kBinary;
	add_code("binary_1_binary", options, set);
	options.binary_width = BinaryWidth::kTwoBits;
	options.binary_query = BinaryQuery::kFloat;
	add_code("binary_2_float", options, set);
	options.kind = QuantizerKind::kProduct;
	for (uint8_t compression : {4, 16, 64}) {
		options.compression = compression;
		add_code("product_x" + std::to_string(compression), options, set);
	}
	options.kind = QuantizerKind::kRabitq;
	for (uint8_t bits = 1; bits <= 8; bits++) {
		options.bits = bits;
		add_code("rabitq_" + std::to_string(bits), options, set);
	}
}

/* Options of the command line follow ours and so override them. */
void initialize(int argc, char **argv)
{
	static char repetitions[] = "--benchmark_repetitions=5";
	static char interleave[] = "--benchmark_enable_random_interleaving=true";
	static char time[] = "--benchmark_min_time=0.005";
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
	for (uint32_t dims : kDims)
		for (InstructionSet set : {InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512})
			if (kernels_for(set) != nullptr) {
				add("estimate", "exact_f32", dims, set, [dims](benchmark::State &state) { exact(state, dims); });
				add_codes(dims, set);
			}
	const std::vector<Ratio> ratios = {{"avx2", "portable"}, {"avx512", "portable"}};
	RatioTable table({{"estimate", "256 KiB of codes: million estimates per second", "rate", 1e6, ratios},
					  {"encode", "Thousand rows encoded per second", "rate", 1e3, ratios},
					  {"prepare", "Thousand queries prepared per second", "rate", 1e3, ratios}});
	benchmark::RunSpecifiedBenchmarks(&table);
	return 0;
}

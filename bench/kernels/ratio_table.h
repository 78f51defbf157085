/*
 * ratio_table.h: prints benchmark results side by side instead of one per line.
 *
 * Benchmarks are named scene/kernel/dims/contender. Repetitions are reduced to
 * the fastest, since anything else on the machine can only slow a run down. A
 * scene is printed as one table when all runs are done: a line for each kernel
 * and dims, a column for each contender in order of registration, then the
 * ratios asked for.
 */
#pragma once

#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <vector>

struct Ratio {
	std::string of, to; /* contenders */
};

struct Scene {
	std::string name;
	std::string title;
	std::string counter; /* what to print: a rate counter of the benchmarks */
	double unit;         /* by which the counter is divided */
	std::vector<Ratio> ratios;
};

class RatioTable : public benchmark::BenchmarkReporter {
public:
	explicit RatioTable(std::vector<Scene> scenes) : scenes_(std::move(scenes)) {}

	bool ReportContext(const Context &context) override;
	void ReportRuns(const std::vector<Run> &runs) override;
	void Finalize() override;

private:
	struct Cell {
		std::string label; /* kernel/dims */
		std::string contender;
		double rate;
	};

	/* By order of registration, which random interleaving does not keep. */
	using Cells = std::map<int64_t, Cell>;

	void print(const Scene &scene, const Cells &cells);

	std::vector<Scene> scenes_;
	std::map<std::string, Cells> cells_; /* by scene */
};

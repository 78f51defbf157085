/* ratio_table.cpp: collects the fastest repetitions and lays them out. */
#include "ratio_table.h"

#include <algorithm>
#include <cstdio>

namespace {

using Line = std::map<std::string, double>; /* rates by contender */

double ratio(const Line &line, const Ratio &wanted)
{
	const auto of = line.find(wanted.of), to = line.find(wanted.to);
	return of != line.end() && to != line.end() ? of->second / to->second : 0;
}

void append_once(std::vector<std::string> &names, const std::string &name)
{
	if (std::find(names.begin(), names.end(), name) == names.end())
		names.push_back(name);
}

} /* namespace */

bool RatioTable::ReportContext(const Context &context)
{
	PrintBasicContext(&GetErrorStream(), context);
	return true;
}

void RatioTable::ReportRuns(const std::vector<Run> &runs)
{
	for (const Run &run : runs) {
		if (run.run_type != Run::RT_Iteration)
			continue;
		const std::string &name = run.run_name.function_name;
		const size_t first = name.find('/'), last = name.rfind('/');
		const std::string scene = name.substr(0, first);
		const auto found =
			std::find_if(scenes_.begin(), scenes_.end(), [&scene](const Scene &each) { return each.name == scene; });
		Cell &cell = cells_[scene][run.family_index];
		cell.label = name.substr(first + 1, last - first - 1);
		cell.contender = name.substr(last + 1);
		cell.rate = std::max(cell.rate, run.counters.at(found->counter).value / found->unit);
	}
}

void RatioTable::Finalize()
{
	for (const Scene &scene : scenes_)
		if (cells_.count(scene.name) != 0)
			print(scene, cells_[scene.name]);
}

void RatioTable::print(const Scene &scene, const Cells &cells)
{
	std::vector<std::string> labels, contenders;
	std::map<std::string, Line> lines;
	for (const auto &[index, cell] : cells) {
		append_once(labels, cell.label);
		append_once(contenders, cell.contender);
		lines[cell.label][cell.contender] = cell.rate;
	}

	std::printf("\n%s\n%-23s", scene.title.c_str(), "");
	for (const std::string &contender : contenders)
		std::printf(" %14s", contender.c_str());
	for (const Ratio &wanted : scene.ratios)
		std::printf("  %s/%s", wanted.of.c_str(), wanted.to.c_str());
	for (const std::string &label : labels) {
		std::printf("\n%-23s", label.c_str());
		for (const std::string &contender : contenders)
			std::printf(" %14.2f", lines[label][contender]);
		for (const Ratio &wanted : scene.ratios)
			std::printf("  %*.2f", static_cast<int>(wanted.of.size() + wanted.to.size() + 1),
						ratio(lines[label], wanted));
	}
	std::printf("\n");
}

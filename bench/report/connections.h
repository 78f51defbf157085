/*
 * connections.h: what all clients of a served API measure alike: calls spread over
 * connections, their latencies, and the recall of searches.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/matrix.h"
#include "report/options.h"

namespace vecext::bench {

/* One call over one connection; `i` is the call's number. */
using Call = std::function<void(size_t i)>;

/* Calls connect() in `connections` threads and makes, with what it returned there,
 * the calls below `count`, each once, by whichever thread is free. Returns the
 * seconds that each call took. The first exception ends all and is thrown again as
 * std::runtime_error. */
std::vector<double> run_on_connections(size_t connections, size_t count, const std::function<Call()> &connect);

/* Prints calls a second, p50 and p99 (milliseconds) of `latencies` under the label. */
void print_latencies(const std::string &system, const std::string &label, std::vector<double> latencies,
					 double seconds);

/* Searches over an API, by one connection: the ids of the k points that `query` finds. */
using FindIds = std::function<std::vector<int32_t>(size_t query)>;

/* Makes, for searches of `queries` with so many results and that ef_search, a
 * function that connects. */
using PrepareSearch = std::function<std::function<FindIds()>(const Vectors &queries, size_t k, int64_t ef_search)>;

/* Reads --system, --queries, --truth, --k, --rounds, --connections and --ef-search,
 * then searches at each ef_search over each number of connections and prints recall,
 * queries per second, p50 and p99 under "API, N connections, ef E". */
void measure_searches(Options &options, const std::string &api, const PrepareSearch &prepare);

} /* namespace vecext::bench */

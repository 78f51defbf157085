/*
 * data_main.cpp: vecext-bench-data, which makes and describes benchmark data.
 *
 *   generate --set c128|c768|c1024|c1536|c3072|c4096 --rows N --output FILE.fbin
 *            [--stream base|queries] [--first ROW] [--seed S]
 *            [--dims D --latent D --clusters C --decay-percent P --spread-percent P]
 *   truth    --base FILE [--base FILE ...] [--rows N] --queries FILE
 *            --metric l2|cosine|ip --output FILE.gt [--neighbours K]
 *   describe --base FILE | --truth FILE --metric l2|cosine
 *
 * Several --base files are one data set: the second's row 0 follows the first's
 * last row.
 */
#include "data/exact_search.h"
#include "data/files.h"
#include "data/mixture.h"
#include "report/clocks.h"
#include "report/options.h"
#include "report/records.h"

#include <cstdio>
#include <exception>
#include <stdexcept>

namespace vecext::bench {

namespace {

MixtureShape shape_from(Options &options)
{
	MixtureShape shape = named_shape(options.required_text("set"));
	shape.dims = static_cast<size_t>(options.integer("dims", static_cast<int64_t>(shape.dims)));
	const size_t latent = std::min(shape.latent_dims, shape.dims);
	shape.latent_dims = static_cast<size_t>(options.integer("latent", static_cast<int64_t>(latent)));
	shape.clusters = static_cast<size_t>(options.integer("clusters", static_cast<int64_t>(shape.clusters)));
	if (const int64_t percent = options.integer("decay-percent", 0))
		shape.decay = static_cast<double>(percent) / 100;
	if (const int64_t percent = options.integer("spread-percent", 0))
		shape.spread = static_cast<double>(percent) / 100;
	if (shape.dims < 1 || shape.clusters < 1 || shape.latent_dims < 1 || shape.latent_dims > shape.dims)
		throw std::runtime_error("dims and clusters must be at least 1, latent between 1 and dims");
	return shape;
}

Stream parse_stream(const std::string &name)
{
	if (name == "base")
		return Stream::kBase;
	if (name == "queries")
		return Stream::kQueries;
	throw std::runtime_error("unknown stream \"" + name + "\" (base, queries)");
}

void generate(Options &options)
{
	const MixtureShape shape = shape_from(options);
	const Stream stream = parse_stream(options.text("stream", "base"));
	const size_t first = static_cast<size_t>(options.integer("first", 0));
	const size_t rows = static_cast<size_t>(options.integer("rows", 1000000));
	const uint64_t seed = static_cast<uint64_t>(options.integer("seed", 1));
	const std::string output = options.required_text("output");
	options.finish();
	save_vectors(output, Mixture(shape, seed).draw(stream, first, rows));
	tell("%s: %zu x %zu", output.c_str(), rows, shape.dims);
}

Vectors load_all(const std::vector<std::string> &paths, size_t max_rows)
{
	if (paths.empty())
		throw std::runtime_error("--base is missing");
	Vectors all = load_vectors(paths[0], max_rows);
	for (size_t i = 1; i < paths.size() && all.rows < max_rows; i++) {
		const Vectors more = load_vectors(paths[i], max_rows - all.rows);
		if (more.columns != all.columns)
			throw std::runtime_error(paths[i] + ": has other dimensions than " + paths[0]);
		all.values.insert(all.values.end(), more.values.begin(), more.values.end());
		all.rows += more.rows;
	}
	return all;
}

void make_truth(Options &options)
{
	const int64_t rows = options.integer("rows", 0);
	const Vectors base = load_all(options.texts("base"), rows > 0 ? static_cast<size_t>(rows) : SIZE_MAX);
	const Vectors queries = load_vectors(options.required_text("queries"));
	const Metric metric = parse_metric(options.text("metric", "l2"));
	const size_t neighbours = static_cast<size_t>(options.integer("neighbours", 100));
	const std::string output = options.required_text("output");
	options.finish();
	const double begin = wall_seconds();
	const GroundTruth truth = exact_search(base, queries, metric, neighbours);
	tell("%s: %zu nearest of %zu rows for %zu queries in %.1f s, intrinsic dimension %.1f (20 nearest), %.1f (100)",
		 output.c_str(), truth.neighbours, base.rows, queries.rows, wall_seconds() - begin,
		 intrinsic_dimension(truth, metric, 20), intrinsic_dimension(truth, metric, 100));
	save_truth(output, truth);
}

void describe(Options &options)
{
	const Metric metric = parse_metric(options.text("metric", "l2"));
	const std::string base = options.text("base", ""), truth_path = options.text("truth", "");
	options.finish();
	if (!base.empty()) {
		const Vectors vectors = load_vectors(base);
		std::printf("%s: %zu rows, %zu dimensions\n", base.c_str(), vectors.rows, vectors.columns);
	}
	if (!truth_path.empty()) {
		const GroundTruth truth = load_truth(truth_path);
		std::printf("%s: %zu queries, %zu neighbours each, intrinsic dimension %.1f (20 nearest), %.1f (100)\n",
					truth_path.c_str(), truth.queries, truth.neighbours, intrinsic_dimension(truth, metric, 20),
					intrinsic_dimension(truth, metric, 100));
	}
}

void run(int argc, char **argv)
{
	const std::string command = argc > 1 ? argv[1] : "";
	Options options(argc, argv, 2);
	if (command == "generate")
		generate(options);
	else if (command == "truth")
		make_truth(options);
	else if (command == "describe")
		describe(options);
	else
		throw std::runtime_error("usage: vecext-bench-data generate|truth|describe --option value ...");
}

} /* namespace */

} /* namespace vecext::bench */

int main(int argc, char **argv)
{
	try {
		vecext::bench::run(argc, argv);
		return 0;
	} catch (const std::exception &error) {
		std::fprintf(stderr, "vecext-bench-data: %s\n", error.what());
		return 1;
	}
}

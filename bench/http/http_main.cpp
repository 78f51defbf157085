/*
 * http_main.cpp: vecext-bench-http, which measures a server of Qdrant's REST API.
 *
 *   load      --base FILE [--rows N] [--batch 100] [--connections 2]
 *             [--distance Euclid] [--hnsw JSON]
 *             [--prepared no] creates the collection and upserts with wait=true; with
 *             requests made before the clock starts, so that their making, on the cores
 *             that the server has, does not count
 *   search    --queries FILE --truth FILE.gt [--k 10] [--connections 1,2,8]
 *             [--ef-search 40,80,160] [--rounds 2]
 *   queries   --queries FILE [--k 100] [--ef-search 80] [--examples 5]
 *             fusion of two prefetches beside the same two searches one after the other;
 *             best_score with so many positive and negative examples beside a search
 *   groups    --queries FILE [--groups 10] [--group-size 3] [--ef-search 80] [--rounds 2]
 *             searches in groups by the payload field "group" beside plain ones,
 *             before and after the field has an index
 *   retrieve  [--rows N] [--calls 1000] [--batch 100] [--connections 2]
 *   mixed     --base FILE --queries FILE [--first 0] [--rows N] [--k 10] [--ef-search 80]
 *             [--batch 100] [--seconds 10], each
 *             p99 of searches on one connection, alone and beside another that
 *             upserts the rows as points from the id `first` on
 *
 * Options for the server: --host, --port, --collection, --key. --system names
 * the column of the records.
 */
#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>

#include "http/http_connection.h"

int main(int argc, char **argv)
{
	using namespace vecext::bench;
	const std::map<std::string, void (*)(Options &)> commands = {{"load", load_http},         {"search", search_http},
																 {"queries", query_http},     {"groups", group_http},
																 {"retrieve", retrieve_http}, {"mixed", mix_http}};
	try {
		const auto command = commands.find(argc > 1 ? argv[1] : "");
		if (command == commands.end())
			throw std::runtime_error(
				"usage: vecext-bench-http load|search|queries|groups|retrieve|mixed --option value ...");
		Options options(argc, argv, 2);
		command->second(options);
		return 0;
	} catch (const std::exception &error) {
		std::fprintf(stderr, "vecext-bench-http: %s\n", error.what());
		return 1;
	}
}

/*
 * client_main.cpp: vecext-bench-client, which measures vector search in a
 * PostgreSQL server on this machine.
 *
 *   load    --base FILE [--rows N]
 *           creates extension and table, fills it by binary COPY
 *   index   [--with "m = 16, ef_construction = 64"]
 *           creates the index and watches its progress and memory
 *   search  --queries FILE --truth FILE.gt [--clients 1] [--rounds 3]
 *           [--ef-search 10,20,...] [--label TEXT] [--share-cores yes]
 *           the curve of recall against backend CPU time
 *   search  --exact yes --queries FILE --truth FILE.gt
 *           the same by sequential scan; fails unless recall is 1
 *   examples  --queries FILE [--ef-search 40,100,200] [--rounds 3] [--sample 20]
 *           queries of ten vectors beside nearest ones, and their recall in a sample
 *   filter  --base FILE --queries FILE --load yes
 *           the same table with columns to filter by, and indexes on them
 *   filter  --base FILE --queries FILE --plan node|bitmap|iterative [--sample 200]
 *           recall, CPU time and throughput under filters; see filter.cpp
 *   insert  --base FILE [--rows N] [--first-rows 4000] [--clients 1]
 *           [--label TEXT] one row a transaction, then merges what is pending
 *           unless --merge no
 *   merge   merges what is pending
 *   scan    --queries FILE [--rounds 5]
 *           sequential scan by distance beside max(id)
 *   pages   --queries FILE --ef-search EF [--samples 20] [--label TEXT]
 *           [--restart COMMAND]
 *           pages accessed by a query; with COMMAND, which must restart the
 *           server, from a cold cache
 *
 * Options for the server: see target.h.
 */
#include "client/commands.h"

#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>

int main(int argc, char **argv)
{
	using namespace vecext::bench;
	const std::map<std::string, void (*)(Options &)> commands = {
		{"load", load_table},    {"index", build_index},      {"search", search_table},
		{"insert", insert_rows}, {"merge", merge_pending},    {"scan", scan_table},
		{"pages", count_pages},  {"filter", search_filtered}, {"examples", search_by_examples},
	};
	try {
		const auto command = commands.find(argc > 1 ? argv[1] : "");
		if (command == commands.end())
			throw std::runtime_error(
				"usage: vecext-bench-client load|index|search|examples|filter|insert|merge|scan|pages "
				"--option value ...");
		Options options(argc, argv, 2);
		command->second(options);
		return 0;
	} catch (const std::exception &error) {
		std::fprintf(stderr, "vecext-bench-client: %s\n", error.what());
		return 1;
	}
}

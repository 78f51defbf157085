/*
 * grpc_main.cpp: vecext-bench-grpc, which measures a server of Qdrant's gRPC API.
 *
 *   load      --base FILE [--rows N] [--batch 100] [--connections 2]
 *             [--distance Euclid] [--m 16] [--ef-construct 64]
 *             creates the collection and upserts with wait=true
 *   search    --queries FILE --truth FILE.gt [--k 10] [--connections 1,2,8]
 *             [--ef-search 40,80,160] [--rounds 2]
 *
 * Options for the server: --host, --port, --collection. --system names the column
 * of the records.
 */
#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>

#include "grpc/grpc_connection.h"

int main(int argc, char **argv)
{
	using namespace vecext::bench;
	const std::map<std::string, void (*)(Options &)> commands = {{"load", load_grpc}, {"search", search_grpc}};
	try {
		const auto command = commands.find(argc > 1 ? argv[1] : "");
		if (command == commands.end())
			throw std::runtime_error("usage: vecext-bench-grpc load|search --option value ...");
		Options options(argc, argv, 2);
		command->second(options);
		return 0;
	} catch (const std::exception &error) {
		std::fprintf(stderr, "vecext-bench-grpc: %s\n", error.what());
		return 1;
	}
}

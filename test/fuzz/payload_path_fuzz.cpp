/*
 * payload_path_fuzz.cpp: a payload path from any bytes is read or refused; one
 * that is read has a key first and no more steps than allowed.
 */
#include "fuzz_target.h"
#include "vecext/filter/path.h"

using namespace vecext;
using namespace vecext::fuzz;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	MallocArena memory;
	const std::vector<char> bytes(data, data + size);
	const auto path = filter::parse_path({bytes.data(), bytes.size()}, memory.arena());
	if (!path.is_ok()) {
		require(path.status().kind() == ErrorKind::kInvalidParameter, "the error is one of bad input");
		return 0;
	}
	require(path.value().size >= 1 && path.value().size <= filter::kMaxPathSteps, "the number of steps is in bounds");
	require(path.value().steps[0].kind == filter::PathStep::kKey, "a key comes first");
	require(path.value() == path.value(), "a path equals itself");
	return 0;
}

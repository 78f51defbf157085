/*
 * id_set.h: a set of node ids, one bit for each id that the index can have. In the
 * memory context that is current at init().
 */
#pragma once

#include "pg/compat.h"

extern "C" {
#include "utils/memutils.h"
}

namespace vecext::pg {

struct IdSet {
	uint8 *bits;
	Size ids;

	void init(Size count)
	{
		ids = count;
		bits = static_cast<uint8 *>(
			MemoryContextAllocExtended(CurrentMemoryContext, count / 8 + 1, MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
	}
	void add(uint32 id)
	{
		if (id < ids)
			bits[id / 8] |= 1 << id % 8;
	}
	bool contains(uint32 id) const { return id < ids && bits[id / 8] >> id % 8 & 1; }
};

} /* namespace vecext::pg */

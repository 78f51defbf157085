/* arena.cpp: blocks from malloc. */
#include "vecext/arena.h"

#include <new>

namespace vecext {

void *MallocArena::allocate(void *context, size_t bytes)
{
	auto *self = static_cast<MallocArena *>(context);
	self->blocks_.push_back(nullptr);
	void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
	if (block == nullptr)
		throw std::bad_alloc();
	self->blocks_.back() = block;
	return block;
}

} /* namespace vecext */

/* twin_table.cpp: the hash of a value and the growth of the table. */
#include "core/hnsw/twin_table.h"

#include <cstring>

namespace vecext::hnsw {

namespace {

uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

} /* namespace */

uint64_t hash_value(const void *data, size_t bytes) noexcept
{
	const auto *p = static_cast<const uint8_t *>(data);
	/* Four chains, so that multiplications overlap. */
	uint64_t h[4] = {bytes, 1, 2, 3};
	for (; bytes >= 32; bytes -= 32, p += 32)
		for (int i = 0; i < 4; i++) {
			uint64_t word;
			memcpy(&word, p + 8 * i, sizeof word);
			h[i] = mix(h[i] ^ word);
		}
	uint64_t tail[4] = {};
	memcpy(tail, p, bytes);
	uint64_t all = 0;
	for (int i = 0; i < 4; i++)
		all = mix(all + mix(h[i] ^ tail[i]));
	return mix(all);
}

bool TwinTable::make_room() noexcept
{
	if (size_ + 1 <= capacity_ / 8 * 7)
		return true;
	const size_t larger = capacity_ ? capacity_ * 2 : 4096;
	MappedBytes &target = storage_[1 - current_];
	if (!target.reserve(larger * sizeof(Entry)) || !target.grow_to(larger * sizeof(Entry))) {
		target.release();
		return false;
	}
	const Entry *old = entries_;
	const size_t old_capacity = capacity_;
	entries_ = reinterpret_cast<Entry *>(target.data());
	capacity_ = larger;
	for (size_t i = 0; i < old_capacity; i++)
		if (old[i].node_plus_one != 0) {
			size_t place = place_of(old[i].tag);
			while (entries_[place].node_plus_one != 0)
				place = (place + 1) & (capacity_ - 1);
			entries_[place] = old[i];
		}
	storage_[current_].release();
	current_ = 1 - current_;
	return true;
}

void TwinTable::release() noexcept
{
	storage_[current_].release();
	entries_ = nullptr;
	capacity_ = size_ = 0;
}

} /* namespace vecext::hnsw */

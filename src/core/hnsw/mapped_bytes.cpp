/* mapped_bytes.cpp: reserve with PROT_NONE, grow with mprotect. */
#include "core/hnsw/mapped_bytes.h"

#include <sys/mman.h>

#include <algorithm>

namespace vecext::hnsw {

namespace {

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kLargestStep = size_t{64} << 20;
constexpr size_t kSmallestStep = size_t{64} << 10;

constexpr size_t round_up(size_t n, size_t unit)
{
	return (n + unit - 1) / unit * unit;
}

} /* namespace */

MappedBytes::~MappedBytes()
{
	release();
}

void MappedBytes::release() noexcept
{
	if (mapping_ != nullptr)
		munmap(mapping_, mapping_bytes_);
	mapping_ = data_ = nullptr;
	mapping_bytes_ = reserved_ = usable_ = 0;
}

bool MappedBytes::reserve(size_t limit) noexcept
{
	reserved_ = round_up(limit, kHugePage);
	mapping_bytes_ = reserved_ + kHugePage;
	void *mapping = mmap(nullptr, mapping_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (mapping == MAP_FAILED)
		return false;
	mapping_ = static_cast<uint8_t *>(mapping);
	data_ = reinterpret_cast<uint8_t *>(round_up(reinterpret_cast<uintptr_t>(mapping_), kHugePage));
	return true;
}

bool MappedBytes::grow_to(size_t bytes) noexcept
{
	if (bytes <= usable_)
		return true;
	if (bytes > reserved_)
		return false;
	const size_t step = usable_ < kHugePage ? kSmallestStep : std::min(round_up(usable_ / 8, kHugePage), kLargestStep);
	const size_t target = std::min(round_up(std::max(bytes, usable_ + step), kSmallestStep), reserved_);
	if (mprotect(data_ + usable_, target - usable_, PROT_READ | PROT_WRITE) != 0)
		return false;
	if (target >= 4 * kHugePage) /* a hint: failure changes nothing */
		madvise(data_, target / kHugePage * kHugePage, MADV_HUGEPAGE);
	usable_ = target;
	return true;
}

} /* namespace vecext::hnsw */

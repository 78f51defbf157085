/* mapped_bytes.cpp: reserve with PROT_NONE, grow with mprotect. */
#include "core/hnsw/mapped_bytes.h"

#include <sys/mman.h>

#include <algorithm>

#include "vecext/threads.h"

namespace vecext::hnsw {

namespace {

constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kLargestStep = size_t{16} << 20;
constexpr size_t kSmallestStep = size_t{64} << 10;

constexpr size_t round_up(size_t n, size_t unit)
{
	return (n + unit - 1) / unit * unit;
}

/* Part of a step for each thread. */
struct Step {
	uint8_t *begin;
	size_t bytes;
	int threads;
};

/* A hint: where the kernel has no such call, pages come when they are touched. */
void populate_part(void *context, int member) noexcept
{
#ifdef MADV_POPULATE_WRITE
	const auto *step = static_cast<const Step *>(context);
	const size_t part = round_up(step->bytes / step->threads, kHugePage), first = part * member;
	if (first < step->bytes)
		madvise(step->begin + first, std::min(part, step->bytes - first), MADV_POPULATE_WRITE);
#endif
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

bool MappedBytes::reserve(size_t limit, int threads) noexcept
{
	threads_ = threads;
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
	if (threads_ > 1 && target - usable_ == kLargestStep) {
		Step ahead = {data_ + usable_, kLargestStep, threads_};
		run_on_threads(threads_, populate_part, &ahead);
	}
	usable_ = target;
	return true;
}

} /* namespace vecext::hnsw */

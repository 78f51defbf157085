/*
 * guarded_array.h: an array against an unmapped page, for tests that must show
 * that nothing outside an array is touched.
 *
 * With kAtEnd the first byte behind the array is unmapped, with kAtStart the
 * last byte before it: an access there ends the test with SIGSEGV. Elements are
 * aligned to their size only, which also makes an unaligned pointer of most n.
 */
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <vector>

enum class Guard { kAtStart, kAtEnd };

template <class T> class GuardedArray {
public:
	GuardedArray(const std::vector<T> &values, Guard guard)
	{
		const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
		const size_t bytes = values.size() * sizeof(T);
		const size_t body = (bytes + page - 1) / page * page;
		mapped_ = body + 2 * page;
		base_ = static_cast<char *>(mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
		if (base_ == MAP_FAILED || (body > 0 && mprotect(base_ + page, body, PROT_READ | PROT_WRITE) != 0))
			abort();
		data_ = reinterpret_cast<T *>(base_ + page + (guard == Guard::kAtStart ? 0 : body - bytes));
		if (bytes > 0)
			std::memcpy(data_, values.data(), bytes);
	}

	GuardedArray(const GuardedArray &) = delete;
	GuardedArray &operator=(const GuardedArray &) = delete;
	~GuardedArray() { munmap(base_, mapped_); }

	T *data() { return data_; }

private:
	char *base_;
	size_t mapped_;
	T *data_;
};

/*
 * arena.h: where search structures take their memory from.
 *
 * A search runs both inside PostgreSQL (memory contexts, errors by longjmp) and
 * in the threads of an index build (malloc). Structures on this interface own
 * nothing: they ask an Arena for blocks and never give one back; whoever made
 * the arena drops everything at once. They are trivially destructible, so a
 * longjmp may pass over them. Growing doubles, so the waste is bounded by the
 * final size.
 *
 * allocate() never returns null: PostgreSQL's raises an error, malloc's
 * (MallocArena) throws std::bad_alloc, to be caught where the thread began.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <type_traits>
#include <vector>

namespace vecext {

struct Arena {
	void *(*allocate_bytes)(void *context, size_t bytes); /* 16-byte aligned or better */
	void *context;

	template <class T> T *allocate(size_t count) const
	{
		static_assert(std::is_trivially_destructible_v<T>);
		return static_cast<T *>(allocate_bytes(context, count * sizeof(T)));
	}
};

/* An arena on malloc, freed with the object. Not thread-safe: one per thread. */
class MallocArena {
public:
	MallocArena() = default;
	MallocArena(const MallocArena &) = delete;
	MallocArena &operator=(const MallocArena &) = delete;
	~MallocArena()
	{
		for (void *block : blocks_)
			free(block);
	}

	Arena arena() { return {allocate, this}; }

private:
	static void *allocate(void *context, size_t bytes);

	std::vector<void *> blocks_;
};

/* A growable array on an arena. */
template <class T> class ArenaVector {
	static_assert(std::is_trivially_copyable_v<T>);

public:
	void init(Arena arena, uint32_t capacity)
	{
		arena_ = arena;
		capacity_ = capacity;
		size_ = 0;
		data_ = capacity ? arena.allocate<T>(capacity) : nullptr;
	}
	void push_back(const T &value)
	{
		if (size_ == capacity_)
			reserve(capacity_ ? capacity_ * 2 : 16);
		data_[size_++] = value;
	}
	void reserve(uint32_t capacity)
	{
		if (capacity <= capacity_)
			return;
		T *data = arena_.allocate<T>(capacity);
		if (size_)
			memcpy(static_cast<void *>(data), data_, size_ * sizeof(T));
		data_ = data;
		capacity_ = capacity;
	}
	void resize(uint32_t size)
	{
		reserve(size);
		size_ = size;
	}
	void clear() { size_ = 0; }
	void pop_back() { size_--; }
	uint32_t size() const { return size_; }
	bool empty() const { return size_ == 0; }
	T &operator[](uint32_t i) { return data_[i]; }
	const T &operator[](uint32_t i) const { return data_[i]; }
	T &back() { return data_[size_ - 1]; }
	T *begin() { return data_; }
	T *end() { return data_ + size_; }
	const T *begin() const { return data_; }
	const T *end() const { return data_ + size_; }

private:
	Arena arena_{};
	T *data_ = nullptr;
	uint32_t size_ = 0;
	uint32_t capacity_ = 0;
};

} /* namespace vecext */

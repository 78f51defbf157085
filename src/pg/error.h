/*
 * error.h: the boundary between the core's errors and PostgreSQL's.
 *
 * ereport(ERROR) leaves by longjmp, which runs no destructors. The rules that
 * keep this sound, everywhere outside src/core:
 *   1. No object with a destructor that matters is alive when PostgreSQL code
 *      that may raise an error is called. Memory comes from memory contexts,
 *      buffers and locks are PostgreSQL's and its resource owners release them.
 *   2. No C++ exception leaves a function that PostgreSQL calls. Core code is
 *      noexcept or reports by Status; where the standard library may throw
 *      (std::bad_alloc), the call is wrapped in guarded().
 */
#pragma once

#include "pg/compat.h"

#include "vecext/arena.h"
#include "vecext/status.h"

namespace vecext::pg {

/* SQLSTATE of an error kind, encoded as errcode() takes it. */
int sqlstate_of(ErrorKind kind);

/* Raises `status` as an ERROR with message, DETAIL and HINT. */
[[noreturn]] void raise(const Status &status);

inline void raise_if_error(const Status &status)
{
	if (unlikely(!status.is_ok()))
		raise(status);
}

template <class T> T value_or_raise(const Result<T> &result)
{
	if (unlikely(!result.is_ok()))
		raise(result.status());
	return result.value();
}

/* Runs `work` (which returns a Status and calls nothing of PostgreSQL's that may
 * raise an error); turns any C++ exception into a Status. */
template <class Work> Status guarded(Work &&work) noexcept
{
	try {
		return work();
	} catch (const std::bad_alloc &) {
		return Status::error(ErrorKind::kOutOfMemory, "out of memory");
	} catch (...) {
		return Status::error(ErrorKind::kCorruption, "unexpected C++ exception");
	}
}

/* Allocations in `context` that fail by std::bad_alloc instead of an ERROR: for
 * code of the core, within guarded(), that holds objects with destructors. */
Arena throwing_arena(MemoryContext context);

} /* namespace vecext::pg */

/*
 * reduce_add.h: the sum over the lanes of an xsimd batch by the name that it has
 * since xsimd 9; before, it was hadd. The order of additions is the library's, one
 * and the same for a set.
 *
 * Include it after xsimd; its definition is the including file's own (README.md,
 * "The trap").
 */
#pragma once

#if defined(XSIMD_VERSION_MAJOR) && XSIMD_VERSION_MAJOR < 9

namespace vecext {
namespace {

template <class Batch> float reduce_add(Batch x) noexcept
{
	return hadd(x);
}

} /* namespace */
} /* namespace vecext */

#endif

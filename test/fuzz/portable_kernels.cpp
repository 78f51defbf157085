/*
 * portable_kernels.cpp: stands in for the choice of an instruction set, so that
 * the parsers link with the portable kernels only.
 */
#include "core/kernels/sets.h"

const vecext::Kernels &vecext::kernels() noexcept
{
	return kPortableKernels;
}

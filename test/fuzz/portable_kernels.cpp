/*
 * portable_kernels.cpp: stands in for the choice of an instruction set, so that
 * what is fuzzed links with the portable kernels only.
 */
#include "core/kernels/sets.h"
#include "core/quantizer/level_kernels.h"
#include "core/rabitq/code_tables.h"

const vecext::Kernels &vecext::kernels() noexcept
{
	return kPortableKernels;
}

const vecext::CodeKernels &vecext::code_kernels() noexcept
{
	return kPortableCodeKernels;
}

const vecext::LevelKernels &vecext::level_kernels() noexcept
{
	return kPortableLevelKernels;
}

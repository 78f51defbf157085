/*
 * select.cpp: which kernel table is in use.
 *
 * The choice is made once, at the first call: the best set that the CPU runs
 * and whose registers the operating system saves. This file is compiled for the
 * baseline, so it may run on any CPU. Relies on __builtin_cpu_supports of GCC
 * and clang, which reads CPUID and XCR0.
 */
#include "core/kernels/sets.h"

#include <atomic>
#include <initializer_list>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace vecext {
namespace {

#if defined(__x86_64__)

/* __builtin_cpu_supports knows "f16c" in GCC only. The XCR0 bits it needs are
 * those of AVX2, which callers ask for as well. */
bool cpu_has_f16c() noexcept
{
	unsigned eax, ebx, ecx, edx;
	return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && (ecx & bit_F16C) != 0;
}

bool cpu_runs_avx2() noexcept
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && cpu_has_f16c();
}

bool cpu_runs_avx512() noexcept
{
	return cpu_runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
		   __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
		   __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512vnni") &&
		   __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bitalg");
}

#endif

/* Null until the first call of kernels() or select_kernels(). */
std::atomic<const Kernels *> in_use{nullptr};

} /* namespace */

const Kernels *kernels_for(InstructionSet set) noexcept
{
	switch (set) {
	case InstructionSet::kPortable:
		return &kPortableKernels;
#if defined(__x86_64__)
	case InstructionSet::kAvx2:
		return cpu_runs_avx2() ? &kAvx2Kernels : nullptr;
	case InstructionSet::kAvx512:
		return cpu_runs_avx512() ? &kAvx512Kernels : nullptr;
#endif
	default:
		return nullptr;
	}
}

InstructionSet best_instruction_set() noexcept
{
	for (InstructionSet set : {InstructionSet::kAvx512, InstructionSet::kAvx2})
		if (kernels_for(set) != nullptr)
			return set;
	return InstructionSet::kPortable;
}

const Kernels &kernels() noexcept
{
	const Kernels *table = in_use.load(std::memory_order_relaxed);
	if (table == nullptr) {
		table = kernels_for(best_instruction_set());
		in_use.store(table, std::memory_order_relaxed);
	}
	return *table;
}

bool select_kernels(InstructionSet set) noexcept
{
	const Kernels *table = kernels_for(set);
	if (table == nullptr)
		return false;
	in_use.store(table, std::memory_order_relaxed);
	return true;
}

} /* namespace vecext */

/*
 * sets.h: the kernel tables that exist, one per instruction set.
 *
 * Each table is a constant in the source file named after its set (portable.cpp,
 * avx2.cpp, avx512.cpp) and needs no code to run at load. Only select.cpp reads
 * them; everybody else asks kernels() or kernels_for() (include/vecext/kernels.h).
 */
#pragma once

#include "vecext/kernels.h"

namespace vecext {

extern const Kernels kPortableKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

} /* namespace vecext */

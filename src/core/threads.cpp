/* threads.cpp: teams of threads are OpenMP's. */
#include "vecext/threads.h"

#include <omp.h>

namespace vecext {

void run_on_threads(int threads, void (*work)(void *context, int member) noexcept, void *context) noexcept
{
	SignalsBlocked signals;
#pragma omp parallel num_threads(threads)
	{
		if (omp_get_thread_num() == 0)
			signals.lift();
		work(context, omp_get_thread_num());
	}
}

} /* namespace vecext */

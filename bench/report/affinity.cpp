/*
 * affinity.cpp: see affinity.h.
 */
#include "report/affinity.h"

#include <sched.h>
#include <thread>

namespace vecext::bench {

int core_count()
{
	return static_cast<int>(std::thread::hardware_concurrency());
}

bool keep_on_core(int id, int core)
{
	cpu_set_t cores;
	CPU_ZERO(&cores);
	CPU_SET(core, &cores);
	return sched_setaffinity(id, sizeof(cores), &cores) == 0;
}

} /* namespace vecext::bench */

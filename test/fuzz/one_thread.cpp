/*
 * one_thread.cpp: stands in for teams of threads, which need OpenMP.
 */
#include "vecext/threads.h"

void vecext::run_on_threads(int, void (*work)(void *context, int member) noexcept, void *context) noexcept
{
	work(context, 0);
}

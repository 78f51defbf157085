/*
 * clocks.h: wall time, CPU time of this thread, CPU time and memory of another
 * process of this machine, all in seconds and bytes.
 */
#pragma once

#include <cstdint>

namespace vecext::bench {

/* Since an arbitrary moment; monotonic. */
double wall_seconds();

/* CPU time of the calling thread; nanosecond resolution. */
double thread_cpu_seconds();

/* CPU time of the main thread of process `pid`, from /proc/PID/schedstat:
 * nanosecond resolution, exact while the process sleeps. Throws when the process
 * is not on this machine. */
double main_thread_cpu_seconds(int pid);

/* CPU time of all threads of process `pid`, from /proc/PID/stat: resolution of a
 * clock tick, 10 ms. */
double process_cpu_seconds(int pid);

/* Anonymous memory of process `pid` in use now: without shared memory and mapped
 * files. 0 when the process has ended. */
int64_t process_private_bytes(int pid);

} /* namespace vecext::bench */

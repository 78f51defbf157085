/*
 * affinity.h: keeps a thread or process on one core.
 *
 * A client and a server that take turns let two cores fall asleep and wake up for
 * every query. On a virtual machine that costs more than a small query, in time that
 * the kernel books on the server: caches and translations are cold after it. Sharing
 * a core, they never sleep, and CPU time is that of the work.
 */
#pragma once

namespace vecext::bench {

/* Of the machine. */
int core_count();

/* The thread or process `id` of this machine, 0 for the calling thread. False where
 * that is not allowed, or there is no such process here. */
bool keep_on_core(int id, int core);

} /* namespace vecext::bench */

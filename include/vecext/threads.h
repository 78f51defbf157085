/*
 * threads.h: threads that run no signal handlers.
 *
 * PostgreSQL's handlers belong on the thread that the server started. Whoever
 * starts a team blocks all signals first, so that its members inherit that, and
 * lifts the block on the calling thread once the team exists, or a request to
 * cancel would wait.
 */
#pragma once

#include <signal.h>

namespace vecext {

/* Signals stay blocked in threads created within its life. */
class SignalsBlocked {
public:
	SignalsBlocked()
	{
		sigset_t all;
		sigfillset(&all);
		pthread_sigmask(SIG_SETMASK, &all, &before_);
	}
	~SignalsBlocked() { lift(); }
	SignalsBlocked(const SignalsBlocked &) = delete;
	SignalsBlocked &operator=(const SignalsBlocked &) = delete;
	/* Call on the thread that blocked them. */
	void lift() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
	sigset_t before_;
};

/* Calls work(context, member) on `threads` threads, and returns when all have.
 * Member 0 is the calling thread. */
void run_on_threads(int threads, void (*work)(void *context, int member) noexcept, void *context) noexcept;

} /* namespace vecext */

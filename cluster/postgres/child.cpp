/*
 * child.cpp: fork and exec. Between the two only what is safe after a fork of a
 * process with threads: system calls on memory prepared before.
 */
#include "postgres/child.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace vecext::postgres {

namespace {

/* What the child was about to do when it failed; sent through a pipe that the
 * successful exec closes. */
struct Failure {
	enum Step : int { kGroups, kUser, kDirectory, kProgram };

	Step step;
	int error;
};

struct Pipe {
	int read = -1, write = -1;

	Pipe()
	{
		int ends[2];
		if (pipe2(ends, O_CLOEXEC) != 0)
			throw std::system_error(errno, std::generic_category(), "pipe");
		read = ends[0];
		write = ends[1];
	}
	~Pipe()
	{
		close_end(read);
		close_end(write);
	}
	Pipe(const Pipe &) = delete;
	Pipe &operator=(const Pipe &) = delete;

	static void close_end(int &end)
	{
		if (end >= 0)
			close(end);
		end = -1;
	}
};

[[noreturn]] void give_up(int report, Failure::Step step)
{
	const Failure failure{step, errno};
	const ssize_t written = write(report, &failure, sizeof(failure));
	_exit(written == sizeof(failure) ? 127 : 126);
}

void reset_signals()
{
	for (int signal_number = 1; signal_number < NSIG; signal_number++)
		signal(signal_number, SIG_DFL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, nullptr);
}

void take_user(const User &user, int report)
{
	if (setgroups(user.groups.size(), user.groups.data()) != 0 || setgid(user.gid) != 0)
		give_up(report, Failure::kGroups);
	if (setuid(user.uid) != 0)
		give_up(report, Failure::kUser);
}

/* After the change of user, which clears the signal; and for the case that the
 * parent went before it was set. */
void die_with(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGQUIT);
	if (getppid() != parent)
		_exit(0);
}

[[noreturn]] void become(const ChildSpec &spec, char *const *arguments, int output, int report, pid_t parent)
{
	setsid();
	reset_signals();
	if (spec.user)
		take_user(*spec.user, report);
	die_with(parent);
	if (chdir(spec.directory.c_str()) != 0)
		give_up(report, Failure::kDirectory);
	const int nothing = open("/dev/null", O_RDONLY);
	dup2(nothing, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execv(arguments[0], arguments);
	give_up(report, Failure::kProgram);
}

std::string explain(const ChildSpec &spec, const Failure &failure)
{
	const std::string who = spec.user ? "user " + spec.user->name : "we";
	const std::string why = std::string(": ") + strerror(failure.error);
	switch (failure.step) {
	case Failure::kGroups:
	case Failure::kUser:
		return "cannot become " + who + why;
	case Failure::kDirectory:
		return who + " cannot enter " + spec.directory + why;
	case Failure::kProgram:
		return who + " cannot run " + spec.arguments.front() + why;
	}
	return why;
}

/* Throws when the child reported a failure instead of running its program. */
void await_exec(const ChildSpec &spec, pid_t pid, int report)
{
	Failure failure;
	ssize_t got;
	do
		got = read(report, &failure, sizeof(failure));
	while (got < 0 && errno == EINTR);
	if (got != sizeof(failure))
		return;
	waitpid(pid, nullptr, 0);
	throw std::runtime_error(explain(spec, failure));
}

} /* namespace */

bool user_exists(const std::string &name)
{
	return getpwnam(name.c_str()) != nullptr;
}

User find_user(const std::string &name)
{
	const passwd *entry = getpwnam(name.c_str());
	if (!entry)
		throw std::runtime_error("there is no user " + name + " to run PostgreSQL as; set postgres.user");
	User user{name, entry->pw_uid, entry->pw_gid, std::vector<gid_t>(64)};
	int count = static_cast<int>(user.groups.size());
	if (getgrouplist(name.c_str(), entry->pw_gid, user.groups.data(), &count) < 0) {
		user.groups.resize(static_cast<size_t>(count));
		getgrouplist(name.c_str(), entry->pw_gid, user.groups.data(), &count);
	}
	user.groups.resize(static_cast<size_t>(count));
	return user;
}

Child spawn(const ChildSpec &spec)
{
	std::vector<char *> arguments;
	for (const std::string &argument : spec.arguments)
		arguments.push_back(const_cast<char *>(argument.c_str()));
	arguments.push_back(nullptr);

	Pipe output, report;
	const pid_t parent = getpid();
	const pid_t pid = fork();
	if (pid < 0)
		throw std::system_error(errno, std::generic_category(), "fork");
	if (pid == 0)
		become(spec, arguments.data(), output.write, report.write, parent);
	Pipe::close_end(report.write);
	await_exec(spec, pid, report.read);
	const Child child{pid, output.read};
	output.read = -1;
	return child;
}

Outcome run(const ChildSpec &spec)
{
	const Child child = spawn(spec);
	Outcome outcome{};
	std::array<char, 4096> chunk;
	for (;;) {
		const ssize_t got = read(child.output, chunk.data(), chunk.size());
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		outcome.output.append(chunk.data(), static_cast<size_t>(got));
	}
	close(child.output);
	waitpid(child.pid, &outcome.status, 0);
	return outcome;
}

std::string describe_status(int status)
{
	if (WIFSIGNALED(status))
		return "signal " + std::to_string(WTERMSIG(status));
	return "exit status " + std::to_string(WEXITSTATUS(status));
}

} /* namespace vecext::postgres */

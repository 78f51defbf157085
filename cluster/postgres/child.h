/*
 * child.h: starting programs: as another user, dying with us, their output in a pipe.
 *
 * A child gets a session of its own (a Ctrl-C at our terminal is not for it), the
 * default signal handlers and no descriptor of ours.
 */
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace vecext::postgres {

/* Whom a child runs as, looked up before the fork. */
struct User {
	std::string name;
	uid_t uid;
	gid_t gid;
	std::vector<gid_t> groups;
};

/* Throws std::runtime_error for an unknown name. */
User find_user(const std::string &name);
bool user_exists(const std::string &name);

struct ChildSpec {
	std::vector<std::string> arguments; /* the program first, with its path */
	std::string directory;              /* to start in */
	std::optional<User> user;           /* unset: ours */
};

struct Child {
	pid_t pid = -1;
	int output = -1; /* read end of stdout and stderr; the caller closes it */
};

/* The child gets SIGQUIT when the calling thread ends, so that thread must live as
 * long as the child shall. Throws std::runtime_error naming what went wrong, also
 * when the child cannot take its user, enter the directory or run the program. */
Child spawn(const ChildSpec &spec);

struct Outcome {
	int status; /* as of waitpid(2) */
	std::string output;
};

/* Runs to the end. */
Outcome run(const ChildSpec &spec);

/* "exit status 1", "signal 9". */
std::string describe_status(int status);

} /* namespace vecext::postgres */

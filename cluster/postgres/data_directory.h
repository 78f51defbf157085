/*
 * data_directory.h: the files of the embedded PostgreSQL.
 *
 *     DIRECTORY/data      made by initdb: checksums, C.UTF-8, superuser postgres
 *     DIRECTORY/data.new-PID  initdb's work; renamed when it is complete
 *     DIRECTORY/socket    for its owner and root only; in /tmp when the path is too
 *                         long for a socket
 *
 * data/vecext.conf has our settings, written at each start; ALTER SYSTEM goes before
 * it, and postgresql.conf is the administrator's apart from one include line.
 */
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "postgres/child.h"
#include "postgres/installation.h"

namespace vecext::postgres {

struct ServerSettings {
	uint64_t shared_buffers_mb = 0, maintenance_work_mem_mb = 0; /* 0: by memory_bytes */
	uint64_t memory_bytes = 0;                                   /* that we may use in all */
	uint32_t connections = 0;                                    /* that the sidecar may open */
	std::map<std::string, std::string> others;                   /* go before all else here */
};

class DataDirectory {
public:
	/* Makes what is missing, initdb included. Throws std::runtime_error. */
	DataDirectory(const std::string &directory, const Installation &installation, const std::optional<User> &user);

	/* Removes the directory of the socket, unless a server still has one in it. */
	~DataDirectory();

	DataDirectory(const DataDirectory &) = delete;
	DataDirectory &operator=(const DataDirectory &) = delete;

	void write_settings(const ServerSettings &settings) const;

	/* Until the server of an earlier sidecar, which is on its way down, has gone.
	 * Throws std::runtime_error when it stays. */
	void await_former_server() const;

	/* Tells processes of a server whose postmaster is gone to end at once. */
	void end_orphans() const;

	const std::string &data() const { return data_; }
	const std::string &socket() const { return socket_; }

private:
	void make(const Installation &installation, const std::string &directory) const;
	void check_version(const Installation &installation) const;
	void make_private(const std::string &directory) const;
	void own(const std::string &path) const;

	std::string data_, socket_;
	std::optional<User> user_;
};

} /* namespace vecext::postgres */

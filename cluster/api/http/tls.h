/*
 * tls.h: the TLS settings of a listener, read from files and read again.
 */
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <mutex>

#include "api/common/tls_files.h"

namespace vecext::api::http {

class TlsContext {
public:
	/* Throws std::runtime_error, naming the file. */
	explicit TlsContext(const TlsFiles &files);

	using Context = std::shared_ptr<SSL_CTX>;
	Context current() const;

	/* Reads the files again when it is time. Keeps the old certificate, and says so
	 * in the log, when the new one cannot be used. */
	void reload_if_due(std::chrono::steady_clock::time_point now);

private:
	Context read() const;

	const TlsFiles files_;
	mutable std::mutex mutex_;
	Context context_;
	std::chrono::steady_clock::time_point read_at_;
};

} /* namespace vecext::api::http */

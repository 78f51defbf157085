/*
 * tls.cpp: see tls.h.
 */
#include "api/http/tls.h"

#include <openssl/err.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <stdexcept>

namespace vecext::api::http {

namespace {

std::string last_error()
{
	char text[256];
	ERR_error_string_n(ERR_get_error(), text, sizeof(text));
	ERR_clear_error();
	return text;
}

/* `load` returns 1 for success. */
void use(const std::string &file, const char *what, const std::function<int(const char *)> &load)
{
	const std::string subject = "TLS " + std::string(what) + " " + file + ": ";
	if (access(file.c_str(), R_OK) != 0)
		throw std::runtime_error(subject + strerror(errno));
	if (load(file.c_str()) != 1)
		throw std::runtime_error(subject + last_error());
}

} /* namespace */

TlsContext::TlsContext(const TlsFiles &files)
	: files_(files), context_(read()), read_at_(std::chrono::steady_clock::now())
{
}

TlsContext::Context TlsContext::current() const
{
	const std::lock_guard lock(mutex_);
	return context_;
}

void TlsContext::reload_if_due(std::chrono::steady_clock::time_point now)
{
	if (files_.reload_every.count() == 0 || now - read_at_ < files_.reload_every)
		return;
	read_at_ = now;
	try {
		Context fresh = read();
		const std::lock_guard lock(mutex_);
		context_ = std::move(fresh);
	} catch (const std::exception &error) {
		spdlog::error("TLS certificate not reloaded, the old one stays: {}", error.what());
	}
}

TlsContext::Context TlsContext::read() const
{
	const Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
	if (!context)
		throw std::runtime_error("TLS: " + last_error());
	SSL_CTX *raw = context.get();
	SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
	SSL_CTX_set_mode(raw, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	constexpr unsigned char id[] = "vecextd";
	SSL_CTX_set_session_id_context(raw, id, sizeof(id) - 1);
	use(files_.certificate, "certificate",
		[raw](const char *file) { return SSL_CTX_use_certificate_chain_file(raw, file); });
	use(files_.key, "private key",
		[raw](const char *file) { return SSL_CTX_use_PrivateKey_file(raw, file, SSL_FILETYPE_PEM); });
	if (!files_.client_ca.empty()) {
		use(files_.client_ca, "certificate authority",
			[raw](const char *file) { return SSL_CTX_load_verify_locations(raw, file, nullptr); });
		SSL_CTX_set_verify(raw, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
	}
	return context;
}

} /* namespace vecext::api::http */

/*
 * socket.cpp: see socket.h.
 */
#include "api/http/socket.h"

#include <openssl/err.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <new>

namespace vecext::api::http {

namespace {

Socket::Transfer transfer(ssize_t result, Socket::Status when_blocked)
{
	if (result > 0)
		return {Socket::Status::kDone, static_cast<size_t>(result)};
	if (result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return {when_blocked};
	return {Socket::Status::kEnd};
}

int bounded(size_t size)
{
	return static_cast<int>(std::min<size_t>(size, INT_MAX));
}

} /* namespace */

Socket::Socket(int descriptor, std::shared_ptr<SSL_CTX> tls)
	: descriptor_(descriptor), context_(std::move(tls)), ssl_(nullptr, SSL_free)
{
	if (!context_)
		return;
	ssl_.reset(SSL_new(context_.get()));
	if (!ssl_ || SSL_set_fd(ssl_.get(), descriptor_) != 1) {
		close(descriptor_);
		throw std::bad_alloc();
	}
}

Socket::~Socket()
{
	ssl_.reset();
	close(descriptor_);
}

/* Call ERR_clear_error() before the call whose result this is. */
Socket::Status Socket::tls_status(int result)
{
	if (result > 0)
		return Status::kDone;
	switch (SSL_get_error(ssl_.get(), result)) {
	case SSL_ERROR_WANT_READ:
		return Status::kWantsRead;
	case SSL_ERROR_WANT_WRITE:
		return Status::kWantsWrite;
	default:
		ERR_clear_error();
		return Status::kEnd;
	}
}

Socket::Status Socket::shake_hands()
{
	ERR_clear_error();
	return tls_status(SSL_accept(ssl_.get()));
}

Socket::Transfer Socket::read(char *buffer, size_t size)
{
	if (!ssl_)
		return drain(buffer, size);
	ERR_clear_error();
	const int got = SSL_read(ssl_.get(), buffer, bounded(size));
	return {tls_status(got), static_cast<size_t>(std::max(got, 0))};
}

Socket::Transfer Socket::write(std::string_view bytes, bool more_follows)
{
	if (!ssl_)
		return transfer(send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | (more_follows ? MSG_MORE : 0)),
						Status::kWantsWrite);
	ERR_clear_error();
	const int sent = SSL_write(ssl_.get(), bytes.data(), bounded(bytes.size()));
	return {tls_status(sent), static_cast<size_t>(std::max(sent, 0))};
}

void Socket::end_writing()
{
	if (ssl_ && SSL_is_init_finished(ssl_.get())) {
		SSL_shutdown(ssl_.get());
		ERR_clear_error();
	}
	shutdown(descriptor_, SHUT_WR);
}

Socket::Transfer Socket::drain(char *buffer, size_t size)
{
	return transfer(recv(descriptor_, buffer, size, 0), Status::kWantsRead);
}

} /* namespace vecext::api::http */

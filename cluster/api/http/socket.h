/*
 * socket.h: a connected, non-blocking socket, plain or with TLS.
 */
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace vecext::api::http {

class Socket {
public:
	/* Owns the descriptor. `tls`: null for a plain socket. */
	Socket(int descriptor, std::shared_ptr<SSL_CTX> tls);
	~Socket();

	Socket(const Socket &) = delete;
	Socket &operator=(const Socket &) = delete;

	int descriptor() const { return descriptor_; }
	bool has_tls() const { return ssl_ != nullptr; }

	enum class Status : uint8_t { kDone, kWantsRead, kWantsWrite, kEnd };
	struct Transfer {
		Status status;
		size_t bytes = 0; /* of kDone, at least 1 */
	};

	/* Of TLS: until kDone. */
	Status shake_hands();

	Transfer read(char *buffer, size_t size);
	Transfer write(std::string_view bytes, bool more_follows);

	/* Tells the other side that no more comes. */
	void end_writing();

	/* Reads past TLS, to be thrown away. */
	Transfer drain(char *buffer, size_t size);

private:
	Status tls_status(int result);

	const int descriptor_;
	std::shared_ptr<SSL_CTX> context_; /* outlives ssl_ */
	std::unique_ptr<SSL, void (*)(SSL *)> ssl_;
};

} /* namespace vecext::api::http */

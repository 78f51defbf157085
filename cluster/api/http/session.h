/*
 * session.h: one connection: reads requests, has them handled, writes the answers.
 *
 * One worker at a time calls go_on(), whenever the socket is ready for what the
 * session waits for. Another thread watches its deadline: what it calls is marked.
 */
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "api/http/message.h"
#include "api/http/request_reader.h"
#include "api/http/socket.h"

namespace vecext::api::http {

struct ServerOptions;

class Session {
public:
	using Clock = std::chrono::steady_clock;

	/* `options`, `handler` and `draining` outlive the session. While `draining`, each
	 * answer is the connection's last. */
	Session(int descriptor, std::shared_ptr<SSL_CTX> tls, const ServerOptions &options, const Handler &handler,
			const std::atomic<bool> &draining);

	int descriptor() const { return socket_.descriptor(); }

	/* As far as it goes without waiting for the other side. What to wait for next;
	 * kOver: the session is to be destroyed. */
	enum class Wait : uint8_t { kRead, kWrite, kOver };
	Wait go_on();

	/* From the watching thread, while the session lives: makes the socket ready when
	 * the deadline has passed, or when it is idle and `draining`. */
	void watch(Clock::time_point now);

private:
	enum class Phase : uint8_t { kHandshake, kReading, kWriting, kLingering };
	using Next = std::optional<Wait>; /* unset: the next phase goes on at once */

	Next shake_hands();
	Next read();
	void on_bytes(std::string_view bytes);
	void await_body();
	void refuse();
	void handle();
	Response answer(Request &request) const;
	void begin_answer(Response response, const Request &request);
	void compress_body(Response &response, const Request &request);
	Next write();
	void end_answer();
	void begin_end();
	Next linger();

	void set_deadline(std::chrono::seconds from_now);
	void clear_deadline();

	const ServerOptions &options_;
	const Handler &handler_;
	const std::atomic<bool> &draining_;
	Socket socket_;
	RequestReader reader_;
	Phase phase_;
	std::string head_, body_; /* of the answer that is written */
	size_t written_ = 0;      /* of head_, then of body_ */
	size_t lingered_ = 0;
	unsigned version_ = 11;
	bool keep_alive_ = false, continued_ = false;

	std::atomic<Clock::rep> deadline_;
	std::atomic<bool> idle_ = false, writing_ = false, expired_ = false;
};

} /* namespace vecext::api::http */

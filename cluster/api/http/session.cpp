/*
 * session.cpp: see session.h.
 */
#include "api/http/session.h"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <array>
#include <limits>

#include "api/http/compression.h"
#include "api/http/server.h"

namespace vecext::api::http {

namespace {

constexpr size_t kReadBytes = 64 * 1024;
constexpr size_t kBodyPadding = 64;     /* simdjson reads that far behind a text */
constexpr size_t kTogether = 16 * 1024; /* a smaller body is sent with its header */
constexpr size_t kLingerBytes = 64 << 20;
constexpr auto kNever = std::numeric_limits<Session::Clock::rep>::max();

/* What a worker reads into: a session that waits holds no buffer. */
std::array<char, kReadBytes> &read_buffer()
{
	thread_local std::array<char, kReadBytes> buffer;
	return buffer;
}

/* Puts the plain text of a compressed body into its place; a Response says why not. */
std::optional<Response> decode_body(Request &request, uint64_t limit)
{
	const std::optional<Coding> coding = coding_of(request.header("content-encoding"));
	if (!coding)
		return refusal(415, "Unsupported content encoding: only gzip and deflate are understood");
	if (*coding == Coding::kIdentity)
		return std::nullopt;
	std::string plain;
	switch (decompress(request.body, *coding, limit, plain)) {
	case Inflate::kDone:
		break;
	case Inflate::kCorrupt:
		return refusal(400, "Payload error: the compressed body is corrupt");
	case Inflate::kTooLarge:
		return too_large(std::nullopt, limit);
	}
	plain.reserve(plain.size() + kBodyPadding);
	request.body = std::move(plain);
	return std::nullopt;
}

bool is_preflight(const Request &request)
{
	return request.method == Method::kOptions && !request.header("access-control-request-method").empty();
}

Response preflight(const Request &request)
{
	Response response;
	response.headers.emplace_back("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
	const std::string_view wanted = request.header("access-control-request-headers");
	response.headers.emplace_back("access-control-allow-headers", wanted.empty() ? "*" : std::string(wanted));
	response.headers.emplace_back("access-control-max-age", "3600");
	return response;
}

bool has_body(unsigned status)
{
	return status >= 200 && status != 204 && status != 304;
}

void append_field(std::string &out, std::string_view name, std::string_view value)
{
	out.append(name).append(": ").append(value).append("\r\n");
}

bool is_ready(int descriptor, short events)
{
	pollfd socket{descriptor, events, 0};
	return poll(&socket, 1, 0) > 0;
}

} /* namespace */

Session::Session(int descriptor, std::shared_ptr<SSL_CTX> tls, const ServerOptions &options, const Handler &handler,
				 const std::atomic<bool> &draining)
	: options_(options), handler_(handler), draining_(draining), socket_(descriptor, std::move(tls)),
	  reader_(options.max_body_bytes), phase_(socket_.has_tls() ? Phase::kHandshake : Phase::kReading),
	  deadline_(kNever)
{
	set_deadline(options.header_timeout);
	idle_ = phase_ == Phase::kReading;
}

Session::Wait Session::go_on()
{
	Next next;
	while (!next) {
		if (expired_)
			return Wait::kOver;
		switch (phase_) {
		case Phase::kHandshake:
			next = shake_hands();
			break;
		case Phase::kReading:
			next = read();
			break;
		case Phase::kWriting:
			next = write();
			break;
		case Phase::kLingering:
			next = linger();
			break;
		}
	}
	return *next;
}

Session::Next Session::shake_hands()
{
	switch (socket_.shake_hands()) {
	case Socket::Status::kWantsRead:
		return Wait::kRead;
	case Socket::Status::kWantsWrite:
		return Wait::kWrite;
	case Socket::Status::kEnd:
		return Wait::kOver;
	case Socket::Status::kDone:
		break;
	}
	phase_ = Phase::kReading;
	set_deadline(options_.header_timeout);
	idle_ = true;
	return std::nullopt;
}

/* ---- requests ---- */

Session::Next Session::read()
{
	if (reader_.state() == RequestReader::State::kNothing && draining_) {
		begin_end();
		return std::nullopt;
	}
	auto &buffer = read_buffer();
	const Socket::Transfer got = socket_.read(buffer.data(), buffer.size());
	if (got.status == Socket::Status::kDone)
		on_bytes({buffer.data(), got.bytes});
	else if (got.status == Socket::Status::kEnd)
		begin_end();
	else
		return got.status == Socket::Status::kWantsRead ? Wait::kRead : Wait::kWrite;
	return std::nullopt;
}

/* A header has a time in all, a body one of silence. */
void Session::on_bytes(std::string_view bytes)
{
	using State = RequestReader::State;
	const State before = reader_.state();
	const State state = reader_.feed(bytes);
	idle_ = false;
	if (state == State::kComplete)
		handle();
	else if (state == State::kRefused)
		refuse();
	else if (state == State::kBody)
		await_body();
	else if (before != State::kHeader)
		set_deadline(options_.header_timeout);
}

void Session::await_body()
{
	set_deadline(options_.body_timeout);
	if (continued_ || !reader_.expects_continue())
		return;
	continued_ = true;
	/* So few bytes fit; who does not get them sends the body after a while. */
	socket_.write("HTTP/1.1 100 Continue\r\n\r\n", false);
}

/* What is no request is answered as one of HTTP/1.1 and ends the connection. */
void Session::refuse()
{
	keep_alive_ = false;
	version_ = 11;
	begin_answer(reader_.refusal_of(), Request());
}

void Session::handle()
{
	clear_deadline();
	RequestReader::Taken taken = reader_.take();
	continued_ = false;
	keep_alive_ = taken.keep_alive && options_.idle_timeout.count() > 0;
	version_ = taken.version;
	Response response = answer(taken.request);
	begin_answer(std::move(response), taken.request);
}

Response Session::answer(Request &request) const
{
	if (options_.cors && is_preflight(request))
		return preflight(request);
	try {
		if (std::optional<Response> refused = decode_body(request, options_.max_body_bytes))
			return *std::move(refused);
		return handler_(request);
	} catch (const std::exception &error) {
		spdlog::error("request {} failed: {}", request.path, error.what());
		return refusal(500, "Service internal error");
	}
}

/* ---- answers ---- */

void Session::begin_answer(Response response, const Request &request)
{
	if (draining_)
		keep_alive_ = false;
	head_ = version_ == 10 ? "HTTP/1.0 " : "HTTP/1.1 ";
	head_.append(std::to_string(response.status)).append(" ").append(status_text(response.status)).append("\r\n");
	if (response.body.size() >= options_.compress_from_bytes)
		compress_body(response, request);
	if (!response.content_type.empty())
		append_field(head_, "Content-Type", response.content_type);
	for (const auto &[name, value] : response.headers)
		append_field(head_, name, value);
	if (options_.cors && !request.header("origin").empty()) {
		append_field(head_, "Access-Control-Allow-Origin", "*");
		append_field(head_, "Access-Control-Expose-Headers", "*");
	}
	if (!keep_alive_)
		append_field(head_, "Connection", "close");
	else if (version_ == 10)
		append_field(head_, "Connection", "keep-alive");
	if (has_body(response.status))
		append_field(head_, "Content-Length", std::to_string(response.body.size()));
	head_ += "\r\n";

	body_.clear();
	if (has_body(response.status) && request.method != Method::kHead)
		body_ = std::move(response.body);
	if (body_.size() <= kTogether) {
		head_ += body_;
		body_.clear();
	}
	written_ = 0;
	phase_ = Phase::kWriting;
}

void Session::compress_body(Response &response, const Request &request)
{
	append_field(head_, "Vary", "accept-encoding");
	const Coding coding = preferred_coding(request.header("accept-encoding"));
	if (coding == Coding::kIdentity || !has_body(response.status))
		return;
	response.body = compress(response.body, coding);
	append_field(head_, "Content-Encoding", coding == Coding::kGzip ? "gzip" : "deflate");
}

Session::Next Session::write()
{
	while (written_ < head_.size() + body_.size()) {
		const bool in_head = written_ < head_.size();
		const std::string_view rest = in_head ? std::string_view(head_).substr(written_)
											  : std::string_view(body_).substr(written_ - head_.size());
		const Socket::Transfer sent = socket_.write(rest, in_head && !body_.empty());
		if (sent.status == Socket::Status::kEnd)
			return Wait::kOver;
		if (sent.status != Socket::Status::kDone) {
			writing_ = sent.status == Socket::Status::kWantsWrite;
			set_deadline(options_.body_timeout);
			return writing_ ? Wait::kWrite : Wait::kRead;
		}
		written_ += sent.bytes;
	}
	writing_ = false;
	end_answer();
	return std::nullopt;
}

void Session::end_answer()
{
	body_ = {};
	if (!keep_alive_) {
		begin_end();
		return;
	}
	phase_ = Phase::kReading;
	if (reader_.state() == RequestReader::State::kNothing) {
		set_deadline(options_.idle_timeout);
		idle_ = true;
		return;
	}
	set_deadline(options_.header_timeout);
	on_bytes({}); /* the next request of a pipeline lies here */
}

/* ---- the end ---- */

/* Says that no more comes, then swallows what the other side still sends: a reset
 * would take the answer away from it before it is read. */
void Session::begin_end()
{
	idle_ = false;
	socket_.end_writing();
	set_deadline(options_.disconnect_timeout);
	phase_ = Phase::kLingering;
}

Session::Next Session::linger()
{
	auto &buffer = read_buffer();
	const Socket::Transfer got = socket_.drain(buffer.data(), buffer.size());
	if (got.status == Socket::Status::kWantsRead)
		return Wait::kRead;
	lingered_ += got.bytes;
	if (got.status == Socket::Status::kEnd || lingered_ > kLingerBytes)
		return Wait::kOver;
	return std::nullopt;
}

/* ---- time ---- */

void Session::set_deadline(std::chrono::seconds from_now)
{
	deadline_ = (Clock::now() + from_now).time_since_epoch().count();
}

void Session::clear_deadline()
{
	deadline_ = kNever;
}

/* A socket that is ready waits for a worker, not for its other side. */
void Session::watch(Clock::time_point now)
{
	if (now.time_since_epoch().count() >= deadline_ && !is_ready(descriptor(), writing_ ? POLLOUT : POLLIN)) {
		expired_ = true;
		shutdown(descriptor(), SHUT_RDWR);
	} else if (draining_ && idle_) {
		shutdown(descriptor(), SHUT_RD);
	}
}

} /* namespace vecext::api::http */

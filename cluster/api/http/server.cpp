/*
 * server.cpp: sessions over Boost.Beast. The only file that includes it.
 *
 * A session owns one connection and runs on its own strand: at any time it waits
 * for one thing (a request, a free handler slot, the end of a write), so nothing in
 * it needs a lock. Everything shared lies in Server::Impl.
 */
#include "api/http/server.h"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "api/http/compression.h"

namespace vecext::api::http {

namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using boost::asio::ip::tcp;
using Error = beast::error_code;
using Executor = asio::strand<asio::io_context::executor_type>;
using PlainStream = beast::basic_stream<tcp, Executor>;
using TlsStream = beast::ssl_stream<PlainStream>;

constexpr size_t kHeaderLimit = 64 * 1024;
constexpr size_t kFirstRead = 32 * 1024; /* a search by a vector of 1536 floats, whole */
constexpr size_t kBodyPadding = 64;      /* simdjson reads that far behind a text */
constexpr size_t kLingerBytes = 64 << 20;

/* A request's body: a string with room behind its end. */
struct PaddedBody {
	using value_type = std::string;

	class reader {
	public:
		template <bool is_request, class Fields>
		reader(wire::header<is_request, Fields> &, value_type &body) : body_(body)
		{
		}

		void init(const boost::optional<uint64_t> &length, Error &error)
		{
			error = {};
			if (length)
				body_.reserve(*length + kBodyPadding);
		}

		template <class Buffers> size_t put(const Buffers &buffers, Error &error)
		{
			error = {};
			for (auto i = asio::buffer_sequence_begin(buffers); i != asio::buffer_sequence_end(buffers); ++i) {
				const asio::const_buffer part = *i;
				body_.append(static_cast<const char *>(part.data()), part.size());
			}
			return asio::buffer_size(buffers);
		}

		void finish(Error &error)
		{
			error = {};
			body_.reserve(body_.size() + kBodyPadding);
		}

	private:
		value_type &body_;
	};
};

using RequestParser = wire::request_parser<PaddedBody>;
using WireRequest = RequestParser::value_type;
using WireResponse = wire::response<wire::string_body>;

Method method_of(wire::verb verb)
{
	switch (verb) {
	case wire::verb::get:
		return Method::kGet;
	case wire::verb::head:
		return Method::kHead;
	case wire::verb::post:
		return Method::kPost;
	case wire::verb::put:
		return Method::kPut;
	case wire::verb::patch:
		return Method::kPatch;
	case wire::verb::delete_:
		return Method::kDelete;
	case wire::verb::options:
		return Method::kOptions;
	default:
		return Method::kOther;
	}
}

std::string_view view(beast::string_view text)
{
	return {text.data(), text.size()};
}

/* "/path?query", also out of "http://host/path?query". */
void set_target(std::string_view target, Request &request)
{
	const size_t scheme = target.find("://");
	if (!target.starts_with('/') && scheme != std::string_view::npos) {
		const size_t slash = target.find('/', scheme + 3);
		target = slash == std::string_view::npos ? "/" : target.substr(slash);
	}
	const size_t question = target.find('?');
	request.path = target.substr(0, question);
	if (question != std::string_view::npos)
		request.query = target.substr(question + 1);
}

Request request_of(WireRequest &&from)
{
	Request request;
	request.method = method_of(from.method());
	set_target(view(from.target()), request);
	for (const auto &field : from) {
		std::string name(view(field.name_string()));
		std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
		request.headers.emplace_back(std::move(name), view(field.value()));
	}
	request.body = std::move(from.body());
	return request;
}

Response bare(unsigned status)
{
	Response response;
	response.status = status;
	return response;
}

/* Qdrant's form of errors, for those that never reach a handler. */
Response refusal(unsigned status, const std::string &text)
{
	Response response = bare(status);
	response.content_type = "application/json";
	response.body = "{\"status\":{\"error\":\"" + text + "\"},\"time\":0.0}";
	return response;
}

Response too_large(std::optional<uint64_t> length, uint64_t limit)
{
	const std::string bound = "limit: " + std::to_string(limit) + " bytes";
	return refusal(400, length
							? "Payload error: JSON payload (" + std::to_string(*length) +
								  " bytes) is larger than allowed (" + bound + ")."
							: "Payload error: JSON payload has exceeded limit (" + std::to_string(limit) + " bytes).");
}

std::optional<uint64_t> content_length(const WireRequest &request)
{
	const std::string text(view(request[wire::field::content_length]));
	if (text.empty())
		return std::nullopt;
	return std::strtoull(text.c_str(), nullptr, 10);
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

/* Lets so many handlers run at a time; the others wait in order. */
class HandlerSlots {
public:
	explicit HandlerSlots(unsigned count) : free_(count) {}

	/* Runs the work at once, or later on its executor. */
	void run(const Executor &executor, std::function<void()> work)
	{
		{
			const std::lock_guard lock(mutex_);
			if (free_ == 0) {
				waiting_.push_back({executor, std::move(work)});
				return;
			}
			free_--;
		}
		work();
		pass_on();
	}

private:
	struct Waiting {
		Executor executor;
		std::function<void()> work;
	};

	void pass_on()
	{
		std::unique_lock lock(mutex_);
		if (waiting_.empty()) {
			free_++;
			return;
		}
		Waiting next = std::move(waiting_.front());
		waiting_.pop_front();
		lock.unlock();
		asio::post(next.executor, [this, work = std::move(next.work)] {
			work();
			pass_on();
		});
	}

	std::mutex mutex_;
	unsigned free_;
	std::deque<Waiting> waiting_;
};

class AnySession {
public:
	virtual ~AnySession() = default;
	/* From any thread: ends the session soon if no request is under way. */
	virtual void close_if_idle() = 0;
};

/* The open sessions, for an orderly end. */
class SessionList {
public:
	void add(AnySession *session)
	{
		const std::lock_guard lock(mutex_);
		sessions_.insert(session);
	}

	void remove(AnySession *session)
	{
		const std::lock_guard lock(mutex_);
		sessions_.erase(session);
		if (sessions_.empty())
			empty_.notify_all();
	}

	void close_idle()
	{
		const std::lock_guard lock(mutex_);
		for (AnySession *session : sessions_)
			session->close_if_idle();
	}

	bool wait_until_empty(std::chrono::steady_clock::duration timeout)
	{
		std::unique_lock lock(mutex_);
		return empty_.wait_for(lock, timeout, [this] { return sessions_.empty(); });
	}

private:
	std::mutex mutex_;
	std::condition_variable empty_;
	std::set<AnySession *> sessions_;
};

/* What sessions share. */
struct Common {
	explicit Common(const ServerOptions &given) : options(given), slots(std::max(given.threads, 3u) - 2) {}

	ServerOptions options;
	HandlerSlots slots;
	SessionList sessions;
	std::atomic<bool> draining{false};
};

/* TLS settings of a listener; replaced as a whole when the files are read again. */
class TlsContext {
public:
	explicit TlsContext(const TlsFiles &files) : files_(files), context_(read()) {}

	std::shared_ptr<ssl::context> current() const
	{
		const std::lock_guard lock(mutex_);
		return context_;
	}

	std::chrono::seconds reload_every() const { return files_.reload_every; }

	/* Keeps the old certificate when the new one cannot be used. */
	void reload()
	{
		try {
			std::shared_ptr<ssl::context> fresh = read();
			const std::lock_guard lock(mutex_);
			context_ = std::move(fresh);
		} catch (const std::exception &error) {
			spdlog::error("TLS certificate not reloaded, the old one stays: {}", error.what());
		}
	}

private:
	std::shared_ptr<ssl::context> read() const
	{
		auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
		context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
							 ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
		use(files_.certificate, "certificate",
			[&](Error &error) { context->use_certificate_chain_file(files_.certificate, error); });
		use(files_.key, "private key",
			[&](Error &error) { context->use_private_key_file(files_.key, ssl::context::pem, error); });
		if (!files_.client_ca.empty()) {
			use(files_.client_ca, "certificate authority",
				[&](Error &error) { context->load_verify_file(files_.client_ca, error); });
			context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
		}
		return context;
	}

	static void use(const std::string &file, const char *what, const std::function<void(Error &)> &load)
	{
		Error error;
		if (access(file.c_str(), R_OK) != 0)
			error.assign(errno, boost::system::generic_category());
		else
			load(error);
		if (error)
			throw std::runtime_error("TLS " + std::string(what) + " " + file + ": " + error.message());
	}

	TlsFiles files_;
	mutable std::mutex mutex_;
	std::shared_ptr<ssl::context> context_;
};

/* One connection. Each step starts the next; when none is started, the last
 * shared_ptr goes and the connection with it. */
template <class Stream> class Session final : public AnySession, public std::enable_shared_from_this<Session<Stream>> {
public:
	template <class... StreamArguments>
	Session(std::shared_ptr<Common> common, std::shared_ptr<const Handler> handler,
			std::shared_ptr<ssl::context> context, StreamArguments &&...arguments)
		: common_(std::move(common)), handler_(std::move(handler)), context_(std::move(context)),
		  stream_(std::forward<StreamArguments>(arguments)...)
	{
		common_->sessions.add(this);
	}

	~Session() override { common_->sessions.remove(this); }

	void start()
	{
		if constexpr (kTls) {
			expire_after(common_->options.header_timeout);
			stream_.async_handshake(ssl::stream_base::server, step([](Session &self, const Error &error) {
										if (!error)
											self.await_request();
									}));
		} else {
			asio::dispatch(stream_.get_executor(), [self = this->shared_from_this()] { self->await_request(); });
		}
	}

	/* The list calls it under its lock while we live; the strand may run it after. */
	void close_if_idle() override
	{
		asio::post(executor(), [weak = this->weak_from_this()] {
			const auto self = weak.lock();
			if (self && self->idle_)
				beast::get_lowest_layer(self->stream_).cancel();
		});
	}

private:
	static constexpr bool kTls = !std::is_same_v<Stream, PlainStream>;

	/* A completion handler that keeps us alive. */
	template <class Function> auto step(Function function)
	{
		return [self = this->shared_from_this(), function](const Error &error, auto &&...) { function(*self, error); };
	}

	Executor executor() { return beast::get_lowest_layer(stream_).get_executor(); }

	void expire_after(std::chrono::seconds time) { beast::get_lowest_layer(stream_).expires_after(time); }

	/* Until the first byte of a request the connection is idle. */
	void await_request()
	{
		parser_.emplace();
		parser_->header_limit(kHeaderLimit);
		parser_->body_limit(common_->options.max_body_bytes);
		request_ = {};
		if (buffer_.size() > 0) {
			/* Not at once: pipelined requests would nest. */
			asio::post(executor(), [self = this->shared_from_this()] { self->read_header(); });
			return;
		}
		if (common_->draining) {
			close();
			return;
		}
		idle_ = true;
		expire_after(first_request_ ? common_->options.header_timeout : common_->options.idle_timeout);
		first_request_ = false;
		stream_.async_read_some(buffer_.prepare(kFirstRead),
								[self = this->shared_from_this()](const Error &error, size_t got) {
									self->idle_ = false;
									self->buffer_.commit(got);
									if (error)
										self->close();
									else
										self->read_header();
								});
	}

	/* Every asynchronous step wakes threads, for its end and for its timer, which
	 * costs more than a small request's work. What has arrived is parsed at once. */
	void read_header()
	{
		Error error;
		if (!parse_arrived(error))
			refuse(error);
		else if (parser_->is_header_done())
			begin_body();
		else
			read_rest_of_header();
	}

	/* False for an error. */
	bool parse_arrived(Error &error)
	{
		while (buffer_.size() > 0 && !parser_->is_done()) {
			const bool was_header = !parser_->is_header_done();
			const size_t taken = parser_->put(buffer_.data(), error);
			buffer_.consume(taken);
			if (error == wire::error::need_more) {
				error = {};
				return true;
			}
			if (error)
				return false;
			if (taken == 0 || (was_header && parser_->is_header_done()))
				return true;
		}
		return true;
	}

	void read_rest_of_header()
	{
		expire_after(common_->options.header_timeout);
		wire::async_read_header(stream_, buffer_, *parser_, step([](Session &self, const Error &error) {
									if (error)
										self.refuse(error);
									else
										self.begin_body();
								}));
	}

	void begin_body()
	{
		const bool expects = beast::iequals(parser_->get()[wire::field::expect], "100-continue");
		if (!expects || parser_->is_done()) {
			read_body();
			return;
		}
		static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
		expire_after(common_->options.body_timeout);
		asio::async_write(stream_, asio::buffer(kContinue), step([](Session &self, const Error &error) {
							  if (!error)
								  self.read_body();
						  }));
	}

	/* Piece by piece, so that the timeout is one of silence, not of size. */
	void read_body()
	{
		Error arrived;
		if (!parse_arrived(arrived)) {
			refuse(arrived);
			return;
		}
		if (parser_->is_done()) {
			handle();
			return;
		}
		expire_after(common_->options.body_timeout);
		wire::async_read_some(stream_, buffer_, *parser_, step([](Session &self, const Error &error) {
								  if (error)
									  self.refuse(error);
								  else
									  self.read_body();
							  }));
	}

	/* What could not be read as a request; the connection ends with the answer. */
	void refuse(const Error &error)
	{
		if (error == wire::error::body_limit) {
			finish(too_large(content_length(parser_->get()), common_->options.max_body_bytes));
		} else if (error == beast::error::timeout) {
			/* The stream has closed itself. */
			return;
		} else if (error == wire::error::header_limit) {
			finish(bare(431));
		} else if (error == wire::error::end_of_stream || error == wire::error::partial_message ||
				   error.category() != wire::make_error_code(wire::error::bad_method).category()) {
			close();
		} else {
			finish(bare(400));
		}
	}

	/* Answers what is no request and closes. */
	void finish(Response response)
	{
		keep_alive_ = false;
		version_ = 11;
		request_.method = Method::kGet;
		write(std::move(response));
	}

	void handle()
	{
		beast::get_lowest_layer(stream_).expires_never();
		WireRequest request = parser_->release();
		keep_alive_ = request.keep_alive() && common_->options.idle_timeout.count() > 0;
		version_ = request.version();
		request_ = request_of(std::move(request));
		common_->slots.run(executor(), [self = this->shared_from_this()] { self->write(self->answer()); });
	}

	Response answer()
	{
		if (common_->options.cors && is_preflight(request_))
			return preflight(request_);
		try {
			if (std::optional<Response> refused = decode_body(request_, common_->options.max_body_bytes))
				return *std::move(refused);
			return (*handler_)(request_);
		} catch (const std::exception &error) {
			spdlog::error("request {} failed: {}", request_.path, error.what());
			return refusal(500, "Service internal error");
		}
	}

	void write(Response response)
	{
		if (common_->draining)
			keep_alive_ = false;
		fill(std::move(response));
		serializer_.emplace(*response_);
		serializer_->split(false);
		if (write_at_once())
			after_write();
		else
			write_next();
	}

	/* What fits the socket's buffer, as most answers do, needs no asynchronous step.
	 * False when something is left to write; the next step meets an error again. */
	bool write_at_once()
	{
		if constexpr (kTls)
			return false;
		Error error;
		while (!error && !serializer_->is_done())
			wire::write_some(stream_, *serializer_, error);
		return serializer_->is_done();
	}

	void write_next()
	{
		expire_after(common_->options.body_timeout);
		wire::async_write_some(stream_, *serializer_, step([](Session &self, const Error &error) {
								   if (error)
									   self.drop();
								   else if (!self.serializer_->is_done())
									   self.write_next();
								   else
									   self.after_write();
							   }));
	}

	void after_write()
	{
		serializer_.reset();
		response_.reset();
		if (keep_alive_)
			await_request();
		else
			close();
	}

	void fill(Response &&from)
	{
		response_.emplace(static_cast<wire::status>(from.status), version_);
		if (from.body.size() >= common_->options.compress_from_bytes)
			compress_body(from);
		if (!from.content_type.empty())
			response_->set(wire::field::content_type, from.content_type);
		for (const auto &[name, value] : from.headers)
			response_->set(name, value);
		if (common_->options.cors && !request_.header("origin").empty()) {
			response_->set(wire::field::access_control_allow_origin, "*");
			response_->set(wire::field::access_control_expose_headers, "*");
		}
		response_->keep_alive(keep_alive_);
		if (has_body(from.status))
			response_->content_length(from.body.size());
		if (has_body(from.status) && request_.method != Method::kHead)
			response_->body() = std::move(from.body);
	}

	void compress_body(Response &response)
	{
		response_->set(wire::field::vary, "accept-encoding");
		const Coding coding = preferred_coding(request_.header("accept-encoding"));
		if (coding == Coding::kIdentity || !has_body(response.status))
			return;
		response.body = compress(response.body, coding);
		response_->set(wire::field::content_encoding, coding == Coding::kGzip ? "gzip" : "deflate");
	}

	/* Says that no more comes, then swallows what the other side still sends: a
	 * reset would take the answer away from it before it is read. */
	void close()
	{
		expire_after(common_->options.disconnect_timeout);
		if constexpr (kTls) {
			stream_.async_shutdown(step([](Session &self, const Error &) { self.drop(); }));
		} else {
			Error ignored;
			stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
			buffer_.clear();
			linger();
		}
	}

	void linger()
	{
		beast::get_lowest_layer(stream_).async_read_some(
			buffer_.prepare(65536), [self = this->shared_from_this()](const Error &error, size_t got) {
				self->lingered_ += got;
				if (!error && self->lingered_ < kLingerBytes)
					self->linger();
			});
	}

	void drop() { beast::get_lowest_layer(stream_).close(); }

	std::shared_ptr<Common> common_;
	std::shared_ptr<const Handler> handler_;
	std::shared_ptr<ssl::context> context_; /* outlives the stream, which uses it */
	Stream stream_;
	beast::flat_buffer buffer_;
	std::optional<RequestParser> parser_;
	Request request_;
	std::optional<WireResponse> response_;
	std::optional<wire::response_serializer<wire::string_body>> serializer_;
	size_t lingered_ = 0;
	unsigned version_ = 11;
	bool keep_alive_ = false, idle_ = false, first_request_ = true;
};

/* A bound port that turns connections into sessions. */
class Door : public std::enable_shared_from_this<Door> {
public:
	Door(asio::io_context &io, std::shared_ptr<Common> common, const Listener &listener)
		: io_(io), common_(std::move(common)), handler_(std::make_shared<const Handler>(listener.handler)),
		  acceptor_(asio::make_strand(io)), retry_(acceptor_.get_executor()), reload_(acceptor_.get_executor())
	{
		if (listener.tls)
			tls_ = std::make_unique<TlsContext>(*listener.tls);
	}

	uint16_t bind(const std::string &host, uint16_t port)
	{
		Error error;
		tcp::resolver resolver(io_);
		const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
		if (!error)
			open(found.begin()->endpoint(), error);
		if (error)
			throw std::runtime_error("cannot listen on " + host + ":" + std::to_string(port) + ": " + error.message());
		return acceptor_.local_endpoint().port();
	}

	void start()
	{
		asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
			self->accept();
			self->schedule_reload();
		});
	}

	void stop()
	{
		asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
			Error ignored;
			self->acceptor_.close(ignored);
			self->retry_.cancel();
			self->reload_.cancel();
		});
	}

private:
	using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
	using Timer =
		asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

	void open(const tcp::endpoint &endpoint, Error &error)
	{
		acceptor_.open(endpoint.protocol(), error);
		if (!error)
			acceptor_.set_option(asio::socket_base::reuse_address(true), error);
		if (!error)
			acceptor_.bind(endpoint, error);
		if (!error)
			acceptor_.listen(1024, error);
	}

	void accept()
	{
		acceptor_.async_accept(asio::make_strand(io_),
							   [self = shared_from_this()](const Error &error, PlainStream::socket_type socket) {
								   self->on_accept(error, std::move(socket));
							   });
	}

	void on_accept(const Error &error, PlainStream::socket_type socket)
	{
		if (!acceptor_.is_open())
			return;
		if (error) {
			retry_later(error);
			return;
		}
		Error ignored;
		socket.set_option(tcp::no_delay(true), ignored);
		socket.non_blocking(true, ignored);
		welcome(std::move(socket));
		accept();
	}

	void welcome(PlainStream::socket_type socket)
	{
		if (!tls_) {
			std::make_shared<Session<PlainStream>>(common_, handler_, nullptr, std::move(socket))->start();
			return;
		}
		const std::shared_ptr<ssl::context> context = tls_->current();
		std::make_shared<Session<TlsStream>>(common_, handler_, context, std::move(socket), *context)->start();
	}

	/* Out of file descriptors, most likely. */
	void retry_later(const Error &error)
	{
		spdlog::warn("cannot accept a connection: {}", error.message());
		retry_.expires_after(std::chrono::milliseconds(100));
		retry_.async_wait([self = shared_from_this()](const Error &cancelled) {
			if (!cancelled)
				self->accept();
		});
	}

	void schedule_reload()
	{
		if (!tls_ || tls_->reload_every().count() == 0)
			return;
		reload_.expires_after(tls_->reload_every());
		reload_.async_wait([self = shared_from_this()](const Error &cancelled) {
			if (cancelled)
				return;
			self->tls_->reload();
			self->schedule_reload();
		});
	}

	asio::io_context &io_;
	std::shared_ptr<Common> common_;
	std::shared_ptr<const Handler> handler_;
	std::unique_ptr<TlsContext> tls_;
	Acceptor acceptor_;
	Timer retry_, reload_;
};

} /* namespace */

struct Server::Impl {
	explicit Impl(const ServerOptions &options) : common(std::make_shared<Common>(options)), work(io.get_executor())
	{
		for (unsigned i = 0; i < std::max(options.threads, 3u); i++)
			threads.emplace_back([this] { run(); });
	}

	/* What escapes from a session has ended it; the thread goes on. */
	void run()
	{
		for (;;) {
			try {
				io.run();
				return;
			} catch (const std::exception &error) {
				spdlog::error("a connection failed: {}", error.what());
			}
		}
	}

	asio::io_context io;
	std::shared_ptr<Common> common;
	asio::executor_work_guard<asio::io_context::executor_type> work;
	std::vector<std::shared_ptr<Door>> doors;
	std::vector<std::thread> threads;
};

Server::Server(const ServerOptions &options) : impl_(std::make_unique<Impl>(options)) {}

Server::~Server()
{
	stop();
}

uint16_t Server::listen(const Listener &listener)
{
	auto door = std::make_shared<Door>(impl_->io, impl_->common, listener);
	const uint16_t port = door->bind(listener.host, listener.port);
	impl_->doors.push_back(door);
	door->start();
	return port;
}

void Server::stop()
{
	if (impl_->threads.empty())
		return;
	impl_->common->draining = true;
	for (const auto &door : impl_->doors)
		door->stop();
	impl_->common->sessions.close_idle();
	if (!impl_->common->sessions.wait_until_empty(impl_->common->options.drain_timeout))
		spdlog::warn("some requests did not end in time");
	impl_->io.stop();
	for (std::thread &thread : impl_->threads)
		thread.join();
	impl_->threads.clear();
}

} /* namespace vecext::api::http */

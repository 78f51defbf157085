/*
 * server.cpp: the one file that knows gRPC's library.
 *
 * Every method of the Router always has one PendingCall posted. A call that arrives
 * fills it, another is posted in its place, and the call is carried out in the thread
 * that learned of it. Two more events end its life: `sent`, once its answer is on the
 * way, and `ended`, which also tells that the caller has gone.
 */
#include "api/grpc/server.h"

#include <google/protobuf/stubs/logging.h>
#include <grpc/grpc_security.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/proto_buffer_writer.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <deque>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace vecext::api::grpc {

namespace {

using SteadyClock = std::chrono::steady_clock;
using SystemClock = std::chrono::system_clock;

/* Calls that one connection may have at a time; its next ones wait at the client. */
constexpr int kMaxStreams = 1024;

/* Of each thread, for the messages of the call it runs. */
constexpr size_t kArenaBytes = 64 << 10;

/* Largest block of a response's bytes. */
constexpr int kBlockBytes = 1 << 20;

/* A service of the API, its methods taking and giving bytes. */
class ByteService : public ::grpc::Service {
public:
	/* "/package.Service/Method", of static storage. */
	int add(const char *name)
	{
		using ::grpc::internal::RpcMethod;
		const int index = methods_++;
		AddMethod(new ::grpc::internal::RpcServiceMethod(name, RpcMethod::NORMAL_RPC, nullptr));
		MarkMethodRaw(index);
		return index;
	}

	void post(int index, ::grpc::ServerContext *context, ::grpc::ByteBuffer *request,
			  ::grpc::ServerAsyncResponseWriter<::grpc::ByteBuffer> *writer, ::grpc::ServerCompletionQueue *queue,
			  void *tag)
	{
		RequestAsyncUnary(index, context, request, writer, queue, queue, tag);
	}

private:
	int methods_ = 0;
};

struct PendingCall;

struct Tag {
	enum Event : uint8_t { kArrived, kSent, kEnded };

	PendingCall *call;
	Event event;
};

struct PendingCall {
	explicit PendingCall(size_t place) : method(place) { context.AsyncNotifyWhenDone(&ended); }

	const size_t method;
	::grpc::ServerContext context;
	::grpc::ByteBuffer request;
	::grpc::ServerAsyncResponseWriter<::grpc::ByteBuffer> writer{&context};
	std::atomic<bool> gone = false;
	std::atomic<int> events = 2; /* to come: sent, ended */
	Tag arrived{this, Tag::kArrived}, sent{this, Tag::kSent}, ended{this, Tag::kEnded};
};

std::string_view metadata(const ::grpc::ServerContext &context, const char *name)
{
	const auto &all = context.client_metadata();
	const auto found = all.find(name);
	return found == all.end() ? std::string_view() : std::string_view(found->second.data(), found->second.size());
}

SteadyClock::time_point deadline_of(const ::grpc::ServerContext &context)
{
	const SystemClock::time_point deadline = context.deadline();
	constexpr auto far = std::chrono::hours(24 * 365);
	const SystemClock::time_point now = SystemClock::now();
	if (deadline > now + far)
		return SteadyClock::time_point::max();
	return SteadyClock::now() + std::chrono::duration_cast<SteadyClock::duration>(deadline - now);
}

bool serialize(const google::protobuf::Message &message, ::grpc::ByteBuffer *bytes)
{
	const auto size = static_cast<int>(std::min<size_t>(message.ByteSizeLong(), INT32_MAX));
	::grpc::ProtoBufferWriter writer(bytes, kBlockBytes, size);
	return message.SerializeToZeroCopyStream(&writer);
}

std::string read_file(const std::string &path)
{
	std::ifstream file(path, std::ios::binary);
	if (!file)
		throw std::runtime_error("cannot read " + path);
	std::ostringstream text;
	text << file.rdbuf();
	return text.str();
}

/* TLS whose files are read again as a connection comes, when those in use are old.
 * Files that cannot be used the library reports, and goes on with what it has. */
class ReloadedCredentials : public ::grpc::ServerCredentials {
public:
	explicit ReloadedCredentials(const TlsFiles &files) : files_(files)
	{
		const auto request = files.client_ca.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
													 : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
		credentials_ = grpc_ssl_server_credentials_create_with_options(
			grpc_ssl_server_credentials_create_options_using_config_fetcher(request, fetch, this));
	}
	~ReloadedCredentials() override { grpc_server_credentials_release(credentials_); }

	/* Keys and tokens are asked for by the Router. */
	void SetAuthMetadataProcessor(const std::shared_ptr<::grpc::AuthMetadataProcessor> &) override {}

private:
	using Status = grpc_ssl_certificate_config_reload_status;

	int AddPortToServer(const std::string &address, grpc_server *server) override
	{
		return grpc_server_add_http2_port(server, address.c_str(), credentials_);
	}

	static Status fetch(void *self, grpc_ssl_server_certificate_config **config)
	{
		try {
			return static_cast<ReloadedCredentials *>(self)->read_again(config);
		} catch (const std::exception &error) {
			spdlog::warn("TLS certificate for gRPC: {}", error.what());
			return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL;
		}
	}

	Status read_again(grpc_ssl_server_certificate_config **config)
	{
		const std::lock_guard lock(mutex_);
		const auto now = SteadyClock::now();
		const bool never_again = files_.reload_every.count() == 0;
		if (read_at_ && (never_again || now < *read_at_ + files_.reload_every))
			return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
		read_at_ = now;
		const std::string key = read_file(files_.key), chain = read_file(files_.certificate);
		/* Must be something, also where no client is asked for a certificate. */
		const std::string authority = files_.client_ca.empty() ? chain : read_file(files_.client_ca);
		const grpc_ssl_pem_key_cert_pair pair{key.c_str(), chain.c_str()};
		*config = grpc_ssl_server_certificate_config_create(authority.c_str(), &pair, 1);
		return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
	}

	const TlsFiles files_;
	grpc_server_credentials *credentials_;
	std::mutex mutex_;
	std::optional<SteadyClock::time_point> read_at_;
};

std::shared_ptr<::grpc::ServerCredentials> credentials(const TlsFiles *files)
{
	if (!files)
		return ::grpc::InsecureServerCredentials();
	for (const std::string &path : {files->key, files->certificate, files->client_ca})
		if (!path.empty())
			read_file(path); /* names what cannot be read */
	return std::make_shared<ReloadedCredentials>(*files);
}

std::string address(const ServerOptions &options)
{
	const bool is_ipv6 = options.host.find(':') != std::string::npos;
	return (is_ipv6 ? "[" + options.host + "]" : options.host) + ":" + std::to_string(options.port);
}

void log_library_message(gpr_log_func_args *message)
{
	const auto level = message->severity == GPR_LOG_SEVERITY_ERROR ? spdlog::level::warn : spdlog::level::debug;
	spdlog::log(level, "grpc: {}", message->message);
}

/* What is wrong with a message its caller is told. */
void log_message_error(google::protobuf::LogLevel, const char *, int, const std::string &text)
{
	spdlog::debug("protobuf: {}", text);
}

void set_up_library()
{
	static std::once_flag once;
	std::call_once(once, [] {
		gpr_set_log_function(log_library_message);
		google::protobuf::SetLogHandler(log_message_error);
		::grpc::reflection::InitProtoReflectionServerBuilderPlugin();
	});
}

} /* namespace */

class Server::Running {
public:
	Running(const ServerOptions &options, std::shared_ptr<const Router> router)
		: router_(std::move(router)), drain_timeout_(options.drain_timeout), most_(options.threads - 1)
	{
		set_up_library();
		make_services();
		build(options);
		for (size_t method = 0; method < places_.size(); method++)
			post(method);
		for (unsigned i = 0; i < options.threads; i++)
			threads_.emplace_back([this] { serve(); });
	}

	~Running() { stop(); }

	uint16_t port() const { return static_cast<uint16_t>(port_); }

	void stop()
	{
		if (threads_.empty())
			return;
		{
			const std::lock_guard lock(mutex_);
			stopping_ = true;
		}
		server_->Shutdown(SystemClock::now() + drain_timeout_);
		/* Who has gone is no longer waited for, but the handler of that call may still
		 * run, and its answer needs the queue. */
		{
			std::unique_lock lock(mutex_);
			all_ended_.wait(lock, [this] { return calls_ == 0; });
		}
		queue_->Shutdown();
		for (std::thread &thread : threads_)
			thread.join();
		threads_.clear();
	}

private:
	struct Place {
		ByteService *service;
		int index;
	};

	/* "/qdrant.Points/Upsert" belongs to the service "qdrant.Points". */
	void make_services()
	{
		for (const Method &method : router_->methods()) {
			const std::string_view service = method.name.substr(1, method.name.find('/', 1) - 1);
			auto &made = services_[service];
			if (!made)
				made = std::make_unique<ByteService>();
			places_.push_back({made.get(), made->add(method.name.data())});
		}
	}

	void build(const ServerOptions &options)
	{
		::grpc::ServerBuilder builder;
		credentials_ = credentials(options.tls);
		builder.AddListeningPort(address(options), credentials_, &port_);
		builder.SetMaxReceiveMessageSize(static_cast<int>(std::min<uint64_t>(options.max_message_bytes, INT32_MAX)));
		builder.SetMaxSendMessageSize(-1);
		builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
		builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
		builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 0);
		for (const auto &[name, service] : services_)
			builder.RegisterService(service.get());
		queue_ = builder.AddCompletionQueue();
		server_ = builder.BuildAndStart();
		if (!server_ || port_ == 0) {
			queue_->Shutdown();
			throw std::runtime_error("cannot listen on " + address(options) + " for gRPC");
		}
	}

	void post(size_t method)
	{
		const std::lock_guard lock(mutex_);
		if (stopping_)
			return;
		auto *call = new PendingCall(method); /* ended by its last event */
		calls_++;
		places_[method].service->post(places_[method].index, &call->context, &call->request, &call->writer,
									  queue_.get(), &call->arrived);
	}

	void serve()
	{
		void *event;
		bool ok;
		while (queue_->Next(&event, &ok)) {
			const Tag *tag = static_cast<Tag *>(event);
			if (tag->event == Tag::kArrived)
				arrive(tag->call, ok);
			else
				pass(tag);
		}
	}

	void pass(const Tag *tag)
	{
		PendingCall *call = tag->call;
		if (tag->event == Tag::kEnded && call->context.IsCancelled())
			call->gone = true;
		if (--call->events == 0)
			end(call);
	}

	void end(PendingCall *call)
	{
		delete call;
		const std::lock_guard lock(mutex_);
		if (--calls_ == 0)
			all_ended_.notify_all();
	}

	/* A call that never came has no more events. */
	void arrive(PendingCall *call, bool has_come)
	{
		if (!has_come) {
			end(call);
			return;
		}
		post(call->method);
		if (!admit(call))
			return;
		do
			run(*call);
		while ((call = next_waiting()));
	}

	/* False when too many run: then it waits. */
	bool admit(PendingCall *call)
	{
		const std::lock_guard lock(mutex_);
		if (running_calls_ == most_) {
			waiting_.push_back(call);
			return false;
		}
		running_calls_++;
		return true;
	}

	PendingCall *next_waiting()
	{
		const std::lock_guard lock(mutex_);
		if (waiting_.empty()) {
			running_calls_--;
			return nullptr;
		}
		PendingCall *call = waiting_.front();
		waiting_.pop_front();
		return call;
	}

	void run(PendingCall &call) const
	{
		thread_local const std::unique_ptr<char[]> block(new char[kArenaBytes]);
		google::protobuf::ArenaOptions options;
		options.initial_block = block.get();
		options.initial_block_size = kArenaBytes;
		google::protobuf::Arena arena(options);
		Reply reply = answer(call, arena);
		call.request.Clear();
		::grpc::ByteBuffer response;
		if (reply.response && !serialize(*reply.response, &response))
			reply = {GrpcCode::kResourceExhausted, "the response is too large for a message", "", nullptr};
		send(call, reply, response);
	}

	Reply answer(PendingCall &call, google::protobuf::Arena &arena) const
	{
		::grpc::ProtoBufferReader in(&call.request);
		const model::CallerPatience patience{deadline_of(call.context), &call.gone};
		const Credentials credentials{metadata(call.context, "api-key"), metadata(call.context, "authorization")};
		return router_->handle(call.method, credentials, patience, in, arena);
	}

	/* The call may be gone when it returns. */
	static void send(PendingCall &call, const Reply &reply, const ::grpc::ByteBuffer &response)
	{
		if (reply.code == GrpcCode::kOk) {
			call.writer.Finish(response, ::grpc::Status::OK, &call.sent);
			return;
		}
		if (!reply.retry_after.empty())
			call.context.AddTrailingMetadata("retry-after", reply.retry_after);
		call.writer.FinishWithError({static_cast<::grpc::StatusCode>(reply.code), reply.text}, &call.sent);
	}

	const std::shared_ptr<const Router> router_;
	const std::chrono::seconds drain_timeout_;
	std::map<std::string_view, std::unique_ptr<ByteService>> services_;
	std::vector<Place> places_; /* of the Router's methods */
	int port_ = 0;
	std::shared_ptr<::grpc::ServerCredentials> credentials_; /* used as long as the server is */
	std::unique_ptr<::grpc::ServerCompletionQueue> queue_;
	std::unique_ptr<::grpc::Server> server_;
	std::vector<std::thread> threads_;

	std::mutex mutex_;
	std::condition_variable all_ended_;
	bool stopping_ = false;
	size_t calls_ = 0; /* posted, and not ended */
	const size_t most_;
	size_t running_calls_ = 0;
	std::deque<PendingCall *> waiting_;
};

Server::Server(const ServerOptions &options, std::shared_ptr<const Router> router)
	: running_(std::make_unique<Running>(options, std::move(router)))
{
}

Server::~Server() = default;

uint16_t Server::port() const
{
	return running_->port();
}

void Server::stop()
{
	running_->stop();
}

} /* namespace vecext::api::grpc */

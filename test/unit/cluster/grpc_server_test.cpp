/*
 * grpc_server_test.cpp: the gRPC server with calls of its own: statuses, metadata,
 * access, deadlines, callers who go away, more calls than threads, size limits,
 * malformed messages, the end; and that each call of the API asks for the access
 * that data/access.tsv gives it.
 */
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <fstream>
#include <sstream>
#include <thread>

#include "api/grpc/methods.h"
#include "api/grpc/server.h"
#include "collections_service.pb.h"
#include "model/error.h"

namespace vecext::api::grpc {
namespace {

namespace pb = ::qdrant;
using auth::Need;
using ::grpc::StatusCode;

/* A door that calls wait at. */
class Gate {
public:
	void open()
	{
		const std::lock_guard lock(mutex_);
		is_open_ = true;
		changed_.notify_all();
	}
	void pass()
	{
		std::unique_lock lock(mutex_);
		waiting_++;
		changed_.notify_all();
		changed_.wait(lock, [this] { return is_open_; });
	}
	void await_waiting(int n)
	{
		std::unique_lock lock(mutex_);
		changed_.wait(lock, [&] { return waiting_ >= n; });
	}

private:
	std::mutex mutex_;
	std::condition_variable changed_;
	bool is_open_ = false;
	int waiting_ = 0;
};

class GrpcServer : public ::testing::Test {
protected:
	~GrpcServer() override { gate_.open(); }

	void start(ServerOptions options = {}, auth::Keys keys = {})
	{
		options.host = "127.0.0.1";
		options.threads = 3;
		server_ = std::make_unique<Server>(
			options,
			std::make_shared<Router>(
				methods(), std::make_shared<auth::Authenticator>(keys, [](const auth::ValueExists &) { return true; }),
				statistics_));
		::grpc::ChannelArguments arguments;
		arguments.SetMaxReceiveMessageSize(-1);
		channel_ = ::grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server_->port()),
											   ::grpc::InsecureChannelCredentials(), arguments);
	}

	/* CollectionExists stands for a handler; what it does is told by the name. */
	std::vector<Method> methods()
	{
		return {unary<pb::CollectionExistsRequest, pb::CollectionExistsResponse>(
					"/qdrant.Collections/CollectionExists", Need::kRead,
					[this](const Call &call, const auto &request, auto &response) {
						act(call, request.collection_name());
						response.mutable_result()->set_exists(true);
					}),
				unary<pb::CreateCollection, pb::CollectionOperationResponse>(
					"/qdrant.Collections/Create", Need::kManage,
					[](const Call &, const auto &, auto &response) { response.set_result(true); })};
	}

	void act(const Call &call, const std::string &name)
	{
		if (name == "limited") {
			model::Error error(model::ErrorKind::kRateLimited, "slow down");
			error.retry_after_seconds = 2.1;
			throw error;
		}
		if (name == "missing")
			throw model::collection_not_found(name);
		if (name == "broken")
			throw std::runtime_error("broken");
		if (name == "waits")
			gate_.pass();
		if (name == "until gone") {
			gate_.pass();
			while (!*call.patience.gone && std::chrono::steady_clock::now() < call.patience.until)
				std::this_thread::sleep_for(std::chrono::milliseconds(1));
			went_ = call.patience.gone->load();
			until_ = call.patience.until;
			throw model::Error(model::ErrorKind::kTimeout, "given up");
		}
	}

	::grpc::Status call(::grpc::ClientContext &context, const std::string &name)
	{
		pb::CollectionExistsRequest request;
		request.set_collection_name(name);
		return send(context, "/qdrant.Collections/CollectionExists", request.SerializeAsString());
	}

	/* May be called from several threads at a time. */
	::grpc::Status send(::grpc::ClientContext &context, const std::string &method, const std::string &bytes)
	{
		::grpc::CompletionQueue queue;
		::grpc::GenericStub client(channel_);
		::grpc::Slice slice(bytes);
		const ::grpc::ByteBuffer request(&slice, 1);
		const auto reader = client.PrepareUnaryCall(&context, method, request, &queue);
		reader->StartCall();
		::grpc::ByteBuffer response;
		::grpc::Status status;
		reader->Finish(&response, &status, nullptr);
		void *tag;
		bool ok;
		queue.Next(&tag, &ok);
		if (status.ok())
			response_bytes_ += response.Length();
		return status;
	}

	Gate gate_;
	std::atomic<bool> went_ = false;
	std::atomic<std::chrono::steady_clock::time_point> until_ = std::chrono::steady_clock::time_point::max();
	std::shared_ptr<telemetry::RequestStatistics> statistics_ = std::make_shared<telemetry::RequestStatistics>();
	std::unique_ptr<Server> server_;
	std::shared_ptr<::grpc::Channel> channel_;
	std::atomic<size_t> response_bytes_ = 0;
};

std::string trailer(const ::grpc::ClientContext &context, const char *name)
{
	const auto &all = context.GetServerTrailingMetadata();
	const auto found = all.find(name);
	return found == all.end() ? "" : std::string(found->second.data(), found->second.size());
}

TEST_F(GrpcServer, AnswersAndCounts)
{
	start();
	::grpc::ClientContext context;
	EXPECT_TRUE(call(context, "c").ok());
	EXPECT_GT(response_bytes_, 0u);
	::grpc::ClientContext again;
	EXPECT_EQ(call(again, "missing").error_code(), StatusCode::NOT_FOUND);
	const auto counted = statistics_->snapshot(telemetry::Api::kGrpc);
	EXPECT_EQ(counted.at({"", "/qdrant.Collections/CollectionExists", 0}).count, 1u);
	EXPECT_EQ(counted.at({"", "/qdrant.Collections/CollectionExists", 5}).count, 1u);
}

TEST_F(GrpcServer, ErrorsHaveTheirStatuses)
{
	start();
	::grpc::ClientContext missing, broken, limited, unknown, nameless;
	const auto not_found = call(missing, "missing");
	EXPECT_EQ(not_found.error_message(), "Not found: Collection `missing` doesn't exist!");
	const auto internal = call(broken, "broken");
	EXPECT_EQ(internal.error_code(), StatusCode::INTERNAL);
	EXPECT_EQ(internal.error_message(), "Service internal error: broken");
	EXPECT_EQ(call(limited, "limited").error_code(), StatusCode::RESOURCE_EXHAUSTED);
	EXPECT_EQ(trailer(limited, "retry-after"), "3");
	EXPECT_EQ(trailer(missing, "retry-after"), "");
	EXPECT_EQ(send(unknown, "/qdrant.Collections/Nothing", "").error_code(), StatusCode::UNIMPLEMENTED);
	EXPECT_EQ(call(nameless, "").error_code(), StatusCode::INVALID_ARGUMENT);
}

TEST_F(GrpcServer, MalformedMessagesAreRefused)
{
	start();
	const std::string wrong[] = {std::string("\x0a\x05"
											 "ab"),               /* a string that ends early */
								 std::string("\x0a\x02\xff\xff"), /* not UTF-8 */
								 std::string(400, '\x0b'),        /* groups without end */
								 std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")};
	for (const std::string &bytes : wrong) {
		::grpc::ClientContext context;
		const auto status = send(context, "/qdrant.Collections/CollectionExists", bytes);
		EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT) << status.error_message();
	}
	::grpc::ClientContext context;
	EXPECT_TRUE(call(context, "c").ok());
}

TEST_F(GrpcServer, LargeMessagesAreRefused)
{
	ServerOptions options;
	options.max_message_bytes = 1 << 20;
	start(options);
	::grpc::ClientContext large, small;
	EXPECT_EQ(call(large, std::string(2 << 20, 'x')).error_code(), StatusCode::RESOURCE_EXHAUSTED);
	EXPECT_TRUE(call(small, "c").ok());
}

TEST_F(GrpcServer, KeysAreAsked)
{
	start({}, {"full", "", "reader", false});
	::grpc::ClientContext none, wrong, reader, bearer, writer;
	EXPECT_EQ(call(none, "c").error_code(), StatusCode::UNAUTHENTICATED);
	wrong.AddMetadata("api-key", "guess");
	EXPECT_EQ(call(wrong, "c").error_code(), StatusCode::UNAUTHENTICATED);
	reader.AddMetadata("api-key", "reader");
	EXPECT_TRUE(call(reader, "c").ok());
	bearer.AddMetadata("authorization", "Bearer full");
	EXPECT_TRUE(call(bearer, "c").ok());
	pb::CreateCollection create;
	create.set_collection_name("c");
	writer.AddMetadata("api-key", "reader");
	const auto status = send(writer, "/qdrant.Collections/Create", create.SerializeAsString());
	EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
	EXPECT_EQ(status.error_message().substr(0, 11), "Forbidden: ");
}

TEST_F(GrpcServer, ADeadlineReachesTheHandler)
{
	start();
	::grpc::ClientContext context;
	context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(50));
	gate_.open();
	EXPECT_EQ(call(context, "until gone").error_code(), StatusCode::DEADLINE_EXCEEDED);
	server_->stop();
	EXPECT_LT(until_.load(), std::chrono::steady_clock::now() + std::chrono::seconds(1));
}

TEST_F(GrpcServer, ACallerWhoGoesAwayIsNoticed)
{
	start();
	::grpc::ClientContext context;
	std::thread canceller([&] {
		gate_.await_waiting(1);
		context.TryCancel();
		gate_.open();
	});
	EXPECT_EQ(call(context, "until gone").error_code(), StatusCode::CANCELLED);
	canceller.join();
	server_->stop();
	EXPECT_TRUE(went_);
}

/* Three threads, two of which may run handlers. */
TEST_F(GrpcServer, CallsBeyondTheThreadsWait)
{
	start();
	std::atomic<int> done = 0;
	std::vector<std::thread> callers;
	for (int i = 0; i < 8; i++)
		callers.emplace_back([&] {
			::grpc::ClientContext context;
			done += call(context, "waits").ok();
		});
	gate_.await_waiting(2);
	gate_.open();
	for (std::thread &caller : callers)
		caller.join();
	EXPECT_EQ(done, 8);
}

TEST_F(GrpcServer, RunningCallsEndBeforeTheServer)
{
	start();
	::grpc::Status status;
	std::thread caller([&] {
		::grpc::ClientContext context;
		status = call(context, "waits");
	});
	gate_.await_waiting(1);
	std::thread stopper([this] { server_->stop(); });
	gate_.open();
	caller.join();
	stopper.join();
	EXPECT_TRUE(status.ok()) << status.error_message();
	::grpc::ClientContext late;
	EXPECT_EQ(call(late, "c").error_code(), StatusCode::UNAVAILABLE);
}

TEST(GrpcServerStart, ATakenPortIsAnError)
{
	ServerOptions options;
	options.host = "127.0.0.1";
	options.threads = 2;
	const auto router = std::make_shared<Router>(std::vector<Method>(), nullptr, nullptr);
	const Server first(options, router);
	options.port = first.port();
	EXPECT_THROW(Server(options, router), std::runtime_error);
}

/* ---- access ---- */

TEST(GrpcAccess, IsAsTheMatrixSays)
{
	using auth::Access;
	using auth::CollectionAccess;
	const Access tokens[] = {Access::read_only(), Access::collections({{"c", CollectionAccess::kRead}}),
							 Access::collections({{"c", CollectionAccess::kReadWrite}}),
							 Access::collections({{"c", CollectionAccess::kPointsReadWrite}}), Access::full()};
	std::map<std::string, std::vector<std::string>> allowed;
	std::ifstream file(VECEXT_TEST_DATA "/grpc_access.tsv");
	for (std::string line; std::getline(file, line);) {
		std::istringstream in(line);
		std::string name, cell;
		std::getline(in, name, '\t');
		while (name.starts_with("qdrant.") && std::getline(in, cell, '\t'))
			allowed["/" + name].push_back(cell);
	}
	size_t checked = 0;
	for (const auto &methods : {service_methods(), collection_methods(nullptr, 1), point_methods(nullptr)})
		for (const Method &method : methods) {
			const auto row = allowed.find(std::string(method.name));
			if (row == allowed.end())
				continue;
			const bool about_one = method.need != Need::kAnyAccess && method.need != Need::kGlobalRead;
			for (size_t i = 0; i < std::size(tokens); i++) {
				if (row->second[i] == "untested")
					continue;
				bool may = true;
				try {
					tokens[i].require(method.need, about_one ? "c" : "");
				} catch (const model::Error &) {
					may = false;
				}
				EXPECT_EQ(may, row->second[i] == "yes") << method.name << " with token " << i;
			}
			checked++;
		}
	EXPECT_GT(checked, 50u);
}

} /* namespace */
} /* namespace vecext::api::grpc */

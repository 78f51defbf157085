/*
 * router.cpp: see router.h.
 */
#include "api/grpc/router.h"

#include <spdlog/spdlog.h>

#include "model/error.h"

namespace vecext::api::grpc {

namespace {

using Clock = std::chrono::steady_clock;

Reply refusal(const auth::Refusal &refusal)
{
	const bool is_known = refusal.http_status == 403;
	return {is_known ? GrpcCode::kPermissionDenied : GrpcCode::kUnauthenticated, refusal.text, "", nullptr};
}

Reply failure(const model::Error &error, const model::CallerPatience &patience)
{
	const bool is_late = Clock::now() >= patience.until;
	if (!is_late && patience.gone && *patience.gone)
		return {GrpcCode::kCancelled, "the caller has gone away", "", nullptr};
	Reply reply{grpc_code(error.kind()), error.what(), "", nullptr};
	if (error.retry_after_seconds)
		reply.retry_after = retry_after_header(*error.retry_after_seconds);
	return reply;
}

} /* namespace */

Router::Router(std::vector<Method> methods, std::shared_ptr<const auth::Authenticator> authenticator,
			   std::shared_ptr<telemetry::RequestStatistics> statistics)
	: methods_(std::move(methods)), authenticator_(std::move(authenticator)), statistics_(std::move(statistics))
{
}

Reply Router::handle(size_t method, const Credentials &credentials, const model::CallerPatience &patience,
					 google::protobuf::io::ZeroCopyInputStream &in, google::protobuf::Arena &arena) const
{
	const auto start = Clock::now();
	Reply reply;
	std::string collection;
	try {
		reply = answer(methods_[method], credentials, patience, in, arena, collection);
	} catch (const model::Error &error) {
		reply = failure(error, patience);
	} catch (const std::exception &error) {
		reply = failure(model::internal(error.what()), patience);
	}
	record(methods_[method], reply.code, collection, Clock::now() - start);
	return reply;
}

void Router::record(const Method &method, GrpcCode code, const std::string &collection, Clock::duration duration) const
{
	const auto status = static_cast<unsigned>(code);
	statistics_->record({"", method.name, status}, collection, duration);
	if (method.name == "/qdrant.Collections/Delete")
		statistics_->forget(collection);
	spdlog::debug("gRPC {} {} {:.6f}", method.name, status, std::chrono::duration<double>(duration).count());
}

Reply Router::answer(const Method &method, const Credentials &credentials, const model::CallerPatience &patience,
					 google::protobuf::io::ZeroCopyInputStream &in, google::protobuf::Arena &arena,
					 std::string &collection) const
{
	const auto start = Clock::now();
	auth::Access access = auth::Access::full();
	if (method.need != auth::Need::kNothing) {
		auto authentication = authenticator_->authenticate(credentials.api_key, credentials.authorization);
		if (const auto *refused = std::get_if<auth::Refusal>(&authentication))
			return refusal(*refused);
		access = std::get<auth::Access>(authentication);
	}
	if (start >= patience.until)
		throw model::Error(model::ErrorKind::kTimeout, "the deadline passed while the call waited");
	return {GrpcCode::kOk, "", "", method.handle({access, patience, start, collection}, in, arena)};
}

} /* namespace vecext::api::grpc */

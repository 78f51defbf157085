/*
 * router.h: from the bytes of a call to its answer: who calls, may they, what came
 * of it. The only place where errors of the gRPC API become status codes.
 *
 * Knows nothing of the transport (server.h). Safe to use from many threads.
 */
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/error_status.h"
#include "api/grpc/method.h"
#include "auth/authenticator.h"
#include "telemetry/request_statistics.h"

namespace vecext::api::grpc {

/* Values of the call's metadata, "" when absent. */
struct Credentials {
	std::string_view api_key, authorization;
};

struct Reply {
	GrpcCode code = GrpcCode::kOk;
	std::string text;                                    /* of an error */
	std::string retry_after;                             /* metadata of an error, "" for none */
	const google::protobuf::Message *response = nullptr; /* on the call's arena; null with an error */
};

class Router {
public:
	Router(std::vector<Method> methods, std::shared_ptr<const auth::Authenticator> authenticator,
		   std::shared_ptr<telemetry::RequestStatistics> statistics);

	const std::vector<Method> &methods() const { return methods_; }

	/* Never throws. `method` is a place in methods(). */
	Reply handle(size_t method, const Credentials &credentials, const model::CallerPatience &patience,
				 google::protobuf::io::ZeroCopyInputStream &in, google::protobuf::Arena &arena) const;

private:
	/* Writes the collection that the request names, if it names one. */
	Reply answer(const Method &method, const Credentials &credentials, const model::CallerPatience &patience,
				 google::protobuf::io::ZeroCopyInputStream &in, google::protobuf::Arena &arena,
				 std::string &collection) const;
	void record(const Method &method, GrpcCode code, const std::string &collection,
				std::chrono::steady_clock::duration duration) const;

	const std::vector<Method> methods_;
	const std::shared_ptr<const auth::Authenticator> authenticator_;
	const std::shared_ptr<telemetry::RequestStatistics> statistics_;
};

} /* namespace vecext::api::grpc */

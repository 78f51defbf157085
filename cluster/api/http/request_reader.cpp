/*
 * request_reader.cpp: the only file that includes Boost.
 */
#include "api/http/request_reader.h"

#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>

namespace vecext::api::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace wire = boost::beast::http;
using Error = beast::error_code;

constexpr size_t kHeaderLimit = 64 * 1024;
constexpr size_t kBodyPadding = 64; /* simdjson reads that far behind a text */

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

using BeastParser = wire::request_parser<PaddedBody>;
using WireRequest = BeastParser::value_type;

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

std::optional<uint64_t> content_length(const WireRequest &request)
{
	const std::string text(view(request[wire::field::content_length]));
	if (text.empty())
		return std::nullopt;
	return std::strtoull(text.c_str(), nullptr, 10);
}

} /* namespace */

Response refusal(unsigned status, const std::string &text)
{
	Response response;
	response.status = status;
	response.content_type = "application/json";
	response.body = "{\"status\":{\"error\":\"" + text + "\"},\"time\":0.0}";
	return response;
}

Response too_large(std::optional<uint64_t> length, uint64_t limit)
{
	const std::string bound = std::to_string(limit) + " bytes";
	if (!length)
		return refusal(400, "Payload error: JSON payload has exceeded limit (" + bound + ").");
	return refusal(400, "Payload error: JSON payload (" + std::to_string(*length) +
							" bytes) is larger than allowed (limit: " + bound + ").");
}

struct RequestReader::Parser {
	std::optional<BeastParser> beast;
	Error error;
};

RequestReader::RequestReader(uint64_t max_body_bytes)
	: max_body_bytes_(max_body_bytes), parser_(std::make_unique<Parser>())
{
	start();
}

RequestReader::~RequestReader() = default;

void RequestReader::start()
{
	parser_->beast.emplace();
	parser_->beast->header_limit(kHeaderLimit);
	parser_->beast->body_limit(max_body_bytes_);
}

/* Most requests arrive whole and are parsed where they lie. */
RequestReader::State RequestReader::feed(std::string_view bytes)
{
	if (waiting_.empty()) {
		waiting_ = bytes.substr(parse(bytes));
	} else {
		waiting_ += bytes;
		waiting_.erase(0, parse(waiting_));
	}
	return state_ = state_after(waiting_);
}

/* How many bytes were taken. */
size_t RequestReader::parse(std::string_view bytes)
{
	BeastParser &beast = *parser_->beast;
	Error &error = parser_->error;
	size_t done = 0;
	while (done < bytes.size() && !beast.is_done()) {
		const size_t taken = beast.put(asio::const_buffer(bytes.data() + done, bytes.size() - done), error);
		done += taken;
		if (error || taken == 0)
			break;
	}
	if (error == wire::error::need_more)
		error = {};
	if (error)
		refuse();
	return done;
}

RequestReader::State RequestReader::state_after(std::string_view rest) const
{
	if (parser_->error)
		return State::kRefused;
	if (parser_->beast->is_done())
		return State::kComplete;
	if (parser_->beast->is_header_done())
		return State::kBody;
	return rest.empty() && !parser_->beast->got_some() ? State::kNothing : State::kHeader;
}

void RequestReader::refuse()
{
	if (parser_->error == wire::error::body_limit)
		refusal_ = too_large(content_length(parser_->beast->get()), max_body_bytes_);
	else
		refusal_.status = parser_->error == wire::error::header_limit ? 431 : 400;
}

bool RequestReader::expects_continue() const
{
	return beast::iequals(parser_->beast->get()[wire::field::expect], "100-continue");
}

RequestReader::Taken RequestReader::take()
{
	WireRequest whole = parser_->beast->release();
	Taken taken{{}, whole.keep_alive(), static_cast<unsigned>(whole.version())};
	taken.request = request_of(std::move(whole));
	start();
	const std::string rest = std::move(waiting_);
	waiting_.clear();
	state_ = State::kNothing;
	if (!rest.empty())
		feed(rest);
	return taken;
}

} /* namespace vecext::api::http */

/*
 * http_connection.cpp: requests over Boost.Beast, threads over them.
 */
#include "http/http_connection.h"

#include <boost/asio/connect.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <memory>
#include <stdexcept>

namespace vecext::bench {

namespace http = boost::beast::http;

HttpTarget read_http_target(Options &options)
{
	return {options.text("host", "127.0.0.1"), options.text("port", "6333"), options.text("collection", "bench"),
			options.text("key", "")};
}

HttpConnection::HttpConnection(const HttpTarget &target) : target_(target)
{
	boost::asio::ip::tcp::resolver resolver(io_);
	boost::asio::connect(socket_, resolver.resolve(target.host, target.port));
	socket_.set_option(boost::asio::ip::tcp::no_delay(true));
}

std::string HttpConnection::call(const char *method, const std::string &path, const std::string &body)
{
	http::request<http::string_body> request(http::string_to_verb(method), "/collections/" + target_.collection + path,
											 11);
	request.set(http::field::host, target_.host);
	request.set(http::field::content_type, "application/json");
	if (!target_.key.empty())
		request.set("api-key", target_.key);
	request.body() = body;
	request.prepare_payload();
	http::write(socket_, request);
	http::response<http::string_body> response;
	http::read(socket_, buffer_, response);
	if (response.result() != http::status::ok)
		throw std::runtime_error(path + ": status " + std::to_string(response.result_int()) + ": " +
								 response.body().substr(0, 300));
	return response.body();
}

std::vector<double> run_on_connections(const HttpTarget &target, size_t connections, size_t count,
									   const std::function<void(HttpConnection &, size_t)> &work)
{
	return run_on_connections(connections, count, [&]() -> Call {
		return [&work, connection = std::make_shared<HttpConnection>(target)](size_t i) { work(*connection, i); };
	});
}

void append_json_vector(std::string &out, const float *values, size_t size)
{
	char digits[32];
	out.push_back('[');
	for (size_t i = 0; i < size; i++) {
		if (i > 0)
			out.push_back(',');
		out.append(digits, std::to_chars(digits, digits + sizeof(digits), values[i]).ptr);
	}
	out.push_back(']');
}

} /* namespace vecext::bench */

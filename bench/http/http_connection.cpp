/*
 * http_connection.cpp: requests over Boost.Beast, threads over them.
 */
#include "http/http_connection.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <stdexcept>
#include <thread>

#include "report/clocks.h"
#include "report/records.h"

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
	std::vector<double> latencies(count);
	std::atomic<size_t> next{0};
	std::vector<std::thread> threads;
	std::vector<std::string> errors(connections);
	for (size_t t = 0; t < connections; t++)
		threads.emplace_back([&, t] {
			try {
				HttpConnection connection(target);
				for (size_t i = next++; i < count; i = next++) {
					const double start = wall_seconds();
					work(connection, i);
					latencies[i] = wall_seconds() - start;
				}
			} catch (const std::exception &error) {
				errors[t] = error.what();
				next = count;
			}
		});
	for (std::thread &thread : threads)
		thread.join();
	for (const std::string &error : errors)
		if (!error.empty())
			throw std::runtime_error(error);
	return latencies;
}

void print_latencies(const std::string &system, const std::string &label, std::vector<double> latencies, double seconds)
{
	const Records records(system);
	std::sort(latencies.begin(), latencies.end());
	const auto quantile = [&](double q) { return latencies[static_cast<size_t>(q * (latencies.size() - 1))] * 1e3; };
	records.print(label + ": calls per second", latencies.size() / seconds, "/s");
	records.print(label + ": p50", quantile(0.5), "ms");
	records.print(label + ": p99", quantile(0.99), "ms");
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

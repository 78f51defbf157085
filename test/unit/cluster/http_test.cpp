/*
 * http_test.cpp: the HTTP server over real sockets, and its compression.
 */
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "api/http/compression.h"
#include "api/http/server.h"

namespace vecext::api::http {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

class Client {
public:
	explicit Client(uint16_t port) : socket_(socket(AF_INET, SOCK_STREAM, 0))
	{
		sockaddr_in address{};
		address.sin_family = AF_INET;
		address.sin_port = htons(port);
		address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr *>(&address), sizeof(address)), 0);
	}
	~Client() { close(socket_); }

	void send_text(const std::string &text) const
	{
		EXPECT_EQ(send(socket_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
	}

	/* What comes next. */
	std::string some() const
	{
		char chunk[4096];
		const ssize_t got = recv(socket_, chunk, sizeof(chunk), 0);
		return {chunk, static_cast<size_t>(std::max<ssize_t>(got, 0))};
	}

	/* Everything until the other side closes. */
	std::string rest() const
	{
		std::string all;
		char chunk[4096];
		for (ssize_t got; (got = recv(socket_, chunk, sizeof(chunk), 0)) > 0;)
			all.append(chunk, static_cast<size_t>(got));
		return all;
	}

private:
	int socket_;
};

/* Answers with what it was asked. */
Response echo(const Request &request)
{
	Response response;
	response.content_type = "text/plain";
	response.body = request.path + "?" + request.query + "|" + request.body;
	EXPECT_GE(request.body.capacity() - request.body.size(), 64u);
	return response;
}

class Http : public ::testing::Test {
protected:
	static ServerOptions options()
	{
		ServerOptions options;
		options.threads = 4;
		options.max_body_bytes = 100000;
		options.compress_from_bytes = 1000;
		options.idle_timeout = options.header_timeout = options.body_timeout = options.disconnect_timeout = seconds(1);
		return options;
	}

	explicit Http(const Handler &handler = echo) : server_(options())
	{
		port_ = server_.listen({"127.0.0.1", 0, handler, nullptr});
	}

	std::string exchange(const std::string &text) const
	{
		const Client client(port_);
		client.send_text(text);
		return client.rest();
	}

	static std::string post(const std::string &headers, const std::string &body)
	{
		return "POST /p?q=1 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + headers +
			   "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
	}

	Server server_;
	uint16_t port_;
};

std::string body_of(const std::string &response)
{
	const size_t end = response.find("\r\n\r\n");
	return end == std::string::npos ? "" : response.substr(end + 4);
}

size_t count(const std::string &text, const std::string &part)
{
	size_t found = 0;
	for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
		found++;
	return found;
}

TEST_F(Http, AnswersWithTheRequest)
{
	EXPECT_EQ(body_of(exchange(post("", "hello"))), "/p?q=1|hello");
	EXPECT_EQ(body_of(exchange("GET http://other/p%20x?a=b HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")),
			  "/p%20x?a=b|");
}

TEST_F(Http, KeepsOrderInAPipeline)
{
	std::string requests;
	for (int i = 0; i < 50; i++)
		requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
	const std::string answers = exchange(requests);
	EXPECT_EQ(count(answers, "HTTP/1.1 200 OK"), 50u);
	EXPECT_LT(answers.find("/7?|"), answers.find("/8?|"));
	EXPECT_LT(answers.find("/48?|"), answers.find("/49?|"));
}

TEST_F(Http, ReadsChunks)
{
	const std::string head = "POST /c HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
	EXPECT_EQ(body_of(exchange(head + "3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")), "/c?|abcdefg");
	EXPECT_TRUE(exchange(head + "zz\r\nabc\r\n").starts_with("HTTP/1.1 400"));
}

TEST_F(Http, SaysContinueWhenAsked)
{
	const Client client(port_);
	client.send_text("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nExpect: 100-continue\r\n"
					 "Content-Length: 1\r\n\r\n");
	EXPECT_EQ(client.some(), "HTTP/1.1 100 Continue\r\n\r\n");
	client.send_text("x");
	EXPECT_EQ(body_of(client.rest()), "/?|x");
}

TEST_F(Http, BoundsBodies)
{
	EXPECT_EQ(body_of(exchange(post("", std::string(100000, 'x')))).size(), 7 + 100000u);
	const std::string announced = exchange(post("", std::string(100001, 'x')));
	EXPECT_TRUE(announced.starts_with("HTTP/1.1 400"));
	EXPECT_NE(announced.find("JSON payload (100001 bytes) is larger than allowed (limit: 100000 bytes)."),
			  std::string::npos);
	const std::string bomb = compress(std::string(100001, 'x'), Coding::kGzip);
	EXPECT_NE(exchange(post("Content-Encoding: gzip\r\n", bomb)).find("has exceeded limit (100000 bytes)."),
			  std::string::npos);
}

TEST_F(Http, UnpacksBodies)
{
	for (const auto &[name, coding] : {std::pair("gzip", Coding::kGzip), std::pair("deflate", Coding::kDeflate)})
		EXPECT_EQ(body_of(exchange(post("Content-Encoding: " + std::string(name) + "\r\n", compress("text", coding)))),
				  "/p?q=1|text");
	EXPECT_TRUE(exchange(post("Content-Encoding: gzip\r\n", "text")).starts_with("HTTP/1.1 400"));
	EXPECT_TRUE(exchange(post("Content-Encoding: br\r\n", "text")).starts_with("HTTP/1.1 415"));
}

TEST_F(Http, PacksLargeAnswersForWhoCanUnpack)
{
	const std::string text(5000, 'y');
	const std::string packed = exchange(post("Accept-Encoding: br, gzip\r\n", text));
	EXPECT_NE(packed.find("Content-Encoding: gzip"), std::string::npos);
	std::string plain;
	EXPECT_EQ(decompress(body_of(packed), Coding::kGzip, 1 << 20, plain), Inflate::kDone);
	EXPECT_EQ(plain, "/p?q=1|" + text);
	EXPECT_EQ(body_of(exchange(post("Accept-Encoding: gzip;q=0\r\n", text))), "/p?q=1|" + text);
	EXPECT_EQ(exchange(post("Accept-Encoding: gzip\r\n", "short")).find("Content-Encoding"), std::string::npos);
}

TEST_F(Http, AnswersHeadWithoutABody)
{
	const std::string answer = exchange("HEAD /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
	EXPECT_NE(answer.find("Content-Length: 4"), std::string::npos) << answer;
	EXPECT_EQ(body_of(answer), "");
}

TEST_F(Http, LetsBrowsersIn)
{
	const std::string asked =
		exchange("OPTIONS /p HTTP/1.1\r\nHost: h\r\nConnection: close\r\nOrigin: http://o\r\n"
				 "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: api-key\r\n\r\n");
	EXPECT_NE(asked.find("access-control-allow-headers: api-key"), std::string::npos) << asked;
	EXPECT_NE(asked.find("Access-Control-Allow-Origin: *"), std::string::npos) << asked;
}

TEST_F(Http, RefusesWhatIsNoRequest)
{
	EXPECT_TRUE(exchange("NONSENSE\r\n\r\n").starts_with("HTTP/1.1 400"));
	EXPECT_TRUE(exchange(std::string("\x16\x03\x01\x00", 4) + "\r\n\r\n").starts_with("HTTP/1.1 400"));
	EXPECT_TRUE(exchange("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(70000, 'x') + "\r\n\r\n")
					.starts_with("HTTP/1.1 431"));
	EXPECT_EQ(exchange(""), "");
}

TEST_F(Http, DropsWhoIsTooSlow)
{
	const auto began = steady_clock::now();
	EXPECT_EQ(exchange("GET / HTTP/1.1\r\nHo"), "");
	EXPECT_EQ(exchange("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc"), "");
	EXPECT_LT(steady_clock::now() - began, seconds(10));
}

/* Four handlers may run at a time; the others wait, none is lost. */
class HttpBusy : public Http {
protected:
	HttpBusy()
		: Http([this](const Request &request) {
			  const int now = ++running_;
			  for (int most = most_; most < now && !most_.compare_exchange_weak(most, now);) {
			  }
			  std::this_thread::sleep_for(std::chrono::milliseconds(30));
			  running_--;
			  return echo(request);
		  })
	{
	}

	std::atomic<int> running_{0}, most_{0};
};

TEST_F(HttpBusy, QueuesRequestsBeyondItsWorkers)
{
	std::vector<std::thread> threads;
	std::atomic<int> answered{0};
	for (int i = 0; i < 12; i++)
		threads.emplace_back([&] { answered += body_of(exchange(post("", "x"))) == "/p?q=1|x"; });
	for (std::thread &thread : threads)
		thread.join();
	EXPECT_EQ(answered, 12);
	EXPECT_EQ(most_, 4);
}

TEST_F(HttpBusy, FinishesRequestsWhenItStops)
{
	const Client client(port_);
	client.send_text("GET /last HTTP/1.1\r\nHost: h\r\n\r\n");
	while (running_ == 0)
		std::this_thread::sleep_for(std::chrono::milliseconds(1));
	std::thread stopping([this] { server_.stop(); });
	const std::string answer = client.rest();
	stopping.join();
	EXPECT_EQ(body_of(answer), "/last?|");
	EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
}

TEST(Compression, KnowsCodings)
{
	EXPECT_EQ(preferred_coding("deflate, gzip"), Coding::kGzip);
	EXPECT_EQ(preferred_coding("deflate"), Coding::kDeflate);
	EXPECT_EQ(preferred_coding("*"), Coding::kGzip);
	EXPECT_EQ(preferred_coding("br, identity"), Coding::kIdentity);
	EXPECT_EQ(preferred_coding(""), Coding::kIdentity);
	EXPECT_EQ(coding_of("GZIP"), Coding::kGzip);
	EXPECT_FALSE(coding_of("br").has_value());
}

TEST(Compression, RefusesCutStreams)
{
	const std::string packed = compress(std::string(1000, 'a') + "b", Coding::kGzip);
	for (size_t length = 0; length < packed.size(); length++) {
		std::string out;
		EXPECT_EQ(decompress(packed.substr(0, length), Coding::kGzip, 1 << 20, out), Inflate::kCorrupt) << length;
	}
}

} /* namespace */
} /* namespace vecext::api::http */

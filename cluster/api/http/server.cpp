/*
 * server.cpp: workers on one epoll.
 *
 * A session is armed for one event (EPOLLONESHOT), which one worker takes; it arms
 * the session again when it can go no further. So nothing in a session is locked
 * but what the watching thread looks at, and a request costs one wake-up.
 */
#include "api/http/server.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "api/http/session.h"
#include "api/http/tls.h"

namespace vecext::api::http {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kBacklog = 1024;
constexpr int kWatchMilliseconds = 100;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

/* A file descriptor that is closed with its owner. */
class Descriptor {
public:
	explicit Descriptor(int number = -1) : number_(number) {}
	Descriptor(Descriptor &&other) noexcept : number_(std::exchange(other.number_, -1)) {}
	Descriptor &operator=(Descriptor &&other) noexcept
	{
		std::swap(number_, other.number_);
		return *this;
	}
	~Descriptor()
	{
		if (number_ >= 0)
			close(number_);
	}

	int get() const { return number_; }

private:
	int number_;
};

Descriptor checked(int number, const char *what)
{
	if (number < 0)
		throw std::runtime_error(std::string(what) + ": " + strerror(errno));
	return Descriptor(number);
}

/* ---- addresses ---- */

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo *)>;

/* The error's text is put into `error` where there is none. */
AddressList addresses_of(const std::string &host, uint16_t port, std::string &error)
{
	addrinfo hints{};
	hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
	hints.ai_socktype = SOCK_STREAM;
	addrinfo *list = nullptr;
	if (const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list))
		error = gai_strerror(code);
	return {list, freeaddrinfo};
}

Descriptor bound_socket(const std::string &host, uint16_t port)
{
	std::string error;
	const AddressList addresses = addresses_of(host, port, error);
	if (const addrinfo *address = addresses.get()) {
		Descriptor socket(::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
		const int on = 1;
		if (socket.get() >= 0 && setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
			bind(socket.get(), address->ai_addr, address->ai_addrlen) == 0 && ::listen(socket.get(), kBacklog) == 0)
			return socket;
		error = strerror(errno);
	}
	throw std::runtime_error("cannot listen on " + host + ":" + std::to_string(port) + ": " + error);
}

uint16_t port_of(int socket)
{
	sockaddr_storage address{};
	socklen_t length = sizeof(address);
	getsockname(socket, reinterpret_cast<sockaddr *>(&address), &length);
	if (address.ss_family == AF_INET6)
		return ntohs(reinterpret_cast<const sockaddr_in6 &>(address).sin6_port);
	return ntohs(reinterpret_cast<const sockaddr_in &>(address).sin_port);
}

/* A bound port and what is done with its connections. */
struct Door {
	Handler handler;
	std::unique_ptr<TlsContext> tls; /* null: plain */
	Descriptor socket;
};

/* The open sessions. They are watched and destroyed under its lock. */
class SessionList {
public:
	Session *add(std::unique_ptr<Session> session)
	{
		Session *added = session.get();
		const std::lock_guard lock(mutex_);
		sessions_.emplace(added, std::move(session));
		return added;
	}

	void destroy(Session *session)
	{
		const std::lock_guard lock(mutex_);
		sessions_.erase(session);
		if (sessions_.empty())
			empty_.notify_all();
	}

	void watch()
	{
		const Clock::time_point now = Clock::now();
		const std::lock_guard lock(mutex_);
		for (const auto &[session, owner] : sessions_)
			session->watch(now);
	}

	bool empty() const
	{
		const std::lock_guard lock(mutex_);
		return sessions_.empty();
	}

	bool wait_until_empty(Clock::duration timeout)
	{
		std::unique_lock lock(mutex_);
		return empty_.wait_for(lock, timeout, [this] { return sessions_.empty(); });
	}

private:
	mutable std::mutex mutex_;
	std::condition_variable empty_;
	std::unordered_map<Session *, std::unique_ptr<Session>> sessions_;
};

} /* namespace */

struct Server::Impl {
	explicit Impl(const ServerOptions &given)
		: options(given), epoll(checked(epoll_create1(EPOLL_CLOEXEC), "epoll")),
		  end(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
		  change(checked(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd"))
	{
		epoll_event event{EPOLLIN, {nullptr}};
		epoll_ctl(epoll.get(), EPOLL_CTL_ADD, end.get(), &event);
		for (unsigned i = 0; i < std::max(options.threads, 1u); i++)
			workers.emplace_back([this] { work(); });
		front = std::thread([this] { watch(); });
	}

	/* ---- a worker ---- */

	void work()
	{
		for (;;) {
			epoll_event event{};
			if (epoll_wait(epoll.get(), &event, 1, -1) < 1)
				continue;
			if (!event.data.ptr)
				return; /* `end` */
			serve(static_cast<Session *>(event.data.ptr));
		}
	}

	void serve(Session *session)
	{
		Session::Wait wait = Session::Wait::kOver;
		try {
			wait = session->go_on();
		} catch (const std::exception &error) {
			spdlog::error("a connection failed: {}", error.what());
		}
		if (wait == Session::Wait::kOver || !arm(session, wait, EPOLL_CTL_MOD))
			sessions.destroy(session);
	}

	bool arm(Session *session, Session::Wait wait, int operation)
	{
		epoll_event event{};
		event.events = EPOLLONESHOT | (wait == Session::Wait::kWrite ? EPOLLOUT : EPOLLIN);
		event.data.ptr = session;
		return epoll_ctl(epoll.get(), operation, session->descriptor(), &event) == 0;
	}

	/* ---- the thread in front ---- */

	void watch()
	{
		while (!ended) {
			std::vector<pollfd> sockets{{change.get(), POLLIN, 0}};
			{
				const std::lock_guard lock(doors_mutex);
				for (const auto &door : doors)
					if (door->socket.get() >= 0)
						sockets.push_back({door->socket.get(), POLLIN, 0});
			}
			poll(sockets.data(), sockets.size(), needs_watch() ? kWatchMilliseconds : -1);
			uint64_t ignored;
			[[maybe_unused]] const ssize_t got = read(change.get(), &ignored, sizeof(ignored));
			const std::lock_guard lock(doors_mutex);
			for (const auto &door : doors)
				attend(*door);
			sessions.watch();
		}
	}

	bool needs_watch()
	{
		const std::lock_guard lock(doors_mutex);
		return !sessions.empty() ||
			   std::any_of(doors.begin(), doors.end(), [](const auto &door) { return door->tls != nullptr; });
	}

	void attend(Door &door)
	{
		if (door.tls)
			door.tls->reload_if_due(Clock::now());
		while (door.socket.get() >= 0) {
			const int connection = accept4(door.socket.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
			if (connection >= 0)
				welcome(door, connection);
			else if (errno != EINTR && errno != ECONNABORTED)
				break;
		}
		if (door.socket.get() >= 0 && errno != EAGAIN) {
			/* Out of file descriptors, most likely. */
			spdlog::warn("cannot accept a connection: {}", strerror(errno));
			std::this_thread::sleep_for(kAcceptPause);
		}
	}

	void welcome(const Door &door, int connection)
	{
		const int on = 1;
		setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		try {
			Session *session = sessions.add(std::make_unique<Session>(
				connection, door.tls ? door.tls->current() : nullptr, options, door.handler, draining));
			if (!arm(session, Session::Wait::kRead, EPOLL_CTL_ADD))
				sessions.destroy(session);
		} catch (const std::exception &error) {
			spdlog::error("a connection failed: {}", error.what());
		}
	}

	/* ---- begin and end ---- */

	uint16_t listen(const Listener &listener)
	{
		auto door = std::make_unique<Door>();
		door->handler = listener.handler;
		if (listener.tls)
			door->tls = std::make_unique<TlsContext>(*listener.tls);
		door->socket = bound_socket(listener.host, listener.port);
		const uint16_t port = port_of(door->socket.get());
		{
			const std::lock_guard lock(doors_mutex);
			doors.push_back(std::move(door));
		}
		wake(change);
		return port;
	}

	void stop()
	{
		draining = true;
		{
			const std::lock_guard lock(doors_mutex);
			for (const auto &door : doors)
				door->socket = Descriptor();
		}
		wake(change);
		if (!sessions.wait_until_empty(options.drain_timeout))
			spdlog::warn("some requests did not end in time");
		ended = true;
		wake(change);
		wake(end);
		front.join();
		for (std::thread &worker : workers)
			worker.join();
		workers.clear();
	}

	static void wake(const Descriptor &event)
	{
		const uint64_t one = 1;
		[[maybe_unused]] const ssize_t written = write(event.get(), &one, sizeof(one));
	}

	const ServerOptions options;
	std::atomic<bool> draining{false}, ended{false};
	Descriptor epoll, end, change;
	std::mutex doors_mutex;
	std::vector<std::unique_ptr<Door>> doors; /* stay until the end: sessions use the handlers */
	SessionList sessions;
	std::vector<std::thread> workers;
	std::thread front;
};

Server::Server(const ServerOptions &options) : impl_(std::make_unique<Impl>(options)) {}

Server::~Server()
{
	stop();
}

uint16_t Server::listen(const Listener &listener)
{
	return impl_->listen(listener);
}

void Server::stop()
{
	if (!impl_->workers.empty())
		impl_->stop();
}

} /* namespace vecext::api::http */

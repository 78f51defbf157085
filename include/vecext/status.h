/*
 * status.h: how the core reports that something went wrong.
 *
 * The core never throws across its interface and never prints. A function that
 * can fail returns a Status, or a Result<T> that holds either a T or a Status.
 * src/pg/error.h turns a Status into an ereport (SQLSTATE, message, DETAIL,
 * HINT); the sidecar turns it into an HTTP or gRPC error.
 *
 * A Status owns no memory: texts live in fixed arrays, cut at their end. It is
 * trivially destructible, so PostgreSQL's longjmp may pass over one.
 */
#pragma once

#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace vecext {

/* What went wrong, by what the caller can do about it. The SQLSTATE that each
 * kind becomes is listed in src/pg/error.cpp. */
enum class ErrorKind : uint8_t {
	kOk,
	kInvalidText,      /* malformed text representation: 22P02 */
	kInvalidBinary,    /* malformed binary message: 22P03 */
	kDataException,    /* value not allowed for the type: 22000 */
	kOutOfRange,       /* numeric value out of range: 22003 */
	kInvalidParameter, /* argument or option not allowed: 22023 */
	kLimitExceeded,    /* more than a documented limit: 54000 */
	kCorruption,       /* stored data contradicts itself: XX001 / XX002 */
	kCancelled,        /* the caller asked to stop: 57014 */
	kOutOfMemory,      /* 53200 */
};

class [[nodiscard]] Status {
public:
	Status() = default;

	static Status ok() { return Status(); }

	[[gnu::format(printf, 2, 3)]] static Status error(ErrorKind kind, const char *format, ...) noexcept;

	[[gnu::format(printf, 2, 3)]] Status &&detail(const char *format, ...) && noexcept;

	[[gnu::format(printf, 2, 3)]] Status &&hint(const char *format, ...) && noexcept;

	bool is_ok() const { return kind_ == ErrorKind::kOk; }
	ErrorKind kind() const { return kind_; }
	const char *message() const { return message_; }
	const char *detail_text() const { return detail_; } /* "" when there is none */
	const char *hint_text() const { return hint_; }     /* "" when there is none */

private:
	ErrorKind kind_ = ErrorKind::kOk;
	char message_[192] = {};
	char detail_[192] = {};
	char hint_[192] = {};
};

/* A T or the Status that says why there is none. T must be trivially
 * destructible, for the same reason as Status. */
template <class T> class [[nodiscard]] Result {
	static_assert(std::is_trivially_destructible_v<T>);

public:
	Result(T value) : ok_(true), value_(value) {}
	Result(Status status) : ok_(false), status_(status) {}

	bool is_ok() const { return ok_; }
	const T &value() const { return value_; }
	const Status &status() const { return status_; }

private:
	bool ok_;
	union {
		T value_;
		Status status_;
	};
};

} /* namespace vecext */

/*
 * json_reader.h: a parsed request body, read field by field with errors that name
 * the place.
 *
 * What cannot be the type that is asked for throws model::Error (kMalformed,
 * "Format error in JSON body: ..."). What has the type but lies out of bounds is
 * noted in the Body and thrown for all fields at once by Body::finish()
 * (kValidation, "Validation error in JSON body: [...]"), as Qdrant does.
 *
 * A Node points to its parent: it must not outlive it. Null counts as absent.
 */
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vecext::api::rest {

/* Deepest nesting of a body. */
inline constexpr size_t kMaxJsonDepth = 256;

class Node;

class Body {
public:
	/* `json` outlives the Body; it is not copied where simdjson's padding lies in
	 * its capacity. One Body at a time on each thread. Throws kMalformed for what
	 * is not JSON. */
	explicit Body(const std::string &json);

	Node root();
	void violation(const std::string &path, const std::string &text);
	void finish() const; /* throws when there was a violation */

private:
	simdjson::dom::element root_;
	std::vector<std::string> violations_;
};

class Node {
public:
	Node(Body &body, simdjson::dom::element value) : body_(&body), value_(value) {}

	simdjson::dom::element value() const { return value_; }
	Body &body() const { return *body_; }
	std::string path() const;

	/* The same value where the server's structs have one more level in their paths. */
	Node within(std::string_view segment) const;

	bool is_null() const { return value_.is_null(); }
	bool is_object() const { return value_.is_object(); }
	bool is_array() const { return value_.is_array(); }
	bool is_string() const { return value_.is_string(); }
	bool is_bool() const { return value_.is_bool(); }
	bool is_number() const { return value_.is_number(); }
	bool is_integer() const { return value_.is_int64() || value_.is_uint64(); }
	bool has(std::string_view key) const; /* of an object, even with null */

	/* Of an object; also under another name. */
	std::optional<Node> field(std::string_view name, std::string_view alias = {}) const;
	Node required(std::string_view name, std::string_view alias = {}) const;
	Node element(simdjson::dom::element value, int64_t index) const;
	Node member(simdjson::dom::element value, std::string_view key) const;

	simdjson::dom::object object() const;
	simdjson::dom::array array() const;
	std::string_view text() const;
	bool boolean() const;
	uint64_t unsigned_integer() const;
	int64_t integer() const;
	double number() const;
	float number32() const; /* refuses what float32 cannot hold */

	/* Numbers with bounds; a violation is noted and the value returned. */
	uint64_t at_least(uint64_t minimum) const;
	uint64_t between(uint64_t minimum, uint64_t maximum) const;
	double number_at_least(double minimum) const;
	double number_between(double minimum, double maximum) const;

	void violation(const std::string &text) const { body_->violation(path(), text); }
	[[noreturn]] void malformed(const std::string &text) const;
	[[noreturn]] void expected(std::string_view what) const;

	/* One of the words; its place in the list. */
	size_t word(std::initializer_list<std::string_view> words) const;

private:
	Body *body_;
	simdjson::dom::element value_;
	const Node *parent_ = nullptr;
	std::string_view key_;
	int64_t index_ = -1;
};

/* Optional fields, for the many of them. */
std::optional<bool> optional_bool(const Node &object, std::string_view name);
std::optional<uint64_t> optional_at_least(const Node &object, std::string_view name, uint64_t minimum,
										  std::string_view alias = {});
std::optional<std::string> optional_text(const Node &object, std::string_view name);

} /* namespace vecext::api::rest */

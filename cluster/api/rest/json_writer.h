/*
 * json_writer.h: JSON text, written once, front to back.
 *
 * Commas are the writer's business: begin an object, name a member, write its
 * value. Floats stay floats (1.0), each in the shortest form that reads back to
 * the same value of its width; what is not finite becomes null.
 */
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/common/json_text.h"

namespace vecext::api::rest {

class JsonWriter {
public:
	void begin_object() { open('{'); }
	void end_object() { close('}'); }
	void begin_array() { open('['); }
	void end_array() { close(']'); }

	void name(std::string_view key);
	void text(std::string_view value);
	void boolean(bool value);
	void null();
	void integer(int64_t value);
	void unsigned_integer(uint64_t value);
	void number(double value);
	void number32(float value);
	void raw(std::string_view json); /* a JSON text as it is */

	/* A member: its name and its value. */
	void text(std::string_view key, std::string_view value) { name(key), text(value); }
	void boolean(std::string_view key, bool value) { name(key), boolean(value); }
	void unsigned_integer(std::string_view key, uint64_t value) { name(key), unsigned_integer(value); }

	void reserve(size_t bytes) { text_.reserve(bytes); }
	std::string take() { return std::move(text_); }

private:
	void open(char bracket);
	void close(char bracket);
	void separate();

	std::string text_;
	bool first_ = true; /* no comma before the next value */
};

} /* namespace vecext::api::rest */

/*
 * vector_wire.cpp: binary formats; see vector_wire.h.
 */
#include "client/vector_wire.h"

#include <bit>
#include <cstdio>

namespace vecext::bench {

namespace {

void append_uint32(std::string &to, uint32_t value)
{
	const uint32_t big_endian = __builtin_bswap32(value);
	to.append(reinterpret_cast<const char *>(&big_endian), sizeof(big_endian));
}

int32_t vector_length(size_t dims)
{
	return static_cast<int32_t>(2 * sizeof(int16_t) + dims * sizeof(float));
}

} /* namespace */

void append_int16(std::string &to, int16_t value)
{
	const uint16_t big_endian = __builtin_bswap16(static_cast<uint16_t>(value));
	to.append(reinterpret_cast<const char *>(&big_endian), sizeof(big_endian));
}

void append_int32(std::string &to, int32_t value)
{
	append_uint32(to, static_cast<uint32_t>(value));
}

void append_vector(std::string &to, const float *values, size_t dims)
{
	append_int16(to, static_cast<int16_t>(dims));
	append_int16(to, 0);
	for (size_t i = 0; i < dims; i++)
		append_uint32(to, std::bit_cast<uint32_t>(values[i]));
}

std::string vector_bytes(const float *values, size_t dims)
{
	std::string bytes;
	append_vector(bytes, values, dims);
	return bytes;
}

std::string int32_bytes(int32_t value)
{
	std::string bytes;
	append_int32(bytes, value);
	return bytes;
}

std::string vector_literal(const float *values, size_t dims)
{
	std::string literal = "'[";
	char number[32];
	for (size_t i = 0; i < dims; i++) {
		std::snprintf(number, sizeof(number), "%s%.9g", i > 0 ? "," : "", static_cast<double>(values[i]));
		literal += number;
	}
	return literal + "]'";
}

std::string copy_head()
{
	std::string head("PGCOPY\n\377\r\n\0", 11);
	append_int32(head, 0); /* flags */
	append_int32(head, 0); /* length of the extension area */
	return head;
}

std::string copy_end()
{
	std::string end;
	append_int16(end, -1);
	return end;
}

void append_copy_row(std::string &to, int32_t id, const float *values, size_t dims)
{
	append_int16(to, 2);
	append_int32(to, sizeof(int32_t));
	append_int32(to, id);
	append_int32(to, vector_length(dims));
	append_vector(to, values, dims);
}

} /* namespace vecext::bench */

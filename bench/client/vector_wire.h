/*
 * vector_wire.h: values in PostgreSQL's binary formats.
 *
 * A vector is int16 dimensions, int16 0, then float4 values, all big-endian, as
 * pgvector defines it; a row of binary COPY is an int16 count of fields and, for
 * each, an int32 length and the value.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace vecext::bench {

void append_int16(std::string &to, int16_t value);
void append_int32(std::string &to, int32_t value);
void append_vector(std::string &to, const float *values, size_t dims);

std::string vector_bytes(const float *values, size_t dims);
std::string int32_bytes(int32_t value);

/* "'[1,2,3]'", which reads back as the same floats. */
std::string vector_literal(const float *values, size_t dims);

/* What a binary COPY stream begins and ends with. */
std::string copy_head();
std::string copy_end();

/* One COPY row of (id int4, v vector). */
void append_copy_row(std::string &to, int32_t id, const float *values, size_t dims);

} /* namespace vecext::bench */

/*
 * fuzz_target.h: what the targets share.
 *
 * A target is called with arbitrary bytes and must return; it calls require()
 * for what has to hold of any result. Input that is text is copied to the heap
 * with its terminating zero, where AddressSanitizer sees the first byte that is
 * read behind it.
 */
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "vecext/status.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace vecext::fuzz {

inline void require(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "does not hold: %s\n", what);
	abort();
}

inline std::vector<char> as_text(const uint8_t *data, size_t size)
{
	std::vector<char> text(data, data + size);
	text.push_back(0);
	text.shrink_to_fit();
	return text;
}

/* An error that a parser of text or messages may report, with a text. */
inline void require_input_error(const Status &status)
{
	const ErrorKind kind = status.kind();
	require(kind == ErrorKind::kInvalidText || kind == ErrorKind::kInvalidBinary || kind == ErrorKind::kDataException ||
				kind == ErrorKind::kOutOfRange || kind == ErrorKind::kLimitExceeded,
			"the error is one of bad input");
	require(status.message()[0] != 0, "the error has a message");
}

} /* namespace vecext::fuzz */

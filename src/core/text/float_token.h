/*
 * float_token.h: reads one float from text with the grammar and rounding of
 * strtof() in the "C" locale, without looking at the process's locale.
 */
#pragma once

namespace vecext {

struct FloatToken {
	float value;     /* rounded once; infinite when `overflow` */
	const char *end; /* behind the number; where reading began when there is none */
	bool overflow;   /* a finite number that is beyond float's range */
	bool underflow;  /* a number other than zero that rounds to zero */
};

/* Reads at `at`. `limit` is the position of the text's terminating zero. Leading
 * white space belongs to the caller. */
FloatToken read_float(const char *at, const char *limit) noexcept;

} /* namespace vecext */

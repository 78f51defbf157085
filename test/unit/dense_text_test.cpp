/*
 * dense_text_test.cpp: the parsers of [x,y,...] and the float reader beneath them.
 *
 * SQL tests cover each message as a user sees it; these cover what SQL cannot:
 * exact bits, the locale, the ends of buffers, and random texts against strtof().
 */
#include "vecext/dense_text.h"

#include <bit>
#include <cerrno>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/text/float_token.h"

namespace vecext {
namespace {

/* Exactly as many elements as the parsers promise to need, so that a sanitizer
 * build sees one too many. */
template <class Element> std::vector<Element> element_buffer()
{
	return std::vector<Element>(kMaxDenseDimensions);
}

std::vector<float> vector_of(const std::string &text)
{
	auto elements = element_buffer<float>();
	const Result<int> parsed = parse_vector(text.c_str(), elements.data());
	EXPECT_TRUE(parsed.is_ok()) << text << ": " << parsed.status().message();
	elements.resize(parsed.is_ok() ? static_cast<size_t>(parsed.value()) : 0);
	return elements;
}

std::vector<uint16_t> halfvec_of(const std::string &text)
{
	auto elements = element_buffer<uint16_t>();
	const Result<int> parsed = parse_halfvec(text.c_str(), elements.data());
	EXPECT_TRUE(parsed.is_ok()) << text << ": " << parsed.status().message();
	elements.resize(parsed.is_ok() ? static_cast<size_t>(parsed.value()) : 0);
	return elements;
}

Status vector_error(const std::string &text)
{
	auto elements = element_buffer<float>();
	const Result<int> parsed = parse_vector(text.c_str(), elements.data());
	EXPECT_FALSE(parsed.is_ok()) << text;
	return parsed.is_ok() ? Status::ok() : parsed.status();
}

Status halfvec_error(const std::string &text)
{
	auto elements = element_buffer<uint16_t>();
	const Result<int> parsed = parse_halfvec(text.c_str(), elements.data());
	EXPECT_FALSE(parsed.is_ok()) << text;
	return parsed.is_ok() ? Status::ok() : parsed.status();
}

std::string ones(int count)
{
	std::string text = "[1";
	for (int i = 1; i < count; i++)
		text += ",1";
	return text + "]";
}

TEST(VectorText, ReadsElementsAndWhiteSpace)
{
	EXPECT_EQ(vector_of("[1]"), (std::vector<float>{1}));
	EXPECT_EQ(vector_of(" \t\n\v\f\r[ 1 ,-2.5\t,\n+3e2 ] "), (std::vector<float>{1, -2.5f, 300}));
	EXPECT_EQ(vector_of("[.5,5.,0x1p-1,0X1F]"), (std::vector<float>{0.5f, 5, 0.5f, 31}));
}

TEST(VectorText, KeepsTheSignOfZeroAndDenormals)
{
	const auto elements = vector_of("[0,-0,1e-45,-1e-46]");
	ASSERT_EQ(elements.size(), 4u);
	EXPECT_EQ(std::bit_cast<uint32_t>(elements[0]), 0u);
	EXPECT_EQ(std::bit_cast<uint32_t>(elements[1]), 0x80000000u);
	EXPECT_EQ(std::bit_cast<uint32_t>(elements[2]), 1u);
	EXPECT_EQ(std::bit_cast<uint32_t>(elements[3]), 0x80000000u);
}

TEST(VectorText, AcceptsTheMostDimensionsAndNoMore)
{
	EXPECT_EQ(vector_of(ones(kMaxDenseDimensions)).size(), static_cast<size_t>(kMaxDenseDimensions));
	const Status status = vector_error(ones(kMaxDenseDimensions + 1));
	EXPECT_EQ(status.kind(), ErrorKind::kLimitExceeded);
	EXPECT_STREQ(status.message(), "vector cannot have more than 16000 dimensions");
}

TEST(VectorText, NamesTheFaultOfMalformedText)
{
	for (const char *text :
		 {"[", "[ ", "[1", "[1,", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[a]", "[1;2]", "[--1]", "[1e]"}) {
		const Status status = vector_error(text);
		EXPECT_EQ(status.kind(), ErrorKind::kInvalidText) << text;
		EXPECT_STREQ(status.message(), "invalid input syntax for type vector") << text;
		EXPECT_STREQ(status.detail_text(), "") << text;
	}
	for (const char *text : {"", " ", "1", "{1}", "]"})
		EXPECT_STREQ(vector_error(text).detail_text(), "Vector contents must start with \"[\".") << text;
	for (const char *text : {"[1]1", "[1]]", "[1] ,"})
		EXPECT_STREQ(vector_error(text).detail_text(), "Junk after closing right brace.") << text;
}

TEST(VectorText, RefusesValuesThatAreNotFinite)
{
	for (const char *text : {"[nan]", "[-NaN]", "[nan(12)]"}) {
		EXPECT_EQ(vector_error(text).kind(), ErrorKind::kDataException) << text;
		EXPECT_STREQ(vector_error(text).message(), "NaN not allowed in vector") << text;
	}
	for (const char *text : {"[inf]", "[-Infinity]", "[+INF]"})
		EXPECT_STREQ(vector_error(text).message(), "infinite value not allowed in vector") << text;
	for (const char *text : {"[1e39]", "[1e39", "[1e39,a]"}) {
		EXPECT_EQ(vector_error(text).kind(), ErrorKind::kOutOfRange) << text;
		EXPECT_STREQ(vector_error(text).message(), "\"1e39\" is out of range for type vector") << text;
	}
	EXPECT_STREQ(vector_error("[]").message(), "vector must have at least 1 dimension");
}

TEST(VectorText, CutsLongNumbersInMessages)
{
	const std::string digits = "1" + std::string(500, '0');
	EXPECT_EQ(vector_error("[" + digits + "]").message(),
			  "\"" + digits.substr(0, 128) + "\" is out of range for type vector");
}

TEST(HalfvecText, RoundsToNearestEven)
{
	/* 2049 and 2051 lie halfway between halves; 65519.99 rounds down, 65520 would overflow. */
	EXPECT_EQ(halfvec_of("[1,-2,2049,2051,65504,65519.99,-0,6e-8,2.9e-8]"),
			  (std::vector<uint16_t>{0x3c00, 0xc000, 0x6800, 0x6802, 0x7bff, 0x7bff, 0x8000, 0x0001, 0x0000}));
}

TEST(HalfvecText, RefusesWhatItCannotHold)
{
	for (const char *number : {"65520", "-65520", "1e5", "1e39", "0x1p16"}) {
		const Status status = halfvec_error("[" + std::string(number) + "]");
		EXPECT_EQ(status.kind(), ErrorKind::kOutOfRange) << number;
		EXPECT_EQ(status.message(), "\"" + std::string(number) + "\" is out of range for type halfvec");
	}
	EXPECT_STREQ(halfvec_error("[nan]").message(), "NaN not allowed in halfvec");
	EXPECT_STREQ(halfvec_error("[-inf]").message(), "infinite value not allowed in halfvec");
	EXPECT_STREQ(halfvec_error("[]").message(), "halfvec must have at least 1 dimension");
	EXPECT_STREQ(halfvec_error("[1").message(), "invalid input syntax for type halfvec");
	EXPECT_STREQ(halfvec_error(ones(kMaxDenseDimensions + 1)).message(),
				 "halfvec cannot have more than 16000 dimensions");
}

/* What strtof() says of the same text; the test runs in the "C" locale. */
void expect_as_strtof(const std::string &text)
{
	char *end;
	errno = 0;
	const float value = strtof(text.c_str(), &end);
	const bool overflow = errno == ERANGE && std::isinf(value);

	const FloatToken token = read_float(text.c_str(), text.c_str() + text.size());
	ASSERT_EQ(token.end, end) << text;
	EXPECT_EQ(token.overflow, overflow) << text;
	if (end == text.c_str())
		return;
	const bool same = std::isnan(value) ? std::isnan(token.value)
										: std::bit_cast<uint32_t>(token.value) == std::bit_cast<uint32_t>(value);
	EXPECT_TRUE(same) << text << " gave " << token.value << ", strtof " << value;
}

TEST(FloatToken, ReadsWhatStrtofReads)
{
	expect_as_strtof("");
	std::istringstream texts(
		"+ - . -. +.5 e5 1e 1e+ 1e+5x 0x 0x. 0x.8 0x1p 0x1p+3 -0X1.8P-2 0x1.fffffep127 0x1.ffffffp127 "
		"inf INFINITYx infin nan nan( nan(a_1) nan(-) 1e-45 7e-46 7.1e-46 1e-400 -1e-400 1e400 "
		"3.4028235e38 3.4028236e38 1.00000005960464477539062501 1.00000005960464477539062499 "
		"00000001 1..2 1,5 1_0 --1 340282356779733661637539395458142568447 "
		"340282356779733661637539395458142568448");
	for (std::string text; texts >> text;)
		expect_as_strtof(text);
}

TEST(FloatToken, ReadsRandomTextsAsStrtofDoes)
{
	static constexpr char kAlphabet[] = "0123456789012345678901234567890123456789..eE+--xXpPabfinINFty";
	std::mt19937 random(20240607);
	for (int i = 0; i < 200'000; i++) {
		std::string text;
		for (size_t n = random() % 14; n > 0; n--)
			text += kAlphabet[random() % (sizeof kAlphabet - 1)];
		expect_as_strtof(text);
		if (HasFatalFailure())
			return;
	}
}

TEST(FloatToken, ReadsPrintedFloatsBack)
{
	std::mt19937 random(7);
	for (int i = 0; i < 100'000; i++) {
		const float value = std::bit_cast<float>(static_cast<uint32_t>(random()));
		if (!std::isfinite(value))
			continue;
		char text[32];
		const int length = snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
		EXPECT_EQ(std::bit_cast<uint32_t>(read_float(text, text + length).value), std::bit_cast<uint32_t>(value))
			<< text;
	}
}

TEST(FloatToken, DoesNotLookAtTheLocale)
{
	if (setlocale(LC_NUMERIC, "de_DE.UTF-8") == nullptr && setlocale(LC_NUMERIC, "fr_FR.UTF-8") == nullptr)
		GTEST_SKIP() << "no locale with a decimal comma is installed";
	/* A plus sign and hexadecimal take the way through strtof. */
	const auto elements = vector_of("[1.5,+1.5,0x1.8p0]");
	setlocale(LC_NUMERIC, "C");
	EXPECT_EQ(elements, (std::vector<float>{1.5f, 1.5f, 1.5f}));
}

} /* namespace */
} /* namespace vecext */

/*
 * sparse_text_test.cpp: reading sparse vectors from text: what is accepted, what
 * each fault reports, and that nothing outside text and arrays is touched.
 */
#include "vecext/sparse_text.h"

#include "guarded_array.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <clocale>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace vecext;

namespace {

using Elements = std::vector<std::pair<int32_t, float>>;

struct Outcome {
	Status status;
	int32_t dimensions = 0;
	Elements elements = {}; /* indices from 0 */
};

/* All three steps, with the text and every array against an unmapped page. */
Outcome read(const std::string &text)
{
	Outcome outcome;
	GuardedArray<char> guarded(std::vector<char>(text.c_str(), text.c_str() + text.size() + 1), Guard::kAtEnd);
	const Result<size_t> capacity = sparse_text_capacity(guarded.data());
	if (!capacity.is_ok())
		return {capacity.status()};

	GuardedArray<SparseElement> elements(std::vector<SparseElement>(capacity.value()), Guard::kAtEnd);
	const Result<SparseText> parsed = parse_sparse_text(guarded.data(), elements.data(), capacity.value());
	if (!parsed.is_ok())
		return {parsed.status()};

	const size_t count = parsed.value().count;
	GuardedArray<int32_t> indices{std::vector<int32_t>(count), Guard::kAtEnd};
	GuardedArray<float> values{std::vector<float>(count), Guard::kAtEnd};
	outcome.status =
		arrange_sparse_elements(elements.data(), count, parsed.value().dimensions, indices.data(), values.data());
	outcome.dimensions = parsed.value().dimensions;
	for (size_t i = 0; i < count; i++)
		outcome.elements.emplace_back(indices.data()[i], values.data()[i]);
	return outcome;
}

void expect_vector(const std::string &text, int32_t dimensions, const Elements &elements)
{
	const Outcome outcome = read(text);
	EXPECT_TRUE(outcome.status.is_ok()) << text << ": " << outcome.status.message();
	EXPECT_EQ(outcome.dimensions, dimensions) << text;
	EXPECT_EQ(outcome.elements, elements) << text;
}

void expect_error(const std::string &text, ErrorKind kind, const char *message, const char *detail = "")
{
	const Outcome outcome = read(text);
	EXPECT_EQ(outcome.status.kind(), kind) << text;
	EXPECT_STREQ(outcome.status.message(), message) << text;
	EXPECT_STREQ(outcome.status.detail_text(), detail) << text;
}

void expect_syntax_error(const std::string &text, const char *detail = "")
{
	expect_error(text, ErrorKind::kInvalidText, "invalid input syntax for type sparsevec", detail);
}

std::string repeated(const std::string &piece, size_t times)
{
	std::string text;
	for (size_t i = 0; i < times; i++)
		text += piece;
	return text;
}

TEST(SparseText, ReadsElementsInAnyOrder)
{
	expect_vector("{1:1.5,3:-2}/5", 5, {{0, 1.5f}, {2, -2.0f}});
	expect_vector("{3:-2,1:1.5}/5", 5, {{0, 1.5f}, {2, -2.0f}});
	expect_vector("{}/1", 1, {});
	expect_vector("{1000000000:1}/1000000000", 1000000000, {{999999999, 1.0f}});
}

TEST(SparseText, AllowsWhiteSpaceAroundTokens)
{
	expect_vector(" \t\n\v\f\r{ 1 : 2 , 3 : 4 } / 5 \t\n\v\f\r", 5, {{0, 2.0f}, {2, 4.0f}});
	expect_vector(" { } / 1 ", 1, {});
	expect_syntax_error("{1 2:1}/3");
	expect_syntax_error("{1:1 2}/3");
	expect_syntax_error("{1:1}/3 3", "Junk after closing.");
}

TEST(SparseText, ReadsNumbersAsStrtofDoes)
{
	expect_vector("{1:.5,2:5.,3:+1,4:1e2,5:1E-2,6:0x1p3}/+06", 6,
				  {{0, 0.5f}, {1, 5.0f}, {2, 1.0f}, {3, 100.0f}, {4, 0.01f}, {5, 8.0f}});
	expect_vector("{1:1e-45,2:3.4028235e38}/2", 2, {{0, 1e-45f}, {1, 3.4028235e38f}});
	for (const char *word : {"NaN", "nan", "-nan", "nan(7)"})
		expect_error("{1:" + std::string(word) + "}/1", ErrorKind::kDataException, "NaN not allowed in sparsevec");
	for (const char *word : {"inf", "-Infinity", "+INF"})
		expect_error("{1:" + std::string(word) + "}/1", ErrorKind::kDataException,
					 "infinite value not allowed in sparsevec");
}

TEST(SparseText, DoesNotDependOnTheLocale)
{
	const std::string before = setlocale(LC_NUMERIC, nullptr);
	for (const char *name : {"de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"})
		if (setlocale(LC_NUMERIC, name) != nullptr)
			expect_vector("{1:1.5,2:+2.5}/2", 2, {{0, 1.5f}, {1, 2.5f}});
	setlocale(LC_NUMERIC, before.c_str());
}

TEST(SparseText, DropsZerosWithTheirIndices)
{
	expect_vector("{1:0,2:1,3:-0.0,9:0e5}/3", 3, {{1, 1.0f}});
	expect_vector("{1:0,1:1}/1", 1, {{0, 1.0f}});
}

TEST(SparseText, RefusesValuesBeyondFloat)
{
	expect_error("{1:4e38}/1", ErrorKind::kOutOfRange, "\"4e38\" is out of range for type sparsevec");
	expect_error("{1: -4e38 }/1", ErrorKind::kOutOfRange, "\"-4e38\" is out of range for type sparsevec");
	expect_error("{1:1e-46}/1", ErrorKind::kOutOfRange, "\"1e-46\" is out of range for type sparsevec");
	const std::string quoted = repeated("9", 128);
	expect_error("{1:" + repeated("9", 500) + "}/1", ErrorKind::kOutOfRange,
				 ("\"" + quoted + "\" is out of range for type sparsevec").c_str());
}

TEST(SparseText, ChecksIndices)
{
	for (const char *index : {"0", "-1", "4", "2147483647", "2147483648", "-2147483648", "-2147483649",
							  "99999999999999999999999", "-99999999999999999999999"})
		expect_error("{" + std::string(index) + ":1}/3", ErrorKind::kDataException, "sparsevec index out of bounds");
	expect_error("{2:1,1:1,2:1}/3", ErrorKind::kDataException, "sparsevec indices must not contain duplicates");
}

TEST(SparseText, ChecksDimensions)
{
	for (const char *dimensions : {"0", "-0", "-1", "-2147483649", "-9223372036854775809"})
		expect_error("{}/" + std::string(dimensions), ErrorKind::kDataException,
					 "sparsevec must have at least 1 dimension");
	for (const char *dimensions : {"1000000001", "2147483648", "9223372036854775808"})
		expect_error("{}/" + std::string(dimensions), ErrorKind::kLimitExceeded,
					 "sparsevec cannot have more than 1000000000 dimensions");
}

TEST(SparseText, ReportsSyntaxErrors)
{
	for (const char *text : {"", " ", "}", "[1:1]/1", "1:1/1", "a{}/1"})
		expect_syntax_error(text, "Vector contents must start with \"{\".");
	for (const char *text : {"{}", "{}5", "{} 5", "{1:1}", "{1:1},{2:2}/2"})
		expect_syntax_error(text, "Unexpected end of input.");
	for (const char *text : {"{}/1a", "{}/1.5", "{}/1/1", "{1:1}/1}"})
		expect_syntax_error(text, "Junk after closing.");
	for (const char *text :
		 {"{",        "{ ",      "{:",      "{,",     "{]",     "{1",     "{1:",          "{1:1",      "{1:1,",
		  "{1:1,}/1", "{:}/1",   "{,}/1",   "{1,}/1", "{:1}/1", "{1:}/1", "{1a:1}/1",     "{1.0:1}/1", "{1:1a}/1",
		  "{1:x}/1",  "{+:1}/1", "{-:1}/1", "{}/",    "{}/-",   "{}/a",   "{1:1,,2:1}/2", "{1::1}/1",  "{{1:1}}/1"})
		expect_syntax_error(text);
}

TEST(SparseText, LimitsElements)
{
	std::string most = "{", more;
	for (int i = kMaxSparseElements; i > 0; i--)
		most += std::to_string(i) + ":1" + (i > 1 ? "," : "");
	more = most + ",16001:1}/16001";
	const Outcome outcome = read(most + "}/16000");
	EXPECT_TRUE(outcome.status.is_ok());
	EXPECT_EQ(outcome.elements.size(), static_cast<size_t>(kMaxSparseElements));
	EXPECT_EQ(outcome.elements.front().first, 0);
	EXPECT_EQ(outcome.elements.back().first, kMaxSparseElements - 1);

	const char *message = "sparsevec cannot have more than 16000 non-zero elements";
	expect_error(more, ErrorKind::kLimitExceeded, message);
	expect_error(repeated(",", 16000), ErrorKind::kLimitExceeded, message);
}

TEST(SparseText, DoesNotOverrunASmallBuffer)
{
	GuardedArray<SparseElement> elements(std::vector<SparseElement>(2), Guard::kAtEnd);
	const Result<SparseText> parsed = parse_sparse_text("{1:1,2:2,3:3}/3", elements.data(), 2);
	EXPECT_EQ(parsed.status().kind(), ErrorKind::kLimitExceeded);
}

/* Every prefix and many random mutations end in a vector or an error, and what
 * is accepted obeys the type's rules. */
TEST(SparseText, SurvivesMutations)
{
	const std::string text = " {1:1.5 , 20:-0x1p-3,7:+.5e2,4:nan(1),0:inf,3:1e-46 } / 25 ";
	for (size_t length = 0; length <= text.size(); length++)
		read(text.substr(0, length));

	std::mt19937 engine(1);
	const std::string alphabet = " {}:,/+-.0123456789eExXpPinfNa()\t\xc3";
	int accepted = 0;
	for (int round = 0; round < 30000; round++) {
		std::string mutated = "{1:1.5,20:-3}/25";
		for (uint32_t change = engine() % 3 + 1; change > 0; change--)
			mutated[engine() % mutated.size()] = alphabet[engine() % alphabet.size()];
		const Outcome outcome = read(mutated);
		if (!outcome.status.is_ok())
			continue;
		accepted++;
		int32_t previous = -1;
		for (const auto &[index, value] : outcome.elements) {
			ASSERT_TRUE(index > previous && index < outcome.dimensions && std::isfinite(value) && value != 0)
				<< mutated;
			previous = index;
		}
	}
	EXPECT_GT(accepted, 1000);
}

} /* namespace */

/*
 * sparse_binary_test.cpp: reading sparse vectors from binary messages: every
 * rule of the format, with message and arrays against unmapped pages.
 */
#include "vecext/sparse_binary.h"

#include "guarded_array.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace vecext;

namespace {

using Message = std::vector<uint8_t>;

void append(Message &message, uint32_t number)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		message.push_back(static_cast<uint8_t>(number >> shift));
}

Message header(int32_t dimensions, int32_t count, int32_t unused = 0)
{
	Message message;
	for (int32_t number : {dimensions, count, unused})
		append(message, static_cast<uint32_t>(number));
	return message;
}

Result<SparseBinaryHeader> read_header(const Message &message)
{
	GuardedArray<uint8_t> guarded(message, Guard::kAtEnd);
	return parse_sparse_binary_header(guarded.data());
}

struct Outcome {
	Status status;
	std::vector<int32_t> indices;
	std::vector<float> values;
};

Outcome read_elements(int32_t dimensions, const std::vector<int32_t> &indices, const std::vector<float> &values)
{
	Message message;
	for (int32_t index : indices)
		append(message, static_cast<uint32_t>(index));
	for (float value : values)
		append(message, std::bit_cast<uint32_t>(value));

	const size_t count = indices.size();
	GuardedArray<uint8_t> guarded(message, Guard::kAtEnd);
	GuardedArray<int32_t> to_indices(std::vector<int32_t>(count), Guard::kAtEnd);
	GuardedArray<float> to_values(std::vector<float>(count), Guard::kAtEnd);
	const SparseBinaryHeader head = {dimensions, static_cast<int32_t>(count)};
	const Status status = parse_sparse_binary_elements(guarded.data(), head, to_indices.data(), to_values.data());
	return {status, {to_indices.data(), to_indices.data() + count}, {to_values.data(), to_values.data() + count}};
}

void expect_header_error(const Message &message, ErrorKind kind, const char *text)
{
	const Result<SparseBinaryHeader> result = read_header(message);
	ASSERT_FALSE(result.is_ok()) << text;
	EXPECT_EQ(result.status().kind(), kind) << text;
	EXPECT_STREQ(result.status().message(), text);
}

void expect_elements_error(const std::vector<int32_t> &indices, const std::vector<float> &values, const char *text)
{
	const Outcome outcome = read_elements(5, indices, values);
	EXPECT_EQ(outcome.status.kind(), ErrorKind::kDataException) << text;
	EXPECT_STREQ(outcome.status.message(), text);
}

TEST(SparseBinary, ReadsHeader)
{
	const Result<SparseBinaryHeader> result = read_header(header(1000000000, 16000));
	ASSERT_TRUE(result.is_ok());
	EXPECT_EQ(result.value().dimensions, 1000000000);
	EXPECT_EQ(result.value().count, 16000);
	EXPECT_TRUE(read_header(header(1, 0)).is_ok());
	EXPECT_TRUE(read_header(header(1, 1)).is_ok());
}

TEST(SparseBinary, ChecksHeader)
{
	const char *too_few = "sparsevec must have at least 1 dimension";
	expect_header_error(header(0, 0), ErrorKind::kDataException, too_few);
	expect_header_error(header(-5, 0), ErrorKind::kDataException, too_few);
	expect_header_error(header(1000000001, 0), ErrorKind::kLimitExceeded,
						"sparsevec cannot have more than 1000000000 dimensions");
	expect_header_error(header(5, -1), ErrorKind::kDataException, "sparsevec cannot have negative number of elements");
	expect_header_error(header(20000, 16001), ErrorKind::kLimitExceeded,
						"sparsevec cannot have more than 16000 non-zero elements");
	expect_header_error(header(5, 6), ErrorKind::kLimitExceeded, "sparsevec cannot have more elements than dimensions");
	expect_header_error(header(5, 1, 7), ErrorKind::kDataException, "expected unused to be 0, not 7");
}

TEST(SparseBinary, ReadsElements)
{
	const std::vector<int32_t> indices = {0, 2, 4};
	const std::vector<float> values = {1.5f, -2.0f, 1e-45f};
	const Outcome outcome = read_elements(5, indices, values);
	EXPECT_TRUE(outcome.status.is_ok());
	EXPECT_EQ(outcome.indices, indices);
	EXPECT_EQ(outcome.values, values);
	EXPECT_TRUE(read_elements(5, {}, {}).status.is_ok());
}

TEST(SparseBinary, ChecksElements)
{
	constexpr float kInfinity = std::numeric_limits<float>::infinity();
	constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
	expect_elements_error({-1}, {1}, "sparsevec index out of bounds");
	expect_elements_error({5}, {1}, "sparsevec index out of bounds");
	expect_elements_error({2, 1}, {1, 1}, "sparsevec indices must be in ascending order");
	expect_elements_error({2, 2}, {1, 1}, "sparsevec indices must not contain duplicates");
	expect_elements_error({1, 2}, {1, kNan}, "NaN not allowed in sparsevec");
	expect_elements_error({1, 2}, {kInfinity, 1}, "infinite value not allowed in sparsevec");
	expect_elements_error({1, 2}, {1, -kInfinity}, "infinite value not allowed in sparsevec");
	const char *zero = "binary representation of sparsevec cannot contain zero values";
	expect_elements_error({1, 2}, {0, 1}, zero);
	expect_elements_error({1, 2}, {1, -0.0f}, zero);
}

TEST(SparseBinary, SurvivesRandomMessages)
{
	std::mt19937 engine(2);
	for (int round = 0; round < 20000; round++) {
		Message message(kSparseBinaryHeaderBytes);
		for (uint8_t &byte : message)
			byte = engine() % 3 == 0 ? static_cast<uint8_t>(engine()) : 0;
		const Result<SparseBinaryHeader> head = read_header(message);
		if (!head.is_ok())
			continue;
		const size_t count = static_cast<size_t>(head.value().count);
		ASSERT_LE(count, static_cast<size_t>(kMaxSparseElements));
		Message body(count * kSparseBinaryElementBytes);
		for (uint8_t &byte : body)
			byte = static_cast<uint8_t>(engine());
		GuardedArray<uint8_t> guarded(body, Guard::kAtEnd);
		GuardedArray<int32_t> indices(std::vector<int32_t>(count), Guard::kAtEnd);
		GuardedArray<float> values(std::vector<float>(count), Guard::kAtEnd);
		const Status status = parse_sparse_binary_elements(guarded.data(), head.value(), indices.data(), values.data());
		EXPECT_TRUE(status.is_ok() || status.kind() == ErrorKind::kDataException);
	}
}

} /* namespace */

/*
 * state_test.cpp: options that are refused, and states: their sizes, round trips,
 * and that no damaged one is believed.
 */
#include "core/quantizer/state.h"

#include "quantizer/samples.h"

namespace vecext {
namespace {

using namespace test;

QuantizerOptions options_for(QuantizerKind kind, Metric metric = Metric::kL2, uint32_t dims = 10)
{
	QuantizerOptions options;
	options.kind = kind;
	options.metric = metric;
	options.dims = dims;
	return options;
}

constexpr QuantizerKind kKinds[] = {QuantizerKind::kScalar, QuantizerKind::kBinary, QuantizerKind::kProduct,
									QuantizerKind::kRabitq};

std::string refusal(const QuantizerOptions &options)
{
	const Status status = check_quantizer_options(options);
	return status.is_ok() ? "" : status.message();
}

TEST(QuantizerOptions, DistancesWithoutEstimatesAreRefused)
{
	for (QuantizerKind kind : kKinds)
		for (Metric metric : {Metric::kHamming, Metric::kJaccard})
			EXPECT_EQ(refusal(options_for(kind, metric)),
					  std::string(quantizer_name(kind)) + " quantization is not for this distance");
	EXPECT_EQ(refusal(options_for(QuantizerKind::kRabitq, Metric::kL1)), "rabitq quantization is not for L1 distance");
	for (QuantizerKind kind : {QuantizerKind::kScalar, QuantizerKind::kBinary, QuantizerKind::kProduct})
		EXPECT_EQ(refusal(options_for(kind, Metric::kL1)), "");
}

TEST(QuantizerOptions, RangesAreKept)
{
	QuantizerOptions options = options_for(QuantizerKind::kRabitq);
	options.bits = 9;
	EXPECT_EQ(refusal(options), "bits cannot be 9");
	options.bits = 0;
	EXPECT_EQ(refusal(options), "bits cannot be 0");
	options = options_for(QuantizerKind::kProduct);
	options.compression = 12;
	EXPECT_EQ(refusal(options), "compression cannot be 12");
	options = options_for(QuantizerKind::kScalar);
	for (float quantile : {0.49f, 1.01f, NAN}) {
		options.quantile = quantile;
		EXPECT_NE(refusal(options), "");
	}
	for (int kind : {0, 5, 255}) {
		options = options_for(static_cast<QuantizerKind>(kind));
		EXPECT_EQ(refusal(options), "kind of quantizer cannot be " + std::to_string(kind));
	}
	options = options_for(QuantizerKind::kBinary);
	options.binary_width = static_cast<BinaryWidth>(3);
	EXPECT_EQ(refusal(options), "binary width cannot be 3");
	options.binary_width = BinaryWidth::kOneBit;
	options.binary_query = static_cast<BinaryQuery>(4);
	EXPECT_EQ(refusal(options), "binary query cannot be 4");
}

TEST(QuantizerOptions, DimensionsAreBounded)
{
	for (QuantizerKind kind : kKinds) {
		const uint32_t most = kind == QuantizerKind::kProduct ? kMaxProductDims : kMaxCodeDims;
		EXPECT_EQ(refusal(options_for(kind, Metric::kL2, most)), "");
		EXPECT_EQ(check_quantizer_options(options_for(kind, Metric::kL2, most + 1)).kind(), ErrorKind::kLimitExceeded);
		EXPECT_EQ(check_quantizer_options(options_for(kind, Metric::kL2, 0)).kind(), ErrorKind::kInvalidParameter);
	}
}

TEST(QuantizerOptions, TrainingRefusesWhatOptionsRefuse)
{
	uint64_t state[64];
	const QuantizerOptions wrong = options_for(QuantizerKind::kRabitq, Metric::kL1);
	EXPECT_EQ(train_quantizer(wrong, nullptr, 0, 1, state).kind(), ErrorKind::kInvalidParameter);
	const QuantizerOptions right = options_for(QuantizerKind::kRabitq);
	EXPECT_EQ(train_quantizer(right, nullptr, 0, 0, state).kind(), ErrorKind::kInvalidParameter);
}

/* The sizes that quantizer.h promises. */
TEST(QuantizerState, SizesFollowFromTheOptions)
{
	const auto sizes = [](QuantizerOptions options) {
		return std::pair(quantizer_state_bytes(options), quantizer_code_bytes(options));
	};
	using Sizes = std::pair<size_t, size_t>;
	QuantizerOptions options = options_for(QuantizerKind::kScalar, Metric::kL2, 768);
	EXPECT_EQ(sizes(options), Sizes(128 + 8 * 768, 772));
	options.metric = Metric::kL1;
	EXPECT_EQ(sizes(options), Sizes(128 + 8 * 768, 768));
	options.kind = QuantizerKind::kBinary;
	EXPECT_EQ(sizes(options), Sizes(128 + 8 * 768, 96));
	options.binary_width = BinaryWidth::kOneAndHalfBits;
	EXPECT_EQ(sizes(options), Sizes(128 + 8 * 768, 144));
	options.binary_width = BinaryWidth::kTwoBits;
	EXPECT_EQ(sizes(options), Sizes(128 + 8 * 768, 192));
	options.kind = QuantizerKind::kProduct;
	options.compression = 64;
	EXPECT_EQ(sizes(options), Sizes(128 + 1024 * 768, 48));
	options.dims = 769;
	EXPECT_EQ(sizes(options), Sizes(128 + 1024 * 769, 49));
	options = options_for(QuantizerKind::kRabitq, Metric::kL2, 768);
	for (uint8_t bits = 1; bits <= 8; bits++) {
		options.bits = bits;
		EXPECT_EQ(sizes(options), Sizes(128 + 4 * 768, 96u * bits + 12));
	}
}

Status open_state(const std::vector<uint64_t> &state, size_t bytes)
{
	MallocArena arena;
	Quantizer quantizer;
	return quantizer.init(arena.arena(), state.data(), bytes);
}

TEST(QuantizerState, CopiesServeLikeTheOriginal)
{
	const Floats rows = clustered_rows(300, 40, 1);
	for (Metric metric : {Metric::kL2, Metric::kInnerProduct, Metric::kCosine, Metric::kL1})
		for (const QuantizerOptions &options : all_options(metric, 40)) {
			SCOPED_TRACE(description(options));
			Trained trained(options, rows);
			const std::vector<uint64_t> copy = trained.state;
			MallocArena arena;
			Quantizer quantizer;
			ASSERT_TRUE(quantizer.init(arena.arena(), copy.data(), copy.size() * 8).is_ok());
			EXPECT_EQ(quantizer.trained_rows(), 300u);
			EXPECT_EQ(description(quantizer.options), description(options));
			EXPECT_EQ(quantizer.options.seed, options.seed);
			EXPECT_EQ(quantizer.code_bytes, quantizer_code_bytes(options));
			Floats scratch(quantizer.scratch_floats + 1);
			std::vector<uint8_t> code(quantizer.code_bytes);
			quantizer.encode(rows.data(), scratch.data(), code.data());
			EXPECT_EQ(code, trained.encode(Floats(rows.begin(), rows.begin() + 40)));
		}
}

TEST(QuantizerState, TruncatedOnesAreRefused)
{
	for (QuantizerKind kind : kKinds) {
		const QuantizerOptions options = options_for(kind, Metric::kL2, 3);
		Trained trained(options, clustered_rows(20, 3, 1));
		const size_t bytes = trained.state.size() * 8;
		EXPECT_TRUE(open_state(trained.state, bytes).is_ok());
		for (size_t length = 0; length < bytes; length++)
			EXPECT_EQ(open_state(trained.state, length).kind(), ErrorKind::kCorruption) << length;
		trained.state.push_back(0);
		EXPECT_EQ(open_state(trained.state, bytes + 8).kind(), ErrorKind::kCorruption);
	}
}

TEST(QuantizerState, EveryChangedBitIsNoticed)
{
	for (QuantizerKind kind : kKinds) {
		Trained trained(options_for(kind, Metric::kL2, 2), clustered_rows(20, 2, 1));
		std::vector<uint64_t> &state = trained.state;
		for (size_t bit = 0; bit < state.size() * 64; bit++) {
			state[bit / 64] ^= uint64_t{1} << bit % 64;
			EXPECT_EQ(open_state(state, state.size() * 8).kind(), ErrorKind::kCorruption) << "bit " << bit;
			state[bit / 64] ^= uint64_t{1} << bit % 64;
		}
		EXPECT_TRUE(open_state(state, state.size() * 8).is_ok());
	}
}

/* Contradictions behind a checksum that is right. */
TEST(QuantizerState, ImpossibleNumbersAreRefused)
{
	const auto refused = [](QuantizerKind kind, auto change) {
		Trained trained(options_for(kind, Metric::kL2, 4), clustered_rows(20, 4, 1));
		auto &state = *reinterpret_cast<QuantizerState *>(trained.state.data());
		change(state);
		seal_state(state);
		return open_state(trained.state, trained.state.size() * 8).kind() == ErrorKind::kCorruption;
	};
	for (QuantizerKind kind : kKinds) {
		EXPECT_FALSE(refused(kind, [](QuantizerState &) {}));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.centre()[1] = NAN; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.gain = INFINITY; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.error = -1; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.unused[3] = 1; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.dims = 0; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.dims = 40; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.metric = 4; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.metric = 77; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.bits = 0; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.rows = 1 << 30; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.version = 2; }));
		EXPECT_TRUE(refused(kind, [](QuantizerState &s) { s.kind = 9; }));
	}
	EXPECT_TRUE(refused(QuantizerKind::kScalar, [](QuantizerState &s) { s.range()[0] = -1; }));
	EXPECT_TRUE(refused(QuantizerKind::kScalar, [](QuantizerState &s) { s.range()[0] = 3e38f; }));
	EXPECT_TRUE(refused(QuantizerKind::kBinary, [](QuantizerState &s) { s.deviation()[3] = -1; }));
}

TEST(QuantizerState, OtherVersionsAndByteOrdersAreNamed)
{
	Trained trained(options_for(QuantizerKind::kRabitq), clustered_rows(20, 10, 1));
	auto &state = *reinterpret_cast<QuantizerState *>(trained.state.data());
	const auto message = [&] { return std::string(open_state(trained.state, trained.state.size() * 8).message()); };
	state.version = 7;
	EXPECT_EQ(message(), "quantizer state has version 7, this program knows version 1");
	state.version = 1;
	state.magic = __builtin_bswap32(state.magic);
	EXPECT_EQ(message(), "quantizer state is damaged: it was written on a machine of another byte order");
}

} /* namespace */
} /* namespace vecext */

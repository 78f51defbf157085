/*
 * kernels_test.cpp: every instruction set that this CPU has, against plain loops
 * in double (floats) or 64-bit integers (bytes and bits).
 *
 * Float results are compared twice: on small integers, where every order of
 * additions is exact, for equality; and on random values, within the error that
 * n float additions may gather. Lengths cover every tail; GuardedArray puts the
 * arrays against unmapped pages. A set that the CPU lacks is skipped by name.
 */
#include "vecext/kernels.h"

#include "guarded_array.h"

#include <gtest/gtest.h>

#include <bit>
#include <cfloat>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace vecext {

/* GoogleTest prints a parameter with this. */
void PrintTo(InstructionSet set, std::ostream *out)
{
	constexpr const char *kNames[] = {"portable", "avx2", "avx512"};
	*out << kNames[static_cast<size_t>(set)];
}

} /* namespace vecext */

using namespace vecext;

namespace {

constexpr InstructionSet kAllSets[] = {InstructionSet::kPortable, InstructionSet::kAvx2, InstructionSet::kAvx512};

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/* All tails of every set's widest step, and lengths that vectors have. */
std::vector<size_t> lengths()
{
	std::vector<size_t> all;
	for (size_t n = 0; n <= 130; n++)
		all.push_back(n);
	for (size_t n : {255, 256, 257, 511, 768, 1000, 1536, 4095, 16000})
		all.push_back(n);
	return all;
}

class KernelSet : public testing::TestWithParam<InstructionSet> {
protected:
	void SetUp() override
	{
		table = kernels_for(GetParam());
		if (table == nullptr)
			GTEST_SKIP() << "this CPU lacks the instruction set";
	}

	const Kernels *table = nullptr;
};

std::string set_name(const testing::TestParamInfo<InstructionSet> &info)
{
	return testing::PrintToString(info.param);
}

INSTANTIATE_TEST_SUITE_P(Kernels, KernelSet, testing::ValuesIn(kAllSets), set_name);

/* binary16 by the book. */
double value(uint16_t half)
{
	const double sign = half & 0x8000 ? -1 : 1;
	const int exponent = half >> 10 & 31;
	const double fraction = (half & 0x3ff) / 1024.0;
	if (exponent == 31)
		return half & 0x3ff ? kNan : sign * kInfinity;
	return exponent == 0 ? sign * std::ldexp(fraction, -14) : sign * std::ldexp(1 + fraction, exponent - 15);
}

double value(float x)
{
	return x;
}

/* The binary16 nearest to x, ties to even; x is finite or infinite. */
uint16_t nearest_half(double x)
{
	const unsigned sign = std::signbit(x) ? 0x8000u : 0u;
	const double magnitude = std::fabs(x);
	if (magnitude >= 65520.0)
		return static_cast<uint16_t>(sign | 0x7c00u);
	const int exponent = magnitude < std::ldexp(1.0, -14) ? -14 : std::ilogb(magnitude);
	/* Counts units in the last place; carrying over into the next binade, or
	 * from the denormals, is what adding 1 to the bits does as well. */
	const unsigned units = static_cast<unsigned>(std::nearbyint(std::ldexp(magnitude, 10 - exponent)));
	return static_cast<uint16_t>(sign | (static_cast<unsigned>(exponent + 14) * 1024u + units));
}

/* What a test needs to know about an element type: where the table has its
 * kernels, how to make it from an integer below 2,048, and random values. */
template <class T> struct Element;

template <> struct Element<float> {
	static constexpr auto kL2Squared = &Kernels::l2_squared_f32;
	static constexpr auto kInnerProduct = &Kernels::inner_product_f32;
	static constexpr auto kCosine = &Kernels::cosine_f32;
	static constexpr auto kL1 = &Kernels::l1_f32;
	static constexpr auto kNormSquared = &Kernels::norm_squared_f32;
	static constexpr double kSmallest = FLT_TRUE_MIN;
	static float of(double x) { return static_cast<float>(x); }
	static float random(std::mt19937 &engine) { return std::normal_distribution<float>(0.0f, 3.0f)(engine); }
};

template <> struct Element<uint16_t> {
	static constexpr auto kL2Squared = &Kernels::l2_squared_f16;
	static constexpr auto kInnerProduct = &Kernels::inner_product_f16;
	static constexpr auto kCosine = &Kernels::cosine_f16;
	static constexpr auto kL1 = &Kernels::l1_f16;
	static constexpr auto kNormSquared = &Kernels::norm_squared_f16;
	static constexpr double kSmallest = 0x1p-24;
	static uint16_t of(double x) { return std::isnan(x) ? 0x7e00 : nearest_half(x); }

	/* Below 8 in magnitude, denormals among them. */
	static uint16_t random(std::mt19937 &engine)
	{
		return static_cast<uint16_t>((engine() & 0x8000u) | engine() % 0x4800u);
	}
};

template <class T> std::vector<T> random_values(size_t n, unsigned seed)
{
	std::mt19937 engine(seed);
	std::vector<T> values(n);
	for (T &each : values)
		each = Element<T>::random(engine);
	return values;
}

/* Integers so small that sums of 16,000 squared differences are exact floats. */
template <class T> std::vector<T> small_integers(size_t n, unsigned seed)
{
	std::mt19937 engine(seed);
	std::vector<T> values(n);
	for (T &each : values)
		each = Element<T>::of(static_cast<int>(engine() % 19) - 9);
	return values;
}

struct Sum {
	double terms = 0;
	double magnitudes = 0; /* of the terms: what rounding errors scale with */
};

template <class T, class Term> Sum sum(const std::vector<T> &a, const std::vector<T> &b, Term term)
{
	Sum result;
	for (size_t i = 0; i < a.size(); i++) {
		const double x = term(value(a[i]), value(b[i]));
		result.terms += x;
		result.magnitudes += std::fabs(x);
	}
	return result;
}

double squared_difference(double a, double b)
{
	return (a - b) * (a - b);
}

double product(double a, double b)
{
	return a * b;
}

double distance(double a, double b)
{
	return std::fabs(a - b);
}

/* Calls check(got, expected, name) for each float that the kernels give. */
template <class T, class Check>
void each_result(const Kernels &k, const T *pa, const T *pb, const std::vector<T> &a, const std::vector<T> &b,
				 Check check)
{
	using E = Element<T>;
	const size_t n = a.size();
	const CosineTerms cosine = (k.*E::kCosine)(pa, pb, n);
	check((k.*E::kL2Squared)(pa, pb, n), sum(a, b, squared_difference), "l2_squared");
	check((k.*E::kInnerProduct)(pa, pb, n), sum(a, b, product), "inner_product");
	check((k.*E::kL1)(pa, pb, n), sum(a, b, distance), "l1");
	check((k.*E::kNormSquared)(pa, n), sum(a, a, product), "norm_squared");
	check(cosine.dot, sum(a, b, product), "cosine.dot");
	check(cosine.norm_a, sum(a, a, product), "cosine.norm_a");
	check(cosine.norm_b, sum(b, b, product), "cosine.norm_b");
}

template <class T> void expect_exact_on_small_integers(const Kernels &k)
{
	for (Guard guard : {Guard::kAtStart, Guard::kAtEnd})
		for (size_t n : lengths()) {
			const std::vector<T> a = small_integers<T>(n, 1), b = small_integers<T>(n, 2);
			GuardedArray<T> ga(a, guard), gb(b, guard);
			each_result(k, ga.data(), gb.data(), a, b, [n](float got, const Sum &expected, const char *name) {
				EXPECT_EQ(got, expected.terms) << name << ", n = " << n;
			});
		}
}

TEST_P(KernelSet, FloatDistancesAreExactOnSmallIntegersAndStayInside)
{
	expect_exact_on_small_integers<float>(*table);
	expect_exact_on_small_integers<uint16_t>(*table);
}

/* A term is rounded at most three times and passes through fewer than n + 8
 * additions, each within half an epsilon of the running sum. */
template <class T> void expect_close_on_random_values(const Kernels &k)
{
	for (size_t n : lengths()) {
		const std::vector<T> a = random_values<T>(n, 3), b = random_values<T>(n, 4);
		each_result(k, a.data(), b.data(), a, b, [n](float got, const Sum &expected, const char *name) {
			const double error = static_cast<double>(n + 11) * FLT_EPSILON / 2 * expected.magnitudes;
			EXPECT_NEAR(got, expected.terms, error) << name << ", n = " << n;
		});
	}
}

TEST_P(KernelSet, FloatDistancesAreCloseOnRandomValues)
{
	expect_close_on_random_values<float>(*table);
	expect_close_on_random_values<uint16_t>(*table);
}

#define EXPECT_SAME_BITS(x, y) EXPECT_EQ(std::bit_cast<uint32_t>(x), std::bit_cast<uint32_t>(y))

template <class T> void expect_cosine_equals_parts(const Kernels &k)
{
	using E = Element<T>;
	for (size_t n : lengths()) {
		const std::vector<T> a = random_values<T>(n, 5), b = random_values<T>(n, 6);
		const CosineTerms cosine = (k.*E::kCosine)(a.data(), b.data(), n);
		EXPECT_SAME_BITS(cosine.dot, (k.*E::kInnerProduct)(a.data(), b.data(), n)) << "n = " << n;
		EXPECT_SAME_BITS(cosine.norm_a, (k.*E::kNormSquared)(a.data(), n)) << "n = " << n;
		EXPECT_SAME_BITS(cosine.norm_b, (k.*E::kNormSquared)(b.data(), n)) << "n = " << n;
	}
}

TEST_P(KernelSet, CosineTermsEqualInnerProductAndNormsBitForBit)
{
	expect_cosine_equals_parts<float>(*table);
	expect_cosine_equals_parts<uint16_t>(*table);
}

/* An index page and a detoasted datum hold the same vector at different
 * addresses; their distances must not differ. */
template <class T> void expect_address_does_not_matter(const Kernels &k)
{
	using E = Element<T>;
	for (size_t n : {1, 7, 33, 100, 130, 1536}) {
		const std::vector<T> a = random_values<T>(n, 7), b = random_values<T>(n, 8);
		const float expected = (k.*E::kL2Squared)(a.data(), b.data(), n);
		for (size_t shift = 1; shift < 64 / sizeof(T); shift++) {
			std::vector<T> room(n + shift);
			std::copy(a.begin(), a.end(), room.begin() + static_cast<std::ptrdiff_t>(shift));
			EXPECT_SAME_BITS((k.*E::kL2Squared)(room.data() + shift, b.data(), n), expected)
				<< "n = " << n << ", shift = " << shift;
		}
	}
}

TEST_P(KernelSet, ResultsDoNotDependOnTheAddress)
{
	expect_address_does_not_matter<float>(*table);
	expect_address_does_not_matter<uint16_t>(*table);
}

template <class T> void expect_denormals_count(const Kernels &k)
{
	using E = Element<T>;
	for (size_t n : {1, 15, 37, 130}) {
		const std::vector<T> tiny(n, E::of(E::kSmallest)), zero(n, E::of(0)), one(n, E::of(1));
		const float expected = static_cast<float>(static_cast<double>(n) * E::kSmallest);
		EXPECT_EQ((k.*E::kL1)(tiny.data(), zero.data(), n), expected) << "n = " << n;
		EXPECT_EQ((k.*E::kInnerProduct)(tiny.data(), one.data(), n), expected) << "n = " << n;
	}
}

TEST_P(KernelSet, DenormalsAreNotFlushed)
{
	expect_denormals_count<float>(*table);
	expect_denormals_count<uint16_t>(*table);
}

/* One special element at every position in turn: each lane and tail sees it. */
template <class T> void expect_specials_propagate(const Kernels &k)
{
	using E = Element<T>;
	constexpr size_t n = 155;
	const std::vector<T> ones(n, E::of(1));
	for (size_t i = 0; i < n; i++) {
		std::vector<T> special = ones, zeros(n, E::of(0));
		special[i] = E::of(kInfinity);
		EXPECT_EQ((k.*E::kL2Squared)(special.data(), ones.data(), n), kInfinity) << i;
		EXPECT_EQ((k.*E::kL1)(special.data(), ones.data(), n), kInfinity) << i;
		EXPECT_EQ((k.*E::kInnerProduct)(special.data(), ones.data(), n), kInfinity) << i;
		EXPECT_EQ((k.*E::kNormSquared)(special.data(), n), kInfinity) << i;
		EXPECT_TRUE(std::isnan((k.*E::kL2Squared)(special.data(), special.data(), n))) << i;
		EXPECT_TRUE(std::isnan((k.*E::kInnerProduct)(special.data(), zeros.data(), n))) << i;
		special[i] = E::of(-kInfinity);
		EXPECT_EQ((k.*E::kInnerProduct)(special.data(), ones.data(), n), -kInfinity) << i;
		special[i] = E::of(kNan);
		EXPECT_TRUE(std::isnan((k.*E::kL2Squared)(special.data(), ones.data(), n))) << i;
		EXPECT_TRUE(std::isnan((k.*E::kL1)(special.data(), ones.data(), n))) << i;
		EXPECT_TRUE(std::isnan((k.*E::kCosine)(special.data(), ones.data(), n).dot)) << i;
		EXPECT_TRUE(std::isnan((k.*E::kCosine)(special.data(), ones.data(), n).norm_a)) << i;
		EXPECT_EQ((k.*E::kCosine)(special.data(), ones.data(), n).norm_b, static_cast<float>(n)) << i;
	}
}

TEST_P(KernelSet, InfinitiesAndNansPropagateFromEveryPosition)
{
	expect_specials_propagate<float>(*table);
	expect_specials_propagate<uint16_t>(*table);
}

TEST_P(KernelSet, FloatSumsOverflowToInfinity)
{
	const std::vector<float> big(40, 3e38f), small(40, -3e38f);
	EXPECT_EQ(table->l2_squared_f32(big.data(), small.data(), 40), kInfinity);
	EXPECT_EQ(table->inner_product_f32(big.data(), small.data(), 40), -kInfinity);
	EXPECT_EQ(table->l1_f32(big.data(), small.data(), 40), kInfinity);
}

template <class T> std::vector<T> random_bytes(size_t n, unsigned seed)
{
	std::mt19937 engine(seed);
	std::vector<T> values(n);
	for (T &each : values)
		each = static_cast<T>(engine());
	return values;
}

struct ByteSums {
	int64_t l2_squared = 0, inner_product = 0, l1 = 0;
};

template <class T> ByteSums byte_sums(const std::vector<T> &a, const std::vector<T> &b)
{
	ByteSums sums;
	for (size_t i = 0; i < a.size(); i++) {
		const int64_t difference = int64_t{a[i]} - b[i];
		sums.l2_squared += difference * difference;
		sums.inner_product += int64_t{a[i]} * b[i];
		sums.l1 += std::abs(difference);
	}
	return sums;
}

void expect_sums(const Kernels &k, const int8_t *a, const int8_t *b, size_t n, const ByteSums &expected)
{
	EXPECT_EQ(k.l2_squared_i8(a, b, n), expected.l2_squared) << "n = " << n;
	EXPECT_EQ(k.inner_product_i8(a, b, n), expected.inner_product) << "n = " << n;
	EXPECT_EQ(k.l1_i8(a, b, n), expected.l1) << "n = " << n;
}

void expect_sums(const Kernels &k, const uint8_t *a, const uint8_t *b, size_t n, const ByteSums &expected)
{
	EXPECT_EQ(k.l2_squared_u8(a, b, n), expected.l2_squared) << "n = " << n;
	EXPECT_EQ(k.inner_product_u8(a, b, n), expected.inner_product) << "n = " << n;
	EXPECT_EQ(k.l1_u8(a, b, n), expected.l1) << "n = " << n;
}

template <class T> void expect_exact_on_random_bytes(const Kernels &k)
{
	for (Guard guard : {Guard::kAtStart, Guard::kAtEnd})
		for (size_t n : lengths()) {
			const std::vector<T> a = random_bytes<T>(n, 9), b = random_bytes<T>(n, 10);
			GuardedArray<T> ga(a, guard), gb(b, guard);
			expect_sums(k, ga.data(), gb.data(), n, byte_sums(a, b));
		}
}

TEST_P(KernelSet, ByteDistancesAreExactAndStayInside)
{
	expect_exact_on_random_bytes<int8_t>(*table);
	expect_exact_on_random_bytes<uint8_t>(*table);
}

/* The longest arrays of the contract, filled with each pair of extreme values:
 * sums come within 4 million of 2^32. */
template <class T> void expect_exact_on_extremes(const Kernels &k)
{
	constexpr T kExtremes[] = {std::numeric_limits<T>::min(), T{0}, std::numeric_limits<T>::max()};
	for (size_t n : {1, 63, 64, 65, 65536})
		for (T x : kExtremes)
			for (T y : kExtremes) {
				const std::vector<T> a(n, x), b(n, y);
				expect_sums(k, a.data(), b.data(), n, byte_sums(a, b));
			}
}

TEST_P(KernelSet, ByteDistancesAreExactOnExtremes)
{
	expect_exact_on_extremes<int8_t>(*table);
	expect_exact_on_extremes<uint8_t>(*table);
}

/* Every pair of values once: no product or difference saturates. */
TEST_P(KernelSet, ByteDistancesAreExactOnAllPairs)
{
	for (int x = -128; x < 128; x++)
		for (int y = -128; y < 128; y++) {
			const int8_t a = static_cast<int8_t>(x), b = static_cast<int8_t>(y);
			const uint8_t ua = static_cast<uint8_t>(x), ub = static_cast<uint8_t>(y);
			expect_sums(*table, &a, &b, 1, byte_sums(std::vector{a}, std::vector{b}));
			expect_sums(*table, &ua, &ub, 1, byte_sums(std::vector{ua}, std::vector{ub}));
		}
}

TEST_P(KernelSet, BitCountsAreExactAndStayInside)
{
	for (Guard guard : {Guard::kAtStart, Guard::kAtEnd})
		for (size_t n : lengths()) {
			const std::vector<uint8_t> a = random_bytes<uint8_t>(n, 11), b = random_bytes<uint8_t>(n, 12);
			uint64_t different = 0, both = 0, in_a = 0, in_b = 0;
			for (size_t i = 0; i < n; i++) {
				different += static_cast<uint64_t>(std::popcount(static_cast<uint8_t>(a[i] ^ b[i])));
				both += static_cast<uint64_t>(std::popcount(static_cast<uint8_t>(a[i] & b[i])));
				in_a += static_cast<uint64_t>(std::popcount(a[i]));
				in_b += static_cast<uint64_t>(std::popcount(b[i]));
			}
			GuardedArray<uint8_t> ga(a, guard), gb(b, guard);
			const BitCounts counts = table->jaccard_bits(ga.data(), gb.data(), n);
			EXPECT_EQ(table->hamming_bits(ga.data(), gb.data(), n), different) << "n = " << n;
			EXPECT_EQ(counts.both, both) << "n = " << n;
			EXPECT_EQ(counts.in_a, in_a) << "n = " << n;
			EXPECT_EQ(counts.in_b, in_b) << "n = " << n;
		}
}

TEST_P(KernelSet, BitCountsOfAllOnes)
{
	const std::vector<uint8_t> ones(100000, 255), zeros(100000, 0);
	EXPECT_EQ(table->hamming_bits(ones.data(), zeros.data(), ones.size()), 800000u);
	EXPECT_EQ(table->jaccard_bits(ones.data(), ones.data(), ones.size()).both, 800000u);
}

std::vector<uint16_t> all_halves()
{
	std::vector<uint16_t> halves(65536);
	for (size_t i = 0; i < halves.size(); i++)
		halves[i] = static_cast<uint16_t>(i);
	return halves;
}

bool is_nan(uint16_t half)
{
	return (half & 0x7fffu) > 0x7c00u;
}

TEST_P(KernelSet, EveryHalfWidensExactly)
{
	const std::vector<uint16_t> halves = all_halves();
	std::vector<float> floats(halves.size());
	table->f16_to_f32(halves.data(), floats.data(), halves.size());
	for (uint16_t half : halves) {
		const uint32_t bits = std::bit_cast<uint32_t>(floats[half]);
		const uint32_t nan_bits = (half & 0x8000u) << 16 | 0x7fc00000u | (half & 0x3ffu) << 13;
		const uint32_t expected = is_nan(half) ? nan_bits : std::bit_cast<uint32_t>(static_cast<float>(value(half)));
		EXPECT_EQ(bits, expected) << "half " << half;
	}
}

TEST_P(KernelSet, EveryHalfSurvivesTheRoundTrip)
{
	const std::vector<uint16_t> halves = all_halves();
	std::vector<float> floats(halves.size());
	std::vector<uint16_t> back(halves.size());
	table->f16_to_f32(halves.data(), floats.data(), halves.size());
	table->f32_to_f16(floats.data(), back.data(), floats.size());
	for (uint16_t half : halves)
		EXPECT_EQ(back[half], is_nan(half) ? half | 0x200u : half) << "half " << half;
}

uint16_t narrowed(float x)
{
	const uint32_t bits = std::bit_cast<uint32_t>(x);
	if (std::isnan(x))
		return static_cast<uint16_t>((bits >> 16 & 0x8000u) | 0x7e00u | (bits >> 13 & 0x3ffu));
	return nearest_half(x);
}

/* Where rounding turns: around each half and each midpoint between two. */
TEST_P(KernelSet, FloatsNarrowToTheNearestEven)
{
	std::vector<float> floats = {FLT_TRUE_MIN, FLT_MIN, FLT_MAX, -FLT_MAX, kNan, -kNan, 65519.99f, 65520.0f, -65520.0f};
	for (unsigned half = 0; half < 0x7c00u; half++) {
		const double low = value(static_cast<uint16_t>(half));
		const double high = half == 0x7bffu ? 65536.0 : value(static_cast<uint16_t>(half + 1));
		for (float x : {static_cast<float>(low), static_cast<float>((low + high) / 2)})
			for (float near : {x, std::nextafter(x, kInfinity), std::nextafter(x, -kInfinity)}) {
				floats.push_back(near);
				floats.push_back(-near);
			}
	}
	std::mt19937 engine(13);
	for (int i = 0; i < 300000; i++)
		floats.push_back(std::bit_cast<float>(static_cast<uint32_t>(engine())));

	std::vector<uint16_t> halves(floats.size());
	table->f32_to_f16(floats.data(), halves.data(), floats.size());
	for (size_t i = 0; i < floats.size(); i++)
		EXPECT_EQ(halves[i], narrowed(floats[i])) << floats[i] << " at " << i;
}

TEST_P(KernelSet, ConversionsAndScalingStayInside)
{
	for (Guard guard : {Guard::kAtStart, Guard::kAtEnd})
		for (size_t n : lengths()) {
			const std::vector<uint16_t> halves = random_values<uint16_t>(n, 14);
			GuardedArray<uint16_t> from(halves, guard), back(std::vector<uint16_t>(n), guard);
			GuardedArray<float> floats(std::vector<float>(n), guard), scaled(std::vector<float>(n), guard);
			table->f16_to_f32(from.data(), floats.data(), n);
			table->f32_to_f16(floats.data(), back.data(), n);
			table->scale_f32(floats.data(), 0.5f, scaled.data(), n);
			table->scale_f32(floats.data(), 3.0f, floats.data(), n);
			for (size_t i = 0; i < n; i++) {
				const float x = static_cast<float>(value(halves[i]));
				EXPECT_EQ(back.data()[i], halves[i]) << i << " of " << n;
				EXPECT_EQ(scaled.data()[i], x * 0.5f) << i << " of " << n;
				EXPECT_EQ(floats.data()[i], x * 3.0f) << i << " of " << n;
			}
		}
}

/* What lies right behind the output stays; the guard page is further away. */
TEST_P(KernelSet, ConversionsWriteNothingBehindTheOutput)
{
	for (size_t n = 0; n <= 70; n++) {
		const std::vector<uint16_t> ones(n, 0x3c00);
		std::vector<float> floats(n + 40, -7.0f);
		std::vector<uint16_t> halves(n + 40, 0x1234);
		table->f16_to_f32(ones.data(), floats.data(), n);
		table->f32_to_f16(floats.data(), halves.data(), n);
		table->scale_f32(floats.data(), 2.0f, floats.data(), n);
		for (size_t i = n; i < n + 40; i++) {
			EXPECT_EQ(floats[i], -7.0f) << i << " of " << n;
			EXPECT_EQ(halves[i], 0x1234) << i << " of " << n;
		}
	}
}

TEST_P(KernelSet, SelectingASetPutsItInUse)
{
	ASSERT_TRUE(select_kernels(GetParam()));
	EXPECT_EQ(&kernels(), table);
	EXPECT_EQ(kernels().set, GetParam());
	EXPECT_EQ(kernels().name, set_name({GetParam(), 0}));
	EXPECT_STRNE(kernels().description, "");
	ASSERT_TRUE(select_kernels(best_instruction_set()));
}

TEST(KernelSelection, TheBestSetIsInUseAtFirst)
{
	EXPECT_EQ(kernels().set, best_instruction_set());
	EXPECT_EQ(&kernels(), kernels_for(best_instruction_set()));
}

TEST(KernelSelection, NoSetIsBetterThanTheBest)
{
	for (InstructionSet set : kAllSets)
		EXPECT_FALSE(set > best_instruction_set() && kernels_for(set) != nullptr);
}

TEST(KernelSelection, APortableTableAlwaysExists)
{
	ASSERT_NE(kernels_for(InstructionSet::kPortable), nullptr);
}

TEST(KernelSelection, AnUnknownSetIsRefusedAndChangesNothing)
{
	const Kernels *before = &kernels();
	EXPECT_FALSE(select_kernels(static_cast<InstructionSet>(200)));
	EXPECT_EQ(kernels_for(static_cast<InstructionSet>(200)), nullptr);
	EXPECT_EQ(&kernels(), before);
}

} /* namespace */

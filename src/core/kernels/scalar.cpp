/* scalar.cpp: the reference kernels, one plain loop each. */
#include "vecext/kernels.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace vecext {
namespace {

float half_to_float(uint16_t h)
{
	const uint32_t sign = (h & 0x8000u) << 16, mantissa = h & 0x3ffu, exponent = (h >> 10) & 31u;
	float magnitude;
	if (exponent == 31)
		return std::bit_cast<float>(sign | 0x7f800000u | mantissa << 13);
	if (exponent == 0)
		magnitude = std::ldexp(static_cast<float>(mantissa), -24);
	else
		magnitude = std::bit_cast<float>((exponent + 112) << 23 | mantissa << 13);
	return sign ? -magnitude : magnitude;
}

uint16_t float_to_half(float f)
{
	const uint32_t x = std::bit_cast<uint32_t>(f), sign = (x >> 16) & 0x8000u, a = x & 0x7fffffffu;
	if (a > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u | ((a >> 13) & 0x3ffu));
	if (a >= 0x477ff000u) return static_cast<uint16_t>(sign | 0x7c00u);
	if (a < 0x38800000u) {
		const float scaled = std::bit_cast<float>(a) * 16777216.0f;
		return static_cast<uint16_t>(sign | static_cast<uint32_t>(std::nearbyint(scaled)));
	}
	const uint32_t rounded = a + 0xfffu + ((a >> 13) & 1u);
	return static_cast<uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

float widen(float x) { return x; }
float widen(uint16_t x) { return half_to_float(x); }

template <class T> float l2(const T *a, const T *b, size_t n) noexcept
{
	float s = 0;
	for (size_t i = 0; i < n; i++) { float d = widen(a[i]) - widen(b[i]); s += d * d; }
	return s;
}
template <class T> float ip(const T *a, const T *b, size_t n) noexcept
{
	float s = 0;
	for (size_t i = 0; i < n; i++) s += widen(a[i]) * widen(b[i]);
	return s;
}
template <class T> float norm(const T *a, size_t n) noexcept { return ip(a, a, n); }
template <class T> CosineTerms cosine(const T *a, const T *b, size_t n) noexcept { return {ip(a, b, n), norm(a, n), norm(b, n)}; }
template <class T> float l1(const T *a, const T *b, size_t n) noexcept
{
	float s = 0;
	for (size_t i = 0; i < n; i++) s += std::fabs(widen(a[i]) - widen(b[i]));
	return s;
}
template <class R, class T> R il2(const T *a, const T *b, size_t n) noexcept
{
	R s = 0;
	for (size_t i = 0; i < n; i++) { int d = a[i] - b[i]; s += d * d; }
	return s;
}
template <class R, class T> R iip(const T *a, const T *b, size_t n) noexcept
{
	R s = 0;
	for (size_t i = 0; i < n; i++) s += a[i] * b[i];
	return s;
}
template <class R, class T> R il1(const T *a, const T *b, size_t n) noexcept
{
	R s = 0;
	for (size_t i = 0; i < n; i++) s += std::abs(a[i] - b[i]);
	return s;
}
uint64_t hamming(const uint8_t *a, const uint8_t *b, size_t n) noexcept
{
	uint64_t s = 0;
	for (size_t i = 0; i < n; i++) s += std::popcount(static_cast<uint8_t>(a[i] ^ b[i]));
	return s;
}
BitCounts jaccard(const uint8_t *a, const uint8_t *b, size_t n) noexcept
{
	BitCounts c{};
	for (size_t i = 0; i < n; i++) {
		c.both += std::popcount(static_cast<uint8_t>(a[i] & b[i]));
		c.in_a += std::popcount(a[i]);
		c.in_b += std::popcount(b[i]);
	}
	return c;
}
void to_float(const uint16_t *from, float *to, size_t n) noexcept { for (size_t i = 0; i < n; i++) to[i] = half_to_float(from[i]); }
void to_half(const float *from, uint16_t *to, size_t n) noexcept { for (size_t i = 0; i < n; i++) to[i] = float_to_half(from[i]); }
void scale(const float *from, float f, float *to, size_t n) noexcept { for (size_t i = 0; i < n; i++) to[i] = from[i] * f; }

const Kernels table = {InstructionSet::kPortable, "portable", "scalar",
	l2<float>, ip<float>, cosine<float>, l1<float>, norm<float>,
	l2<uint16_t>, ip<uint16_t>, cosine<uint16_t>, l1<uint16_t>, norm<uint16_t>,
	il2<int32_t, int8_t>, iip<int32_t, int8_t>, il1<int32_t, int8_t>,
	il2<uint32_t, uint8_t>, iip<uint32_t, uint8_t>, il1<uint32_t, uint8_t>,
	hamming, jaccard, to_float, to_half, scale};
} /* namespace */

const Kernels &kernels() noexcept { return table; }
const Kernels *kernels_for(InstructionSet set) noexcept { return set == InstructionSet::kPortable ? &table : nullptr; }
InstructionSet best_instruction_set() noexcept { return InstructionSet::kPortable; }
bool select_kernels(InstructionSet set) noexcept { return set == InstructionSet::kPortable; }
} /* namespace vecext */

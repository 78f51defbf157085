/*
 * sip_hash.h: SipHash-2-4 with a key of zeros (Aumasson and Bernstein, 2012).
 *
 * Slices of a collection and the ring of shards depend on it: the same bytes give
 * the same hash on every machine and in every version.
 */
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace vecext {

namespace sip {

struct State {
	uint64_t v0 = 0x736f6d6570736575, v1 = 0x646f72616e646f6d, v2 = 0x6c7967656e657261, v3 = 0x7465646279746573;

	void round() noexcept
	{
		v0 += v1, v1 = std::rotl(v1, 13) ^ v0, v0 = std::rotl(v0, 32);
		v2 += v3, v3 = std::rotl(v3, 16) ^ v2;
		v0 += v3, v3 = std::rotl(v3, 21) ^ v0;
		v2 += v1, v1 = std::rotl(v1, 17) ^ v2, v2 = std::rotl(v2, 32);
	}

	void word(uint64_t m) noexcept
	{
		v3 ^= m;
		round(), round();
		v0 ^= m;
	}
};

/* Up to eight bytes, the first the lowest. */
inline uint64_t little_endian(const unsigned char *bytes, size_t n) noexcept
{
	uint64_t word = 0;
	for (size_t i = 0; i < n; i++)
		word |= static_cast<uint64_t>(bytes[i]) << 8 * i;
	return word;
}

} /* namespace sip */

inline uint64_t sip_hash(const unsigned char *bytes, size_t n) noexcept
{
	sip::State state;
	size_t i = 0;
	for (; i + 8 <= n; i += 8)
		state.word(sip::little_endian(bytes + i, 8));
	state.word(sip::little_endian(bytes + i, n - i) | static_cast<uint64_t>(n) << 56);
	state.v2 ^= 0xff;
	for (int r = 0; r < 4; r++)
		state.round();
	return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

} /* namespace vecext */

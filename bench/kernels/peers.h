/*
 * peers.h: what the kernels are measured against.
 *
 * Peer functions take what hnswlib's do: two vectors and a pointer to the
 * number of dimensions (size_t). A choice of dims may select another function.
 * A peer compiled for an instruction set must only be called on a CPU with it.
 */
#pragma once

#include <cstddef>

using PeerDistance = float (*)(const void *a, const void *b, const void *dims);

struct PeerDistances {
	PeerDistance l2_squared;
	PeerDistance inner_product; /* hnswlib's is 1 - dot product */
};

/* One plain loop: as any compiler builds it, and with -Ofast for AVX2 and FMA,
 * which lets the compiler reorder additions and so use registers fully. */
PeerDistances naive(size_t dims);
PeerDistances naive_fast(size_t dims);

/* hnswlib's kernels of that width, built with -Ofast as its own build does. */
PeerDistances hnswlib_avx(size_t dims);
PeerDistances hnswlib_avx512(size_t dims);

/* Reads `bytes` (a multiple of 128) at `from` (64-byte aligned) and does next to
 * nothing with them, over the widest registers that the CPU has. */
float read_loop(const float *from, size_t bytes);

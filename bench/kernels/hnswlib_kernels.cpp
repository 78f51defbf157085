/*
 * hnswlib_kernels.cpp: hnswlib's distance functions, once per instruction set.
 *
 * hnswlib picks its kernels by compiler flags and keeps functions and state in
 * its headers, so each build of this file needs a copy of its own: the headers
 * go into an unnamed namespace, after everything that they include themselves.
 * PEER names this build.
 */
#include "peers.h"

#include <cpuid.h>
#include <immintrin.h>
#include <x86intrin.h>

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <fstream>
#include <functional>
#include <iostream>
#include <list>
#include <memory>
#include <mutex>
#include <queue>
#include <random>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace {

#include <hnswlib/hnswlib.h>

} /* namespace */

PeerDistances PEER(size_t dims)
{
	hnswlib::L2Space l2(dims);
	hnswlib::InnerProductSpace inner_product(dims);
	return {l2.get_dist_func(), inner_product.get_dist_func()};
}

/*
 * files.h: vectors and ground truth on disk.
 *
 *   .fbin          int32 rows, int32 dims, float32 values, row by row
 *   .fvecs         per row: int32 dims, float32 values
 *   .ivecs         per query: int32 count, int32 ids (ground truth only)
 *   .gt            int32 queries, int32 neighbours, int32 ids of all queries,
 *                  float32 distances of all queries (may be missing)
 *   .hdf5          an ann-benchmarks file: datasets train, test, neighbors,
 *                  distances; attribute distance. The name may carry the data
 *                  set, FILE.hdf5#test; without one, train is read as vectors
 *                  and neighbors as ground truth. Only where the build has HDF5.
 *
 * All numbers little-endian, as in the files' origins (big-ann-benchmarks, TEXMEX).
 * Every function throws std::runtime_error naming the file when it cannot be read
 * or contradicts itself.
 */
#pragma once

#include "data/exact_search.h"
#include "data/matrix.h"

#include <string>

namespace vecext::bench {

/* Reads at most max_rows rows. */
Vectors load_vectors(const std::string &path, size_t max_rows = SIZE_MAX);

/* Writes .fbin. The file appears under its name only when it is complete. */
void save_vectors(const std::string &path, const Vectors &vectors);

GroundTruth load_truth(const std::string &path);

/* Writes .gt, likewise at once. */
void save_truth(const std::string &path, const GroundTruth &truth);

} /* namespace vecext::bench */

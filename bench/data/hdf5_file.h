/*
 * hdf5_file.h: ann-benchmarks' HDF5 files; see files.h.
 *
 * A build without libhdf5 has the same functions, which throw.
 */
#pragma once

#include "data/matrix.h"

#include <cstdint>
#include <string>

namespace vecext::bench {

/* A two-dimensional data set of an HDF5 file, converted to float32 or int32. */
Matrix<float> load_hdf5_floats(const std::string &file, const std::string &dataset, size_t max_rows);
Matrix<int32_t> load_hdf5_integers(const std::string &file, const std::string &dataset, size_t max_rows);

bool hdf5_has_dataset(const std::string &file, const std::string &dataset);

} /* namespace vecext::bench */

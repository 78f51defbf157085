/*
 * matrix.h: vectors in memory, one row after the other.
 *
 * What the generator makes, the files hold, the exact search reads and the bench
 * client sends. Row numbers are the ids that benchmarks compare.
 */
#pragma once

#include <cstddef>
#include <vector>

namespace vecext::bench {

template <class T> struct Matrix {
	size_t rows = 0;
	size_t columns = 0;
	std::vector<T> values; /* rows * columns */

	Matrix() = default;
	Matrix(size_t row_count, size_t column_count)
		: rows(row_count), columns(column_count), values(row_count * column_count)
	{
	}

	T *row(size_t i) { return values.data() + i * columns; }
	const T *row(size_t i) const { return values.data() + i * columns; }
};

using Vectors = Matrix<float>;

} /* namespace vecext::bench */

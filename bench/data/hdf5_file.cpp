/*
 * hdf5_file.cpp: reading HDF5 through libhdf5's C interface; see hdf5_file.h.
 */
#include "data/hdf5_file.h"

#include <stdexcept>

#ifdef VECEXT_BENCH_HDF5

#include <algorithm>
#include <hdf5.h>

namespace vecext::bench {

namespace {

/* Owns one HDF5 identifier, whose kind decides how it is closed. */
class Handle {
public:
	Handle(hid_t id, herr_t (*close)(hid_t), const std::string &what) : id_(id), close_(close)
	{
		if (id < 0)
			throw std::runtime_error(what + ": cannot be opened as HDF5");
	}
	Handle(const Handle &) = delete;
	Handle &operator=(const Handle &) = delete;
	~Handle() { close_(id_); }

	hid_t id() const { return id_; }

private:
	hid_t id_;
	herr_t (*close_)(hid_t);
};

/* libhdf5 prints its error stack by default; our exception says enough. */
void silence_error_stack()
{
	H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

template <class T> Matrix<T> load(const std::string &file, const std::string &name, size_t max_rows, hid_t memory_type)
{
	silence_error_stack();
	const std::string what = file + "#" + name;
	const Handle opened(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, file);
	const Handle dataset(H5Dopen2(opened.id(), name.c_str(), H5P_DEFAULT), H5Dclose, what);
	const Handle space(H5Dget_space(dataset.id()), H5Sclose, what);
	if (H5Sget_simple_extent_ndims(space.id()) != 2)
		throw std::runtime_error(what + ": has not two dimensions");
	hsize_t extent[2];
	H5Sget_simple_extent_dims(space.id(), extent, nullptr);

	extent[0] = std::min<hsize_t>(extent[0], max_rows);
	const hsize_t start[2] = {0, 0};
	H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start, nullptr, extent, nullptr);
	const Handle memory(H5Screate_simple(2, extent, nullptr), H5Sclose, what);
	Matrix<T> matrix(extent[0], extent[1]);
	if (H5Dread(dataset.id(), memory_type, memory.id(), space.id(), H5P_DEFAULT, matrix.values.data()) < 0)
		throw std::runtime_error(what + ": cannot be read");
	return matrix;
}

} /* namespace */

Matrix<float> load_hdf5_floats(const std::string &file, const std::string &dataset, size_t max_rows)
{
	return load<float>(file, dataset, max_rows, H5T_NATIVE_FLOAT);
}

Matrix<int32_t> load_hdf5_integers(const std::string &file, const std::string &dataset, size_t max_rows)
{
	return load<int32_t>(file, dataset, max_rows, H5T_NATIVE_INT32);
}

bool hdf5_has_dataset(const std::string &file, const std::string &dataset)
{
	silence_error_stack();
	const Handle opened(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, file);
	return H5Lexists(opened.id(), dataset.c_str(), H5P_DEFAULT) > 0;
}

} /* namespace vecext::bench */

#else

namespace vecext::bench {

namespace {

[[noreturn]] void refuse(const std::string &file)
{
	throw std::runtime_error(file + ": this build cannot read HDF5 (libhdf5-dev was missing)");
}

} /* namespace */

Matrix<float> load_hdf5_floats(const std::string &file, const std::string &, size_t)
{
	refuse(file);
}

Matrix<int32_t> load_hdf5_integers(const std::string &file, const std::string &, size_t)
{
	refuse(file);
}

bool hdf5_has_dataset(const std::string &file, const std::string &)
{
	refuse(file);
}

} /* namespace vecext::bench */

#endif

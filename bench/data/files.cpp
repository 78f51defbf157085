/*
 * files.cpp: reading and writing vector files; see files.h.
 */
#include "data/files.h"

#include "data/hdf5_file.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace vecext::bench {

static_assert(std::endian::native == std::endian::little, "the file formats are little-endian");

namespace {

constexpr int32_t kMaxDims = 1 << 20;

[[noreturn]] void fail(const std::string &path, const char *what)
{
	throw std::runtime_error(path + ": " + what);
}

/* A C stream that closes itself and reads and writes whole arrays. */
class File {
public:
	File(const std::string &path, const char *mode) : path_(path), stream_(std::fopen(path.c_str(), mode), &std::fclose)
	{
		if (!stream_)
			fail(path, "cannot be opened");
	}

	size_t size()
	{
		std::fseek(stream_.get(), 0, SEEK_END);
		const long size = std::ftell(stream_.get());
		std::rewind(stream_.get());
		if (size < 0)
			fail(path_, "has no size");
		return static_cast<size_t>(size);
	}

	template <class T> void read(T *to, size_t count)
	{
		if (std::fread(to, sizeof(T), count, stream_.get()) != count)
			fail(path_, "ends early");
	}

	template <class T> void write(const T *from, size_t count)
	{
		if (std::fwrite(from, sizeof(T), count, stream_.get()) != count)
			fail(path_, "cannot be written");
	}

	void finish()
	{
		if (std::fclose(stream_.release()) != 0)
			fail(path_, "cannot be written");
	}

private:
	std::string path_;
	std::unique_ptr<std::FILE, int (*)(std::FILE *)> stream_;
};

/* Writes beside the file and renames, so that an interrupted run leaves none. */
template <class Write> void write_atomically(const std::string &path, Write write)
{
	const std::string partial = path + ".partial";
	File file(partial, "wb");
	write(file);
	file.finish();
	if (std::rename(partial.c_str(), path.c_str()) != 0)
		fail(path, "cannot be renamed into place");
}

Vectors load_fbin(const std::string &path, size_t max_rows)
{
	File file(path, "rb");
	const size_t size = file.size();
	int32_t head[2];
	file.read(head, 2);
	if (head[0] < 0 || head[1] < 1 || head[1] > kMaxDims)
		fail(path, "has an impossible number of rows or dimensions");
	const size_t rows = static_cast<size_t>(head[0]), dims = static_cast<size_t>(head[1]);
	if (size != sizeof(head) + rows * dims * sizeof(float))
		fail(path, "has a length that its header contradicts");
	Vectors vectors(std::min(rows, max_rows), dims);
	file.read(vectors.values.data(), vectors.values.size());
	return vectors;
}

/* .fvecs and .ivecs: every row carries its length, which must be the same. */
template <class T> Matrix<T> load_vecs(const std::string &path, size_t max_rows)
{
	static_assert(sizeof(T) == 4);
	File file(path, "rb");
	const size_t size = file.size();
	int32_t dims;
	file.read(&dims, 1);
	if (dims < 1 || dims > kMaxDims)
		fail(path, "has an impossible number of dimensions");
	const size_t row_size = sizeof(int32_t) + static_cast<size_t>(dims) * sizeof(T);
	if (size % row_size != 0)
		fail(path, "is not a whole number of rows");
	Matrix<T> matrix(std::min(size / row_size, max_rows), static_cast<size_t>(dims));
	for (size_t i = 0; i < matrix.rows; i++) {
		if (i > 0)
			file.read(&dims, 1);
		if (static_cast<size_t>(dims) != matrix.columns)
			fail(path, "has rows of different lengths");
		file.read(matrix.row(i), matrix.columns);
	}
	return matrix;
}

GroundTruth load_gt(const std::string &path)
{
	File file(path, "rb");
	const size_t size = file.size();
	int32_t head[2];
	file.read(head, 2);
	if (head[0] < 0 || head[1] < 1)
		fail(path, "has an impossible number of queries or neighbours");
	GroundTruth truth;
	truth.queries = static_cast<size_t>(head[0]);
	truth.neighbours = static_cast<size_t>(head[1]);
	const size_t count = truth.queries * truth.neighbours;
	if (size != sizeof(head) + count * 4 && size != sizeof(head) + count * 8)
		fail(path, "has a length that its header contradicts");
	truth.ids.resize(count);
	file.read(truth.ids.data(), count);
	if (size == sizeof(head) + count * 8) {
		truth.distances.resize(count);
		file.read(truth.distances.data(), count);
	}
	return truth;
}

GroundTruth truth_of_matrix(Matrix<int32_t> ids)
{
	GroundTruth truth;
	truth.queries = ids.rows;
	truth.neighbours = ids.columns;
	truth.ids = std::move(ids.values);
	return truth;
}

struct Hdf5Name {
	std::string file;
	std::string dataset; /* "" when the name carries none */
};

Hdf5Name split_hdf5_name(const std::string &path)
{
	const size_t mark = path.rfind('#');
	if (mark == std::string::npos)
		return {path, ""};
	return {path.substr(0, mark), path.substr(mark + 1)};
}

bool is_hdf5(const std::string &path)
{
	const std::string file = split_hdf5_name(path).file;
	return file.ends_with(".hdf5") || file.ends_with(".h5");
}

GroundTruth load_hdf5_truth(const std::string &path)
{
	const Hdf5Name name = split_hdf5_name(path);
	if (!name.dataset.empty())
		return truth_of_matrix(load_hdf5_integers(name.file, name.dataset, SIZE_MAX));
	GroundTruth truth = truth_of_matrix(load_hdf5_integers(name.file, "neighbors", SIZE_MAX));
	if (hdf5_has_dataset(name.file, "distances"))
		truth.distances = load_hdf5_floats(name.file, "distances", SIZE_MAX).values;
	if (!truth.distances.empty() && truth.distances.size() != truth.ids.size())
		fail(path, "has another number of distances than of neighbours");
	return truth;
}

} /* namespace */

Vectors load_vectors(const std::string &path, size_t max_rows)
{
	if (path.ends_with(".fbin"))
		return load_fbin(path, max_rows);
	if (path.ends_with(".fvecs"))
		return load_vecs<float>(path, max_rows);
	if (is_hdf5(path)) {
		const Hdf5Name name = split_hdf5_name(path);
		return load_hdf5_floats(name.file, name.dataset.empty() ? "train" : name.dataset, max_rows);
	}
	fail(path, "is of no known kind (.fbin, .fvecs, .hdf5)");
}

void save_vectors(const std::string &path, const Vectors &vectors)
{
	write_atomically(path, [&](File &file) {
		const int32_t head[2] = {static_cast<int32_t>(vectors.rows), static_cast<int32_t>(vectors.columns)};
		file.write(head, 2);
		file.write(vectors.values.data(), vectors.values.size());
	});
}

GroundTruth load_truth(const std::string &path)
{
	if (path.ends_with(".gt"))
		return load_gt(path);
	if (path.ends_with(".ivecs"))
		return truth_of_matrix(load_vecs<int32_t>(path, SIZE_MAX));
	if (is_hdf5(path))
		return load_hdf5_truth(path);
	fail(path, "is of no known kind (.gt, .ivecs, .hdf5)");
}

void save_truth(const std::string &path, const GroundTruth &truth)
{
	write_atomically(path, [&](File &file) {
		const int32_t head[2] = {static_cast<int32_t>(truth.queries), static_cast<int32_t>(truth.neighbours)};
		file.write(head, 2);
		file.write(truth.ids.data(), truth.ids.size());
		file.write(truth.distances.data(), truth.distances.size());
	});
}

} /* namespace vecext::bench */

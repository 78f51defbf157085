/*
 * data_test.cpp: the data generator and the files that it fills.
 */
#include "data/files.h"
#include "data/mixture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace vecext::bench {

namespace {

const MixtureShape kShape = {
	.dims = 24, .latent_dims = 8, .clusters = 5, .decay = 0.5, .spread = 0.5, .normalised = false};

/* A directory of its own, removed with all in it. */
class DataFiles : public testing::Test {
protected:
	void SetUp() override
	{
		std::string name = (std::filesystem::temp_directory_path() / "vecext_data_XXXXXX").string();
		ASSERT_NE(mkdtemp(name.data()), nullptr);
		directory_ = name;
	}
	void TearDown() override { std::filesystem::remove_all(directory_); }

	std::string path(const char *name) const { return (directory_ / name).string(); }

	std::string write(const char *name, const std::vector<int32_t> &words) const
	{
		std::ofstream file(path(name), std::ios::binary);
		file.write(reinterpret_cast<const char *>(words.data()),
				   static_cast<std::streamsize>(words.size() * sizeof(words[0])));
		return path(name);
	}

private:
	std::filesystem::path directory_;
};

} /* namespace */

TEST(Mixture, MakesTheSameRowsWhereverItStarts)
{
	const Mixture mixture(kShape, 7);
	const Vectors all = mixture.draw(Stream::kBase, 0, 100), end = Mixture(kShape, 7).draw(Stream::kBase, 60, 40);
	EXPECT_TRUE(std::equal(end.values.begin(), end.values.end(), all.row(60)));
}

TEST(Mixture, MakesOtherRowsForQueriesAndOtherSeeds)
{
	const Vectors base = Mixture(kShape, 7).draw(Stream::kBase, 0, 10);
	EXPECT_NE(base.values, Mixture(kShape, 7).draw(Stream::kQueries, 0, 10).values);
	EXPECT_NE(base.values, Mixture(kShape, 8).draw(Stream::kBase, 0, 10).values);
}

TEST(Mixture, NormalisesRowsWhereTheShapeSaysSo)
{
	MixtureShape shape = kShape;
	shape.normalised = true;
	const Vectors rows = Mixture(shape, 1).draw(Stream::kBase, 0, 20);
	for (size_t i = 0; i < rows.rows; i++) {
		double squared = 0;
		for (size_t j = 0; j < rows.columns; j++)
			squared += static_cast<double>(rows.row(i)[j]) * rows.row(i)[j];
		EXPECT_NEAR(squared, 1, 1e-5);
	}
}

TEST_F(DataFiles, GiveBackWhatWasSaved)
{
	const Vectors saved = Mixture(kShape, 1).draw(Stream::kBase, 0, 10);
	save_vectors(path("a.fbin"), saved);
	const Vectors loaded = load_vectors(path("a.fbin"));
	EXPECT_EQ(loaded.rows, 10U);
	EXPECT_EQ(loaded.columns, 24U);
	EXPECT_EQ(loaded.values, saved.values);
	EXPECT_EQ(load_vectors(path("a.fbin"), 3).values.size(), 3U * 24);

	const GroundTruth truth = exact_search(saved, saved, Metric::kL2, 4);
	save_truth(path("a.gt"), truth);
	EXPECT_EQ(load_truth(path("a.gt")).ids, truth.ids);
	EXPECT_EQ(load_truth(path("a.gt")).distances, truth.distances);
}

TEST_F(DataFiles, ReadRowsThatCarryTheirLength)
{
	constexpr int32_t kOne = 0x3f800000, kTwo = 0x40000000; /* as floats */
	const Vectors vectors = load_vectors(write("a.fvecs", {2, kOne, kTwo, 2, kTwo, kOne}));
	EXPECT_EQ(vectors.rows, 2U);
	EXPECT_EQ(vectors.values, (std::vector<float>{1, 2, 2, 1}));
	const GroundTruth truth = load_truth(write("a.ivecs", {3, 5, 6, 7}));
	EXPECT_EQ(truth.ids, (std::vector<int32_t>{5, 6, 7}));
	EXPECT_TRUE(truth.distances.empty());
}

TEST_F(DataFiles, ReadGroundTruthWithoutDistances)
{
	const GroundTruth truth = load_truth(write("a.gt", {2, 1, 8, 9}));
	EXPECT_EQ(truth.queries, 2U);
	EXPECT_EQ(*truth.ids_of(1), 9);
}

TEST_F(DataFiles, RefuseWhatContradictsItself)
{
	EXPECT_THROW(load_vectors(path("absent.fbin")), std::runtime_error);
	EXPECT_THROW(load_vectors(write("short.fbin", {2, 2, 0, 0, 0})), std::runtime_error);
	EXPECT_THROW(load_vectors(write("long.fbin", {1, 1, 0, 0})), std::runtime_error);
	EXPECT_THROW(load_vectors(write("negative.fbin", {-1, 4})), std::runtime_error);
	EXPECT_THROW(load_vectors(write("empty.fvecs", {})), std::runtime_error);
	EXPECT_THROW(load_vectors(write("ragged.fvecs", {2, 0, 0, 1, 0, 0})), std::runtime_error);
	EXPECT_THROW(load_truth(write("short.gt", {2, 3, 0, 0})), std::runtime_error);
	EXPECT_THROW(load_vectors(write("a.txt", {1})), std::runtime_error);
}

} /* namespace vecext::bench */

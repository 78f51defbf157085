/*
 * decay_test.cpp: decay functions against a hand-computed table, their limits and
 * what they refuse.
 */
#include "vecext/ranking/decay.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "ranking/table.h"

namespace vecext {
namespace {

constexpr Decay kDecays[] = {Decay::kLinear, Decay::kExponential, Decay::kGaussian};

Decay decay_of(const std::string &name)
{
	for (const Decay decay : kDecays)
		if (name == decay_name(decay))
			return decay;
	ADD_FAILURE() << "no decay " << name;
	return Decay::kLinear;
}

TEST(Decay, AgreesWithTheTable)
{
	int cases = 0;
	for (const test::TableLine &line : test::read_table("decays.txt")) {
		const Decay decay = decay_of(line.name);
		const DecayShape shape = {line.parts[0][0], line.parts[0][1], line.parts[0][2]};
		EXPECT_TRUE(check_decay(decay, shape).is_ok()) << "line " << line.number;
		for (size_t i = 1; i < line.parts.size(); i++, cases++)
			EXPECT_NEAR(decay_at(decay, shape, line.parts[i][0]), line.parts[i][1], 1e-12) << "line " << line.number;
	}
	EXPECT_GE(cases, 30);
}

TEST(Decay, FallsWithTheDistanceAlone)
{
	for (const Decay decay : kDecays) {
		const DecayShape shape = {3, 2, 0.25};
		EXPECT_EQ(decay_at(decay, shape, 3), 1);
		EXPECT_NEAR(decay_at(decay, shape, 5), 0.25, 1e-15);
		for (double d = 0; d < 20; d += 0.25) {
			EXPECT_EQ(decay_at(decay, shape, 3 + d), decay_at(decay, shape, 3 - d));
			EXPECT_GE(decay_at(decay, shape, 3 + d), decay_at(decay, shape, 3.25 + d));
			EXPECT_GE(decay_at(decay, shape, 3 + d), 0);
		}
	}
}

TEST(Decay, RefusesOtherShapes)
{
	const double nan = std::nan(""), infinity = INFINITY;
	for (const Decay decay : kDecays) {
		for (const double scale : {0.0, -1.0, nan, infinity})
			EXPECT_EQ(check_decay(decay, {0, scale, 0.5}).kind(), ErrorKind::kInvalidParameter);
		for (const double target : {nan, infinity})
			EXPECT_EQ(check_decay(decay, {target, 1, 0.5}).kind(), ErrorKind::kInvalidParameter);
		for (const double midpoint : {-0.1, 1.1, nan})
			EXPECT_EQ(check_decay(decay, {0, 1, midpoint}).kind(), ErrorKind::kInvalidParameter);
		for (const double midpoint : {0.0, 1.0})
			EXPECT_EQ(check_decay(decay, {0, 1, midpoint}).is_ok(), decay == Decay::kLinear);
	}
	EXPECT_STREQ(check_decay(Decay::kGaussian, {0, 1, 1}).message(), "midpoint of gauss_decay must be between 0 and 1");
}

} /* namespace */
} /* namespace vecext */

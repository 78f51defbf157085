/*
 * vector_scorer.h: what a vector search scores points by: the distance to one vector,
 * or a function of the similarities to several, which SQL knows as type vecquery.
 *
 * All vectors are as_stored(). Similarity is the distance's raw one: cosine and dot
 * as they are, minus the squared Euclidean distance, minus the Manhattan distance.
 * The functions are those of docs/sidecar.md, "Queries".
 */
#pragma once

#include <variant>
#include <vector>

#include "model/vector.h"

namespace vecext::shard {

/* By the most similar positive example, unless a negative one is more similar. */
struct BestScore {
	std::vector<model::DenseVector> positive, negative;
};

/* Similarities to positive examples minus those to negative ones. */
struct SumScores {
	std::vector<model::DenseVector> positive, negative;
};

/* Pairs are positive[i], negative[i]. */
struct Discovery {
	model::DenseVector target;
	std::vector<model::DenseVector> positive, negative;
};

struct Context {
	std::vector<model::DenseVector> positive, negative;
};

struct Feedback {
	model::DenseVector target;
	std::vector<model::DenseVector> examples;
	std::vector<double> scores; /* one for each example */
	double a, b, c;
};

/* A DenseVector alone: the plain distance. */
using VectorScorer = std::variant<model::DenseVector, BestScore, SumScores, Discovery, Context, Feedback>;

} /* namespace vecext::shard */

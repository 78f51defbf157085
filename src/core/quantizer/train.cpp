/*
 * train.cpp: from a sample to a state: thinning, normalising, the centre, what
 * the kind learns, and how far its estimates are off on the sample.
 */
#include <algorithm>
#include <new>
#include <vector>

#include "core/quantizer/calibrate.h"
#include "core/quantizer/methods.h"
#include "core/quantizer/normalise.h"

namespace vecext {

namespace {

/* A sample's rows are learned from, but for every kHeldOut-th: errors on rows that
 * were learned from would seem too small. Small samples cannot spare any. */
constexpr uint32_t kHeldOut = 16;
constexpr uint32_t kFewestToHoldOut = 512;

struct Sample {
	std::vector<float> learned, held_out;
};

/* Appends a row, normalised under kCosine. */
void append_row(const QuantizerOptions &options, const float *row, std::vector<float> &values)
{
	const size_t start = values.size();
	values.insert(values.end(), row, row + options.dims);
	if (options.metric == Metric::kCosine)
		normalise(row, options.dims, values.data() + start);
}

/* Rows taken evenly. */
Sample take_rows(const QuantizerOptions &options, const float *rows, size_t count, uint32_t taken)
{
	Sample sample;
	sample.learned.reserve(size_t{taken} * options.dims);
	for (uint32_t i = 0; i < taken; i++) {
		const float *row = rows + static_cast<size_t>(uint64_t{i} * count / taken) * options.dims;
		const bool spared = taken >= kFewestToHoldOut && i % kHeldOut == 0;
		append_row(options, row, spared ? sample.held_out : sample.learned);
	}
	return sample;
}

/* Hamming distances between query and code know nothing of a centre, while inner
 * products depend on it: there codes are taken around zero. */
bool is_centred(const QuantizerOptions &options)
{
	return options.kind != QuantizerKind::kProduct &&
		   !(options.kind == QuantizerKind::kBinary && options.binary_query == BinaryQuery::kBinary &&
			 options.metric == Metric::kInnerProduct);
}

void learn_centre(const TrainingRows &rows, float *centre)
{
	std::vector<double> sums(rows.dims);
	for (uint32_t i = 0; i < rows.count; i++)
		for (uint32_t d = 0; d < rows.dims; d++)
			sums[d] += rows.row(i)[d];
	for (uint32_t d = 0; d < rows.dims; d++)
		centre[d] = bounded(static_cast<float>(sums[d] / rows.count));
}

/* False when stopped. */
bool train_all(const QuantizerOptions &options, const float *all, size_t count, int threads, TrainingPoll poll,
			   QuantizerState &state)
{
	const auto taken = static_cast<uint32_t>(std::min<size_t>(count, quantizer_training_rows(options)));
	const Sample sample = take_rows(options, all, count, taken);
	const auto as_rows = [&](const std::vector<float> &values) {
		return TrainingRows{values.data(), static_cast<uint32_t>(values.size() / options.dims), options.dims, threads,
							poll};
	};
	begin_state(options, state);
	state.rows = taken;
	if (taken > 0 && is_centred(options))
		learn_centre(as_rows(sample.learned), state.centre());
	if (!methods_of(options.kind).train(as_rows(sample.learned), state))
		return false;
	if (taken > 0)
		calibrate(as_rows(sample.held_out.empty() ? sample.learned : sample.held_out), state);
	seal_state(state);
	return true;
}

} /* namespace */

uint32_t ReservoirSample::next() noexcept
{
	seen_++;
	if (seen_ <= capacity_)
		return static_cast<uint32_t>(seen_ - 1);
	/* splitmix64 (Steele, Lea & Flood, OOPSLA 2014), reduced by multiplication. */
	uint64_t z = state_ += 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	const auto slot = static_cast<uint64_t>(static_cast<unsigned __int128>(z) * seen_ >> 64);
	return slot < capacity_ ? static_cast<uint32_t>(slot) : capacity_;
}

Status train_quantizer(const QuantizerOptions &options, const float *rows, size_t count, int threads, void *state,
					   bool (*poll)(void *), void *poll_context) noexcept
{
	const Status status = check_quantizer_options(options);
	if (!status.is_ok())
		return status;
	if (threads < 1)
		return Status::error(ErrorKind::kInvalidParameter, "training needs at least 1 thread");
	try {
		if (!train_all(options, rows, count, threads, {poll, poll_context}, *static_cast<QuantizerState *>(state)))
			return Status::error(ErrorKind::kCancelled, "training of a quantizer was cancelled");
	} catch (const std::bad_alloc &) {
		return Status::error(ErrorKind::kOutOfMemory, "out of memory while training a %s quantizer",
							 quantizer_name(options.kind));
	}
	return Status::ok();
}

} /* namespace vecext */

/*
 * node_codes.cpp: see node_codes.h.
 */
#include "hnsw/node_codes.h"

extern "C" {
#include "utils/memutils.h"
}

#include "hnsw/index_handle.h"
#include "hnsw/value_pages.h"
#include "pg/error.h"

namespace vecext::pg {

/* ---- options ---- */

namespace {

/* Bits of RaBitQ codes that nodes are known by. A choice, not a measured optimum:
 * errors of estimates grow as dimensions get fewer (docs/quantization.md has
 * figures), so vectors that are small anyway get more bits. */
int default_rabitq_bits(uint32 dims)
{
	return dims <= 64 ? 8 : 4;
}

QuantizerKind kind_of(QuantizationOption option, Metric metric)
{
	switch (option) {
	case QuantizationOption::kScalar:
		return QuantizerKind::kScalar;
	case QuantizationOption::kBinary:
		return QuantizerKind::kBinary;
	case QuantizationOption::kProduct:
		return QuantizerKind::kProduct;
	default:
		/* Rotations, and so RaBitQ, keep no L1 distance. */
		return metric == Metric::kL1 ? QuantizerKind::kScalar : QuantizerKind::kRabitq;
	}
}

BinaryWidth width_of(BinaryEncodingOption option)
{
	switch (option) {
	case BinaryEncodingOption::kOneAndHalfBits:
		return BinaryWidth::kOneAndHalfBits;
	case BinaryEncodingOption::kTwoBits:
		return BinaryWidth::kTwoBits;
	default:
		return BinaryWidth::kOneBit;
	}
}

BinaryQuery query_of(BinaryQueryOption option)
{
	switch (option) {
	case BinaryQueryOption::kFloat:
		return BinaryQuery::kFloat;
	case BinaryQueryOption::kScalar4:
		return BinaryQuery::kScalar4;
	case BinaryQueryOption::kBinary:
		return BinaryQuery::kBinary;
	default:
		return BinaryQuery::kScalar8;
	}
}

} /* namespace */

NodeCodeState choose_node_codes(const HnswOptions &options, Metric metric, uint32 dims)
{
	const QuantizerOptions defaults;
	NodeCodeState codes = {};
	codes.kind = static_cast<uint8>(kind_of(options.quantization, metric));
	codes.bits = options.code_bits > 0 ? options.code_bits : default_rabitq_bits(dims);
	codes.binary_width = static_cast<uint8>(width_of(options.binary_encoding));
	codes.binary_query = static_cast<uint8>(query_of(options.binary_query_encoding));
	codes.compression = options.compression != 0 ? options.compression : defaults.compression;
	codes.quantile = options.quantile != 0 ? static_cast<float>(options.quantile) : defaults.quantile;
	codes.model.block = InvalidBlockNumber;
	IndexFormat format = {};
	format.metric = static_cast<uint8>(metric);
	format.dims = dims;
	raise_if_error(check_quantizer_options(quantizer_options(format, codes)));
	return codes;
}

QuantizerOptions quantizer_options(const IndexFormat &format, const NodeCodeState &codes)
{
	QuantizerOptions options;
	options.kind = static_cast<QuantizerKind>(codes.kind);
	options.metric = static_cast<Metric>(format.metric);
	options.dims = format.dims;
	options.quantile = codes.quantile;
	options.binary_width = static_cast<BinaryWidth>(codes.binary_width);
	options.binary_query = static_cast<BinaryQuery>(codes.binary_query);
	options.compression = codes.compression;
	options.bits = codes.bits;
	options.seed = format.rotation_seed;
	return options;
}

uint32 node_code_bytes(const IndexFormat &format, const NodeCodeState &codes)
{
	return static_cast<uint32>(MAXALIGN(quantizer_code_bytes(quantizer_options(format, codes))));
}

/* ---- models ---- */

namespace {

/* A model in this backend, in a context of its own. */
struct HeldModel {
	Oid relid;
	RelFileNumber file;
	uint32 version;
	MemoryContext context; /* null: the place is free */
	Quantizer quantizer;
	int holders;
	uint64 used; /* model_clock at the last use */
};

constexpr int kKeptModels = 16;
HeldModel *models[kKeptModels];
uint64 model_clock;

void release_model(void *model)
{
	static_cast<HeldModel *>(model)->holders--;
}

HeldModel *known_model(Relation index, uint32 version)
{
	for (HeldModel *model : models)
		if (model != nullptr && model->relid == RelationGetRelid(index) && model->file == relation_file_number(index) &&
			model->version == version)
			return model;
	return nullptr;
}

/* The place of a model to forget: a free one, or that of the one unused longest.
 * Null when all are held. */
HeldModel **place_for_model()
{
	HeldModel **place = nullptr;
	for (HeldModel *&model : models) {
		if (model == nullptr)
			return &model;
		if (model->holders == 0 && (place == nullptr || model->used < (*place)->used))
			place = &model;
	}
	return place;
}

HeldModel *read_model(Relation index, const MetaPage &meta, MemoryContext parent)
{
	MemoryContext context = AllocSetContextCreate(parent, "hnsw model", ALLOCSET_DEFAULT_SIZES);
	auto *model = static_cast<HeldModel *>(MemoryContextAllocZero(context, sizeof(HeldModel)));
	const uint32 size = meta.codes.model_bytes;
	void *state = MemoryContextAllocHuge(context, size);
	uint32 bytes = 0;
	if (!copy_value(index, meta.codes.model, nullptr, state, size, &bytes) || bytes != size)
		ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
						errmsg("the codes' model of hnsw index \"%s\" is missing at block %u item %u",
							   RelationGetRelationName(index), meta.codes.model.block, meta.codes.model.item),
						errhint("Please REINDEX it.")));
	raise_if_error(model->quantizer.init(context_arena(context), state, size));
	*model = {RelationGetRelid(index),
			  relation_file_number(index),
			  meta.state.centre_version,
			  context,
			  model->quantizer,
			  0,
			  0};
	return model;
}

} /* namespace */

const Quantizer *hold_quantizer(Relation index, const MetaPage &meta, MemoryContext holder)
{
	if (meta.state.centre_version == 0 || meta.codes.model.block == InvalidBlockNumber)
		return nullptr;
	HeldModel *model = known_model(index, meta.state.centre_version);
	if (model == nullptr) {
		/* Beyond those kept, a model lasts as long as its holder. */
		model = read_model(index, meta, holder);
		if (HeldModel **place = place_for_model()) {
			if (*place != nullptr)
				MemoryContextDelete((*place)->context);
			MemoryContextSetParent(model->context, CacheMemoryContext);
			*place = model;
		} else {
			return &model->quantizer;
		}
	}
	auto *callback =
		static_cast<MemoryContextCallback *>(MemoryContextAllocZero(holder, sizeof(MemoryContextCallback)));
	callback->func = release_model;
	callback->arg = model;
	MemoryContextRegisterResetCallback(holder, callback);
	model->holders++;
	model->used = ++model_clock;
	return &model->quantizer;
}

namespace {

bool interrupt_pending(void *)
{
	return InterruptPending;
}

/* An interrupt that does not end the query only makes it begin anew. */
void train_model(const QuantizerOptions &options, const float *rows, uint32 count, int threads, void *state)
{
	for (;;) {
		const Status status = train_quantizer(options, rows, count, threads, state, interrupt_pending);
		if (status.is_ok())
			return;
		if (status.kind() != ErrorKind::kCancelled)
			raise(status);
		CHECK_FOR_INTERRUPTS();
	}
}

} /* namespace */

ValueRef write_model(Relation index, bool building, const IndexFormat &format, const NodeCodeState &codes,
					 const float *rows, uint32 count, int threads, uint32 *model_bytes)
{
	const QuantizerOptions options = quantizer_options(format, codes);
	*model_bytes = static_cast<uint32>(quantizer_state_bytes(options));
	void *state = MemoryContextAllocHuge(CurrentMemoryContext, *model_bytes);
	train_model(options, rows, count, threads, state);
	const ValueRef ref = write_value(index, building, RowId{0, 0, 0}, state, *model_bytes);
	pfree(state);
	return ref;
}

/* ---- coding ---- */

void NodeCoder::init(const IndexFormat &format, const Quantizer *quantizer, MemoryContext context)
{
	format_ = &format;
	quantizer_ = quantizer;
	if (quantizer == nullptr)
		return;
	const Arena arena = context_arena(context);
	query_.init(arena, *quantizer);
	wide_ = arena.allocate<float>(format.dims);
	scratch_ = arena.allocate<float>(Max(quantizer->scratch_floats, decode_scratch_floats(*quantizer)) + 1);
}

void NodeCoder::encode(const void *value, uint8 *code)
{
	memset(code, 0, format_->value_bytes);
	quantizer_->encode(widened(*format_, value, wide_), scratch_, code);
}

float NodeCoder::decode(const void *code, void *value)
{
	const auto element = static_cast<ElementType>(format_->element);
	vecext::decode(*quantizer_, static_cast<const uint8 *>(code), scratch_, wide_);
	if (element == ElementType::kFloat16)
		kernels().f32_to_f16(wide_, static_cast<uint16_t *>(value), format_->dims);
	else
		memcpy(value, wide_, sizeof(float) * format_->dims);
	if (static_cast<Metric>(format_->metric) != Metric::kCosine)
		return 0;
	return hnsw::value_norm(kernels(), element, format_->dims, value);
}

void NodeCoder::prepare(const void *value)
{
	query_.prepare(widened(*format_, value, wide_));
}

} /* namespace vecext::pg */

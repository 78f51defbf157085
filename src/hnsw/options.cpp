/*
 * options.cpp: the reloptions of hnsw indexes and the settings hnsw.* and
 * ivfflat.*, with pgvector's names, ranges and defaults where it has them.
 *
 * An index made under the name ivfflat takes every option of hnsw besides
 * `lists`, which is checked and then has no effect; of the settings ivfflat.*
 * only iterative_scan has one (scan_iteration()).
 */
#include <climits>

#include "hnsw/options.h"

extern "C" {
#include "nodes/parsenodes.h"
#include "nodes/plannodes.h"
#include "tcop/pquery.h"
#include "utils/guc.h"
}

#include "hnsw/access_method.h"

namespace vecext::pg {

int hnsw_ef_search = kDefaultEfSearch;
int hnsw_iterative_scan = static_cast<int>(IterativeScan::kOff);
int hnsw_max_scan_tuples = kDefaultMaxScanTuples;
double hnsw_scan_mem_multiplier = 1;
int hnsw_rescore = static_cast<int>(Rescore::kAuto);
double hnsw_oversampling = 1;

namespace {

int ivfflat_probes = 1;
int ivfflat_iterative_scan = static_cast<int>(IterativeScan::kOff);
int ivfflat_max_probes = kMaxLists;

relopt_kind hnsw_options_kind, ivfflat_options_kind;

const config_enum_entry hnsw_iterative_scan_choices[] = {
	{"off", static_cast<int>(IterativeScan::kOff), false},
	{"relaxed_order", static_cast<int>(IterativeScan::kRelaxed), false},
	{"strict_order", static_cast<int>(IterativeScan::kStrict), false},
	{nullptr, 0, false},
};

const config_enum_entry ivfflat_iterative_scan_choices[] = {
	{"off", static_cast<int>(IterativeScan::kOff), false},
	{"relaxed_order", static_cast<int>(IterativeScan::kRelaxed), false},
	{nullptr, 0, false},
};

const config_enum_entry hnsw_rescore_choices[] = {
	{"auto", static_cast<int>(Rescore::kAuto), false},
	{"on", static_cast<int>(Rescore::kOn), false},
	{"off", static_cast<int>(Rescore::kOff), false},
	{nullptr, 0, false},
};

/* The arrays are kept by PostgreSQL, and not const there. */
relopt_enum_elt_def code_bits_choices[] = {
	{"auto", kCodeBitsAuto},
	{"0", 0},
	{"1", 1},
	{"2", 2},
	{"3", 3},
	{"4", 4},
	{"5", 5},
	{"6", 6},
	{"7", 7},
	{"8", 8},
	{nullptr, 0},
};
relopt_enum_elt_def layout_choices[] = {
	{"auto", static_cast<int>(LayoutOption::kAuto)},
	{"inline", static_cast<int>(LayoutOption::kInline)},
	{"compact", static_cast<int>(LayoutOption::kCompact)},
	{"plain", static_cast<int>(LayoutOption::kPlain)},
	{nullptr, 0},
};
relopt_enum_elt_def quantization_choices[] = {
	{"auto", static_cast<int>(QuantizationOption::kAuto)},
	{"none", static_cast<int>(QuantizationOption::kNone)},
	{"scalar", static_cast<int>(QuantizationOption::kScalar)},
	{"binary", static_cast<int>(QuantizationOption::kBinary)},
	{"product", static_cast<int>(QuantizationOption::kProduct)},
	{"rabitq", static_cast<int>(QuantizationOption::kRabitq)},
	{nullptr, 0},
};
relopt_enum_elt_def exact_choices[] = {
	{"auto", static_cast<int>(ExactOption::kAuto)},
	{"float32", static_cast<int>(ExactOption::kFloat32)},
	{"float16", static_cast<int>(ExactOption::kFloat16)},
	{"heap", static_cast<int>(ExactOption::kHeap)},
	{nullptr, 0},
};
relopt_enum_elt_def compression_choices[] = {
	{"auto", 0}, {"x4", 4}, {"x8", 8}, {"x16", 16}, {"x32", 32}, {"x64", 64}, {nullptr, 0},
};
relopt_enum_elt_def binary_encoding_choices[] = {
	{"auto", static_cast<int>(BinaryEncodingOption::kAuto)},
	{"one_bit", static_cast<int>(BinaryEncodingOption::kOneBit)},
	{"one_and_half_bits", static_cast<int>(BinaryEncodingOption::kOneAndHalfBits)},
	{"two_bits", static_cast<int>(BinaryEncodingOption::kTwoBits)},
	{nullptr, 0},
};
relopt_enum_elt_def binary_query_choices[] = {
	{"auto", static_cast<int>(BinaryQueryOption::kAuto)},
	{"float", static_cast<int>(BinaryQueryOption::kFloat)},
	{"scalar8", static_cast<int>(BinaryQueryOption::kScalar8)},
	{"scalar4", static_cast<int>(BinaryQueryOption::kScalar4)},
	{"binary", static_cast<int>(BinaryQueryOption::kBinary)},
	{nullptr, 0},
};

/* Options about codes: they shape the index when it is built. */
void define_code_reloptions(bits32 kinds)
{
	add_enum_reloption(kinds, "code_bits", "Bits per dimension of RaBitQ codes", code_bits_choices, kCodeBitsAuto,
					   "Valid values are \"auto\" and \"0\" to \"8\".", AccessExclusiveLock);
	add_enum_reloption(kinds, "layout", "What the record of a node holds", layout_choices,
					   static_cast<int>(LayoutOption::kAuto),
					   "Valid values are \"auto\", \"inline\", \"compact\", and \"plain\".", AccessExclusiveLock);
	add_enum_reloption(kinds, "quantization", "Kind of codes that vectors are known by", quantization_choices,
					   static_cast<int>(QuantizationOption::kAuto),
					   "Valid values are \"auto\", \"none\", \"scalar\", \"binary\", \"product\", and \"rabitq\".",
					   AccessExclusiveLock);
	add_enum_reloption(kinds, "exact", "Where exact vectors are kept", exact_choices,
					   static_cast<int>(ExactOption::kAuto),
					   "Valid values are \"auto\", \"float32\", \"float16\", and \"heap\".", AccessExclusiveLock);
	add_real_reloption(kinds, "quantile", "Share of the values that scalar codes cover without clipping", 0, 0.5, 1,
					   AccessExclusiveLock);
	add_enum_reloption(kinds, "compression", "Size of vectors divided by that of product codes", compression_choices, 0,
					   "Valid values are \"auto\", \"x4\", \"x8\", \"x16\", \"x32\", and \"x64\".",
					   AccessExclusiveLock);
	add_enum_reloption(kinds, "binary_encoding", "Bits per dimension of binary codes", binary_encoding_choices,
					   static_cast<int>(BinaryEncodingOption::kAuto),
					   "Valid values are \"auto\", \"one_bit\", \"one_and_half_bits\", and \"two_bits\".",
					   AccessExclusiveLock);
	add_enum_reloption(kinds, "binary_query_encoding", "How a query is compared with binary codes",
					   binary_query_choices, static_cast<int>(BinaryQueryOption::kAuto),
					   "Valid values are \"auto\", \"float\", \"scalar8\", \"scalar4\", and \"binary\".",
					   AccessExclusiveLock);
}

void define_reloptions()
{
	hnsw_options_kind = add_reloption_kind();
	ivfflat_options_kind = add_reloption_kind();
	const bits32 both = hnsw_options_kind | ivfflat_options_kind;

	add_int_reloption(both, "m", "Max number of connections", kDefaultM, kMinM, kMaxM, AccessExclusiveLock);
	add_int_reloption(both, "ef_construction", "Size of the dynamic candidate list for construction",
					  kDefaultEfConstruction, kMinEfConstruction, kMaxEfConstruction, AccessExclusiveLock);
	add_int_reloption(both, "pending_limit",
					  "Number of rows that wait outside the graph before they are merged into it, -1 for automatic",
					  kPendingLimitAuto, kPendingLimitAuto, kMaxPendingLimit, ShareUpdateExclusiveLock);
	define_code_reloptions(both);
	add_int_reloption(ivfflat_options_kind, "lists", "Number of inverted lists", kDefaultLists, kMinLists, kMaxLists,
					  AccessExclusiveLock);
}

void define_hnsw_settings()
{
	DefineCustomIntVariable("hnsw.ef_search", "Sets the size of the dynamic candidate list for search",
							"Valid range is 1..1000.", &hnsw_ef_search, kDefaultEfSearch, kMinEfSearch, kMaxEfSearch,
							PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
	DefineCustomEnumVariable("hnsw.iterative_scan", "Sets the mode for iterative scans", nullptr, &hnsw_iterative_scan,
							 static_cast<int>(IterativeScan::kOff), hnsw_iterative_scan_choices, PGC_USERSET,
							 GUC_EXPLAIN, nullptr, nullptr, nullptr);
	DefineCustomIntVariable("hnsw.max_scan_tuples", "Sets the max number of tuples to visit for iterative scans",
							nullptr, &hnsw_max_scan_tuples, kDefaultMaxScanTuples, 1, INT_MAX, PGC_USERSET, GUC_EXPLAIN,
							nullptr, nullptr, nullptr);
	DefineCustomRealVariable("hnsw.scan_mem_multiplier", "Sets the multiple of work_mem to use for iterative scans",
							 nullptr, &hnsw_scan_mem_multiplier, 1, 1, 1000, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr,
							 nullptr);
	DefineCustomEnumVariable("hnsw.rescore", "Sets whether results found by codes are ordered by exact distances",
							 nullptr, &hnsw_rescore, static_cast<int>(Rescore::kAuto), hnsw_rescore_choices,
							 PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
	DefineCustomRealVariable(
		"hnsw.oversampling", "Sets how many candidates found by codes are measured exactly for each row returned",
		nullptr, &hnsw_oversampling, 1, 1, 100, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
	MarkGUCPrefixReserved("hnsw");
}

void define_ivfflat_settings()
{
	DefineCustomIntVariable("ivfflat.probes", "Sets the number of probes",
							"Accepted for compatibility; has no effect. Valid range is 1..32768.", &ivfflat_probes, 1,
							kMinLists, kMaxLists, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
	DefineCustomEnumVariable("ivfflat.iterative_scan", "Sets the mode for iterative scans",
							 "Scans of an index made as ivfflat continue until enough rows are found: in strict order "
							 "when \"off\", else in relaxed order.",
							 &ivfflat_iterative_scan, static_cast<int>(IterativeScan::kOff),
							 ivfflat_iterative_scan_choices, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
	DefineCustomIntVariable("ivfflat.max_probes", "Sets the max number of probes for iterative scans",
							"Accepted for compatibility; has no effect.", &ivfflat_max_probes, kMaxLists, kMinLists,
							kMaxLists, PGC_USERSET, GUC_EXPLAIN, nullptr, nullptr, nullptr);
	MarkGUCPrefixReserved("ivfflat");
}

/* PostgreSQL 18 knows one more, optional, member. */
constexpr relopt_parse_elt option_field(const char *name, relopt_type type, int offset)
{
	relopt_parse_elt field{};
	field.optname = name;
	field.opttype = type;
	field.offset = offset;
	return field;
}

const relopt_parse_elt option_fields[] = {
	option_field("m", RELOPT_TYPE_INT, offsetof(HnswOptions, m)),
	option_field("ef_construction", RELOPT_TYPE_INT, offsetof(HnswOptions, ef_construction)),
	option_field("pending_limit", RELOPT_TYPE_INT, offsetof(HnswOptions, pending_limit)),
	option_field("code_bits", RELOPT_TYPE_ENUM, offsetof(HnswOptions, code_bits)),
	option_field("layout", RELOPT_TYPE_ENUM, offsetof(HnswOptions, layout)),
	option_field("quantization", RELOPT_TYPE_ENUM, offsetof(HnswOptions, quantization)),
	option_field("exact", RELOPT_TYPE_ENUM, offsetof(HnswOptions, exact)),
	option_field("quantile", RELOPT_TYPE_REAL, offsetof(HnswOptions, quantile)),
	option_field("compression", RELOPT_TYPE_ENUM, offsetof(HnswOptions, compression)),
	option_field("binary_encoding", RELOPT_TYPE_ENUM, offsetof(HnswOptions, binary_encoding)),
	option_field("binary_query_encoding", RELOPT_TYPE_ENUM, offsetof(HnswOptions, binary_query_encoding)),
	option_field("lists", RELOPT_TYPE_INT, offsetof(HnswOptions, lists)), /* last: hnsw does not have it */
};

/* ---- options that exclude each other ---- */

[[noreturn]] void refuse(const char *option, const char *value, const char *other, const char *other_value,
						 const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s = %s is not possible with %s = %s", option, value, other, other_value), errhint("%s", hint)));
}

[[noreturn]] void refuse_parameter(const char *option, const char *quantization)
{
	ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					errmsg("%s is a parameter of quantization = %s", option, quantization),
					errhint("Set quantization = %s, too, or leave %s out.", quantization, option)));
}

template <class Option> const char *name_of(const relopt_enum_elt_def *choices, Option value)
{
	while (choices->symbol_val != static_cast<int>(value))
		choices++;
	return choices->string_val;
}

void check_parameters(const HnswOptions &options)
{
	if (options.quantile != 0 && options.quantization != QuantizationOption::kScalar)
		refuse_parameter("quantile", "scalar");
	if (options.compression != 0 && options.quantization != QuantizationOption::kProduct)
		refuse_parameter("compression", "product");
	const bool binary = options.quantization == QuantizationOption::kBinary;
	if (options.binary_encoding != BinaryEncodingOption::kAuto && !binary)
		refuse_parameter("binary_encoding", "binary");
	if (options.binary_query_encoding != BinaryQueryOption::kAuto && !binary)
		refuse_parameter("binary_query_encoding", "binary");
}

/* The other kinds of codes have a size of their own. */
void check_code_bits(const HnswOptions &options)
{
	if (options.code_bits == kCodeBitsAuto)
		return;
	const char *bits = name_of(code_bits_choices, options.code_bits);
	const bool rabitq =
		options.quantization == QuantizationOption::kAuto || options.quantization == QuantizationOption::kRabitq;
	if (options.code_bits > 0 && !rabitq)
		refuse("code_bits", bits, "quantization", name_of(quantization_choices, options.quantization),
			   "code_bits is the size of codes of quantization = rabitq.");
	if (options.code_bits == 0 && options.quantization > QuantizationOption::kNone)
		refuse("code_bits", bits, "quantization", name_of(quantization_choices, options.quantization),
			   "Leave code_bits out.");
	if (options.layout == LayoutOption::kPlain && options.code_bits > 0)
		refuse("code_bits", bits, "layout", "plain", "Plain records have no codes: leave code_bits out.");
	if (options.layout == LayoutOption::kCompact && options.code_bits == 0)
		refuse("code_bits", bits, "layout", "compact", "Use 1 to 8 bits, or leave code_bits out.");
	const bool inline_bits = options.code_bits == 1 || options.code_bits == 2 || options.code_bits == 4;
	if (options.layout == LayoutOption::kInline && !inline_bits)
		refuse("code_bits", bits, "layout", "inline", "Use 1, 2 or 4 bits, or layout = compact.");
}

void check_layout(const HnswOptions &options)
{
	const char *layout = name_of(layout_choices, options.layout);
	const char *quantization = name_of(quantization_choices, options.quantization);
	const bool no_codes = options.quantization == QuantizationOption::kNone;
	const bool node_codes = options.quantization > QuantizationOption::kNone;
	if (options.layout == LayoutOption::kInline && node_codes && options.quantization != QuantizationOption::kRabitq)
		refuse("quantization", quantization, "layout", layout, "Use layout = compact, or quantization = rabitq.");
	if ((options.layout == LayoutOption::kInline || options.layout == LayoutOption::kCompact) && no_codes)
		refuse("quantization", quantization, "layout", layout, "Use layout = plain.");
	if (options.layout == LayoutOption::kPlain && node_codes)
		refuse("quantization", quantization, "layout", layout, "Use layout = compact.");
	if (options.exact != ExactOption::kHeap)
		return;
	if (options.layout == LayoutOption::kInline || options.layout == LayoutOption::kPlain)
		refuse("exact", "heap", "layout", layout, "Use layout = compact.");
	if (options.quantization == QuantizationOption::kBinary)
		refuse("exact", "heap", "quantization", "binary",
			   "Binary codes are too coarse to insert rows by: use exact = float16, or other codes.");
	if (no_codes || options.code_bits == 0)
		refuse("exact", "heap", no_codes ? "quantization" : "code_bits", no_codes ? "none" : "0",
			   "The index needs vectors or codes: leave it out.");
}

/* Says that what ALTER INDEX has set is not yet so, when a statement of the
 * client's does that. */
void announce_reindex()
{
	if (ActivePortal == nullptr || list_length(ActivePortal->stmts) != 1)
		return;
	const auto *planned = linitial_node(PlannedStmt, ActivePortal->stmts);
	if (planned->utilityStmt == nullptr || !IsA(planned->utilityStmt, AlterTableStmt))
		return;
	ListCell *cell, *option;
	foreach (cell, reinterpret_cast<AlterTableStmt *>(planned->utilityStmt)->cmds) {
		const auto *command = lfirst_node(AlterTableCmd, cell);
		if (command->subtype != AT_SetRelOptions && command->subtype != AT_ResetRelOptions)
			continue;
		foreach (option, castNode(List, command->def)) {
			const char *name = lfirst_node(DefElem, option)->defname;
			if (strcmp(name, "pending_limit") == 0 || strcmp(name, "lists") == 0)
				continue;
			ereport(NOTICE, (errmsg("\"%s\" takes effect when the index is built again", name),
							 errhint("Use REINDEX INDEX, or REINDEX INDEX CONCURRENTLY.")));
			return;
		}
	}
}

bytea *parse_options(Datum reloptions, bool validate, relopt_kind kind, int field_count)
{
	auto *options = static_cast<HnswOptions *>(
		build_reloptions(reloptions, validate, kind, sizeof(HnswOptions), option_fields, field_count));
	if (!validate)
		return reinterpret_cast<bytea *>(options);
	if (options != nullptr) {
		if (options->ef_construction < 2 * options->m)
			ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
							errmsg("ef_construction must be greater than or equal to 2 * m")));
		check_parameters(*options);
		check_code_bits(*options);
		check_layout(*options);
	}
	announce_reindex();
	return reinterpret_cast<bytea *>(options);
}

const HnswOptions *set_options(Relation index)
{
	return reinterpret_cast<const HnswOptions *>(index->rd_options);
}

} /* namespace */

void define_hnsw_options()
{
	define_reloptions();
	define_hnsw_settings();
	define_ivfflat_settings();
}

bytea *hnsw_parse_options(Datum reloptions, bool validate)
{
	return parse_options(reloptions, validate, hnsw_options_kind, lengthof(option_fields) - 1);
}

bytea *ivfflat_parse_options(Datum reloptions, bool validate)
{
	return parse_options(reloptions, validate, ivfflat_options_kind, lengthof(option_fields));
}

HnswOptions options_of(Relation index)
{
	if (const HnswOptions *options = set_options(index))
		return *options;
	HnswOptions defaults = {};
	defaults.m = kDefaultM;
	defaults.ef_construction = kDefaultEfConstruction;
	defaults.pending_limit = kPendingLimitAuto;
	defaults.code_bits = kCodeBitsAuto;
	return defaults;
}

int option_pending_limit(Relation index, bool coded)
{
	const HnswOptions *options = set_options(index);
	if (options != nullptr && options->pending_limit != kPendingLimitAuto)
		return options->pending_limit;
	return coded ? kDefaultPendingLimitCoded : kDefaultPendingLimitPlain;
}

IterativeScan scan_iteration(Relation index)
{
	if (hnsw_iterative_scan != static_cast<int>(IterativeScan::kOff) || !is_ivfflat(index))
		return static_cast<IterativeScan>(hnsw_iterative_scan);
	return ivfflat_iterative_scan == static_cast<int>(IterativeScan::kRelaxed) ? IterativeScan::kRelaxed
																			   : IterativeScan::kStrict;
}

} /* namespace vecext::pg */

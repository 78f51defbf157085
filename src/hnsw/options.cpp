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
#include "utils/guc.h"
}

#include "hnsw/access_method.h"

namespace vecext::pg {

int hnsw_ef_search = kDefaultEfSearch;
int hnsw_iterative_scan = static_cast<int>(IterativeScan::kOff);
int hnsw_max_scan_tuples = kDefaultMaxScanTuples;
double hnsw_scan_mem_multiplier = 1;

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

/* The array is kept by PostgreSQL, and not const there. */
relopt_enum_elt_def code_bits_choices[] = {
	{"auto", kCodeBitsAuto}, {"0", 0}, {"1", 1}, {"2", 2}, {"4", 4}, {nullptr, 0},
};

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
	add_enum_reloption(both, "code_bits", "Bits per dimension of the neighbours' codes in a node", code_bits_choices,
					   kCodeBitsAuto, "Valid values are \"auto\", \"0\", \"1\", \"2\", and \"4\".",
					   AccessExclusiveLock);
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
	option_field("lists", RELOPT_TYPE_INT, offsetof(HnswOptions, lists)), /* last: hnsw does not have it */
};

bytea *parse_options(Datum reloptions, bool validate, relopt_kind kind, int field_count)
{
	auto *options = static_cast<HnswOptions *>(
		build_reloptions(reloptions, validate, kind, sizeof(HnswOptions), option_fields, field_count));
	if (validate && options != nullptr && options->ef_construction < 2 * options->m)
		ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
						errmsg("ef_construction must be greater than or equal to 2 * m")));
	return reinterpret_cast<bytea *>(options);
}

const HnswOptions *options_of(Relation index)
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

int option_m(Relation index)
{
	const HnswOptions *options = options_of(index);
	return options != nullptr ? options->m : kDefaultM;
}

int option_ef_construction(Relation index)
{
	const HnswOptions *options = options_of(index);
	return options != nullptr ? options->ef_construction : kDefaultEfConstruction;
}

int option_pending_limit(Relation index, bool coded)
{
	const HnswOptions *options = options_of(index);
	if (options != nullptr && options->pending_limit != kPendingLimitAuto)
		return options->pending_limit;
	return coded ? kDefaultPendingLimitCoded : kDefaultPendingLimitPlain;
}

int option_code_bits(Relation index)
{
	const HnswOptions *options = options_of(index);
	return options != nullptr ? options->code_bits : kCodeBitsAuto;
}

IterativeScan scan_iteration(Relation index)
{
	if (hnsw_iterative_scan != static_cast<int>(IterativeScan::kOff) || !is_ivfflat(index))
		return static_cast<IterativeScan>(hnsw_iterative_scan);
	return ivfflat_iterative_scan == static_cast<int>(IterativeScan::kRelaxed) ? IterativeScan::kRelaxed
																			   : IterativeScan::kStrict;
}

} /* namespace vecext::pg */

/*
 * payload_facet_index.cpp: payload_facet(index, max_values): the values of a field
 * with their counts, from the index of the field alone.
 *
 * A GIN index has an entry for each key, with the rows that have it in order: in
 * the entry, or in a tree of its own ("posting tree"). Counting reads both from left
 * to right (access/gin/README), and like an index-only scan asks the visibility map
 * whether a row's page is visible to all; other rows it looks up.
 *
 * The map is asked while the index page is locked: VACUUM, which takes dead rows
 * out of index pages before it declares their heap pages all-visible, cannot come
 * between. Rows to be looked up may be kept longer, as in a bitmap: whatever takes
 * their place later is invisible to our snapshot. Entry pages are never deleted, so
 * a right link stays good after the page is let go of; in a posting tree, whose
 * pages are, the next page is locked before.
 *
 * Where the index does not know all (inserts that wait in its pending list, cut
 * strings, integers that share a key), and where row security hides rows, the table
 * is counted.
 */
#include <algorithm>

#include "pg/compat.h"

extern "C" {
#include "access/gin_private.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/visibilitymap.h"
#include "catalog/index.h"
#include "catalog/pg_am_d.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "storage/predicate.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/lsyscache.h"
#include "utils/rls.h"
#include "utils/snapmgr.h"
}

#include "filter/payload_catalog.h"
#include "filter/payload_facet.h"
#include "filter/payload_index.h"
#include "hnsw/index_handle.h"
#include "pg/error.h"

using namespace vecext;
using filter::FacetValue;
using filter::FieldType;

namespace {

/* A row of a value whose visibility the map does not tell. */
struct UnsureRow {
	uint32_t value;
	ItemPointerData row;
};

/* A value's posting tree. */
struct PostingTree {
	uint32_t value;
	BlockNumber root;
};

class IndexFacet {
public:
	IndexFacet(Relation index, Relation table, FieldType type) : index_(index), table_(table), type_(type)
	{
		const Arena arena = pg::context_arena(CurrentMemoryContext);
		initGinState(&state_, index);
		values_.init(arena, 64);
		unsure_.init(arena, 64);
		trees_.init(arena, 64);
		fetch_ = table_index_fetch_begin(table);
		slot_ = table_slot_create(table, nullptr);
	}

	/* False when the index does not know all. */
	bool count()
	{
		bool complete = !has_pending_rows();
		for (BlockNumber block = leftmost_leaf(GIN_ROOT_BLKNO); complete && block != InvalidBlockNumber;) {
			complete = count_entries(&block);
			count_trees();
			count_unsure();
			CHECK_FOR_INTERRUPTS();
		}
		end();
		return complete;
	}

	const ArenaVector<FacetValue> &values() const { return values_; }

private:
	bool has_pending_rows()
	{
		Buffer buffer = ReadBuffer(index_, GIN_METAPAGE_BLKNO);
		LockBuffer(buffer, GIN_SHARE);
		const bool pending = GinPageGetMeta(BufferGetPage(buffer))->head != InvalidBlockNumber;
		UnlockReleaseBuffer(buffer);
		return pending;
	}

	static BlockNumber first_child(Page page)
	{
		if (GinPageIsData(page))
			return PostingItemGetBlockNumber(GinDataPageGetPostingItem(page, FirstOffsetNumber));
		const ItemId first = PageGetItemId(page, FirstOffsetNumber);
		return GinGetDownlink(reinterpret_cast<IndexTuple>(PageGetItem(page, first)));
	}

	/* The first pages of both kinds of tree are never deleted. */
	BlockNumber leftmost_leaf(BlockNumber root)
	{
		for (BlockNumber block = root;;) {
			Buffer buffer = ReadBuffer(index_, block);
			LockBuffer(buffer, GIN_SHARE);
			Page page = BufferGetPage(buffer);
			const bool leaf = GinPageIsLeaf(page);
			const BlockNumber child = leaf ? block : first_child(page);
			UnlockReleaseBuffer(buffer);
			if (leaf)
				return block;
			block = child;
		}
	}

	/* Of one leaf page of entries; moves on to the next. */
	bool count_entries(BlockNumber *block)
	{
		Buffer buffer = ReadBuffer(index_, *block);
		LockBuffer(buffer, GIN_SHARE);
		Page page = BufferGetPage(buffer);
		bool known = GinPageIsLeaf(page);
		for (OffsetNumber i = FirstOffsetNumber; known && i <= PageGetMaxOffsetNumber(page); i++)
			known = count_entry(reinterpret_cast<IndexTuple>(PageGetItem(page, PageGetItemId(page, i))));
		*block = GinPageGetOpaque(page)->rightlink;
		UnlockReleaseBuffer(buffer);
		return known;
	}

	bool count_entry(IndexTuple entry)
	{
		GinNullCategory category;
		const Datum key = gintuple_get_key(&state_, entry, &category);
		FacetValue value = {};
		if (category != GIN_CAT_NORM_KEY)
			return true;
		const filter::KeyOwner owner = read_key(key, &value);
		if (owner != filter::KeyOwner::kInteger)
			return owner == filter::KeyOwner::kFractions;
		values_.push_back(value);
		const uint32_t place = values_.size() - 1;
		if (GinIsPostingTree(entry)) {
			trees_.push_back({place, GinGetPostingTree(entry)});
			return true;
		}
		int n_rows;
		ItemPointer rows = ginReadTuple(&state_, FirstOffsetNumber, entry, &n_rows);
		count_rows(place, rows, n_rows);
		return true;
	}

	/* The value of a key; kFractions for none, kSeveral when it is not one value's. */
	filter::KeyOwner read_key(Datum key, FacetValue *value) const
	{
		if (type_ == FieldType::kInteger)
			return filter::owner_of_key(DatumGetInt64(key), &value->integer);
		if (type_ == FieldType::kBool) {
			value->integer = DatumGetInt64(key);
			return filter::KeyOwner::kInteger;
		}
		const auto *bytes = DatumGetByteaPP(datumCopy(key, false, -1));
		value->bytes = {VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes)};
		return filter::is_cut_key(value->bytes) ? filter::KeyOwner::kSeveral : filter::KeyOwner::kInteger;
	}

	/* Called with the page of the rows locked. */
	void count_rows(uint32_t value, ItemPointer rows, int n_rows)
	{
		for (int i = 0; i < n_rows; i++) {
			if (is_all_visible(ItemPointerGetBlockNumber(&rows[i])))
				values_[value].count++;
			else
				unsure_.push_back({value, rows[i]});
		}
		pfree(rows);
	}

	bool is_all_visible(BlockNumber block)
	{
		if (block != last_block_) {
			last_visible_ = VM_ALL_VISIBLE(table_, block, &visibility_);
			last_block_ = block;
		}
		return last_visible_;
	}

	void count_trees()
	{
		for (const PostingTree &tree : trees_)
			count_tree(tree);
		trees_.clear();
	}

	void count_tree(const PostingTree &tree)
	{
		Buffer buffer = ReadBuffer(index_, leftmost_leaf(tree.root));
		LockBuffer(buffer, GIN_SHARE);
		/* The root may have been split since. */
		while (!GinPageIsLeaf(BufferGetPage(buffer))) {
			UnlockReleaseBuffer(buffer);
			buffer = ReadBuffer(index_, leftmost_leaf(tree.root));
			LockBuffer(buffer, GIN_SHARE);
		}
		for (;;) {
			Page page = BufferGetPage(buffer);
			last_block_ = InvalidBlockNumber;
			if (!GinPageIsDeleted(page)) {
				ItemPointerData everything;
				ItemPointerSetMin(&everything);
				int n_rows;
				ItemPointer rows = GinDataLeafPageGetItems(page, &n_rows, everything);
				count_rows(tree.value, rows, n_rows);
			}
			if (GinPageRightMost(page))
				break;
			buffer = ginStepRight(buffer, index_, GIN_SHARE);
		}
		UnlockReleaseBuffer(buffer);
		CHECK_FOR_INTERRUPTS();
	}

	void count_unsure()
	{
		for (UnsureRow &unsure : unsure_) {
			bool again = false, all_dead = false;
			values_[unsure.value].count +=
				table_index_fetch_tuple(fetch_, &unsure.row, GetActiveSnapshot(), slot_, &again, &all_dead);
		}
		ExecClearTuple(slot_);
		unsure_.clear();
		last_block_ = InvalidBlockNumber;
	}

	void end()
	{
		table_index_fetch_end(fetch_);
		ExecDropSingleTupleTableSlot(slot_);
		if (BufferIsValid(visibility_))
			ReleaseBuffer(visibility_);
	}

	Relation index_, table_;
	FieldType type_;
	GinState state_;
	ArenaVector<FacetValue> values_;
	ArenaVector<UnsureRow> unsure_;
	ArenaVector<PostingTree> trees_;
	IndexFetchTableData *fetch_;
	TupleTableSlot *slot_;
	Buffer visibility_ = InvalidBuffer;
	BlockNumber last_block_ = InvalidBlockNumber; /* whose visibility is last_visible_ */
	bool last_visible_ = false;
};

constexpr const char *kTypeNames[] = {"keyword", "integer", "float", "bool", "datetime", "uuid", "geo", "text"};

/* A payload index, opened. */
struct FacetIndex {
	Relation index, table;
	filter::FieldIndex field;
	const char *path;
};

/* Raises an error for an index that is not of a countable field, or of part of the
 * rows. */
FacetIndex open_index(Oid oid)
{
	const char *name = get_rel_name(oid);
	if (get_rel_relkind(oid) != RELKIND_INDEX)
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("\"%s\" is not an index", name ? name : "-"));
	Relation table = table_open(IndexGetRelation(oid, false), AccessShareLock);
	Relation index = index_open(oid, AccessShareLock);
	FacetIndex opened = {index, table, {}, nullptr};
	bytea **options = RelationGetIndexAttOptions(index, true);
	const Form_pg_index form = index->rd_index;
	const bool payload = index->rd_rel->relam == GIN_AM_OID && form->indnkeyatts == 1 && form->indkey.values[0] > 0 &&
						 options &&
						 pg::field_of_index(pg::opfamily_name(index->rd_opfamily[0]), options[0], &opened.field);
	if (!payload || !filter::has_facets(opened.field.type))
		ereport(ERROR, errcode(ERRCODE_WRONG_OBJECT_TYPE),
				errmsg("\"%s\" is not an index of a field whose values can be counted", RelationGetRelationName(index)),
				errhint("Use a GIN index with payload_keyword_ops, payload_integer_ops, payload_bool_ops or "
						"payload_uuid_ops."));
	if (RelationGetIndexPredicate(index) != NIL || !form->indisvalid)
		ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				errmsg("index \"%s\" does not have all rows", RelationGetRelationName(index)));
	opened.path = pg::path_of_index(options[0]);
	return opened;
}

/* Whether the index may answer for the table: the user may see all rows, and rows
 * of our snapshot that were changed in place before the index was made do not
 * matter. */
bool may_count_index(const FacetIndex &opened)
{
	const Oid table = RelationGetRelid(opened.table);
	if (pg_class_aclcheck(table, GetUserId(), ACL_SELECT) != ACLCHECK_OK ||
		check_enable_rls(table, InvalidOid, false) == RLS_ENABLED)
		return false;
	return !opened.index->rd_index->indcheckxmin ||
		   TransactionIdPrecedes(HeapTupleHeaderGetXmin(opened.index->rd_indextuple->t_data), TransactionXmin);
}

bool count_index(const FacetIndex &opened, filter::FacetCounts *counts)
{
	PredicateLockRelation(opened.table, GetActiveSnapshot());
	IndexFacet facet(opened.index, opened.table, opened.field.type);
	if (!facet.count())
		return false;
	pg::raise_if_error(pg::guarded([&] {
		counts->init(opened.field.type, pg::throwing_arena(CurrentMemoryContext));
		for (const FacetValue &value : facet.values())
			if (value.count)
				counts->add(value);
		return Status::ok();
	}));
	return true;
}

/* By the aggregate in the schema of `function`, over the table. */
Datum count_table(const FacetIndex &opened, uint32_t limit, Oid function)
{
	const AttrNumber column = opened.index->rd_index->indkey.values[0];
	const MemoryContext caller = CurrentMemoryContext;
	StringInfoData query;
	initStringInfo(&query);
	appendStringInfo(&query, "SELECT %s.payload_facet(%s, %s, '%s', %u) FROM %s",
					 quote_identifier(get_namespace_name(get_func_namespace(function))),
					 quote_identifier(get_attname(RelationGetRelid(opened.table), column, false)),
					 quote_literal_cstr(opened.path), kTypeNames[static_cast<int>(opened.field.type)], limit,
					 quote_qualified_identifier(get_namespace_name(RelationGetNamespace(opened.table)),
												RelationGetRelationName(opened.table)));
	SPI_connect();
	if (SPI_execute(query.data, true, 1) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "payload_facet did not count the table");
	bool isnull;
	const Datum inner = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	const MemoryContext spi = MemoryContextSwitchTo(caller);
	const Datum result = datumCopy(inner, false, -1);
	MemoryContextSwitchTo(spi);
	SPI_finish();
	return result;
}

} /* namespace */

/* payload_facet(index, max_values) */
VECEXT_FUNCTION(vecext_payload_facet_index)
{
	const int32 limit = PG_GETARG_INT32(1);
	if (limit < 0)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("the number of values of a facet must not be negative"));
	const FacetIndex opened = open_index(PG_GETARG_OID(0));
	filter::FacetCounts counts;
	Datum result;
	if (may_count_index(opened) && count_index(opened, &counts))
		result = pg::facet_jsonb(counts, static_cast<uint32_t>(limit));
	else
		result = count_table(opened, static_cast<uint32_t>(limit), fcinfo->flinfo->fn_oid);
	index_close(opened.index, AccessShareLock);
	table_close(opened.table, AccessShareLock);
	PG_RETURN_DATUM(result);
}

/*
 * index_handle.h: what a backend knows of an index: its format, the layouts of
 * its records, the space that its codes are taken in.
 *
 * Cached in the relcache entry (rd_amcache: one chunk that goes with the entry)
 * and remade when the centre of the codes has changed, which happens only while
 * the graph is empty.
 */
#pragma once

#include "hnsw/options.h"
#include "hnsw/pages.h"

#include "vecext/hnsw/distance.h"

namespace vecext::pg {

struct IndexHandle {
	Size chunk_bytes; /* of the whole cache chunk */
	IndexFormat format;
	NodeLayout layouts[2]; /* level 0, above */
	uint32 centre_version;
	hnsw::CodeSpace space; /* if has_space(); points into the chunk */

	bool coded() const { return format.code_bits != 0; }        /* edges have codes */
	bool has_space() const { return format.pending_bits != 0; } /* they or pending rows have */
	bool compact() const { return format.compact != 0; }        /* nodes have codes of their own */
	Metric metric() const { return static_cast<Metric>(format.metric); }
	ElementType element() const { return static_cast<ElementType>(format.element); }
	hnsw::GraphDistance distance() const
	{
		hnsw::GraphDistance distance;
		distance.init(metric(), element(), format.dims, kernels());
		return distance;
	}
	uint32 value_bytes(const void *data) const { return hnsw::value_size(element(), format.dims, data); }
};

/* The handle of an index whose metapage reads `meta`. Lives in the relcache: it
 * is gone after anything that may take invalidation messages (locking or opening
 * a relation, catalog access). */
const IndexHandle *cached_handle(Relation index, const MetaPage &meta);

/* A handle of one's own, in `context`. */
const IndexHandle *copy_handle(const IndexHandle *handle, MemoryContext context);

/* The format that options, operator class and dims lead to; `element` is that of
 * the column. Raises an error when no layout fits, or an option asks for what the
 * operator class does not have. *codes is set for compact formats. */
IndexFormat choose_format(const HnswOptions &options, Metric metric, ElementType element, uint32 dims,
						  NodeCodeState *codes);
void layouts_of(const IndexFormat &format, NodeLayout layouts[2]);

/* Bits per dimension of edges' codes, the largest with bits x dims near 256. */
int preferred_code_bits(uint32 dims);

/* An arena on a memory context. */
Arena context_arena(MemoryContext context);

} /* namespace vecext::pg */

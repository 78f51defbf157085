/*
 * connect.h: making the graph whole after VACUUM's repairs.
 *
 * Edges have a direction, and give way to better ones: in the end some records are
 * beyond any way from the entry point, alone or in groups, and at level 0 some
 * groups have no way out, so that a search that comes down in one of them sees
 * nothing else. Both are mended here: after it, along edges, every live record can
 * be reached from the entry point's record of its level, and that of level 0 from
 * every live node.
 */
#pragma once

#include "hnsw/graph_writer.h"
#include "hnsw/id_set.h"

namespace vecext::pg {

/* The caller holds kGraphLock. Looks at the first `blocks` blocks, which hold all
 * records; `strategy` as VACUUM has it. No edge leads to a deleted record. Memory:
 * two bits for each node id and up to 8 bytes a node, from the current context. */
void connect_graph(GraphWriter &writer, BlockNumber blocks, BufferAccessStrategy strategy);

} /* namespace vecext::pg */

/*
 * vector_path.h: the planner's side of filtered search: a path for
 * ORDER BY column <op> query on a relation with an hnsw index, whatever its
 * quals, beside the plain index scan.
 */
#pragma once

namespace vecext::pg {

/* Defines vecext.enable_filtered_scan, sets the planner hook, registers the
 * executor node. Once, from _PG_init. */
void define_filtered_scan();

} /* namespace vecext::pg */

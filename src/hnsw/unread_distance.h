/*
 * unread_distance.h: the planner's side of a saving. SELECT id ... ORDER BY column
 * <op> query makes PostgreSQL compute each returned row's distance beside its id,
 * for whoever would sort by it, and that reads the vector, which mostly lies in the
 * TOAST table. An index scan's rows are in order already: nobody reads it.
 */
#pragma once

namespace vecext::pg {

/* Sets a planner hook. Once, from _PG_init. */
void define_unread_distance();

} /* namespace vecext::pg */

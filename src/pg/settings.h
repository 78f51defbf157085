/*
 * settings.h: settings (GUCs) of the library as a whole.
 *
 * Settings of one part (hnsw.*, ivfflat.*) are defined by that part.
 */
#pragma once

namespace vecext::pg {

/* Defines vecext.simd. Called once, from _PG_init. */
void define_settings();

} /* namespace vecext::pg */

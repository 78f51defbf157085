/*
 * module.cpp: what happens when PostgreSQL loads the library.
 *
 * Each part of the extension defines its settings and hooks in a function of
 * its own; this file only calls them, in order.
 */
#include "pg/compat.h"

extern "C" {
#include "utils/guc.h"
}

#include "filter/stopword_files.h"
#include "filter/vector_path.h"
#include "hnsw/merge_launcher.h"
#include "hnsw/options.h"
#include "hnsw/unread_distance.h"
#include "pg/settings.h"

extern "C" {
PG_MODULE_MAGIC;

PGDLLEXPORT void _PG_init(void);
}

void _PG_init(void)
{
	vecext::pg::define_settings();
	vecext::pg::define_filtered_scan();
	vecext::pg::define_stopword_files();
	MarkGUCPrefixReserved("vecext");
	vecext::pg::define_hnsw_options();
	vecext::pg::define_merge_launcher();
	vecext::pg::define_unread_distance();
}

/*
 * commands.h: what vecext-bench-client can be told to do. Each command reads its
 * options (client_main.cpp lists them), measures, and prints records.
 */
#pragma once

#include "report/options.h"

namespace vecext::bench {

void load_table(Options &options);         /* load.cpp */
void build_index(Options &options);        /* index_build.cpp */
void search_table(Options &options);       /* search.cpp */
void search_filtered(Options &options);    /* filter.cpp */
void search_by_examples(Options &options); /* examples.cpp */
void insert_rows(Options &options);        /* insert.cpp */
void merge_pending(Options &options);      /* insert.cpp */
void scan_table(Options &options);         /* scan.cpp */
void count_pages(Options &options);        /* pages.cpp */

} /* namespace vecext::bench */

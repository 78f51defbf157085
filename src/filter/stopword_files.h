/*
 * stopword_files.h: stopwords of languages other than English, from the lists that
 * PostgreSQL's full-text search uses: SHAREDIR/tsearch_data/LANGUAGE.stop, a word a
 * line in UTF-8. PostgreSQL brings some (french.stop), an administrator can add
 * others.
 *
 * A list is read when a backend first needs it. As with PostgreSQL's dictionaries,
 * whoever changes a list rebuilds the indexes that were made with it.
 */
#pragma once

namespace vecext::pg {

/* Makes these files the source of stopwords in this process. */
void define_stopword_files();

} /* namespace vecext::pg */

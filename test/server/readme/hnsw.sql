-- hnsw.sql: what docs/hnsw.md expects: an installed extension.
CREATE EXTENSION vecext;

-- operations.sql: what docs/operations.md expects: an installed extension.
CREATE EXTENSION vecext;

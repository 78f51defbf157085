-- vacuum.sql
VACUUM (INDEX_CLEANUP on) items;

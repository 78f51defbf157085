-- checkpoint.sql
CHECKPOINT;

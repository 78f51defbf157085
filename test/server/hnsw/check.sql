-- check.sql: the checker beside writers
SELECT assert_clean();
\sleep 200 ms

# count_tap.awk: counts the cases of one suite's TAP output.
#
# Variables: rc = exit status of the suite. Prints "passed failed skipped". What
# TAP calls a failure of the whole counts as one failed case: no plan, a plan
# that differs from the number of cases, no case at all unless the plan says SKIP,
# "Bail out!", or a non-zero exit status without a failed case.
/^ok / && /# *(SKIP|skip)/ { skipped++; seen++; next }
/^ok /                     { passed++; seen++; next }
/^not ok / && /# *TODO/    { skipped++; seen++; next }
/^not ok /                 { failed++; seen++; next }
/^1\.\.[0-9]+/             { planned = 1; plan += substr($1, 4) }
/^1\.\.0 # *SKIP/         { skipped_whole = 1 }
/^Bail out!/               { bailed = 1 }
END {
	empty = seen == 0 && !skipped_whole
	if (bailed || !planned || plan != seen || empty || (rc != 0 && failed == 0))
		failed++
	print passed + 0, failed + 0, skipped + 0
}

# tables.awk: turns records (bench/report/records.h) into Markdown tables.
#
# Measures named "[LABEL, ]ef N: VALUE" become one table of search curves, a row
# for each system, label and ef_search. All others become a table with a column for
# each system and, where a peer has the measure too, our value over the peer's. Where
# the file `targets` has a bound for a measure of `scenario`, it stands beside.
# Values that are words stand as they are.

BEGIN {
	FS = "\t"
	ours = "vecext"
	while (targets != "" && (getline line < targets) > 0)
		if (line !~ /^#/ && split(line, fields, / *\| */) == 4 && scenario ~ "^" fields[1] "$") {
			target_measure[++target_count] = "^" fields[2] "$"
			target_peer[target_count] = fields[3]
			target_bound[target_count] = fields[4]
		}
}

{
	if (!($1 in seen_system)) {
		seen_system[$1] = 1
		systems[++system_count] = $1
	}
	if (match($2, /ef [0-9]+: /))
		add_point($1, substr($2, 1, RSTART - 1), substr($2, RSTART, RLENGTH - 2), substr($2, RSTART + RLENGTH), $3, $4)
	else
		add_measure($1, $2, $3, $4)
}

function add_point(system_name, label, ef, name, value, unit,    row) {
	sub(/, $/, "", label)
	row = system_name SUBSEP label SUBSEP ef
	if (!(row in seen_row)) {
		seen_row[row] = 1
		rows[++row_count] = row
	}
	if (!(name in seen_column)) {
		seen_column[name] = 1
		columns[++column_count] = name
		column_unit[name] = unit
	}
	points[row, name] = value
}

function add_measure(system_name, name, value, unit) {
	if (!(name in seen_measure)) {
		seen_measure[name] = 1
		measures[++measure_count] = name
		measure_unit[name] = unit
	}
	values[system_name, name] = value
}

function is_number(value) {
	return value ~ /^-?[0-9.]/
}

function pretty(value) {
	if (value == "")
		return "-"
	if (!is_number(value))
		return value
	if (value == int(value))
		return sprintf("%d", value)
	if (value >= 100)
		return sprintf("%.0f", value)
	if (value >= 10)
		return sprintf("%.1f", value)
	return sprintf("%.3g", value)
}

function with_unit(name, unit) {
	return unit == "" ? name : name " (" unit ")"
}

# The target of a measure, 0 if it has none.
function target_of(name,    i) {
	for (i = 1; i <= target_count; i++)
		if (name ~ target_measure[i])
			return i
	return 0
}

# "<= 0.9 hnswlib: met"
function judged(name,    target, bound, peer, value, words, met) {
	target = target_of(name)
	if (target == 0)
		return ""
	peer = target_peer[target]
	bound = target_bound[target]
	split(bound, words, " ")
	if (values[ours, name] == "" || (peer != "" && values[peer, name] == ""))
		return bound " " peer
	value = values[ours, name] / (peer == "" ? 1 : values[peer, name])
	met = words[1] == "<=" ? value <= words[2] : value >= words[2]
	return bound (peer == "" ? "" : " " peer) (met ? ": met" : ": missed")
}

function print_measures(    i, j, name, line, rule, mine, theirs) {
	line = "| |"
	rule = "|---|"
	for (j = 1; j <= system_count; j++) {
		line = line " " systems[j] " |"
		rule = rule "---:|"
	}
	for (j = 1; j <= system_count; j++)
		if ((ours in seen_system) && systems[j] != ours) {
			line = line " " ours " / " systems[j] " |"
			rule = rule "---:|"
		}
	if (target_count > 0) {
		line = line " target |"
		rule = rule "---|"
	}
	print line
	print rule
	for (i = 1; i <= measure_count; i++) {
		name = measures[i]
		line = "| " with_unit(name, measure_unit[name]) " |"
		for (j = 1; j <= system_count; j++)
			line = line " " pretty(values[systems[j], name]) " |"
		mine = values[ours, name]
		for (j = 1; j <= system_count; j++)
			if ((ours in seen_system) && systems[j] != ours) {
				theirs = values[systems[j], name]
				line = line " " (!is_number(mine) || !is_number(theirs) || theirs == 0 ? "-" : sprintf("%.2f", mine / theirs)) " |"
			}
		if (target_count > 0)
			line = line " " judged(name) " |"
		print line
	}
}

function print_points(    i, j, parts, line, rule) {
	line = "| system | ef_search |"
	rule = "|---|---:|"
	for (j = 1; j <= column_count; j++) {
		line = line " " with_unit(columns[j], column_unit[columns[j]]) " |"
		rule = rule "---:|"
	}
	print line
	print rule
	for (i = 1; i <= row_count; i++) {
		split(rows[i], parts, SUBSEP)
		sub(/^ef /, "", parts[3])
		line = "| " parts[1] (parts[2] == "" ? "" : ", " parts[2]) " | " parts[3] " |"
		for (j = 1; j <= column_count; j++)
			line = line " " (columns[j] ~ /^recall/ ? sprintf("%.4f", points[rows[i], columns[j]]) : pretty(points[rows[i], columns[j]])) " |"
		print line
	}
}

END {
	if (measure_count > 0)
		print_measures()
	if (measure_count > 0 && row_count > 0)
		print ""
	if (row_count > 0)
		print_points()
}

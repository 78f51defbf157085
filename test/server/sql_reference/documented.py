# documented.py: the objects that docs/sql-reference.md lists, one a line, spelled as
# catalog.sql spells them.
#
# usage: documented.py FILE
import re
import sys


def section_of(text, title):
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.S | re.M)
    assert found, f"no section {title}"
    return found.group(1)


def rows(section):
    """Cells of table rows, without heads."""
    for line in section.splitlines():
        if line.startswith("| `"):
            yield [cell.replace("\\|", "|").strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def code(cell):
    return re.findall(r"`([^`]+)`", cell)


def expand(text, kind):
    return re.sub(r"\bT\b", kind, text)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        text = file.read()
    for cells in rows(section_of(text, "Types")):
        print("type", cells[0].strip("`"))
    for operators, result, operands, *_ in rows(section_of(text, "Operators")):
        for operator in code(operators):
            for pair in code(operands):
                outcome = pair.split(",")[0] if result == "as the operands" else result
                print(f"operator {operator}({pair}) {outcome}")
    for function, kinds, result, *_ in rows(section_of(text, "Functions")):
        for kind in code(kinds) or [""]:
            print("function", expand(function.strip("`"), kind), expand(result, kind))
    for source, implicit, assignment in rows(section_of(text, "Casts")):
        for context, cell in (("i", implicit), ("a", assignment)):
            for target in code(cell):
                print(f"cast {source.strip('`')} {target} {context}")
    for method, classes in rows(section_of(text, "Access methods and operator classes")):
        for name in re.findall(r"`(\w+_ops)`", classes):
            print("operator class", method.strip("`"), name)
    for name in re.findall(r"`(\w+)`(?!:)", section_of(text, "Functions behind other objects")):
        print("internal", name)


main()

# last_stage.py: the last stage of a Dockerfile, for a test that has no Docker.
#
# usage: last_stage.py FILE RUN|USER|WORKDIR     what the instruction says
#        last_stage.py FILE ENTRYPOINT|HEALTHCHECK   the command, an argument a line
#        last_stage.py FILE ENV                  NAME=VALUE, one a line
import json
import re
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    text = "\n".join(line for line in file.read().splitlines() if not line.startswith("#"))
stage = re.split(r"^FROM ", re.sub(r"\\\n", " ", text), flags=re.M)[-1]
for value in re.findall(rf"^{sys.argv[2]} +(.*)$", stage, re.M):
    if sys.argv[2] in ("ENTRYPOINT", "HEALTHCHECK"):
        value = "\n".join(json.loads(value[value.index("["):]))
    print(value)

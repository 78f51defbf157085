#!/usr/bin/env bash
# unit.sh: suite "unit", the core's unit tests as the release build has them.
exec "$(dirname "$0")/../unit_tests.sh" build/unit

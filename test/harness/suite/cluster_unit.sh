#!/usr/bin/env bash
# cluster_unit.sh: suite "cluster_unit", unit tests of the sidecar's layers.
UNIT_SOURCE=cluster UNIT_TARGET=cluster_unit exec "$(dirname "$0")/../unit_tests.sh" build/cluster

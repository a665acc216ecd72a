#!/usr/bin/env bash
# Runs the Go benchmarks, those on PostgreSQL included. --quick runs each for a moment: enough to see
# that they work, not to compare. BENCH chooses by name, COUNT repeats (for benchstat).
set -euo pipefail
cd "$(dirname "$0")/.."
time=1s
[ "${1:-}" != --quick ] || time=20ms
exec scripts/postgres.sh run go test -run '^$' -bench "${BENCH:-.}" -benchmem -benchtime "$time" \
  -count "${COUNT:-1}" -timeout 60m ./...

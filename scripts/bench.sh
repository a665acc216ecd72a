#!/usr/bin/env bash
# Measures the product through HTTP beside the bare SQL and the bare HTTP (bench/), on both databases.
#
#   scripts/bench.sh            a million customers, and how times grow from 10,000 on; adds the ratios
#                               to bench/history.jsonl
#   scripts/bench.sh --quick    100,000 customers, shorter
#   scripts/bench.sh --small    20,000, one caller: the table CI shows; no timing fails
#   scripts/bench.sh --go       the Go benchmarks instead, BENCH chooses by name, COUNT repeats
#
# More options go to bench (bin/bench --help): --only search, --before OLD_PROGRAM, --postgres ''.
# The data is kept in .cache/bench. That of PostgreSQL is kept where ECRM_TEST_POSTGRES names one that
# stays (eval "$(scripts/postgres.sh start)"); otherwise one is started, and filled anew each time.
set -euo pipefail
cd "$(dirname "$0")/.."
measure() {
  scripts/build.sh
  go build -o bin/bench ./bench
  exec scripts/postgres.sh run bin/bench "$@"
}
case "${1:-}" in
  --go)
    exec scripts/postgres.sh run go test -run '^$' -bench "${BENCH:-.}" -benchmem -benchtime "${BENCHTIME:-1s}" \
      -count "${COUNT:-1}" -timeout 60m ./...
    ;;
  --quick) measure --customers 100000 --spell 150ms --long 3s --out .cache/bench/quick.json "${@:2}" ;;
  --small) measure --customers 12000 --postgres '' --spell 60ms --long 1s --callers 1 --cache .cache/bench/small --out .cache/bench/small.json "${@:2}" ;;
  *) measure --growth 10000,100000 --keep "$@" ;;
esac

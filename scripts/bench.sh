#!/usr/bin/env bash
# Measures the product through HTTP beside the bare SQL and the bare HTTP (bench/): a million
# customers, made once and kept in .cache/bench. --quick: 100,000, shorter. --go: the Go benchmarks
# instead, BENCH chooses by name, COUNT repeats (for benchstat). PostgreSQL is measured where
# ECRM_TEST_POSTGRES names one that stays (its databases are kept), and by --quick.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
  --go)
    exec scripts/postgres.sh run go test -run '^$' -bench "${BENCH:-.}" -benchmem -benchtime "${BENCHTIME:-1s}" \
      -count "${COUNT:-1}" -timeout 60m ./...
    ;;
  --quick)
    scripts/build.sh
    go build -o bin/bench ./bench
    exec scripts/postgres.sh run bin/bench --customers 100000 --spell 500ms --out .cache/bench/quick.json "${@:2}"
    ;;
  *)
    scripts/build.sh
    go build -o bin/bench ./bench
    exec bin/bench "$@"
    ;;
esac

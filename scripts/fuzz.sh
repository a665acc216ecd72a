#!/usr/bin/env bash
# Runs every fuzz test for a while (FUZZTIME each, default 30s). What is found lands in the package's
# testdata/fuzz, to be committed with its mending.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0
while IFS=: read -r file test; do
  package=./$(dirname "$file")
  echo "== $package $test"
  go test -run '^$' -fuzz "^$test\$" -fuzztime "${FUZZTIME:-30s}" "$package" || status=1
done < <(git grep --untracked -oE '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go' | sed 's/:func /:/')
exit $status

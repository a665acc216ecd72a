#!/usr/bin/env bash
# Runs all tests and shows every failure, not only the first: a step that fails does not stop the
# others, and the summary at the end says which. --long is `make verify`: everything under the race
# detector, the tests' longer forms (ECRM_LONG=1), fuzzing, generated files checked.
# Meant to run inside `scripts/postgres.sh run`.
set -uo pipefail
cd "$(dirname "$0")/.."
export ECRM_REQUIRE_POSTGRES=1

# Packages whose mistakes are races; in `make test` these alone pay for the detector.
raced='internal/(record|store|jobs|events|live)'
# The whole product is tested in one package, most of whose time is waiting for PostgreSQL, the
# disk and the clock.
whole='internal/app'

summary=()
failed=0
step() {
  local name=$1 began=$SECONDS result=ok
  shift
  echo "== $name"
  "$@" || { result=FAILED; failed=1; }
  summary+=("$(printf '%-7s %5ds  %s' "$result" $((SECONDS - began)) "$name")")
}

in_web() {
  [ -f web/package.json ] || { echo "no web/package.json yet"; return 0; }
  (cd web && npm run --if-present test)
}
# go_test CHOICE OPTIONS runs the packages for which `grep CHOICE` holds; there may be none yet.
go_test() {
  local all chosen
  # -e: a package that does not load is a failure of its test, not a reason to test nothing
  all=$(go list -e ./...) && [ -n "$all" ] || return 1
  # shellcheck disable=SC2086 # the choice is an option and a pattern
  chosen=$(grep $1 <<<"$all") || { echo "no such packages yet"; return 0; }
  shift
  # shellcheck disable=SC2086 # one argument a package
  go test "$@" $chosen
}

# in_halves runs the tests of a package by the letters of their names, both halves at once, on a
# PostgreSQL that does not sync: each makes a database of some hundred tables, and none of them
# takes the power away (those of cmd/ecrm do). Where PostgreSQL found room in memory, the rest of what
# they write has it there too.
in_halves() {
  local package=$1 server first result=0
  shift
  server=$(scripts/postgres.sh start --no-fsync 2>/dev/null) || return 1
  (
    eval "$server"
    case $ECRM_TEST_POSTGRES_FOLDER in
      /dev/shm/*)
        export GOTMPDIR=${GOTMPDIR:-${TMPDIR:-/tmp}} # programs may not run from there
        TMPDIR=$(mktemp -d /dev/shm/ecrm-tests.XXXXXX) && export TMPDIR && trap 'rm -rf "$TMPDIR"' EXIT
        ;;
    esac
    go test "$@" -run '^Test[A-L]' "$package" &
    first=$!
    go test "$@" -run '^(Test[^A-L]|Example|Fuzz)' "$package" || result=1
    wait "$first" || result=1
    scripts/postgres.sh stop >/dev/null
    exit $result
  ) || result=1
  return $result
}

began=$SECONDS
step 'web: build' scripts/build-web.sh
step 'lint' scripts/lint.sh
step 'web: tests' in_web
if [ "${1:-}" = --long ]; then
  export ECRM_LONG=1
  step 'go: tests, raced, long' go test -race -count=1 -timeout 120m ./...
  step 'rules: 100,000 questions' env ECRM_CASES="${ECRM_CASES:-100000}" ECRM_SEED="${ECRM_SEED:-$RANDOM}" \
    go test -count=1 -timeout 120m -v -run TestBothDatabasesAnswerWhatTheRulesSay ./internal/oracle
  step 'go: fuzz' scripts/fuzz.sh
  step 'generated files' scripts/generate.sh --check
else
  step 'go: tests' go_test "-vE /($raced|$whole)(/|\$)" -timeout 15m
  step 'go: tests of the whole' in_halves "./$whole" -timeout 15m
  step 'go: tests, raced' go_test "-E /$raced(/|\$)" -race -timeout 15m
fi
step 'build' scripts/build.sh
step 'e2e' scripts/e2e.sh
# For its table, and so that it does not rot: no timing fails it.
if [ "${1:-}" != --long ]; then step 'bench, small' scripts/bench.sh --small; fi

echo "== summary, $((SECONDS - began)) seconds"
printf '%s\n' "${summary[@]}"
exit $failed

#!/usr/bin/env bash
# Drills of what a server must outlive: each a test of cmd/ecrm in its longer form, which prints what
# had been told and that all of it is there. On PostgreSQL too where ECRM_TEST_POSTGRES names one
# (scripts/postgres.sh run).
#
#   scripts/drill.sh TIMES [restore|full-disk|kill|crash|power-cut]...    all but restore when none is named
set -uo pipefail
cd "$(dirname "$0")/.."
times=$1
shift
[ $# -gt 0 ] || set -- kill crash power-cut full-disk
failed=0
summary=()
for drill in "$@"; do
  case "$drill" in
    restore) test=TestBackupUnderLoadIsRestoredWithAllThatWasTold ;;
    full-disk) test=TestFullDiskLosesNothingAndPeopleAreTold ;;
    kill) test=TestKilledServerLosesNothingAcknowledged ;;
    crash) test='(TestCrashedPostgresLosesNothingAcknowledged|TestCutConnectionsLoseNothingAcknowledged)' ;;
    power-cut) test=TestPowerCutLosesNothingAcknowledged ;;
    *) echo "drill.sh: there is no drill $drill" >&2; exit 2 ;;
  esac
  echo "== $drill, $times times"
  log=$(mktemp)
  ECRM_TORTURE=$times go test ./cmd/ecrm -run "^$test\$" -count=1 -v -timeout 6h 2>&1 | tee "$log" | sed -n 's/^ *[a-z_]*_test\.go:[0-9]*: //p; /^ *--- /p' | cut -c1-300
  # A pattern that fits no test, and a test that was skipped, are no success.
  result="$(grep -c '^ *--- FAIL' "$log") failures"
  if grep -q '^--- SKIP' "$log" || ! grep -q '^--- PASS' "$log"; then
    failed=1
    grep -q '^--- FAIL' "$log" || result="not run: $(grep -m 1 -v '^=== ' "$log")"
    grep -q '^--- FAIL' "$log" && cat "$log"
  fi
  summary+=("$(printf '%-10s %5d times: %s' "$drill" "$times" "$result")")
  rm -f "$log"
done
echo "== summary"
printf '%s\n' "${summary[@]}"
exit $failed

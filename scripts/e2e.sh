#!/usr/bin/env bash
# Runs the browser tests of e2e/ against bin/ecrm; their screenshots land in e2e/shots.
# Arguments choose test files: scripts/e2e.sh e2e/import.test.mjs
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f e2e/package.json ] || { echo "e2e: no e2e/package.json yet, nothing to run"; exit 0; }
[ $# -gt 0 ] || set -- $(find e2e -maxdepth 1 -name '*.test.mjs' | sort)
[ $# -gt 0 ] || { echo "e2e: no tests yet, nothing to run"; exit 0; }
[ -x bin/ecrm ] || { echo "e2e: bin/ecrm is missing, run make build" >&2; exit 1; }
installed=.cache/e2e-packages.stamp
mkdir -p .cache
if [ ! -d e2e/node_modules ] || ! sha256sum --check --status "$installed" 2>/dev/null; then
  (cd e2e && npm ci --no-audit --no-fund --loglevel=error)
  sha256sum e2e/package-lock.json >"$installed"
fi
# Two files at a time, each with a server and a browser of its own; what measures times, or follows
# fast hands, runs alone afterwards.
alone=() together=()
for file in "$@"; do
  case $file in *figures.test.mjs | *ime.test.mjs | *sales.test.mjs) alone+=("$file") ;; *) together+=("$file") ;; esac
done
# The longest first: none of them is left alone at the end.
longest=()
for name in shots axe selling naughty lines; do
  for file in "${together[@]}"; do case $file in *"/$name.test.mjs") longest+=("$file") ;; esac; done
done
for file in "${together[@]}"; do case " ${longest[*]} " in *" $file "*) ;; *) longest+=("$file") ;; esac; done
together=("${longest[@]}")
run() { [ $# -lt 2 ] || node --test --test-concurrency="$1" --test-reporter=spec "${@:2}"; }
status=0
run 2 "${together[@]}" || status=1
run 1 "${alone[@]}" || status=1
exit $status

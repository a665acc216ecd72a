#!/usr/bin/env bash
# All linters: Go by golangci-lint (.golangci.yml), the web app and the browser tests by their own
# `lint` and `typecheck` scripts. The linter's version is pinned in tools/go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."
status=0
go tool -modfile=tools/go.mod golangci-lint run ./... || status=1
for part in web e2e; do
  [ -f "$part/package.json" ] || continue
  [ "$part" != web ] || scripts/build-web.sh --install
  (cd "$part" && npm run --silent --if-present lint && npm run --silent --if-present typecheck) || status=1
done
exit $status

#!/usr/bin/env bash
# Builds bin/ecrm (or, for release.sh, what GOOS, GOARCH and OUTPUT say), the web app embedded.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -n "$(ls cmd/ecrm/*.go 2>/dev/null)" ] || { echo "build: no cmd/ecrm yet" >&2; exit 1; }
version=${VERSION:-$(git describe --tags --always --dirty 2>/dev/null || echo development)}
[ -n "${OUTPUT:-}" ] || scripts/build-web.sh
CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=$version" -o "${OUTPUT:-bin/ecrm}" ./cmd/ecrm

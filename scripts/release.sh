#!/usr/bin/env bash
# Cross-builds the binary for every platform into dist/, with checksums. Needs no C compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
# Named once: what is edited while it builds must not rename half of it.
VERSION=${VERSION:-$(git describe --tags --always --dirty)}
export VERSION
rm -rf dist && mkdir dist
scripts/build-web.sh
for platform in linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64; do
  system=${platform%/*} arch=${platform#*/} ending=
  [ "$system" != windows ] || ending=.exe
  name=ecrm-${system/darwin/macos}-$arch$ending
  echo "$name"
  GOOS=$system GOARCH=$arch OUTPUT=dist/$name scripts/build.sh
done
cd dist && sha256sum ecrm-* >SHA256SUMS && cat SHA256SUMS

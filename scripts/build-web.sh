#!/usr/bin/env bash
# Builds the web app into web/dist, from where web/embed.go takes it into the binary.
# Does nothing when no source changed since the last build; --force builds all the same.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -f web/package.json ] || { echo "web: no web/package.json yet, nothing to build"; exit 0; }

stamp=.cache/web.stamp
installed=.cache/web-packages.stamp
mkdir -p .cache

# The stamps hold a hash of what they stand for: file times say nothing after a git checkout.
hash_of() { xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }
sources=$(find web \( -name node_modules -o -name dist \) -prune -o -type f ! -name '*.go' -print0 | LC_ALL=C sort -z | hash_of)
packages=$(printf 'web/package.json\0web/package-lock.json\0' | hash_of)

if [ ! -d web/node_modules ] || [ "$(cat "$installed" 2>/dev/null)" != "$packages" ]; then
  (cd web && npm ci --no-audit --no-fund --loglevel=error)
  echo "$packages" >"$installed"
fi
[ "${1:-}" != --install ] || exit 0
if [ "${1:-}" != --force ] && [ -f web/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sources" ]; then
  exit 0
fi
(cd web && npm run build)
touch web/dist/.gitkeep # the build empties the folder; git and go:embed need it
echo "$sources" >"$stamp"

#!/usr/bin/env bash
# Runs all generators and says what they changed. With --check, a change is a failure: somebody
# edited a generated file, or its source and forgot to generate.
set -euo pipefail
cd "$(dirname "$0")/.."
state() {
  git ls-files -z --cached --others --exclude-standard |
    while IFS= read -r -d '' file; do [ -f "$file" ] && printf '%s\0' "$file"; done | xargs -0 sha256sum
}
before=$(state)
go generate ./...
changed=$(diff <(echo "$before") <(state) | sed -n 's/^[<>] [0-9a-f]*  //p' | sort -u)
if [ -z "$changed" ]; then echo "generate: everything was up to date"; exit 0; fi
echo "generate: these files changed:"
echo "$changed"
[ "${1:-}" != --check ]

#!/usr/bin/env bash
# Makes sure that what the tests need beside Go and Node is on the machine: Chromium and Chinese
# fonts (browser tests), PostgreSQL 15 (store tests), Poppler (what printed documents say), a C compiler (Go's race detector).
# On Debian as root it installs what is missing; elsewhere it says what to install. Quick when all is there.
set -euo pipefail

missing=()
present() { command -v "$1" >/dev/null 2>&1; }

able() { [ "$(id -u)" = 0 ] && present apt-get; }
shell=chromium-headless-shell
offered() { apt-cache show "$shell" >/dev/null 2>&1; }
# The shell is Chromium without its window: the same pages in two thirds of the time. Who has the
# browser and no such package does with the browser.
if ! present "${CHROMIUM:-$shell}"; then
  if able && { offered || ! present chromium; }; then missing+=("$shell"); elif ! present chromium; then missing+=(chromium); fi
fi
{ present fc-list && [ -n "$(fc-list ':lang=zh-tw' family 2>/dev/null | head -n 1)" ]; } || missing+=(fontconfig fonts-noto-cjk)
found=
for initdb in "${ECRM_POSTGRES_BIN:-/nowhere}"/initdb /usr/lib/postgresql/*/bin/initdb \
  /opt/homebrew/opt/postgresql@15/bin/initdb /usr/local/opt/postgresql@15/bin/initdb "$(command -v initdb || true)"; do
  [ -x "$initdb" ] && found=yes
done
[ -n "$found" ] || missing+=(postgresql-15)
present pdftotext || missing+=(poppler-utils)
present cc || missing+=(gcc libc6-dev)

complain() { echo "prepare-tests: $*" >&2; }

present go || { complain "Go (the version in go.mod) is needed: https://go.dev/dl"; exit 1; }
node_version=$(node -p 'process.versions.node' 2>/dev/null || echo 0)
if [ "${node_version%%.*}" -lt 20 ]; then
  complain "Node 20.19 or newer is needed to build the web app (found: $node_version): https://nodejs.org"
  exit 1
fi

[ ${#missing[@]} -gt 0 ] || exit 0

if ! able; then
  complain "please install, by these or your system's own names: ${missing[*]}"
  present apt-get && complain "here: sudo apt-get install --no-install-recommends ${missing[*]}"
  exit 1
fi
echo "prepare-tests: installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
  apt-get update || return 1
  # Older editions of Debian have no shell apart from the browser.
  offered || missing=("${missing[@]/#$shell/chromium}")
  apt-get install -y --no-install-recommends "${missing[@]}"
}
install >"$log" 2>&1 || { cat "$log" >&2; complain "apt-get failed"; exit 1; }

#!/usr/bin/env bash
# A private PostgreSQL for tests: its own cluster in a temporary folder, reached by a unix socket
# that only the user running the tests (and root) can open. Nothing on the machine is touched.
#
#   scripts/postgres.sh run COMMAND...    start it, run COMMAND with ECRM_TEST_POSTGRES set, stop it
#   eval "$(scripts/postgres.sh start)"   start it and export ECRM_TEST_POSTGRES into this shell
#   scripts/postgres.sh crash [FOLDER]    end it at once and start it again, as after a crash
#   scripts/postgres.sh stop [FOLDER]     stop it and delete its folder (default: the shell's own)
#
# Options of run and start:  --no-fsync   quicker, and not to be trusted with durability
# `run` uses a server already named by ECRM_TEST_POSTGRES instead of starting one.
set -euo pipefail

die() { echo "postgres.sh: $*" >&2; exit 1; }

# find_bin prints the folder of the server's programs: 15 first, which the product is tested with.
find_bin() {
  local dir
  for dir in "${ECRM_POSTGRES_BIN:-}" /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin \
    /opt/homebrew/opt/postgresql@15/bin /usr/local/opt/postgresql@15/bin \
    "$(pg_config --bindir 2>/dev/null || true)"; do
    if [ -n "$dir" ] && [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then echo "$dir"; return 0; fi
  done
  die "PostgreSQL 15 is not installed; scripts/prepare-tests.sh installs it or says how"
}

# as_owner runs a command as the cluster's user: PostgreSQL refuses to run as root.
as_owner() {
  if [ "$(id -u)" = 0 ]; then runuser -u "$owner" -- "$@"; else "$@"; fi
}

choose_owner() {
  owner=$(id -un)
  [ "$(id -u)" = 0 ] || return 0
  for owner in postgres nobody; do
    if getent passwd "$owner" >/dev/null; then return 0; fi
  done
  die "root needs a user postgres or nobody to run the server as"
}

# roomy tells whether a folder is in memory and has 4 GB left there.
roomy() {
  [ "$(stat -f -c %T "$1" 2>/dev/null)" = tmpfs ] && [ "$(df --output=avail -k "$1" | tail -n 1)" -gt $((4 << 20)) ]
}

# make_folder creates the cluster's folder where its owner can reach it: in memory where nothing is
# to be synced, since a database is a thousand files. The path stays short: a unix socket's may not
# exceed 107 bytes.
make_folder() {
  local base memory=
  if [ "$1" = off ] && roomy /dev/shm; then memory=/dev/shm; fi
  for base in $memory "${TMPDIR:-/tmp}" /tmp /var/tmp; do
    if [ "${#base}" -lt 70 ] && as_owner test -x "$base" -a -w "$base"; then
      folder=$(as_owner mktemp -d "$base/ecrm-postgres.XXXXXX")
      return 0
    fi
  done
  die "no temporary folder that user $owner can write to"
}

start() {
  local fsync=on locale=C.UTF-8 bin
  while [ $# -gt 0 ]; do
    case "$1" in
      --no-fsync) fsync=off ;;
      *) die "unknown option $1" ;;
    esac
    shift
  done
  [ "$(uname)" = Darwin ] && locale=C
  bin=$(find_bin)
  choose_owner
  cd / # the owner may not be allowed to enter the caller's folder
  make_folder "$fsync"
  # shellcheck disable=SC2064 # the folder of this call
  trap "destroy '$folder'" ERR

  # --no-sync: the empty cluster is worth nothing; what tests write afterwards is synced as fsync says.
  LC_ALL=$locale as_owner "$bin/initdb" --pgdata="$folder/data" --username=ecrm --auth=trust \
    --locale="$locale" --encoding=UTF8 --no-sync >"$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; false; }
  as_owner tee -a "$folder/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = ''
unix_socket_directories = '$folder'
unix_socket_permissions = 0700
shared_buffers = 256MB
max_connections = 200
fsync = $fsync
synchronous_commit = on
max_wal_size = 1GB
checkpoint_timeout = 30min
log_min_messages = warning
CONF
  LC_ALL=$locale as_owner "$bin/pg_ctl" --pgdata="$folder/data" --log="$folder/server.log" \
    --wait --timeout=60 --silent start >/dev/null 2>&1 ||
    { cat "$folder/server.log" >&2; false; }
  trap - ERR
}

# destroy stops the server in a folder without ceremony and deletes the folder.
destroy() {
  local bin
  case "$(basename "$1")" in ecrm-postgres.*) ;; *) die "$1 is not a folder that start made" ;; esac
  [ -d "$1" ] || return 0
  bin=$(find_bin)
  owner=$(stat -c %U "$1" 2>/dev/null || stat -f %Su "$1")
  cd /
  if [ -f "$1/data/postmaster.pid" ]; then
    as_owner "$bin/pg_ctl" --pgdata="$1/data" --mode=immediate --wait --silent stop >/dev/null 2>&1 ||
      echo "postgres.sh: the server in $1 did not stop cleanly" >&2
  fi
  rm -rf "$1"
}

# crash ends the server in a folder without ceremony and starts it again.
crash() {
  local bin
  bin=$(find_bin)
  owner=$(stat -c %U "$1" 2>/dev/null || stat -f %Su "$1")
  cd /
  LC_ALL=C.UTF-8 as_owner "$bin/pg_ctl" --pgdata="$1/data" --log="$1/server.log" --mode=immediate --wait --timeout=60 --silent restart >/dev/null 2>&1 ||
    die "the server in $1 did not come back"
}

url() { echo "postgres://ecrm@/postgres?host=$1"; }

command=${1:-}
[ $# -gt 0 ] && shift
case "$command" in
  start)
    start "$@"
    echo "export ECRM_TEST_POSTGRES='$(url "$folder")'"
    echo "export ECRM_TEST_POSTGRES_FOLDER='$folder'"
    echo "PostgreSQL runs; stop it with: scripts/postgres.sh stop $folder" >&2
    ;;
  crash)
    target=${1:-${ECRM_TEST_POSTGRES_FOLDER:-}}
    [ -d "$target/data" ] || die "which one? scripts/postgres.sh crash FOLDER"
    crash "$target"
    ;;
  stop)
    target=${1:-${ECRM_TEST_POSTGRES_FOLDER:-}}
    [ -n "$target" ] || die "which one? scripts/postgres.sh stop FOLDER"
    destroy "$target"
    ;;
  run)
    options=()
    while [ "${1:-}" = --no-fsync ]; do options+=("$1"); shift; done
    [ $# -gt 0 ] || die "run needs a command"
    if [ -n "${ECRM_TEST_POSTGRES:-}" ]; then exec "$@"; fi
    here=$PWD
    start ${options[@]+"${options[@]}"}
    trap 'destroy "$folder"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    cd "$here"
    ECRM_TEST_POSTGRES=$(url "$folder") ECRM_TEST_POSTGRES_FOLDER=$folder "$@"
    ;;
  *) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac

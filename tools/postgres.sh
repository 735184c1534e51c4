#!/bin/bash
# A private PostgreSQL 15 for tests: a new cluster, a random free port on the loopback interface, its own password.
#
#   tools/postgres.sh start [NAME]     starts one (or finds the running one) and prints its URL
#   tools/postgres.sh stop [NAME]      stops it and removes its files
#   tools/postgres.sh restart [NAME]   kills it without warning and starts it again
#   tools/postgres.sh with COMMAND…    runs COMMAND with CAIRN_TEST_POSTGRES set to a server that ends with it
#
# NAME (default: hand) tells several apart. build/pg/NAME holds the server's folder and its URL.
set -euo pipefail
root=$(dirname "$(dirname "$(readlink -f "$0")")")
records=$root/build/pg
bin=/usr/lib/postgresql/15/bin

fail() { echo "postgres: $1" >&2; exit 1; }

# initdb and postgres refuse to run as root, so root runs them as Debian's postgres user.
as_server() { (cd / && if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi); }

running() { [ -f "$records/$1" ] && as_server "$bin/pg_ctl" -D "$(head -n 1 "$records/$1")/data" status >/dev/null 2>&1; }

make_cluster() {  # FOLDER PASSWORD
  printf '%s\n' "$2" >"$1/password"
  [ "$(id -u)" != 0 ] || chown -R postgres "$1"
  as_server "$bin/initdb" -D "$1/data" -U cairn --pwfile="$1/password" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 >"$1/initdb.log" 2>&1 || { cat "$1/initdb.log" >&2; fail "initdb failed; its words are above."; }
  cat >>"$1/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$1'
max_connections = 200
fsync = on
CONF
}

start() {  # NAME
  if running "$1"; then tail -n 1 "$records/$1"; return; fi
  [ -x "$bin/initdb" ] || fail "PostgreSQL 15 is not installed; './run setup' installs it."
  local folder password port attempt
  folder=$(mktemp -d "${TMPDIR:-/tmp}/cairn-pg.XXXXXX")
  password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  make_cluster "$folder" "$password"
  for attempt in 1 2 3 4 5 6 7 8 9 10; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))  # below the range from which the kernel gives ports away
    if as_server "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w -t 30 -o "-p $port" start >/dev/null 2>&1; then
      mkdir -p "$records"
      printf '%s\n' "$folder" "postgresql://cairn:$password@127.0.0.1:$port/postgres" >"$records/$1"
      tail -n 1 "$records/$1"
      return
    fi
  done
  tail -n 20 "$folder/server.log" >&2
  fail "the server did not start in $attempt attempts; its log is $folder/server.log."
}

stop() {  # NAME
  [ -f "$records/$1" ] || return 0
  local folder
  folder=$(head -n 1 "$records/$1")
  if running "$1"; then as_server "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null; fi
  rm -rf "$folder" "$records/$1"
}

restart() {  # NAME
  running "$1" || fail "no server called '$1' runs."
  as_server "$bin/pg_ctl" -D "$(head -n 1 "$records/$1")/data" -m immediate -w -t 60 restart >/dev/null
}

stop_orphans() {  # servers whose command was killed before it could stop them
  local record
  for record in "$records"/with-*; do
    [ -f "$record" ] || continue
    kill -0 "${record##*/with-}" 2>/dev/null || stop "${record##*/}"
  done
}

with() {  # COMMAND…
  stop_orphans
  CAIRN_TEST_POSTGRES=$(start "with-$$")
  export CAIRN_TEST_POSTGRES
  trap 'stop "with-$$"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  "$@"
}

case "${1:-}" in
  start | stop | restart) "$1" "${2:-hand}" ;;
  with) shift; [ $# -gt 0 ] || fail "'with' needs a command to run."; with "$@" ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" ;;
esac

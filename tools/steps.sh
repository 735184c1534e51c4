# For the shell programs of this project: one way to say what runs, to keep its log, and to remember that it was done.
# Sourced with the project's root as the working directory, or any folder below it.

CAIRN_ROOT=${CAIRN_ROOT:-$(readlink -f "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/..")}
export CAIRN_ROOT
# Otherwise ONNX Runtime reports to its maker, whatever program loads it.
export ORT_DISABLE_TELEMETRY=1

say() { printf 'cairn: %s\n' "$1" >&2; }
fail() { say "$1"; exit "${2:-1}"; }

# step NAME TITLE COMMAND…: says the title, runs the command with its words in build/logs/NAME.log, shows the end of them if it fails.
# Not to be called inside a condition: the shell would then overlook failures within the command.
step() {
  local step_title=$2 step_log=$CAIRN_ROOT/build/logs/$1.log step_began=$SECONDS step_status=0 step_watcher=
  shift 2  # the names begin with step_ because the command sees them
  mkdir -p "${step_log%/*}"
  say "$step_title"
  : >"$step_log"
  if [ -t 2 ]; then watch_log $$ "$step_log" & step_watcher=$!; fi
  set +e
  (set -e; "$@") >"$step_log" 2>&1 </dev/null
  step_status=$?
  set -e
  if [ -n "$step_watcher" ]; then kill "$step_watcher" 2>/dev/null || true; wait "$step_watcher" 2>/dev/null || true; printf '\r\033[K' >&2; fi
  if [ "$step_status" != 0 ]; then
    tail -n 40 "$step_log" >&2
    fail "$step_title: failed with $step_status. The whole log is ${step_log#"$PWD/"}"
  fi
  [ $((SECONDS - step_began)) -lt 2 ] || say "$step_title: $((SECONDS - step_began)) s"
}

# On a terminal, the last line of a running step's log; ends with the program that runs the step.
watch_log() {  # PID LOG
  while kill -0 "$1" 2>/dev/null; do
    printf '\r\033[K  %s' "$(tail -n 1 "$2" | tr -d '\r' | cut -c -$((${COLUMNS:-100} - 4)))" >&2
    sleep 0.3
  done
}

# A stamp says that a step was done for the inputs whose digest it holds.
digest_of() { cat "$@" | sha256sum | cut -c -64; }
sealed() { [ "$(cat "$CAIRN_ROOT/build/stamps/$1" 2>/dev/null)" = "$2" ]; }
seal() { mkdir -p "$CAIRN_ROOT/build/stamps"; printf '%s\n' "$2" >"$CAIRN_ROOT/build/stamps/$1"; }

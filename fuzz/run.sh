#!/bin/bash
# Feeds the parsers of foreign bytes with clang's libFuzzer: builds the targets of this folder, runs one after the other, and fails on the
# first input that breaks one. What a run learnt stays in build/fuzz/corpus and begins the next. Called by ./run fuzz.
# Usage: run.sh [TARGET…] [--seconds N]     N seconds a target, 20 unless said
#        run.sh TARGET INPUT                feeds one file to one target
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. tools/steps.sh

known=($(sed -n 's/^cairn_fuzz(\([a-z_0-9]*\)[ )].*/\1/p' fuzz/CMakeLists.txt))
is_target() { case " ${known[*]} " in *" $1 "*) ;; *) return 1 ;; esac; }

targets=() input= seconds=20
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds)
      seconds=${2:-}
      [[ $seconds =~ ^[1-9][0-9]*$ ]] || fail "--seconds takes a whole number of seconds from 1 up, not '$seconds'." 2
      shift
      ;;
    *)
      if is_target "$1"; then targets+=("$1")
      elif [ ${#targets[@]} = 1 ] && [ -f "$1" ]; then input=$1
      else fail "'$1' is no target; there are: ${known[*]}." 2
      fi
      ;;
  esac
  shift
done
[ ${#targets[@]} -gt 0 ] || targets=("${known[@]}")

build=build/fuzz
[ -f $build/build.ninja ] || step configure-fuzz "configuring the fuzz build" cmake --preset fuzz
step build-fuzz "building ${#targets[@]} fuzz targets" cmake --build --preset fuzz -j "$(nproc)" --target "${targets[@]/#/fuzz_}"

export ASAN_OPTIONS=allocator_may_return_null=0:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1
export TMPDIR=$PWD/$build/tmp
mkdir -p "$TMPDIR" $build/findings
program() { echo "$build/fuzz/fuzz_$1"; }

if [ -n "$input" ]; then exec "$(program "${targets[0]}")" -timeout=10 -rss_limit_mb=2048 "$input"; fi

feed() {  # TARGET
  local learnt=$build/corpus/$1 log=build/logs/fuzz-$1.log before
  mkdir -p "$learnt" build/logs
  before=$(ls $build/findings)
  if "$(program "$1")" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix=$build/findings/$1- \
      -print_final_stats=1 "$learnt" "fuzz/corpus/$1" >"$log" 2>&1 </dev/null; then
    say "$1: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, $(ls "$learnt" | wc -l) kept"
    return
  fi
  grep -aE -m 3 -A 3 'SUMMARY|ERROR:|runtime error|must' "$log" >&2 || tail -n 20 "$log" >&2
  local found
  found=$(comm -13 <(echo "$before") <(ls $build/findings) | head -n 1)
  fail "$1 broke on $build/findings/${found:-?}. Again: fuzz/run.sh $1 $build/findings/${found:-INPUT}. The whole log is $log"
}

say "${#targets[@]} targets, $seconds s each"
for target in "${targets[@]}"; do feed "$target"; done
say "no input broke a target"

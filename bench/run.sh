#!/bin/bash
# The promises about speed, each beside its peer in the same run: one line a figure. Called by ./run bench, which builds and sets CAIRN,
# CAIRN_PYTHON and CAIRN_DVC. Takes the names of the programs to run (tracking start pipeline serving), or runs all of them.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. tools/steps.sh

step bench-load "building the load generator" sh -c 'cmake -S bench -B build/bench/cmake -G Ninja && cmake --build build/bench/cmake'
cp build/bench/cmake/load build/bench/load

[ $# -gt 0 ] || set -- start tracking pipeline serving
for name in "$@"; do
  case "$name" in
    start | tracking | pipeline | serving) ;;
    *) fail "there is no benchmark '$name': choose among start, tracking, pipeline and serving." 2 ;;
  esac
done
missed=()
for name in "$@"; do
  say "$name, on $(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg)"
  "${CAIRN_PYTHON:-build/env/clients/bin/python}" "bench/$name.py" || missed+=("$name")
done
[ ${#missed[@]} -eq 0 ] || fail "below the bar or not measured: ${missed[*]}"

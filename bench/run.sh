#!/bin/bash
# The promises about speed, each beside its peer in the same run: one line a figure. Called by ./run bench, which builds and sets CAIRN,
# CAIRN_PYTHON and CAIRN_DVC. Takes the names of the programs to run (start tracking artifacts pipeline serving data/comparison), or runs all of them.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. tools/steps.sh

step bench-load "building the load generator" sh -c 'cmake -S bench -B build/bench/cmake -G Ninja && cmake --build build/bench/cmake'
cp build/bench/cmake/load build/bench/load

# A peer that is one Go program in a wheel: what the wheel asks for besides, an old mlflow, is not needed to run it.
peer=build/env/fasttrackml requirement=tests/requirements/fasttrackml.txt
get_peer() {
  rm -rf "$peer"
  build/env/clients/bin/pip install --no-input --disable-pip-version-check --no-deps --require-hashes --target "$peer" -r "$requirement"
}
if ! sealed env-fasttrackml "$(digest_of "$requirement")" || [ ! -x "$peer/bin/fml" ]; then
  step env-fasttrackml "getting FastTrackML to compare with" get_peer
  seal env-fasttrackml "$(digest_of "$requirement")"
fi

[ $# -gt 0 ] || set -- start tracking artifacts pipeline serving data/comparison
for name in "$@"; do
  case "$name" in
    start | tracking | artifacts | pipeline | serving | data/comparison) ;;
    *) fail "there is no benchmark '$name': choose among start, tracking, artifacts, pipeline, serving and data/comparison." 2 ;;
  esac
done
missed=()
for name in "$@"; do
  say "$name, on $(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg)"
  "${CAIRN_PYTHON:-build/env/clients/bin/python}" "bench/$name.py" || missed+=("$name")
done
[ ${#missed[@]} -eq 0 ] || fail "below the bar or not measured: ${missed[*]}"

#!/bin/bash
# The promises about speed, each beside its peer in the same run: one line a figure. Called by ./run bench, which builds and sets CAIRN,
# CAIRN_PYTHON and CAIRN_DVC. Takes the names of the programs to run, or runs all of them:
#
#   start       how soon the server answers, idle memory, libraries
#   tracking    writes, history and search on SQLite, beside MLflow and FastTrackML
#   postgres    writes on a private PostgreSQL, beside MLflow on the same; the log sealed there
#   store       200,000 runs with 50,000,000 points: start, memory, searches (some minutes to fill)
#   scorecard   what is derived from 1,000,000 events: score, delivery figures, principles, level, regime;
#               the log sealed, verified, proven, read as of a moment, lineage walked; an event appended
#   demo        the whole story, set-up aside
#   evidence    a bundle about a version of 256 MiB, beside sha256sum
#   batching    a small network over 32 connections: requests that wait run together, or not
#   ray         what a stage costs on a Ray cluster, in one job of 200
#   conversion  one row at a time from the worker, and from what was converted to ONNX
#   swaps       versions that take each other's place under load; a thousand loads and unloads
#   predict     a file of rows, the same as a batch, and look-ups of its answers by key
#   telemetry   a request with and without a collector of traces
#   artifacts, pipeline, serving, evaluate, data/comparison, data/contract, data/profile
#   data/versions  files under version, beside dvc
#   pipeline    also one changed file among 1,000,000 that a stage is mapped over (some minutes to fill)
#
# With --small, `store`, `scorecard`, `evidence` and the map of `pipeline` fill a tenth of that and `postgres` sends a tenth of its requests.
# With --large, `scorecard` proves one event among 10,000,000 besides (minutes to fill, 6 GB of disk).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. tools/steps.sh

step bench-load "building the load generators" sh -c 'cmake -S bench -B build/bench/cmake -G Ninja && cmake --build build/bench/cmake'
cp build/bench/cmake/load build/bench/cmake/grpc_load build/bench/cmake/bare_grpc build/bench/cmake/bare_files build/bench/
step bench-append "building what appends events" ninja -C build/release append_bench

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

names=() small=() large=()
for word in "$@"; do
  case "$word" in
    --small) small=(--small) ;;
    --large) large=(--large) ;;
    start | tracking | postgres | store | artifacts | pipeline | ray | serving | batching | conversion | swaps | telemetry | predict | evaluate | scorecard | evidence | demo | data/versions | data/comparison | data/contract | data/profile) names+=("$word") ;;
    *) fail "there is no benchmark '$word': choose among start, tracking, postgres, store, artifacts, pipeline, ray, serving, batching, conversion, swaps, telemetry, predict, evaluate, scorecard, evidence, demo, data/versions, data/comparison, data/contract and data/profile." 2 ;;
  esac
done
[ ${#names[@]} -gt 0 ] || names=(start tracking postgres store artifacts pipeline ray serving batching conversion swaps telemetry predict evaluate scorecard evidence demo data/versions data/comparison data/contract data/profile)
missed=()
for name in "${names[@]}"; do
  options=()
  case "$name" in postgres | store | scorecard | evidence | pipeline) options=("${small[@]}") ;; esac
  case "$name" in scorecard) options+=("${large[@]}") ;; esac
  say "$name, on $(nproc) processors, load $(cut -d ' ' -f 1 /proc/loadavg)"
  "${CAIRN_PYTHON:-build/env/clients/bin/python}" "bench/$name.py" "${options[@]}" || missed+=("$name")
done
[ ${#missed[@]} -eq 0 ] || fail "below the bar or not measured: ${missed[*]}"

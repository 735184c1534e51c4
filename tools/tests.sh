#!/bin/bash
# The tests of a built tree: layers, format, unit tests, black-box tests. Called by ./run test, which builds, starts PostgreSQL and sets
# CAIRN, CAIRN_PYTHON and CAIRN_TEST_POSTGRES. With --all, the thread-sanitized unit tests and the full fault counts as well.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. tools/steps.sh

export TSAN_OPTIONS="suppressions=$PWD/tools/tsan.supp ${TSAN_OPTIONS:-}"
failed=()
part() {  # NAME COMMAND…
  local name=$1
  shift
  say "$name"
  "$@" </dev/null || failed+=("$name")
}

units() { ctest --test-dir "build/$1" --parallel 2 --output-on-failure --progress --timeout 600; }
if [ ! -t 1 ]; then units() { ctest --test-dir "build/$1" --parallel 2 --output-on-failure --timeout 600; }; fi

part "the layer check checks itself" "$CAIRN_PYTHON" tools/check_layers_test.py
part "layers" "$CAIRN_PYTHON" tools/check_layers.py src
part "format" tools/format.sh --dry-run -Werror
part "unit tests, address and undefined-behaviour sanitizers" units dev
if [ "${1:-}" = --all ]; then part "unit tests, thread sanitizer" units tsan; fi
if [ -n "$(find tests -name 'test_*.py' -print -quit)" ]; then
  limit=900  # seconds a test
  if [ "${1:-}" = --all ]; then limit=3600; fi
  part "black-box tests" "$CAIRN_PYTHON" -m pytest tests -n 2 --dist loadfile --timeout "$limit" --durations 25 -q -p no:cacheprovider "$@"
else
  say "there is no tests/**/test_*.py, so no black-box test ran"
fi

[ ${#failed[@]} -eq 0 ] || fail "failed: $(printf '%s; ' "${failed[@]}")their words are above."
say "everything passed"

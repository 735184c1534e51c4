#!/bin/bash
# Lays the pinned third-party libraries into build/deps (see third_party/pins.txt).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
. tools/steps.sh

key=$(digest_of third_party/pins.txt tools/setup/libraries.py)
[ -f build/deps/lib/libduckdb.so ] && [ -f build/deps/lib/libonnxruntime.so ] && [ -f build/deps/include/datasketches/kll/kll_sketch.hpp ] && sealed libraries "$key" && exit 0

# The archives come through npm, pip and cargo: a bare environment brings a pip of known version, Debian a cargo that knows `cargo info`.
# A cargo of rustup without a toolchain is there and does nothing, so each on the path is asked.
able_cargo() {
  local each
  for each in $(type -ap cargo); do "$each" info --help >/dev/null 2>&1 && echo "$each" && return; done
  return 1
}
cargo=$(able_cargo) || { tools/setup/packages.sh crates; hash -r; cargo=$(able_cargo); }
PATH=${cargo%/*}:$PATH  # with the compiler that lies beside it
fetch() {
  [ -x build/env/fetch/bin/python ] || /usr/bin/python3 -m venv build/env/fetch
  tools/setup/node.sh build/env/fetch/bin/python tools/setup/libraries.py third_party/pins.txt build/deps
}
step libraries "fetching the pinned third-party libraries" fetch
seal libraries "$key"

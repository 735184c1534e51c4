#!/bin/bash
# Lays the pinned third-party libraries into build/deps (see third_party/pins.txt).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
. tools/steps.sh

key=$(digest_of third_party/pins.txt tools/setup/libraries.py)
[ -f build/deps/lib/libduckdb.so ] && [ -f build/deps/lib/libonnxruntime.so ] && [ -f build/deps/include/datasketches/kll/kll_sketch.hpp ] && sealed libraries "$key" && exit 0

# The archives come through npm, pip and cargo: a bare environment brings a pip of known version, Debian a cargo that knows `cargo info`.
cargo info --help >/dev/null 2>&1 || tools/setup/packages.sh crates
fetch() {
  [ -x build/env/fetch/bin/python ] || /usr/bin/python3 -m venv build/env/fetch
  tools/setup/node.sh build/env/fetch/bin/python tools/setup/libraries.py third_party/pins.txt build/deps
}
step libraries "fetching the pinned third-party libraries" fetch
seal libraries "$key"

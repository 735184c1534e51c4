#!/bin/bash
# Runs clang-format with the options given over every C++ source of the project.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
folders=()
for folder in src bench fuzz; do [ ! -d $folder ] || folders+=("$folder"); done
find "${folders[@]}" \( -name '*.cc' -o -name '*.h' \) -print0 | xargs -0 -r -n 40 -P "$(nproc)" clang-format "$@"

#!/bin/bash
# Runs clang-tidy with the checks of .clang-tidy over the sources that a build tree compiles. A file that passed is not looked at
# again until it, a header of the project or the list of checks changes.
# Usage: lint.sh BUILD
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
build=$1

folders=(src)
[ ! -d "$build/generated" ] || folders+=("$build/generated")
headers=$(find "${folders[@]}" -name '*.h' -print0 | LC_ALL=C sort -z | xargs -0 cat .clang-tidy | sha256sum | cut -c -16)
passed=build/stamps/lint
mkdir -p "$passed"

lint() {  # FILE
  local key
  key=$passed/$headers-$(sha256sum "$1" | cut -c -32)
  [ ! -e "$key" ] || return 0
  # clang knows neither gcc's launcher nor its own name for every gcc warning.
  clang-tidy --quiet -p "$build" --extra-arg=-Wno-unknown-warning-option "$1" 2>/dev/null && touch "$key" || { echo "lint: $1"; return 1; }
}
export -f lint
export passed headers build

find "$passed" -type f ! -name "$headers-*" -delete
find src -name '*.cc' -print0 | while IFS= read -r -d '' file; do
  ! grep -qF "/$file\"" "$build/compile_commands.json" || printf '%s\0' "$file"
done | xargs -0 -r -n 1 -P "$(nproc)" bash -c 'lint "$1"' lint
echo "lint: every file passed"

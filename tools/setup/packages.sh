#!/bin/bash
# Installs the Debian packages of the groups named (see packages.txt) that are missing. Needs root or sudo without a question.
# Usage: packages.sh GROUP…
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")"
. ../steps.sh

wanted=()
for group in "$@"; do
  wanted+=($(sed -n "s/^$group  *//p" packages.txt))
done
missing=()
present=" $(dpkg-query -W -f='${db:Status-Status}=${Package} ' "${wanted[@]}" 2>/dev/null || true)"
for package in "${wanted[@]}"; do
  case "$present" in *" installed=$package "*) ;; *) missing+=("$package") ;; esac
done
[ ${#missing[@]} -gt 0 ] || exit 0

sudo=()
if [ "$(id -u)" != 0 ]; then
  sudo -n true 2>/dev/null || fail "these Debian packages are missing: ${missing[*]}. Run this as root, or install them: apt-get install ${missing[*]}"
  sudo=(sudo -n)
fi
apt() { "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@" </dev/null; }
step packages-list "reading the list of Debian packages" apt update
step packages "installing ${#missing[@]} Debian packages" apt install -y --no-install-recommends "${missing[@]}"

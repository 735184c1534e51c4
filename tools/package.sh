#!/bin/bash
# Packs the release binary with every library it needs but glibc's into a relocatable archive, then runs it from a bare folder and
# puts it to work there without root.
# Usage: package.sh BUILD DESTINATION
#
#   cairn-VERSION/bin/cairn        looks for its libraries in ../lib/cairn
#   cairn-VERSION/lib/cairn/       its modules, Debian's shared libraries, libduckdb.so, libonnxruntime.so
#   cairn-VERSION/licences/        the licence of each of them
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
. tools/steps.sh

build=$1 destination=$2
glibc='^(ld-linux-x86-64|libc|libm|libdl|libpthread|librt|libresolv|libutil|libanl|libnss_[a-z]+|linux-vdso)\.so'
version=$(sed -n 's/^project(cairn VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
name=cairn-$version-linux-x86_64
tree=$destination/$name

# Lines "soname path" of what the objects map, glibc's own left out.
libraries_of() { ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// {print $1, $3}' | grep -Ev "$glibc" | sort -u; }

# Paths of Debian's libraries that the program opens by name at first use (libpq, for one): ldd does not see them, but its sources name them.
opened_at_first_use() {
  local soname path
  grep -rhoE --include='*.cc' --exclude='*_test.cc' '[{(]"lib[A-Za-z0-9_+-]+\.so\.[0-9]+"' src | tr -d '{("' | sort -u | while read -r soname; do
    [ ! -e "build/deps/lib/${soname%.so*}.so" ] || continue
    path=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | awk -v name="$soname" '$1 == name && /x86-64/ {print $NF; exit}')
    [ -n "$path" ] || fail "the program opens $soname at first use, and this machine has none to pack."
    echo "$path"
  done
}

# Debian's package that a library came from; dpkg may know it by its place before /usr was merged.
package_of() { { dpkg -S "$(readlink -f "$1")" || dpkg -S "$(readlink -f "$1" | sed 's|^/usr||')"; } 2>/dev/null | head -n 1 | cut -d: -f1; }

licence_of() {  # PACKAGE
  cp "/usr/share/doc/$1/copyright" "$tree/licences/$1.txt"
}

lay_out() {
  local soname path opened
  opened=$(opened_at_first_use)
  rm -rf "$tree"
  mkdir -p "$tree/bin" "$tree/lib/cairn" "$tree/licences"
  install -m 755 "$build/cairn" "$tree/bin/cairn"
  strip --strip-unneeded "$tree/bin/cairn"
  patchelf --force-rpath --set-rpath '$ORIGIN/../lib/cairn' "$tree/bin/cairn"
  for path in "$build"/modules/*.so; do  # its own modules, opened at first use
    install -m 644 "$path" "$tree/lib/cairn/"
    strip --strip-unneeded "$tree/lib/cairn/${path##*/}"
    patchelf --force-rpath --set-rpath '$ORIGIN' "$tree/lib/cairn/${path##*/}"
  done
  while read -r soname path; do
    install -m 644 "$path" "$tree/lib/cairn/$soname"
    patchelf --force-rpath --set-rpath '$ORIGIN' "$tree/lib/cairn/$soname"
    licence_of "$(package_of "$path")"
  done < <(
    mapfile -t opened <<<"$opened"
    for path in "${opened[@]}"; do echo "${path##*/} $path"; done
    libraries_of "$build/cairn" "$build"/modules/*.so build/deps/lib/*.so "${opened[@]}"
  )
  install -m 644 build/deps/lib/*.so "$tree/lib/cairn/"
  cp build/deps/licences/* "$tree/licences/"
  for package in libboost1.81-dev libcli11-dev libspdlog-dev libfmt-dev; do licence_of "$package"; done  # compiled in
  [ ! -f LICENSE ] || cp LICENSE "$tree/"
  cat >"$tree/README.txt" <<TEXT
Cairn $version for Linux on x86-64, glibc 2.36 or newer (Debian 12 and later).

Unpack this anywhere and run bin/cairn; nothing needs to be installed and nothing outside this folder is touched.

    bin/cairn up              a server on 127.0.0.1:8080 with its data in .cairn/
    bin/cairn init NAME       a new project
    bin/cairn --help          everything else
TEXT
}

# A root folder that holds glibc and nothing else: what runs there runs on any machine.
bare_root() {  # FOLDER
  local file
  mkdir -p "$1/lib64" "$1/tmp"
  ln -s lib64 "$1/lib"
  for file in ld-linux-x86-64.so.2 libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2; do
    cp -L "/lib/x86_64-linux-gnu/$file" "$1/lib64/"
  done
}

verify() {
  local bare object strangers
  bare=$(mktemp -d)
  trap "rm -rf '$bare'" EXIT
  tar -C "$bare" --zstd -xf "$destination/$name.tar.zst"
  for object in "$bare/$name"/bin/cairn "$bare/$name"/lib/cairn/*.so*; do
    strangers=$(env -i LD_LIBRARY_PATH="$bare/$name/lib/cairn" ldd "$object" | grep -v "$bare" | awk '$2 == "=>" {print $1}' | grep -Ev "$glibc" || true)
    [ -z "$strangers" ] || { echo "${object##*/} needs what the package does not carry: $strangers"; return 1; }
  done
  (cd "$bare" && env -i "$bare/$name/bin/cairn" --version)
  if [ "$(id -u)" = 0 ]; then  # without /proc the loader cannot find $ORIGIN, so here the folder is named
    bare_root "$bare"
    local loader=(env -i /usr/sbin/chroot "$bare" /lib64/ld-linux-x86-64.so.2 --library-path "/$name/lib/cairn")
    "${loader[@]}" "/$name/bin/cairn" --version
    for object in libduckdb.so libonnxruntime.so libcurl.so.4 libexpat.so.1 libpq.so.5 libcairn-grpc.so; do "${loader[@]}" --list "/$name/lib/cairn/$object"; done
  fi
  (at_work "$bare")
}

# What the archive is for, by somebody without rights and without an environment: a table read, a server that keeps what it was told
# over its end, and a log that verifies.
at_work() {  # FOLDER
  local as=() cairn=$1/$name/bin/cairn server address
  mkdir "$1/work"
  chmod 755 "$1"
  if [ "$(id -u)" = 0 ]; then
    chown nobody "$1/work"
    as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
  fi
  cd "$1/work"
  as+=(env -i "HOME=$1/work")
  printf 'carrier,late\nUA,0\nB6,1\nUA,1\n' >flights.csv
  "${as[@]}" "$cairn" data profile flights.csv --json | grep -q '"rows":3'
  mkfifo address
  "${as[@]}" "$cairn" up --listen 127.0.0.1:0 --grpc-listen 127.0.0.1:0 --json >address & server=$!
  read -r address <address
  grep -q '"grpc":"127.0.0.1:' <<<"$address"
  address=$(sed 's/.*"listening":"\([^"]*\)".*/\1/' <<<"$address")
  curl -fsS --json '{"name":"packed"}' "$address/api/2.0/mlflow/experiments/create"
  kill "$server"
  wait "$server"
  "${as[@]}" "$cairn" experiments list --json | grep -q '"packed"'
  "${as[@]}" "$cairn" audit verify
}

step package "packing the release" lay_out
step package-archive "compressing it" tar -C "$destination" --owner=0 --group=0 --sort=name --zstd -cf "$destination/$name.tar.zst" "$name"
step package-verify "running it from a bare folder, without an environment" verify
say "wrote ${destination#"$PWD/"}/$name.tar.zst ($(du -h "$destination/$name.tar.zst" | cut -f1))"

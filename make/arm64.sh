#!/usr/bin/env bash
# Builds offsite for ARM64 on a machine that is none, into build/arm64: arm64.sh VERSION.
# The compiler is Debian's cross compiler; the libraries are those of the list "build" in
# apt.txt for arm64, which mmdebstrap takes from where apt takes its own, checks as apt
# does, and unpacks in build/arm64/root without starting anything of them.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
dir=$PWD/build/arm64 root=$PWD/build/arm64/root
lib=$root/usr/lib/aarch64-linux-gnu
say() { printf 'arm64: %s\n' "$*" >&2; }
mkdir -p "$dir"

tools=(mmdebstrap gcc-aarch64-linux-gnu g++-aarch64-linux-gnu)
dpkg -s "${tools[@]}" >/dev/null 2>&1 || {
  say "installing the cross compiler"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${tools[@]}" >"$dir/apt.log" 2>&1 ||
    { say "apt-get failed; see build/arm64/apt.log"; exit 1; }
}

libraries=$(sed -n '/^# build/,/^# run/p' make/apt.txt | grep '^lib' | paste -sd,)
if [ "$(cat "$root/.libraries" 2>/dev/null)" != "$libraries" ]; then
  say "unpacking arm64 libraries (1.2 GB, minutes)"
  rm -rf "$root"
  sources=$(grep -lE 'Suites:.*bookworm|bookworm.* main' /etc/apt/sources.list /etc/apt/sources.list.d/debian* 2>/dev/null) ||
    { say "apt knows no source of Debian 12"; exit 1; }
  # shellcheck disable=SC2086 # one argument a file
  mmdebstrap --quiet --variant=extract --architectures=arm64 --include="$libraries,libc6-dev,libstdc++-12-dev" \
    bookworm "$root" $sources >"$dir/root.log" 2>&1 || { tail -n 5 "$dir/root.log" >&2; say "mmdebstrap failed; see build/arm64/root.log"; exit 1; }
  echo "$libraries" >"$root/.libraries"
fi
make/onnxruntime.sh arm64 "$dir"

say "compiling"
export CGO_ENABLED=1 GOOS=linux GOARCH=arm64
export CC="aarch64-linux-gnu-gcc --sysroot=$root" CXX="aarch64-linux-gnu-g++ --sysroot=$root"
export PKG_CONFIG_SYSROOT_DIR=$root PKG_CONFIG_LIBDIR=$lib/pkgconfig:$root/usr/share/pkgconfig
# Debian chooses BLAS and LAPACK when a package is configured, which nothing here is.
export CGO_LDFLAGS="-Wl,-rpath-link,$lib -Wl,-rpath-link,$lib/blas -Wl,-rpath-link,$lib/lapack"
go build -ldflags "-s -w -X main.version=$version" -o "$dir/offsite" ./cmd/offsite

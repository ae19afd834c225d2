#!/usr/bin/env bash
# Builds build/arm64/offsite on an x86-64 Debian 12 machine: arm64.sh VERSION, or with
# "smoke" instead, runs it under qemu. The compiler is Debian's; arm64 libraries are
# unpacked into .tools/arm64 and never installed, so that they clash with nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD/.tools/arm64 out=build/arm64
sys=$root/sysroot libs=$root/sysroot/usr/lib/aarch64-linux-gnu
onnxruntime_version=$(sed -n 's/^onnxruntime_version=//p' make/setup.sh)

tools() {
  local missing=()
  for p in gcc-aarch64-linux-gnu g++-aarch64-linux-gnu qemu-user-static; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
  done
  [ ${#missing[@]} -eq 0 ] && return
  echo "arm64: installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >build/arm64.log 2>&1 || { cat build/arm64.log; exit 1; }
}

# apt for a machine of the other kind on which nothing is installed: ours is not asked.
apt_arm64() {
  apt-get -qq -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User=root \
    -o Dir::State="$root/apt" -o Dir::State::status="$root/apt/status" -o Dir::Cache="$root/apt/cache" "$@"
}

libraries() {
  local stamp=$root/.libraries
  [ "$stamp" -nt make/apt.txt ] && [ "$stamp" -nt make/arm64.sh ] && return
  echo "arm64: unpacking libraries"
  rm -rf "$sys" && mkdir -p "$sys/usr/lib" "$root/apt/lists/partial" "$root/apt/cache/archives/partial"
  : >"$root/apt/status"
  apt_arm64 update
  # What building needs, of the list that every machine installs.
  local dev; dev=$(grep -E '^lib(opencv|av|sw).*-dev$' make/apt.txt)
  # shellcheck disable=SC2086
  apt_arm64 install --download-only --no-install-recommends -y libc6-dev libstdc++-12-dev $dev >build/arm64.log 2>&1 || { cat build/arm64.log; exit 1; }
  for package in "$root"/apt/cache/archives/*.deb; do dpkg-deb -x "$package" "$sys"; done
  if [ -d "$sys/lib" ] && [ ! -L "$sys/lib" ]; then
    cp -a "$sys/lib/." "$sys/usr/lib/" && rm -r "$sys/lib"
  fi
  [ -L "$sys/lib" ] || ln -s usr/lib "$sys/lib"
  rm -r "$root/apt/cache/archives"
  touch "$stamp"
}

onnxruntime() {
  [ -f "$out/libonnxruntime.so.1" ] && return
  local tmp; tmp=$(mktemp -d)
  local file=package/bin/napi-v6/linux/arm64/libonnxruntime.so.1
  (cd "$tmp" && npm pack --silent "onnxruntime-node@$onnxruntime_version" >/dev/null && tar -xzf "onnxruntime-node-$onnxruntime_version.tgz" "$file")
  echo "$(awk -v n="onnxruntime-$onnxruntime_version-linux-arm64/libonnxruntime.so.1" '$2 == n { print $1 }' make/checksums.txt)  $tmp/$file" | sha256sum --check --quiet
  mv "$tmp/$file" "$out/" && rm -rf "$tmp"
}

# Where libraries lie that Debian's alternatives would point to.
paths=$libs:$libs/blas:$libs/lapack:$libs/pulseaudio

if [ "$1" = smoke ]; then
  arm64() { qemu-aarch64-static -L "$sys" -E LD_LIBRARY_PATH="$paths:$PWD/$out" "$out/offsite" "$@"; }
  arm64 version
  arm64 verify docs/formats/vectors/good-minimal.tar --trust docs/formats/vectors/trust.json
  # A folder where nothing runs: what is looked at is the program's own parts.
  arm64 doctor --data "$(mktemp -d)/none" --onnxruntime.library "$PWD/$out/libonnxruntime.so.1" --json >build/arm64-doctor.json || true
  cat build/arm64-doctor.json
  exit
fi

mkdir -p "$out"
tools
libraries
onnxruntime
echo "arm64: building $out/offsite"
GOOS=linux GOARCH=arm64 CGO_ENABLED=1 CC=aarch64-linux-gnu-gcc CXX=aarch64-linux-gnu-g++ \
  PKG_CONFIG_SYSROOT_DIR=$sys PKG_CONFIG_LIBDIR=$libs/pkgconfig:$sys/usr/share/pkgconfig \
  CGO_CFLAGS="-O2 --sysroot=$sys" CGO_CXXFLAGS="-O2 --sysroot=$sys" \
  CGO_LDFLAGS="--sysroot=$sys -Wl,-rpath-link,$paths -Wl,--allow-shlib-undefined" \
  go build -ldflags "-s -w -X main.version=$1" -o "$out/offsite" ./cmd/offsite
file "$out/offsite" 2>/dev/null || true

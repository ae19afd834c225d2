#!/usr/bin/env bash
# Runs what arm64.sh has built under QEMU and holds it against the binary of this machine:
# every test vector must be told the same, word by word, and the scene of a fire must be
# raised as often. QEMU is no ARM machine: it tells nothing of speed.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$PWD/build/arm64 root=$PWD/build/arm64/root here=build/offsite
lib=$root/usr/lib/aarch64-linux-gnu
say() { printf 'arm64: %s\n' "$*"; }
command -v qemu-aarch64-static >/dev/null || {
  say "installing QEMU"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends qemu-user-static >"$dir/apt.log" 2>&1 ||
    { say "apt-get failed; see build/arm64/apt.log"; exit 1; }
}
# ONNX Runtime reads what processor it is on, and would be told of this machine's.
mkdir -p "$root/proc"
for i in $(seq 0 $(($(nproc) - 1))); do
  printf 'processor\t: %s\nFeatures\t: fp asimd crc32 atomics fphp asimdhp asimdrdm\n' "$i"
  printf 'CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n'
done >"$root/proc/cpuinfo"
arm() {
  qemu-aarch64-static -L "$root" -E LD_LIBRARY_PATH="$lib/blas:$lib/lapack" \
    -E OFFSITE_ONNXRUNTIME="$dir/libonnxruntime.so.1" "$dir/offsite" "$@"
}

told=0
for bundle in docs/formats/vectors/*.tar; do
  for who in arm "$here"; do
    code=0
    $who verify "$bundle" --trust docs/formats/vectors/trust.json >"$dir/told.$(basename "$who")" 2>&1 || code=$?
    echo "status $code" >>"$dir/told.$(basename "$who")"
  done
  diff "$dir/told.arm" "$dir/told.offsite" >&2 || { say "$bundle is told otherwise on ARM64"; exit 1; }
  told=$((told + 1))
done
say "$told test vectors are told as on this machine"

for who in arm "$here"; do
  $who replay scenes/burning.mp4 --speed max --out "$dir/raised.$(basename "$who")" >/dev/null 2>"$dir/replay.log" || { cat "$dir/replay.log" >&2; exit 1; }
done
raised=$(wc -l <"$dir/raised.offsite")
[ "$raised" -gt 0 ] && [ "$raised" = "$(wc -l <"$dir/raised.arm")" ] || { say "the scene of a fire is raised otherwise on ARM64"; exit 1; }
say "the scene of a fire: $raised incidents on both"

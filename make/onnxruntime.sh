#!/usr/bin/env bash
# onnxruntime.sh ARCH FOLDER: brings ONNX Runtime's library for x64 or arm64 into the folder,
# out of the npm package that carries it, if that version is not there yet.
set -euo pipefail
cd "$(dirname "$0")/.."
version=1.30.0 arch=$1 dir=$2 lib=libonnxruntime.so.1
stamp=$dir/.version-$version
[ -f "$stamp" ] && [ -f "$dir/$lib" ] && exit 0
echo "setup: fetching ONNX Runtime $version for $arch" >&2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
held=package/bin/napi-v6/linux/$arch/$lib
(cd "$tmp" && npm pack --silent "onnxruntime-node@$version" >/dev/null && tar -xzf "onnxruntime-node-$version.tgz" "$held")
make/checked.sh "$tmp/$held" "onnxruntime-$version-linux-$arch/$lib"
mkdir -p "$dir"
mv "$tmp/$held" "$dir/$lib"
touch "$stamp"

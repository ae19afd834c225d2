#!/usr/bin/env bash
# Builds the binary twice, each time from a copy of the tree in a folder of another
# name and with an empty build cache, and compares the bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
for name in one another-folder; do
  mkdir -p "$work/$name"
  git ls-files -co --exclude-standard -z | tar --null --no-recursion -cf - -T - | tar -xf - -C "$work/$name"
  cp -r web/dist "$work/$name/web/"
  echo "reproducible: building in $name"
  (cd "$work/$name" && GOCACHE="$work/cache-$name" go build -ldflags "-s -w -X main.version=$version" -o "$work/offsite-$name" ./cmd/offsite)
done
sha256sum "$work"/offsite-*
cmp "$work/offsite-one" "$work/offsite-another-folder" || { echo 'reproducible: the two builds differ; compare them with diffoscope'; exit 1; }
echo 'reproducible: the two builds are the same'

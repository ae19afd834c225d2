#!/usr/bin/env bash
# Brings programs of others into the folder $1, which tests hold ours against: a witness
# of transparency logs (litewitness) and a validator of bags (bagit.py). What cannot be had
# is said; its tests are skipped then, and say so.
set -euo pipefail
cd "$(dirname "$0")/.."
peers=$1
mkdir -p "$peers"
note() { printf 'peers: %s\n' "$*" >&2; }

litewitness() {
  local module=evidence/translog/witness/litewitness
  [ "$peers/litewitness" -nt "$module/go.sum" ] && return 0
  note "building litewitness"
  (cd "$module" && go build -o "$peers/litewitness.part" filippo.io/torchwood/cmd/litewitness) && mv "$peers/litewitness.part" "$peers/litewitness"
}
bagit() {
  [ "$peers/bagit/.done" -nt make/bagit.txt ] && return 0
  note "fetching bagit"
  rm -rf "$peers/bagit" && python3 -m venv "$peers/bagit" &&
    "$peers/bagit/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement make/bagit.txt && touch "$peers/bagit/.done"
}
for peer in litewitness bagit; do
  "$peer" || note "NOT TESTED: $peer cannot be had here"
done

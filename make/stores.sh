#!/usr/bin/env bash
# Prints docs/stores.md from what `make conformance` has seen.
set -euo pipefail
cd "$(dirname "$0")/.."
seen=build/bench/conformance.md
[ -f $seen ] || { echo "stores: nothing was seen yet; run make conformance" >&2; exit 1; }
cat <<PAGE
# Object stores

Written by \`make conformance\` on $(date -u +%F). The same questions are put to every store
that can be had as a package, each a process of its own. Whatever is marked “no” but the
one on a legal hold is needed: a store that lacks it must be refused when Offsite
starts, or the run fails. Offsite's probe asks by itself at every start; no list of
stores is trusted.

$(cat $seen)

A store that lies is played too (\`TestStoresThatLieAreRefused\` in evidence/vault): it says
that it refused and did not, or that it deleted, shortened or weakened; it turns COMPLIANCE into
GOVERNANCE, forgets the year, gives other bytes, or has another time. Each is refused,
with the reason. Bundles of more than 64 MiB go in parts of 16 MiB, each under its SHA-256, and are read
back whole; parts that a killed process left are dropped a day later.
PAGE

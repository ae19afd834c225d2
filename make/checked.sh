#!/usr/bin/env bash
# checked.sh FILE NAME: FILE must have the SHA-256 that checksums.txt keeps for NAME.
set -euo pipefail
die() { printf 'checked: %s\n' "$*" >&2; exit 1; }
want=$(awk -v n="$2" '$2 == n { print $1 }' "$(dirname "$0")/checksums.txt")
[ -n "$want" ] || die "make/checksums.txt has no line for $2"
got=$(sha256sum "$1" | cut -d' ' -f1)
[ "$want" = "$got" ] || die "$2: SHA-256 is $got, expected $want; delete it and try again, and do not use it"

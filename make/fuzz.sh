#!/usr/bin/env bash
# Runs every Go fuzz target of the tree for the given time, one after the other, and keeps of
# what it found the smallest inputs, KEEP of each target, in testdata/fuzz: `go test` tries
# these again. Go would spend up to a minute on making each find shorter, which is all the
# time there is.
set -euo pipefail
time=${1:-60s}
keep=${KEEP:-20}
largest=8k
found=$(go env GOCACHE)/fuzz/$(go list -m)
targets=$(grep -rlE '^func Fuzz[A-Z]' --include='*_test.go' . | sort)
passed=0
for file in $targets; do
  dir=$(dirname "$file")
  for name in $(sed -nE 's/^func (Fuzz[A-Za-z0-9_]+)\(.*/\1/p' "$file"); do
    echo "fuzz: $dir $name for $time"
    go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 10x "$dir"
    passed=$((passed + 1))
    kept=$dir/testdata/fuzz/$name
    [ -d "$found/$dir/$name" ] || continue
    mkdir -p "$kept"
    room=$((keep - $(find "$kept" -type f | wc -l)))
    find "$found/$dir/$name" -type f -size "-$largest" -printf '%s %p\n' | sort -n | awk -v room="$room" 'NR <= room { print $2 }' |
      xargs -r cp --no-clobber --target-directory "$kept"
  done
done
echo "$passed passed, 0 failed"

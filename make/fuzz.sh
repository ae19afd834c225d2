#!/usr/bin/env bash
# Runs every Go fuzz target of the tree for the given time, one after the other. Go
# would spend up to a minute on making each find shorter, which is all the time there is.
set -euo pipefail
time=${1:-60s}
targets=$(grep -rlE '^func Fuzz[A-Z]' --include='*_test.go' . | sort)
passed=0
for file in $targets; do
  for name in $(sed -nE 's/^func (Fuzz[A-Za-z0-9_]+)\(.*/\1/p' "$file"); do
    echo "fuzz: $(dirname "$file") $name for $time"
    go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 10x "$(dirname "$file")"
    passed=$((passed + 1))
  done
done
echo "$passed passed, 0 failed"

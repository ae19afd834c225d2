#!/usr/bin/env bash
# Starts a fresh `offsite up --demo` in build/e2e and runs the browser journeys
# against it, without the invented district but for "look"; with the argument "live", "trouble",
# "verify", "walk" or "workday" those of that file alone, and of them those whose names match $ONLY (some
# need the case that the journey makes); with "screenshots" takes the pictures of the guide and
# one of every page there is, with "look" the latter of the invented district, with "bench" the figures.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-e2e}
data=$PWD/build/e2e
rm -rf "$data" && mkdir -p "$data"
district=--district=false
[ "$what" != look ] || district=--district
build/offsite up --demo "$district" --data "$data" --listen 127.0.0.1:0 >"build/e2e.log" 2>&1 &
up=$!
trap 'kill -TERM $up 2>/dev/null; wait $up 2>/dev/null || true' EXIT
for _ in $(seq 240); do
  [ -f "$data/run/demo.json" ] && break
  kill -0 $up 2>/dev/null || { tail -n 40 build/e2e.log; echo "e2e: offsite up ended; see build/e2e.log"; exit 1; }
  sleep 0.5
done
[ -f "$data/run/demo.json" ] || { tail -n 40 build/e2e.log; echo "e2e: offsite up was not ready in 120 s"; exit 1; }
export OFFSITE_E2E=$data/run/demo.json OFFSITE_BINARY=$PWD/build/offsite
cd web
case $what in
  e2e) npm run --silent e2e ;;
  live | trouble | verify | walk | workday) node --test ${ONLY:+--test-name-pattern="$ONLY"} "e2e/$what.test.mjs" ;;
  screenshots) npm run --silent screenshots -- ../docs/images ../build/look ;;
  look) node e2e/look.mjs ../build/look ;;
  bench) node e2e/bench.mjs ;;
  *) echo "e2e: unknown argument $what"; exit 2 ;;
esac

#!/usr/bin/env bash
# Holds what the program calls against Go's vulnerability database: the newest that
# is published as a module, else the one on the network. Where neither can be had it
# says so and checks nothing. npm's advisories likewise.
set -euo pipefail
cd "$(dirname "$0")/.."

database() {
  local version dir out
  version=$(go list -m -f '{{.Version}}' golang.org/x/vulndb@latest 2>/dev/null) || return 1
  out=$PWD/.tools/vulndb/$version
  if [ ! -d "$out" ]; then
    dir=$(go mod download -json "golang.org/x/vulndb@$version" | jq -r .Dir) || return 1
    rm -rf .tools/vulndb "$out.part" && mkdir -p .tools/vulndb
    go run "golang.org/x/vulndb/cmd/indexdb@$version" -out "$out.part" -vulns "$dir/data/osv" >&2 || return 1
    mv "$out.part" "$out"
  fi
  echo "audit: vulnerabilities known to $version" >&2
  printf 'file://%s' "$out"
}

go_code() {
  local db status=0
  db=$(database) || db=
  govulncheck ${db:+-db "$db"} ./cmd/offsite >build/govulncheck.txt 2>&1 || status=$?
  case $status in
    0) ;;
    3) grep -E '^(Vulnerability #|    (Found|Fixed) in|    [A-Z][^:]*$|Your code)' build/govulncheck.txt
       echo "audit: raise these versions, or explain in the change why they do no harm; traces: build/govulncheck.txt"
       return 1 ;;
    *) grep -qE 'fetching vulnerabilities|no such host' build/govulncheck.txt || { cat build/govulncheck.txt; return 1; }
       echo "audit: NOT CHECKED: no vulnerability database for Go can be reached" ;;
  esac
}

console() {
  local report
  report=$(cd web && npm audit --omit dev --json 2>/dev/null) && return 0
  if jq -e '.vulnerabilities' <<<"$report" >/dev/null 2>&1; then
    (cd web && npm audit --omit dev)
    return 1
  fi
  echo "audit: NOT CHECKED: npm's advisories cannot be reached"
}

mkdir -p build
failed=0
go_code || failed=1
console || failed=1
exit $failed

#!/usr/bin/env bash
# Looks for secrets in the history, unsafe code, modules that are not what was published,
# licences, and known vulnerabilities. Each scan must first find a fault that is planted
# for it: one that finds nothing there proves nothing here. What cannot be had, such as a
# database of vulnerabilities, is said and counted as NOT CHECKED.
# GRACE_DAYS: how long a newly published vulnerability is only told; default 0.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
bin=$root/.tools/bin
export PATH="$bin:$PATH"
planted=$(mktemp -d)
trap 'chmod -R u+w "$planted" && rm -rf "$planted"' EXIT
mkdir -p build/sbom
source make/scans.sh

gitleaks_version=v8.30.0
govulncheck_version=v1.9.0

say() { printf 'audit: %s\n' "$*"; }

# tool NAME PACKAGE VERSION: builds it, where this version is not there yet.
tool() {
  local stamp=$bin/.$1-$3
  [ -f "$stamp" ] && return 0
  say "building $1 $3"
  GOBIN=$bin go install "$2@$3" && touch "$stamp"
}

secrets_tool() { tool gitleaks github.com/zricethezav/gitleaks/v8 "$gitleaks_version"; }
secrets_plant() {
  local dir=$planted/secrets
  git init -q "$dir"
  openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 >"$dir/seal.pem" 2>/dev/null
  local as=(-c user.name=planted -c user.email=planted@example.invalid)
  git -C "$dir" add seal.pem && git -C "$dir" "${as[@]}" commit -qm planted
  git -C "$dir" rm -q seal.pem && git -C "$dir" "${as[@]}" commit -qm 'it is still in the history'
  secrets "$dir"
}
secrets_scan() { secrets "$root"; }

code_tool() { (cd make/gosec && go build -o "$bin/gosec" .); }
code_plant() {
  mkdir -p "$planted/code"
  printf 'module planted\n\ngo 1.26.0\n' >"$planted/code/go.mod"
  cat >"$planted/code/main.go" <<'GO'
// Command planted trusts every certificate.
package main

import (
	"crypto/tls"
	"net/http"
)

func main() {
	http.DefaultTransport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
}
GO
  code "$planted/code"
}
code_scan() { code "$root"; }

# A module that we need anyway, with a line more than was published.
readonly ours=github.com/google/uuid
our_version() { go list -m -f '{{.Version}}' $ours; }
modules_tool() { :; }
modules_plant() {
  local version cache=$planted/cache dir=$planted/modules
  version=$(our_version)
  mkdir -p "$cache/cache/download/$ours/@v" "$cache/${ours%/*}" "$dir"
  cp "$(go env GOMODCACHE)/cache/download/$ours/@v/$version".{info,mod,zip,ziphash} "$cache/cache/download/$ours/@v/"
  cp -r "$(go env GOMODCACHE)/$ours@$version" "$cache/$ours@$version"
  chmod -R u+w "$cache"
  echo '// a line more' >>"$cache/$ours@$version/uuid.go"
  printf 'module planted\n\ngo 1.26.0\n\nrequire %s %s\n' "$ours" "$version" >"$dir/go.mod"
  grep "^$ours $version" go.sum >"$dir/go.sum"
  GOMODCACHE=$cache GOPROXY=off GOFLAGS=-mod=mod modules "$dir" 2>&1
}
modules_scan() { modules "$root"; }

readonly sboms=(build/sbom/offsite.cdx.json build/sbom/web.cdx.json)
licences_tool() { :; }
licences_plant() {
  jq '.components += [{"name": "planted", "version": "1", "licenses": [{"license": {"id": "AGPL-3.0-only"}}]}]' "${sboms[0]}" >"$planted/sbom.json"
  licences "$planted/sbom.json" "${sboms[1]}"
}
licences_scan() { licences "${sboms[@]}"; }

vulnerabilities_tool() { tool govulncheck golang.org/x/vuln/cmd/govulncheck "$govulncheck_version"; }
# A database in which what we call is vulnerable.
vulnerabilities_plant() {
  local dir=$planted/vulnerable db=$planted/vulndb version at=2020-01-01T00:00:00Z
  version=$(our_version)
  mkdir -p "$dir" "$db"
  printf 'module planted\n\ngo 1.26.0\n\nrequire %s %s\n' "$ours" "$version" >"$dir/go.mod"
  grep "^$ours $version" go.sum >"$dir/go.sum"
  printf 'package main\n\nimport "%s"\n\nfunc main() { println(uuid.NewString()) }\n' $ours >"$dir/main.go"
  jq -n --arg m $ours --arg at $at '{schema_version: "1.3.1", id: "GO-0000-0001", published: $at, modified: $at, summary: "planted", affected: [{package: {name: $m, ecosystem: "Go"},
    ranges: [{type: "SEMVER", events: [{introduced: "0"}]}], ecosystem_specific: {imports: [{path: $m, symbols: ["NewString"]}]}}]}' >"$db/GO-0000-0001.json"
  GRACE_DAYS=0 vulnerable "$dir" . "file://$db"
}
# The newest database that is published as a module, else the one on the network.
vulnerabilities_scan() {
  local version dir
  if ! version=$(go list -m -f '{{.Version}}' golang.org/x/vulndb@latest 2>/dev/null); then
    vulnerable "$root" ./cmd/offsite
    return
  fi
  dir=$(cd / && go mod download -json "golang.org/x/vulndb@$version" | jq -er .Dir) || return $unchecked
  echo "$(find "$dir/data/osv" -name 'GO-*.json' | wc -l) vulnerabilities, known to $version"
  vulnerable "$root" ./cmd/offsite "file://$dir/data/osv"
}

advisories_tool() { :; }
advisories_plant() {
  mkdir -p "$planted/npm"
  jq -n '{name: "planted", dependencies: {minimist: "0.0.8"}}' >"$planted/npm/package.json"
  jq -n '{name: "planted", lockfileVersion: 3, packages: {"": {dependencies: {minimist: "0.0.8"}}, "node_modules/minimist": {version: "0.0.8"}}}' >"$planted/npm/package-lock.json"
  advisories "$planted/npm"
}
advisories_scan() { advisories web; }

# What the log of a scan names when it has found what was planted for it.
declare -A names=([modules]='dir has been modified' [secrets]=private-key [code]=G402 [licences]=AGPL-3.0-only [vulnerabilities]=GO-0000-0001 [advisories]=minimist)

# outcome COMMAND: its status. Not in a list of commands, where bash would go on after errors.
outcome() {
  set +e
  (set -e; "$@")
  status=$?
  set -e
}

held=() failed=() missing=()
for scan in ${*:-modules secrets code licences vulnerabilities advisories}; do
  say "$scan"
  began=$SECONDS log=build/audit-$scan.log
  outcome "${scan}_tool" >"$log" 2>&1
  [ $status -eq 0 ] || { tail -n 5 "$log"; missing+=("$scan"); continue; }
  outcome "${scan}_plant" >"$log" 2>&1
  if [ $status -eq "$unchecked" ]; then
    missing+=("$scan"); continue
  elif [ $status -eq 0 ] || ! grep -q "${names[$scan]}" "$log"; then
    cat "$log"; say "$scan does not find what is planted for it"; failed+=("$scan"); continue
  fi
  outcome "${scan}_scan"
  case $status in
    0) held+=("$scan ($((SECONDS - began)) s)") ;;
    "$unchecked") missing+=("$scan") ;;
    *) failed+=("$scan") ;;
  esac
done
list() { local all; printf -v all '%s, ' "$@"; echo "${all%, }"; }
for scan in "${missing[@]}"; do say "NOT CHECKED: $scan: its tool or its database cannot be had here"; done
say "holds: $(list "${held[@]:-nothing}"); failed: $(list "${failed[@]:-none}"); NOT CHECKED: $(list "${missing[@]:-none}")"
[ ${#failed[@]} -eq 0 ]

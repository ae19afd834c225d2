# What make/audit.sh looks for, a function each. Every one takes what it looks at, says
# what it finds, and returns 0: nothing, 1: something, 3: it cannot be told here. bash
# sources this file, which has set root, bin, and planted, a folder that will go.

readonly unchecked=3

# secrets DIR [OPTION…]: in every commit of the repository there.
secrets() {
  local dir=$1 status=0; shift
  git -C "$dir" rev-parse --git-dir >/dev/null 2>&1 || return $unchecked
  gitleaks git --no-banner --redact --log-level error --verbose --exit-code 1 --config "$root/.gitleaks.toml" "$@" "$dir" || status=$?
  return $status
}

# code DIR: gosec over the Go module there, but for its tests, with what .golangci.yml leaves
# out. What cannot be compiled is a finding, too.
code() {
  local excluded found
  excluded=$(sed -n '/^    gosec:/,/^  exclusions:/s/^ *- \(G[0-9]*\).*/\1/p' "$root/.golangci.yml" | paste -sd,)
  found=$(cd "$1" && go vet -vettool="$bin/gosec" -gosec.exclude="$excluded" ./... 2>&1 | grep -vE '^#|_test\.go:' || true)
  [ -z "$found" ] || { echo "$found"; return 1; }
}

# modules DIR: what lies in the module cache for the Go module there is what was published.
modules() {
  (cd "$1" && go mod verify) || return 1
}

# licences SBOM…: every component's is in make/licences.txt.
licences() {
  local name version licence count=0 bad=0
  local -A allowed=() known=()
  while read -r name licence; do
    case $name in '' | '#'*) continue ;; esac
    if [ -n "$licence" ]; then known[$name]=$licence; else allowed[$name]=1; fi
  done <"$root/make/licences.txt"
  while IFS=$'\t' read -r name version licence; do
    count=$((count + 1))
    [ -n "$licence" ] || licence=${known[$name]:-none}
    [ -n "${allowed[$licence]:-}" ] && continue
    echo "$name $version: licence $licence is not in make/licences.txt"
    bad=1
  done < <(jq -r '.components[] | [.name, .version,
    ([(.licenses // .evidence.licenses // [])[] | .expression // .license.id // .license.name] | unique | join(" AND "))] | @tsv' "$@")
  [ $count -gt 0 ] || { echo "the SBOM lists no component"; return 1; }
  echo "$count components"
  return $bad
}

# vulnerable DIR PATTERN [DATABASE]: of the vulnerabilities known to the database, those
# that the code there calls. One in make/vulnerabilities.txt is left until its day; one that
# has been known for fewer than GRACE_DAYS is told, and does not count yet.
vulnerable() {
  local found id since until bad=0 out
  out=$planted/govulncheck.json
  if ! (cd "$1" && govulncheck -format json ${3:+-db "$3"} "$2") >"$out" 2>"$out.log"; then
    grep -qE 'fetching vulnerabilities|no such host' "$out.log" && return $unchecked
    cat "$out.log"
    return 1
  fi
  found=$(jq -rs '(map(.osv // empty) | INDEX(.id)) as $known
    | map(.finding // empty | select(.trace[0].function)) | group_by(.osv)[]
    | .[0] as $f | [$f.osv, ($known[$f.osv].published // "")[:10], ($f.fixed_version // "nowhere"), $f.trace[0].module, ($known[$f.osv].summary // "")] | @tsv' "$out")
  while IFS=$'\t' read -r id since fixed module summary; do
    [ -n "$id" ] || continue
    echo "$id, known since $since, fixed in $module $fixed: $summary"
    until=$(awk -v id="$id" '$1 == id { print $2 }' "$root/make/vulnerabilities.txt")
    if [ -n "$until" ] && [[ $(date +%F) < $until ]]; then
      echo "  left until $until: make/vulnerabilities.txt says why"
    elif [[ $(date -d "-${GRACE_DAYS:-0} days" +%F) < $since ]]; then
      echo "  NEW: counts from $(date -d "$since +${GRACE_DAYS:-0} days" +%F) on"
    else
      bad=1
    fi
  done <<<"$found"
  return $bad
}

# advisories DIR: npm's, of what the package-lock.json there ships.
advisories() {
  local report
  report=$(cd "$1" && timeout 60 npm audit --omit dev --package-lock-only --json 2>/dev/null) && return 0
  jq -e '.vulnerabilities' <<<"$report" >/dev/null 2>&1 || return $unchecked
  jq -r '.vulnerabilities[] | "\(.name) \(.range): \(.severity): \([.via[] | .title? // empty] | join("; "))"' <<<"$report"
  return 1
}

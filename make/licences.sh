#!/usr/bin/env bash
# Holds the licence of every component in build/sbom against make/licences.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
declare -A allowed known
while read -r name licence; do
  case $name in ''|'#'*) continue ;; esac
  if [ -n "$licence" ]; then known[$name]=$licence; else allowed[$name]=1; fi
done <make/licences.txt
count=0 bad=0
while IFS=$'\t' read -r name version licence; do
  count=$((count + 1))
  [ -n "$licence" ] || licence=${known[$name]:-none}
  [ -n "${allowed[$licence]:-}" ] && continue
  echo "audit: $name $version: licence $licence is not in make/licences.txt"
  bad=1
done < <(jq -r '.components[] | [.name, .version,
  ([(.licenses // .evidence.licenses // [])[] | .expression // .license.id // .license.name] | unique | join(" AND "))] | @tsv' build/sbom/offsite.cdx.json build/sbom/web.cdx.json)
echo "audit: licences of $count components"
[ $count -gt 0 ] || { echo "audit: build/sbom lists no component"; exit 1; }
exit $bad

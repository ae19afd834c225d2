#!/usr/bin/env bash
# manifest.sh FOLDER KEY FILE…: copies the files to FOLDER, lists their SHA-256 in
# SHA256SUMS, signs that with the Ed25519 key, and checks the signature as a user
# would. Without a key it says how to make one.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1 key=$2
shift 2
[ -f "$key" ] || {
  echo "release-manifest: name the signing key with RELEASE_KEY=FILE; openssl genpkey -algorithm ed25519 -out FILE makes one. Keep it offline, publish its public key." >&2
  exit 1
}
key=$(realpath "$key")
rm -rf "$folder" && mkdir -p "$folder"
cp "$@" "$folder/"
cd "$folder"
sums=$(sha256sum -- *)
printf '%s\n' "$sums" >SHA256SUMS
openssl pkeyutl -sign -inkey "$key" -rawin -in SHA256SUMS -out SHA256SUMS.sig
openssl pkey -in "$key" -pubout -out release.pub
openssl pkeyutl -verify -pubin -inkey release.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig >/dev/null
sha256sum --quiet -c SHA256SUMS
echo "release-manifest: $folder/SHA256SUMS, signed; publish release.pub apart from it"

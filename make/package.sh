#!/usr/bin/env bash
# Makes the Debian package of build/offsite, or of what arm64.sh has built: package.sh VERSION
# [ARCH]. Prints its path.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1 arch=${2:-$(dpkg --print-architecture)}
work=build/package
rm -rf "$work" && mkdir -p "$work/debian"
cp build/offsite "$work/offsite"
cp -L "$OFFSITE_ONNXRUNTIME" "$work/libonnxruntime.so.1"
# The configuration explains itself: it is what the program prints.
(cd "$work" && env -i ./offsite config --data /var/lib/offsite >offsite.yaml)
touch "$work/debian/control"
libraries=$(cd "$work" && dpkg-shlibdeps -O --ignore-missing-info offsite libonnxruntime.so.1 2>shlibdeps.log | sed -n 's/^shlibs:Depends=//p')
[ -n "$libraries" ] || { cat "$work/shlibdeps.log" >&2; exit 1; }
if [ "$arch" != "$(dpkg --print-architecture)" ]; then
  # Debian's packages have the same names everywhere: what this machine's files need is enough
  # if those of the other want no library beyond them.
  needed() { readelf -d "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v '^ld-linux' | sort -u; }
  beyond=$(comm -13 <(cd "$work" && needed offsite libonnxruntime.so.1) <(cd "build/$arch" && needed offsite libonnxruntime.so.1))
  [ -z "$beyond" ] || { echo "package: on $arch these libraries are needed too: $beyond" >&2; exit 1; }
  cp "build/$arch/offsite" "build/$arch/libonnxruntime.so.1" "$work"
fi
{
  cat deploy/package/nfpm.yaml
  echo "depends:"
  tr ',' '\n' <<<"$libraries, postgresql-15 | postgresql (>= 15), fonts-arphic-gbsn00lp, fonts-arphic-gkai00mp, ca-certificates" | sed 's/^ *\(.*[^ ]\) *$/  - "\1"/'
} >"$work/nfpm.yaml"
package=build/offsite_${version}_${arch}.deb
VERSION=$version ARCH=$arch SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) nfpm package --config "$work/nfpm.yaml" --packager deb --target "$package" >"$work/nfpm.log" || { cat "$work/nfpm.log" >&2; exit 1; }
echo "$package"

#!/usr/bin/env bash
# Installs, upgrades, removes and purges the package: package-test.sh OLD.deb NEW.deb.
# It is done by dpkg itself over a copy of this machine's root (an overlay that is
# gone afterwards), so that what the package depends on is what make setup installed.
# No systemd runs there: that the units start is not tested here.
set -euo pipefail
old=$(realpath "$1") new=$(realpath "$2")
[ "${inside:-}" ] || exec env inside=1 unshare --mount --pid --fork "$0" "$old" "$new"
fail() { printf 'package: %s\n' "$*" >&2; exit 1; }
top=$(mktemp -d)
mount -t tmpfs tmpfs "$top"
mkdir "$top/upper" "$top/work" "$top/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$top/upper,workdir=$top/work" "$top/root"
mount -t proc proc "$top/root/proc"
mount --rbind /dev "$top/root/dev"
mkdir -p "$top/root/packages"
cp "$old" "$top/root/packages/old.deb"
cp "$new" "$top/root/packages/new.deb"
within() { chroot "$top/root" env -u OFFSITE_ONNXRUNTIME DEBIAN_FRONTEND=noninteractive "$@"; }
as_user() { within setpriv --reuid offsite --regid offsite --init-groups env HOME=/ "$@"; }

echo "package: install"
within dpkg -i /packages/old.deb >/dev/null
[ "$(within stat -c '%U:%G %a' /etc/offsite/offsite.yaml)" = "root:offsite 640" ] || fail "the configuration is $(within stat -c '%U:%G %a' /etc/offsite/offsite.yaml)"
as_user offsite config --config /etc/offsite/offsite.yaml >/dev/null || fail "the configuration that is installed is refused"

within install -d -o offsite -g offsite -m 0700 /var/lib/offsite
(cd / && as_user offsite doctor --json >"$top/doctor.json") || fail "the doctor finds: $(cat "$top/doctor.json")"
grep -q '"onnxruntime"' "$top/doctor.json" || fail "the doctor has not found ONNX Runtime"

echo "package: start as the unit does"
start() { exec chroot "$top/root" env -u OFFSITE_ONNXRUNTIME setpriv --reuid offsite --regid offsite --init-groups offsite up --data /var/lib/offsite --config /etc/offsite/offsite.yaml --listen 127.0.0.1:0; }
start >"$top/up.out" 2>"$top/up.err" &
started=$!
for _ in $(seq 600); do grep -q 'is ready after' "$top/up.out" && break; sleep 0.1; done
grep -q 'is ready after' "$top/up.out" || fail "offsite up does not start: $(cat "$top/up.err")"
kill -TERM "$started"
wait "$started" || fail "offsite up ends badly: $(cat "$top/up.err")"

echo "package: upgrade"
echo '# kept' >>"$top/root/etc/offsite/offsite.yaml"
within dpkg -i /packages/new.deb >/dev/null
[ "$(within dpkg-query -W -f '${Version}' offsite)" = "$(dpkg-deb -f "$new" Version)" ] || fail "the new version is not installed"
grep -q '# kept' "$top/root/etc/offsite/offsite.yaml" || fail "the upgrade has lost the bureau's configuration"
as_user offsite doctor --data /var/lib/offsite --json >"$top/doctor.json" || fail "after the upgrade the doctor finds: $(cat "$top/doctor.json")"

echo "package: remove, purge"
within dpkg -r offsite >/dev/null
[ ! -e "$top/root/usr/bin/offsite" ] && [ ! -e "$top/root/lib/systemd/system/offsite.service" ] || fail "removal has left the program"
[ -e "$top/root/etc/offsite/offsite.yaml" ] || fail "removal has taken the configuration"
within dpkg -P offsite >/dev/null 2>&1
[ ! -e "$top/root/etc/offsite" ] || fail "purge has left the configuration"
[ -e "$top/root/var/lib/offsite/keys/seal.pem" ] || fail "purge has taken keys and evidence"
echo "package: installed, started, upgraded, removed and purged; keys and evidence stay"

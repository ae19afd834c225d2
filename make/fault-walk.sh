#!/usr/bin/env bash
# Prints docs/fault-walk.md from what `make fault-walk` has measured.
set -euo pipefail
cd "$(dirname "$0")/.."
figures=build/bench
for f in fault-walk services-walk tamper-bytes tamper-files; do
  [ -f $figures/$f.md ] || { echo "fault-walk: $f is not measured yet; run make fault-walk" >&2; exit 1; }
done
cat <<PAGE
# The fault walk and the tamper walk

Written by \`make fault-walk\` on $(date -u +%F). It fails unless every case ends well.

## Faults

The smallest program that seals (spool, seal, timestamp, store, database; one bundle)
runs under \`strace\` once, which lists its calls on files: open, read, write, fsync,
rename, make, remove, close. Then it runs again and again, and in each run one of these
calls fails or is the last. Store, authority and PostgreSQL are real. Right after it, the verifier
must call the bundle in the store complete, or there must be none; after one more start without
a fault the bundle must be there once, whole, under the seal that it was first seen with,
known to the database, and gone from the spool. Where the spool had answered for the evidence before
the fault, the next start is not given it again. With a power cut, bytes that were not
fsynced are half there, and new names are gone whose folder was not fsynced.

$(cat $figures/fault-walk.md)

The services are taken away at each change that the spool makes on the disk, until two tries
have failed for want of them:

$(cat $figures/services-walk.md)

## Tampering

A small bundle is changed in one place at a time. “Named” is that the verifier names the file
whose header, contents or padding was changed.

| what is changed | cases | found | named |
| --- | --- | --- | --- |
$(cat $figures/tamper-bytes.md)
$(cat $figures/tamper-files.md)

A removal writes no file: each of its calls to keys, store, authority and log fails once, before
and after its work (\`TestARemovalIsWholeWhateverFails\`); each byte of its record is changed
(\`TestEveryChangedByteIsFound\`). Both are whole in \`make test\`.

A sample of each walk is part of \`make test\`. What a whole system does when its parts are
killed is in [reliability.md](reliability.md).
PAGE

#!/usr/bin/env bash
# Runs every benchmark and writes the performance page from what they measured.
set -euo pipefail
cd "$(dirname "$0")/.."
build/offsite bench demo
build/offsite bench looks
build/offsite bench report >docs/performance.md

# Offsite: `make run` starts everything, `make test` tests everything; each does
# its own set-up on a fresh Debian 12 machine. One included file per task.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

TOOLS := $(CURDIR)/.tools
export PATH := $(TOOLS)/go/bin:$(TOOLS)/node/bin:$(TOOLS)/bin:$(PATH)
export GOFLAGS := -buildvcs=false -trimpath
export GOTOOLCHAIN := local
export OFFSITE_ONNXRUNTIME ?= $(TOOLS)/onnxruntime/libonnxruntime.so.1

include make/build.mk
include make/run.mk
include make/test.mk
include make/lint.mk
include make/audit.mk
include make/bench.mk
include make/measure.mk
include make/release.mk
include make/documents.mk
include make/operate.mk
-include scenes/scenes.mk
-include models/models.mk

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | \
	  awk -F ':.*## ' '{ printf "  %-18s %s\n", $$1, $$2 }'

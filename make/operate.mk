# What an IT department tries before it trusts: each target starts the real thing,
# takes minutes, and writes its figures to build/bench.

DRILL := OFFSITE_FIGURES=$(CURDIR)/build/bench OFFSITE_BINARY=$(CURDIR)/$(BINARY) go test ./demo -timeout 0 -count=1 -v

.PHONY: backup-drill
backup-drill: build ## back up a running demonstration, restore it elsewhere, start and audit it
	@$(DRILL) -run TestBackupDrill

NFPM_VERSION := v2.43.0

.PHONY: package
package: build $(TOOLS)/bin/nfpm ## Debian package in build/, installed, upgraded and removed in a copy of this machine
	@echo "package: building"
	@old=$$(make/package.sh "$(VERSION)~before") && new=$$(make/package.sh "$(VERSION)") && \
	  make/package-test.sh "$$old" "$$new" && rm "$$old" && ls -sh "$$new"

$(TOOLS)/bin/nfpm:
	@echo "setup: building nfpm $(NFPM_VERSION)"
	@GOBIN=$(TOOLS)/bin go install github.com/goreleaser/nfpm/v2/cmd/nfpm@$(NFPM_VERSION)

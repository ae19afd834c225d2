# What an IT department tries before it trusts: each target starts the real thing,
# takes minutes, and writes its figures to build/bench.

DRILL := OFFSITE_FIGURES=$(CURDIR)/build/bench OFFSITE_BINARY=$(CURDIR)/$(BINARY) go test ./demo -timeout 0 -count=1 -v

.PHONY: backup-drill
backup-drill: build ## back up a running demonstration, restore it elsewhere, start and audit it
	@$(DRILL) -run TestBackupDrill

.PHONY: faults
faults: build ## every part of a running demonstration taken away and given back; writes docs/reliability.md
	@$(DRILL) -run 'TestFaults$$'
	@make/reliability.sh >build/reliability.md && mv build/reliability.md docs/reliability.md

.PHONY: traces
traces: build ## an incident followed through two processes by a collector, from look to notice
	@$(DRILL) -run 'TestTraces$$'

KILLS ?= 500
.PHONY: kills
kills: build ## KILLS times kill -9 of any process of a demonstration under work, at moments drawn by a seed; figures in build/bench/kills.json
	@OFFSITE_KILLS=$(KILLS) $(DRILL) -run 'TestKills$$'

SOAK ?= 10m
.PHONY: soak
soak: build ## a demonstration under traffic for SOAK, with a fault every two minutes; figures in build/bench/soak.json
	@OFFSITE_SOAK=$(SOAK) $(DRILL) -run 'TestSoak$$'

.PHONY: alerts
alerts: $(TOOLS)/bin/promtool ## alerts and board against the metrics that there are
	@go test ./deploy -count=1 -run 'Alerts|Metrics' -v

$(TOOLS)/bin/promtool:
	@echo "setup: fetching promtool from Debian"
	@mkdir -p build/prometheus $(TOOLS)/bin && cd build/prometheus && apt-get download prometheus >apt.log 2>&1 && \
	  dpkg-deb -x prometheus_*.deb . && cp usr/bin/promtool $@ && rm -r usr prometheus_*.deb

HELM_VERSION := v3.18.6

.PHONY: chart
chart: $(TOOLS)/bin/helm $(TOOLS)/bin/kubernetes-validate ## lint and render the Helm chart, and hold it against Kubernetes' schemas
	@go test ./deploy -count=1 -run Chart -v

$(TOOLS)/bin/helm:
	@echo "setup: building helm $(HELM_VERSION)"
	@GOBIN=$(TOOLS)/bin go install helm.sh/helm/v3/cmd/helm@$(HELM_VERSION)

KUBERNETES_VALIDATE_VERSION := 1.37.0

$(TOOLS)/bin/kubernetes-validate:
	@echo "setup: kubernetes-validate $(KUBERNETES_VALIDATE_VERSION)"
	@mkdir -p $(TOOLS)/bin && rm -rf $(TOOLS)/kubernetes && python3 -m venv $(TOOLS)/kubernetes
	@$(TOOLS)/kubernetes/bin/pip install --quiet --disable-pip-version-check kubernetes-validate==$(KUBERNETES_VALIDATE_VERSION)
	@ln -sf $(TOOLS)/kubernetes/bin/kubernetes-validate $@

NFPM_VERSION := v2.43.0

.PHONY: package
package: build $(TOOLS)/bin/nfpm ## Debian package in build/, installed, upgraded and removed in a copy of this machine
	@echo "package: building"
	@old=$$(make/package.sh "$(VERSION)~before") && new=$$(make/package.sh "$(VERSION)") && \
	  make/package-test.sh "$$old" "$$new" && rm "$$old" && ls -sh "$$new"

.PHONY: package-arm64
package-arm64: build $(TOOLS)/bin/nfpm ## the package for ARM64, cross-built (1.2 GB of Debian's libraries) and tried under QEMU
	@make/arm64.sh "$(VERSION)" && make/arm64-test.sh && ls -sh "$$(make/package.sh "$(VERSION)" arm64)"

$(TOOLS)/bin/nfpm:
	@echo "setup: building nfpm $(NFPM_VERSION)"
	@GOBIN=$(TOOLS)/bin go install github.com/goreleaser/nfpm/v2/cmd/nfpm@$(NFPM_VERSION)

.PHONY: fault-walk
fault-walk: setup ## every file call of the smallest sealing program fails once in each way, every byte of a bundle is changed; writes docs/fault-walk.md
	@go test ./evidence/keep -count=1 -timeout 2h -run 'TestEachCallFails|TestEachServiceIsAway' -walk -figures $(CURDIR)/build/bench
	@go test ./evidence/verify -count=1 -timeout 1h -run 'TestEveryChangedByte|TestEveryMovedFile' -walk -figures $(CURDIR)/build/bench
	@make/fault-walk.sh >build/fault-walk.md && mv build/fault-walk.md docs/fault-walk.md

.PHONY: conformance
conformance: setup ## what other S3 stores do of what evidence asks of a store; writes docs/stores.md
	@mkdir -p build/bench && stores=$$(make/conformance.sh $(TOOLS)/stores) && \
	  go test ./evidence/vault -count=1 -timeout 20m -run TestStoresConform -stores "$$stores" -tools $(TOOLS)/stores -figures $(CURDIR)/build/bench
	@make/stores.sh >build/stores.md && mv build/stores.md docs/stores.md

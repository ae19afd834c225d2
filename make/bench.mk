.PHONY: bench bench-evidence bench-demo bench-supervision bench-report
bench: bench-evidence bench-demo bench-supervision bench-report ## every benchmark; writes build/bench/*.json and docs/performance.md

bench-demo: build ## start, first finding, memory and processor time of the demonstration
	@build/offsite bench demo

bench-report: build ## docs/performance.md from what was measured
	@build/offsite bench report >build/performance.md && mv build/performance.md docs/performance.md

bench-evidence: setup ## sealing and verifying against sha256sum, the log, and the way to the store
	@go test ./evidence/measure -count=1 -run Figures -figures $(CURDIR)/build/bench

bench-supervision: setup ## base data, grades and the plan's figures at the size of a big district
	@go test ./casework/measure -count=1 -timeout 30m -run Figures -figures $(CURDIR)/build/bench

.PHONY: bench bench-casework bench-evidence bench-demo bench-report
bench: bench-evidence bench-casework bench-demo bench-report ## every benchmark; writes build/bench/*.json and docs/performance.md

bench-demo: build ## start, first finding, memory and processor time of the demonstration
	@build/offsite bench demo

bench-report: build ## docs/performance.md from what was measured
	@build/offsite bench report >build/performance.md && mv build/performance.md docs/performance.md

bench-evidence: setup ## sealing and verifying against sha256sum, the log, and the way to the store
	@go test ./evidence/measure -count=1 -run Figures -figures $(CURDIR)/build/bench

CASES ?= 200000
bench-casework: build ## queue, search, case page, steps, sweep and decisions with CASES cases; writes docs/casework-performance.md
	@build/offsite bench casework --cases $(CASES) --page docs/casework-performance.md

.PHONY: bench bench-web bench-evidence bench-demo bench-report
bench: bench-evidence bench-demo bench-web bench-report ## every benchmark; writes build/bench/*.json and docs/performance.md

bench-demo: build ## start, first finding, memory and processor time of the demonstration
	@build/offsite bench demo

bench-web: build ## the console and the portal in Chromium: load, switches, axe, 60 findings by keyboard
	@make/e2e.sh bench

bench-report: build ## docs/performance.md from what was measured
	@build/offsite bench report >build/performance.md && mv build/performance.md docs/performance.md

bench-evidence: setup ## sealing and verifying against sha256sum, the log, and the way to the store
	@go test ./evidence/measure -count=1 -run Figures -figures $(CURDIR)/build/bench

.PHONY: bench bench-demo bench-report
bench: bench-demo bench-report ## every benchmark; writes build/bench/*.json and docs/performance.md

bench-demo: build ## start, first finding, memory and processor time of the demonstration
	@build/offsite bench demo

bench-report: build ## docs/performance.md from what was measured
	@build/offsite bench report >build/performance.md && mv build/performance.md docs/performance.md

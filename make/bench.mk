.PHONY: bench bench-nodes bench-demo bench-cameras bench-web bench-casework bench-supervision bench-base bench-quotas bench-webhooks bench-evidence bench-report
bench: bench-evidence bench-demo bench-cameras bench-web bench-casework bench-supervision bench-webhooks bench-report ## every benchmark; writes docs/figures and docs/performance.md

bench-demo: build ## start, first finding, memory and processor time of the demonstration
	@build/offsite bench demo

bench-cameras: build ## what a camera costs, against ffmpeg and bare libraries; BENCH_CAMERAS="--cameras 100 --soak 10m" for the long run
	@build/offsite bench cameras $(BENCH_CAMERAS)

bench-nodes: setup ## one to four nodes: killed in a row, killed when they have just raised an incident, told to stop, under load, a day without the centre; what a camera costs
	@go test ./cmd/offsite -count=1 -timeout 90m -run 'NodesTakeOver|KilledWhen|TestLoad|ADayWithout' -kills 20 -figures $(CURDIR)/build/bench

bench-web: build ## the console and the portal in Chromium: load, switches, axe, 60 findings by keyboard
	@make/e2e.sh bench

bench-report: build ## takes what was measured into docs/figures, and makes docs/performance.md and docs/capacity.md of it
	@build/offsite bench report >build/performance.md && mv build/performance.md docs/performance.md
	@build/offsite bench capacity >build/capacity.md && mv build/capacity.md docs/capacity.md

bench-evidence: setup ## sealing and verifying against sha256sum, the log, and the way to the store
	@go test ./evidence/measure -count=1 -run Figures -figures $(CURDIR)/build/bench

bench-supervision: bench-base bench-quotas ## base data, grades and the plan's figures at the size of a big district, in two parts of minutes each

bench-base: setup ## the first part: taking in and grading 100,000 shops; BENCH_SUPERVISION="-shops 5000" for a short one, which is printed alone
	@go test ./casework/measure -v -count=1 -timeout 30m -run FiguresOfBaseData -figures $(CURDIR)/build/bench $(BENCH_SUPERVISION)

bench-quotas: setup ## the second part: the plan's figures over a million cases; BENCH_SUPERVISION="-cases 50000" for a short one, which is printed alone
	@go test ./casework/measure -v -count=1 -timeout 60m -run FiguresOfQuotas -figures $(CURDIR)/build/bench $(BENCH_SUPERVISION)

bench-webhooks: setup ## deliveries a minute to a receiver that fails one request in five
	@go test ./exchange/webhook -count=1 -timeout 30m -run Figures -figures $(CURDIR)/build/bench

CASES ?= 200000
bench-casework: build ## queue, search, case page, steps, sweep and decisions with CASES cases; writes docs/casework-performance.md
	@build/offsite bench casework --cases $(CASES) --page docs/casework-performance.md

.PHONY: bench
bench: build ## measure; writes build/bench/*.json
	@make/bench.sh

# What is measured of the API from outside: see api/measure.
MEASURE := build/measure
MEASURED := go test ./api/measure -count=1 -timeout 3h -args -binary $(CURDIR)/$(BINARY) -filled $(CURDIR)/$(MEASURE)/demo -figures $(CURDIR)/build/bench
REQUESTS ?= 50000

.PHONY: bench-api fuzz-api
bench-api: build $(MEASURE)/demo/trust.json ## authenticated reads a second, how long they take, and 10⁵ connections beside five cameras
	@mkdir -p build/bench
	@$(subst -args,-run TestLoad -args,$(MEASURED))
	@$(DRILL) -run 'TestCrowd$$'

fuzz-api: build $(MEASURE)/demo/trust.json $(TOOLS)/fuzzer/bin/schemathesis ## property-based fuzzing of the API; REQUESTS=50000
	@mkdir -p build/bench
	@$(subst -args,-run TestFuzz -args,$(MEASURED)) -fuzzer $(TOOLS)/fuzzer/bin/schemathesis -document $(CURDIR)/api/openapi.json -requests $(REQUESTS)

# A folder in which the demonstration was played to its end.
$(MEASURE)/demo/trust.json: | build
	@rm -rf $(MEASURE)/demo && mkdir -p $(MEASURE) && $(BINARY) demo --dir $(CURDIR)/$(MEASURE)/demo

$(TOOLS)/fuzzer/bin/schemathesis: api/measure/requirements.txt
	@echo "setup: schemathesis"
	@rm -rf $(TOOLS)/fuzzer && python3 -m venv $(TOOLS)/fuzzer
	@$(TOOLS)/fuzzer/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

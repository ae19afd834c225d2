GOTEST := go test -race -timeout 20m

.PHONY: test test-go test-web e2e screenshots look fuzz peers
test: build lint-fast test-go test-web e2e ## everything that must hold; what CI runs

test-go: setup peers ## Go tests with the race detector
	@echo "test: go"
	@$(GOTEST) ./...

peers: setup ## programs of others that tests hold ours against: a witness of logs, a validator of bags
	@make/peers.sh $(TOOLS)/peers

test-web: setup ## unit tests of the console
	@echo "test: web"
	@cd web && npm test --silent

e2e: build ## the whole loop in a real browser against a real server
	@echo "test: end to end"
	@make/e2e.sh

screenshots: build ## pictures for docs/images, and of every page, both languages, desk and phone, into build/look
	@make/e2e.sh screenshots

look: build ## a picture of every page of the invented district into build/look
	@make/e2e.sh look

FUZZTIME ?= 60s
fuzz: setup ## every fuzz target for FUZZTIME
	@make/fuzz.sh $(FUZZTIME)

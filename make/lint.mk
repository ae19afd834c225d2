GOLANGCI_VERSION := v2.15.0

.PHONY: lint lint-fast
lint-fast: setup ## formatting, go vet, module tidiness, console types
	@echo "lint: gofmt, vet, modules, types"
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'run gofmt -w on these'; exit 1; }
	@go vet ./...
	@go mod tidy -diff >/dev/null || { echo 'go.mod is not tidy: run go mod tidy'; exit 1; }
	@cd web && npm run --silent typecheck

lint: lint-fast $(TOOLS)/bin/golangci-lint ## all linters
	@golangci-lint run ./...
	@cd web && npm run --silent lint

$(TOOLS)/bin/golangci-lint:
	@echo "setup: building golangci-lint $(GOLANGCI_VERSION)"
	@GOBIN=$(TOOLS)/bin go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

VERSION := $(shell cat VERSION 2>/dev/null || echo 0.0.0)
BINARY := build/offsite
# Everything that may be compiled or embedded; Go itself knows what really is.
GO_SOURCES = $(shell git ls-files -co --exclude-standard -- ':!docs' ':!web' ':!*.md' ':!models/training' ':!scenes/render')
WEB_SOURCES = $(shell git ls-files -co --exclude-standard -- web)

.PHONY: setup build clean
setup: ## install what building and testing need (idempotent)
	@make/setup.sh

build: setup $(BINARY) ## build the console and the binary

$(BINARY): web/dist/index.html $(GO_SOURCES)
	@echo "build: $@"
	@go build -ldflags '-s -w -X main.version=$(VERSION)' -o $@ ./cmd/offsite

web/dist/index.html: $(WEB_SOURCES) api/openapi.json
	@echo "build: web/dist"
	@cd web && npm run --silent build >../build/web.log 2>&1 || { cat ../build/web.log; exit 1; }
	@touch web/dist/.gitkeep $@

clean: ## remove what was built (not the data, not the tools)
	rm -rf build web/dist/assets web/dist/index.html

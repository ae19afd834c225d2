# What a release is made of: the same bytes from any folder, and a signed list of them.
.PHONY: reproducible release-manifest build-arm64
reproducible: setup web/dist/index.html ## build twice in two folders: the bytes must be the same
	@make/reproducible.sh $(VERSION)

build-arm64: setup web/dist/index.html ## build/arm64/offsite on an x86-64 machine, and a look at it under qemu
	@make/arm64.sh $(VERSION)
	@make/arm64.sh smoke

RELEASE ?= build/release
release-manifest: build sbom ## SHA-256 of what is released, signed: RELEASE_KEY=FILE (Ed25519, PEM)
	@make/manifest.sh $(RELEASE) "$(RELEASE_KEY)" $(BINARY) build/sbom/offsite.cdx.json build/sbom/web.cdx.json

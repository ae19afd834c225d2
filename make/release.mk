# What a release is made of: the same bytes from any folder, and a signed list of them.
.PHONY: reproducible release-manifest
reproducible: setup web/dist/index.html ## build twice in two folders: the bytes must be the same
	@make/reproducible.sh $(VERSION)

RELEASE ?= build/release
release-manifest: build sbom ## SHA-256 of what is released, signed: RELEASE_KEY=FILE (Ed25519, PEM)
	@make/manifest.sh $(RELEASE) "$(RELEASE_KEY)" $(BINARY) build/sbom/offsite.cdx.json build/sbom/web.cdx.json

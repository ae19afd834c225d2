CYCLONEDX_VERSION := v1.10.0

.PHONY: audit audit-ci sbom
audit: sbom ## secrets in the history, unsafe code, modules, licences, known vulnerabilities; SCANS="secrets code" for some
	@make/audit.sh $(SCANS)

audit-ci: setup ## those of them that CI runs
	@make/audit.sh modules secrets advisories

sbom: build $(TOOLS)/bin/cyclonedx-gomod ## what the program is made of, as CycloneDX in build/sbom
	@echo "sbom: build/sbom/offsite.cdx.json, build/sbom/web.cdx.json"
	@mkdir -p build/sbom
	@cyclonedx-gomod bin -json -licenses -std -version $(VERSION) -output build/sbom/offsite.cdx.json $(BINARY) 2>build/sbom/offsite.log || { cat build/sbom/offsite.log; exit 1; }
	@cd web && npm sbom --sbom-format cyclonedx --omit dev >../build/sbom/web.cdx.json

$(TOOLS)/bin/cyclonedx-gomod:
	@echo "setup: building cyclonedx-gomod $(CYCLONEDX_VERSION)"
	@GOBIN=$(TOOLS)/bin go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX_VERSION)

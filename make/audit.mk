GOVULNCHECK_VERSION := v1.9.0
GITLEAKS_VERSION := v8.30.0
CYCLONEDX_VERSION := v1.10.0

.PHONY: audit audit-vulnerabilities audit-secrets audit-licences sbom
audit: audit-vulnerabilities audit-secrets audit-licences ## known vulnerabilities, secrets in the history, licences

audit-vulnerabilities: setup $(TOOLS)/bin/govulncheck
	@make/vulnerabilities.sh

audit-secrets: $(TOOLS)/bin/gitleaks
	@echo "audit: secrets in the history"
	@gitleaks git --no-banner --redact --log-level error --verbose .

audit-licences: sbom
	@make/licences.sh

sbom: build $(TOOLS)/bin/cyclonedx-gomod ## what the program is made of, as CycloneDX in build/sbom
	@echo "sbom: build/sbom/offsite.cdx.json, build/sbom/web.cdx.json"
	@mkdir -p build/sbom
	@cyclonedx-gomod bin -json -licenses -std -version $(VERSION) -output build/sbom/offsite.cdx.json $(BINARY) 2>build/sbom/offsite.log || { cat build/sbom/offsite.log; exit 1; }
	@cd web && npm sbom --sbom-format cyclonedx --omit dev >../build/sbom/web.cdx.json

$(TOOLS)/bin/govulncheck:
	@echo "setup: building govulncheck $(GOVULNCHECK_VERSION)"
	@GOBIN=$(TOOLS)/bin go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION)

$(TOOLS)/bin/gitleaks:
	@echo "setup: building gitleaks $(GITLEAKS_VERSION)"
	@GOBIN=$(TOOLS)/bin go install github.com/zricethezav/gitleaks/v8@$(GITLEAKS_VERSION)

$(TOOLS)/bin/cyclonedx-gomod:
	@echo "setup: building cyclonedx-gomod $(CYCLONEDX_VERSION)"
	@GOBIN=$(TOOLS)/bin go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX_VERSION)

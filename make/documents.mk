.PHONY: documents-pictures
documents-pictures: ## the sample of each document as pictures in docs/images/documents
	@rm -rf build/documents && mkdir -p build/documents docs/images/documents
	@OFFSITE_DOCUMENTS_OUT=$(CURDIR)/build/documents go test -count=1 -run TestEveryKind ./casework/document
	@rm -f docs/images/documents/*.png
	@for f in build/documents/*.pdf; do pdftoppm -r 64 -png "$$f" "docs/images/documents/$$(basename "$$f" .pdf)"; done
	@ls docs/images/documents | wc -l | xargs echo pictures:

.PHONY: documents-archive
documents-archive: ## check every document against PDF/A-2b with veraPDF (needs java and mvn)
	@rm -rf build/documents && mkdir -p build/documents build/verapdf
	@OFFSITE_DOCUMENTS_OUT=$(CURDIR)/build/documents go test -count=1 -run 'TestEveryKind|TestOwnSeal|TestEnglishPage' ./casework/document
	@cd casework/document/verapdf && mvn -q dependency:copy-dependencies -DoutputDirectory=$(CURDIR)/build/verapdf
	@java -cp 'build/verapdf/*' casework/document/verapdf/Check.java build/documents/*.pdf 2>/dev/null

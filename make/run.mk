DATA ?= data

.PHONY: run demo
run: build ## start everything with five demo cameras; prints the address and passwords
	@exec $(BINARY) up --demo --data $(DATA)

demo: build ## run the whole loop without hands, from camera to verified, paid case
	@$(BINARY) demo

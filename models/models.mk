# Training of the shipped models. MODELS_DATA is the folder of data (DATA.md); what
# is drawn and trained lies in build/models. CPU and GPU; resumes where it stopped.
MODELS_DATA ?= ../shared/data
MODELS_WORK := $(CURDIR)/build/models
MODELS_PYTHON := $(CURDIR)/build/venv/bin/python
MODELS_THREADS ?= 2
MODELS_VERSION ?= $(shell date +%Y.%m.%d)
MODELS_ARGS = --data $(abspath $(MODELS_DATA)) --work $(MODELS_WORK)

.PHONY: train-setup train-objects train-burning train-novelty train-ground train-fresh
train-setup: $(MODELS_WORK)/.ready ## Python environment for training

$(MODELS_WORK)/.ready: models/training/requirements.txt
	@mkdir -p $(MODELS_WORK)
	@python3 -m venv build/venv && build/venv/bin/pip install -q -r $<
	@touch $@

# ship NAME: export, thresholds and calibration, then the figures by the production path.
define ship
@cd models/training && $(MODELS_PYTHON) ship.py $(1) $(MODELS_ARGS) --version $(MODELS_VERSION)
@cd models/training && $(MODELS_PYTHON) lists.py $(1) $(MODELS_ARGS)
@MODELS_DATA=$(abspath $(MODELS_DATA)) go test ./pipeline/infer/evaluate -count=1 -run Shipped/$(1) -record
endef

train-burning: train-setup ## train, export and measure the fire and smoke model
	@cd models/training && $(MODELS_PYTHON) train_burning.py $(MODELS_ARGS) --threads $(MODELS_THREADS) --epochs 32
	$(call ship,burning)

train-objects: train-setup ## train, export and measure the street model (needs build/sprites)
	@cd models/training && $(MODELS_PYTHON) train_objects.py $(MODELS_ARGS) --threads $(MODELS_THREADS)
	$(call ship,objects)

train-novelty: train-setup ## train, export and measure the class-free change model
	@cd models/training && $(MODELS_PYTHON) train_novelty.py $(MODELS_ARGS) --threads $(MODELS_THREADS)
	$(call ship,novelty)

train-ground: train-setup ## train, export and measure the ground model
	@cd models/training && $(MODELS_PYTHON) train_ground.py $(MODELS_ARGS) --threads $(MODELS_THREADS)
	$(call ship,ground)

lighten-%: train-setup ## rewrite a shipped model as the runtime computes it fastest, and measure it again
	@cd models/training && $(MODELS_PYTHON) lighten.py $* --version $(MODELS_VERSION)
	@MODELS_DATA=$(abspath $(MODELS_DATA)) go test ./pipeline/infer/evaluate -count=1 -run Shipped/$* -record

quantize-%: train-setup ## an eight-bit version of a shipped model, its time and accuracy; nothing is shipped
	@rm -rf $(MODELS_WORK)/int8
	@cd models/training && $(MODELS_PYTHON) quantize.py $* $(MODELS_ARGS) $(QUANTIZE)
	-@MODELS_DATA=$(abspath $(MODELS_DATA)) go test ./pipeline/infer/evaluate -count=1 -v -run Shipped/$* -folder $(MODELS_WORK)/int8

train-fresh: ## forget checkpoints, so that the next training starts anew
	@rm -f $(MODELS_WORK)/*.pt $(MODELS_WORK)/quilts.npz

# Rendering of the demonstration's scenes: plates and actors with Debian's Blender
# (Cycles, CPU), frames with numpy and OpenCV, videos with ffmpeg. The videos are
# committed; this makes them anew, in about half an hour of two idle cores.
SCENES_WORK := build/scenes
SCENES_PYTHON := $(CURDIR)/build/venv/bin/python
SCENES_BLENDER := nice -n 15 blender -b -P

.PHONY: scenes scenes-setup scenes-sprites scenes-ground
scenes-setup:
	@command -v blender >/dev/null || apt-get install -y -qq --no-install-recommends blender fonts-noto-cjk ffmpeg
	@test -x $(SCENES_PYTHON) || python3 -m venv build/venv
	@$(SCENES_PYTHON) -c 'import cv2, numpy' 2>/dev/null || build/venv/bin/pip install -q numpy opencv-python-headless==4.12.0.88

scenes: scenes-setup ## render the demonstration's videos and their ground truth anew
	@$(SCENES_BLENDER) scenes/render/plates.py -- $(SCENES_WORK)/plates >$(SCENES_WORK)-plates.log
	@$(SCENES_BLENDER) scenes/render/actors.py -- $(SCENES_WORK) >$(SCENES_WORK)-actors.log
	@nice -n 15 $(SCENES_PYTHON) scenes/render/film.py $(SCENES_WORK) scenes
	@$(SCENES_PYTHON) scenes/render/truth.py scenes

scenes-sprites: scenes-setup ## render the cut-outs that the street model is trained with
	@$(SCENES_BLENDER) scenes/render/sprites.py -- build/sprites >build/sprites.log
	@$(SCENES_PYTHON) scenes/render/trim.py build/sprites

scenes-ground: scenes-setup ## render the building sites that the ground model is trained with
	@$(SCENES_BLENDER) scenes/render/plates.py -- build/ground $(shell seq -f 'ground-%g' 1 64) >build/ground.log

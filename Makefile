# What to type: `make` lists it. Everything runs in .venv, which is made when it is absent.
# Works with GNU make 3.81 and later (Linux, macOS). For Windows see README.md.

PYTHON ?=
PORT ?= 8501
DATA ?=
WEIGHTS ?=
RECIPE ?= training/recipes/bundled.toml
REPLACE ?=
export DATA WEIGHTS RECIPE REPLACE

PY = .venv/bin/python

.PHONY: help app test test-quick soak setup lint train weights lock films-named packages-app packages-train packages-dev

help:
	@echo 'make app               start the page on this computer (PORT=8501)'
	@echo 'make test              run all tests'
	@echo 'make test-quick        run the tests that need neither a browser nor a training'
	@echo 'make soak              run the long versions: every network, every bad input on the page, many more random cases'
	@echo 'make setup             install what the page, the training and the tests need'
	@echo 'make lint              check style, types and the import law'
	@echo 'make train DATA=DIR    train and choose the model on a folder of films (WEIGHTS=FILE or none, RECIPE=FILE, REPLACE=1)'
	@echo 'make weights           download the ImageNet weights of EfficientNet-Lite, which Keras lacks, into weights/'
	@echo 'make lock              work out the requirements files from pyproject.toml'

app: packages-app
	@exec $(PY) -m cxr_app serve --port '$(PORT)'

test: packages-dev
	@$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

test-quick: packages-dev
	@$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile -m 'not slow and not browser and not soak'

soak: packages-dev
	@$(PY) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile -m 'soak or not soak' --hypothesis-profile soak

setup: packages-dev

lint: packages-dev
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy --strict
	@.venv/bin/lint-imports --no-logo

train: films-named packages-train
	@$(PY) -m training select --data "$$DATA" --recipe "$$RECIPE" $${WEIGHTS:+--weights "$$WEIGHTS"} $${REPLACE:+--replace}

weights: packages-train
	@$(PY) -m training weights

films-named:
	@if [ -z "$$DATA" ]; then \
	    echo 'Say where the films are: make train DATA=DIR, a folder that holds NORMAL and PNEUMONIA, or train, val and test with those inside.' >&2; exit 2; fi

# The biggest set first: it holds the smaller ones to its versions. UPGRADE=--upgrade takes the newest.
COMPILE = $(PY) -m uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' $(UPGRADE)

lock: packages-dev
	@$(COMPILE) --extra train --extra dev -o requirements-dev.txt >/dev/null
	@$(COMPILE) --extra train -c requirements-dev.txt -o requirements.txt >/dev/null
	@$(COMPILE) -c requirements-dev.txt -o requirements-app.txt >/dev/null

# packages-SET makes .venv hold at least the packages of the SET. .venv/installed/ keeps a copy of each
# requirements file that is met, so nothing is done while they are equal. The copies are taken away
# before pip starts, so an interrupted installation is done again.
packages-app: LOCK = requirements-app.txt
packages-app: SIZE = 0.7 GB
packages-train: LOCK = requirements.txt
packages-train: SIZE = 2.4 GB
packages-dev: LOCK = requirements-dev.txt
packages-dev: SIZE = 2.8 GB
packages-app packages-train packages-dev:
	@if cmp -s $(LOCK) .venv/installed/$(LOCK) 2>/dev/null; then exit 0; fi; \
	suits='import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; \
	if [ ! -e .venv ]; then \
	    python='$(PYTHON)'; \
	    for name in python3.11 python3.12 python3.13 python3; do \
	        if [ -z "$$python" ] && $$name -c "$$suits" 2>/dev/null; then python=$$name; fi; \
	    done; \
	    if [ -z "$$python" ] || ! "$$python" -c "$$suits" 2>/dev/null; then \
	        echo 'Python 3.11, 3.12 or 3.13 is needed; install one, or name it with PYTHON=/path/to/python3.11.' >&2; exit 2; fi; \
	    if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	        echo 'This Python lacks its venv module; on Debian and Ubuntu install it with: sudo apt-get install python3-venv' >&2; exit 2; fi; \
	    "$$python" -m venv .venv || { rm -rf .venv; exit 2; }; \
	elif ! $(PY) -c "import pip; $$suits" 2>/dev/null; then \
	    echo 'The folder .venv is unfinished, broken or of another Python; remove it and run this again.' >&2; exit 2; \
	fi; \
	echo 'Installing $(LOCK) into .venv: $(SIZE) on disk, some minutes the first time.'; \
	rm -rf .venv/installed; \
	$(PY) -m pip install --quiet --no-input --disable-pip-version-check \
	    --require-hashes --only-binary :all: -r $(LOCK) || exit 2; \
	mkdir .venv/installed; \
	for met in requirements-app.txt requirements.txt requirements-dev.txt; do \
	    cp $$met .venv/installed/ || exit 2; \
	    if [ $$met = $(LOCK) ]; then break; fi; \
	done

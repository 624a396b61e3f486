# Everything a developer, CI and the README use. Needs python3 (3.11 or later, with venv),
# make and git, and a package index for the first run. `make help` lists the targets.

PYTHON  ?= python3
BIN     := .venv/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTEST  := $(BIN)/python -m pytest
# Two workers; tests of one file stay in one process, because they share a server.
WORKERS ?= 2
SPREAD  := -n $(WORKERS) --dist loadfile
CODE    := verifier ledger app tests $(wildcard bench)
LOCKS   := verifier server build dev

.DEFAULT_GOAL := help
.PHONY: help venv demo test lint types test-fast bench soak format lock wheel sbom image-steps clean

help:           ## what there is
	@sed -n 's/^\(\.venv \)\{0,1\}\([a-z-]*\):.*## /\2	/p' Makefile | expand -t 14

# Two stamps: a changed pyproject.toml re-installs only our own two packages.
.venv/.locked: requirements/dev.txt requirements/oracle.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@echo 'setting up .venv (locked versions, about half a minute)'
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@# Without dependencies and isolation: see the comment in that file.
	@$(PIP) install --require-hashes --no-deps --no-build-isolation -r requirements/oracle.txt
	@touch $@

.venv/.installed: .venv/.locked pyproject.toml verifier/pyproject.toml
	@# setuptools warns that a folder may take precedence over an editable package: here it is that folder.
	@PYTHONWARNINGS=ignore $(PIP) install --no-deps --no-build-isolation -e ./verifier -e .
	@touch $@

.venv venv: .venv/.installed  ## the virtual environment, from the lock files
	@:

demo: .venv/.installed  ## seal and verify, the whole path, into demo/
	@$(BIN)/beilin demo --out demo/

# The image's own steps, again only when something that they read by name has changed.
.venv/.image: Dockerfile .dockerignore .ci/dockerfile_steps.py requirements/build.txt requirements/server.txt .venv/.installed
	@$(PYTHON) .ci/dockerfile_steps.py Dockerfile
	@touch $@

test: lint types .venv/.image  ## lint, types, the image's steps and the whole suite
	@$(PYTEST) $(SPREAD)

test-fast: .venv/.installed  ## the suite without fault tests, stopping at the first failure
	@$(PYTEST) $(SPREAD) -m 'not fault' -x

soak: .venv/.installed  ## the fault tests and the exhaustive ones with more rounds, and the slow controls
	@BEILIN_SOAK=1 $(PYTEST) $(SPREAD) -m 'soak or fault or longer' --timeout 3600

bench: .venv/.installed  ## the table of speeds with its ratios (never part of CI)
	@$(BIN)/python -m bench

lint: .venv/.installed  ## ruff: rules and format
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet . || { echo 'not formatted (make format):'; $(BIN)/ruff format --check .; exit 1; }

types: .venv/.installed  ## mypy, strict for what ships
	@$(BIN)/mypy --no-error-summary $(CODE)

format: .venv/.installed  ## let ruff write the layout
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

lock:           ## write the lock files again (UPGRADE=--upgrade takes newer versions)
	@$(PYTHON) .ci/lock.py $(UPGRADE)

wheel: .venv/.installed  ## both wheels, into dist/, the same bytes for everyone who builds this commit
	@$(BIN)/python .ci/wheels.py dist

sbom: wheel  ## bills of materials (CycloneDX) of verifier and server, into dist/
	@$(BIN)/python .ci/sbom.py dist

image-steps:    ## run every RUN line of the Dockerfile here, in a scratch folder
	@$(PYTHON) .ci/dockerfile_steps.py Dockerfile

clean:          ## everything that make made
	rm -rf .venv dist build verifier/build demo *.egg-info verifier/*.egg-info
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

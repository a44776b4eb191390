# Set up, show, test, document. Needs make and Python 3.11 or newer; never root. `make help` lists the targets.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up
LOCK := requirements/lock.txt
UV_VERSION := 0.13.9
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
WORKERS ?= auto

# The first interpreter that is new enough and can make virtual environments; `make setup PYTHON=…` overrides.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$name" && break; done)

.PHONY: help setup demo test docs lock bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s  %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## make .venv with the pinned packages and this project; does nothing when up to date

$(STAMP): pyproject.toml $(LOCK)
	@test -n "$(PYTHON)" || { echo "karvan needs Python 3.11 or newer with the venv module, and found none." \
		"Install it (Debian: python3 and python3-venv), or name one: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is not Python 3.11 or newer," \
		"which karvan needs. Name another: make setup PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python && $(BIN)/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "Making $(VENV) with $(PYTHON)"; "$(PYTHON)" -m venv --clear $(VENV); }
	@echo "Installing $$(grep -c '==' $(LOCK)) pinned packages into $(VENV)"
	@$(PIP) install -qq --require-hashes --requirement $(LOCK)
	@$(PIP) install -qq --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## judge the promises of the built-in case
	$(BIN)/karvan assess

test: setup ## every check and every test; says what was not run and why
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --numprocesses=$(WORKERS) --cov=karvan --cov-report=term:skip-covered
	@$(MAKE) --no-print-directory docs

docs: setup ## write the reference pages and build the manual into site/
	$(BIN)/python docs/generate.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	$(BIN)/python docs/generate.py --check

lock: ## resolve the packages anew into requirements/lock.txt
	@test -n "$(PYTHON)" || { echo "karvan needs Python 3.11 or newer." >&2; exit 1; }
	"$(PYTHON)" -m venv --clear $(VENV)/lock
	$(VENV)/lock/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(VENV)/lock/bin/uv pip compile --quiet --upgrade --universal --fork-strategy fewest --python-version 3.11 \
		--generate-hashes --no-annotate --no-header --extra tables --extra chart --group dev \
		pyproject.toml requirements/build.in --output-file $(LOCK)
	rm -rf $(VENV)/lock

bench: setup ## time the engines and their peers; results as JSON
	@test -f benchmarks/run.py || { echo "There are no benchmarks yet (benchmarks/run.py)." >&2; exit 1; }
	$(BIN)/python benchmarks/run.py

clean: ## remove everything that was made here, .venv included
	rm -rf $(VENV) site docs/reference/tables docs/reference/cases dist build htmlcov .coverage .coverage.* \
		.pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests docs -name __pycache__ -type d -prune -exec rm -rf {} +

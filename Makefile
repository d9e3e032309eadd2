# One command for each need; the same at home and in CI. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help run test check lint types fast bench docs clean

PYTHON ?= python3
BIN := .venv/bin
CONFIG ?= config/clearinghouse.toml

help: ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/.ready ## prepare a demo in var/ and serve it on port 8000 (SAMPLES=DIR loads real files)
	@$(BIN)/clearinghouse demo --config $(CONFIG) $(if $(SAMPLES),--samples "$(SAMPLES)")
	@exec $(BIN)/clearinghouse serve --config $(CONFIG)

test: .venv/.ready-test ## install what the tests need and run all of them
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2

check: lint types fast ## lint, types and the fast tests: under two minutes

lint: .venv/.ready-test ## ruff, and the layers of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: .venv/.ready-test ## mypy, strict
	$(BIN)/mypy

fast: .venv/.ready-test ## the tests that take no time
	$(BIN)/pytest -n 2 -m 'not slow'

bench: .venv/.ready-test ## measure this server beside its peers; benchmarks/README.md says what that needs
	$(BIN)/python -m benchmarks

docs: .venv/.ready-docs ## build the documentation into docs/_build/html; a warning is an error
	@$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html
	@echo docs/_build/html/index.html

clean: ## remove what the commands above made, the demo's store included
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# the interpreter of the shell may be older or newer than the project needs: say so before pip does
.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv .venv

.venv/.ready: .venv/bin/python pyproject.toml constraints.txt
	@$(BIN)/pip install -qq --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.ready-test: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install -qq --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@ .venv/.ready

.venv/.ready-docs: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install -qq --disable-pip-version-check -c constraints.txt -e '.[docs]'
	@touch $@ .venv/.ready

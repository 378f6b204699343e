# Short names for what the README and CONTRIBUTING spell out; nothing here is needed to use graphhunt.
PYTHON ?= python3
BIN = .venv/bin

.PHONY: demo test check format docs lock
.venv:
	$(PYTHON) -m venv .venv

demo: .venv
	$(BIN)/pip install -c constraints.txt -e .
	$(BIN)/graphhunt demo

test: .venv
	$(BIN)/pip install -c constraints.txt -e '.[test]'
	$(BIN)/pytest

check:
	bash .ci/run

format:
	$(BIN)/ruff check --fix . && $(BIN)/ruff format .

docs:
	$(BIN)/python docs/generate.py

lock:
	.ci/lock

# make ask     sets up .venv, indexes seeds/, answers one question (Q="..." asks another)
# make test    sets up .venv with the test extras, runs the fast tests
# make page    opens the chat page on 127.0.0.1
# make check   lint and types        make slow   every test        make eval   our own question set
PYTHON ?= python3
BIN := .venv/bin
Q ?= Which countries opposed training inside Ukraine?

ask: .venv/run
	@$(BIN)/attest ask "$(Q)" seeds

page: .venv/run
	@$(BIN)/attest page seeds

test: .venv/test
	$(BIN)/python -m pytest -q

slow: .venv/test
	$(BIN)/python -m pytest -q -m "slow or not slow"

slow-only: .venv/test
	$(BIN)/python -m pytest -q -m slow

check: .venv/test
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

eval: .venv/run
	@$(BIN)/attest eval eval/questions/seeds.jsonl seeds

.venv/run: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/test: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@ .venv/run

.PHONY: ask page test slow slow-only check eval

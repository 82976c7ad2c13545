# The whole set-up: `make chat` and `make test` only need Python 3.11 and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Otherwise every process would compile the modules anew, which takes seconds.
export PYTHONDONTWRITEBYTECODE :=
GUIDES ?= guides
Q ?= I lost my secret key

# The guides in guidebot.toml, unless GUIDES is given.
SOURCES = $(if $(and $(wildcard guidebot.toml),$(filter file,$(origin GUIDES))),,$(GUIDES))

define LINT
$(BIN)/ruff check .
$(BIN)/ruff format --check .
$(BIN)/mypy
endef

.PHONY: help chat ask serve ingest check fix test bench clean

help:
	@echo 'make chat                 ask questions in the terminal (ingests $(GUIDES)/ the first time)'
	@echo 'make ask Q="..."          answer one question'
	@echo 'make ingest GUIDES=PATH   publish guides, replacing the live ones'
	@echo 'make serve                start the Slack bot (tokens in .env)'
	@echo 'make check                run ruff, mypy and the unit tests (about a minute)'
	@echo 'make fix                  format, sort imports, and apply ruff'\''s fixes'
	@echo 'make test                 run ruff, mypy and all tests'
	@echo 'make bench                run the benchmarks in docs/benchmarks.md'

chat: $(VENV)/.installed
	@$(BIN)/guidebot ingest --if-none $(SOURCES)
	@$(BIN)/guidebot chat

ask: $(VENV)/.installed
	@$(BIN)/guidebot ingest --if-none $(SOURCES)
	@$(BIN)/guidebot ask "$$QUESTION"

ingest: $(VENV)/.installed
	@$(BIN)/guidebot ingest $(SOURCES)

serve: $(VENV)/.installed
	@$(BIN)/guidebot serve

check: $(VENV)/.tested
	$(LINT)
	$(BIN)/pytest --numprocesses 2 --quiet -m 'not e2e'

fix: $(VENV)/.tested
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The unpacked model, and some vectors, are kept for the next run. Three processes keep two cores
# busy, as many tests wait.
test: export GUIDEBOT_TEST_MODELS ?= $(CURDIR)/$(VENV)/test-models
test: $(VENV)/.tested
	$(LINT)
	$(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder --cov --cov-report=term --cov-fail-under=90

bench: $(VENV)/.benched
	$(BIN)/python -m benchmarks.cold_start
	$(BIN)/python -m benchmarks.latency
	$(BIN)/python -m benchmarks.corpus_ingest
	$(BIN)/python -m benchmarks.ingest_memory
	$(BIN)/python -m benchmarks.month_of_edits
	$(BIN)/python -m benchmarks.search_speed
	$(BIN)/python -m benchmarks.slack_load
	$(BIN)/python -m benchmarks.any_guide
	$(BIN)/python -m benchmarks.technical_docs

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage*

# Passed verbatim through the environment, so that neither make nor the shell expands it.
ask: export QUESTION := $(value Q)

# pip's output goes to standard error: `make -s ask` prints only the answer.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Guidebot needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 ..." >&2; exit 1; }
	@echo 'Installing into $(VENV) (some minutes the first time)...' >&2
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e . >&2
	@touch $@

$(VENV)/.tested: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]' >&2
	@touch $@

$(VENV)/.benched: $(VENV)/.tested
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]' >&2
	@touch $@

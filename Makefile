# Everything a person types. `make help` lists it.
.DEFAULT_GOAL := help
PYTHON ?= $(shell command -v python3.11 || echo python3)
BIN := .venv/bin
HOME_DIR ?= data/demo
DEMO ?=
INSTALLED := .venv/.installed
SPARK := .venv-spark/bin
SPARK_INSTALLED := .venv-spark/.installed

.PHONY: help setup demo test test-spark drills up lint types imports check audit clean

help: ## List what can be made
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## Make .venv from the lock: hashed, wheels only; parse the dbt project

$(INSTALLED): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed; name it with: make setup PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Setting up .venv (about two minutes the first time) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps --requirement requirements.lock \
	  || { echo "Installing failed: check that the package index can be reached, then run make setup again."; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . \
	  || { echo "Installing the project itself failed; the lines above say why."; exit 1; }
	@$(BIN)/python -m pipelines.orchestration.dbt
	@touch $@

demo: setup ## Set up, make the demonstration trust, refresh and release it (DEMO=--small: six academies, one year)
	@$(BIN)/equality demo $(DEMO) --home $(HOME_DIR)

test: setup ## Set up and run all tests
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --durations 20 --durations-min 10

test-spark: $(SPARK_INSTALLED) ## Build the demonstration on Apache Spark too and compare every cell (Java 17, an environment of its own)
	@$(SPARK)/python -m pytest tests/spark

$(SPARK_INSTALLED): requirements.lock requirements-spark.lock pyproject.toml
	@command -v java >/dev/null || { echo "Java 17 is needed: apt-get install openjdk-17-jre-headless, or its like."; exit 1; }
	@echo "Setting up .venv-spark (about four minutes the first time) ..."
	@$(PYTHON) -m venv --clear .venv-spark
	@$(SPARK)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-deps --requirement requirements.lock
	@$(SPARK)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-binary pyspark --no-build-isolation --no-deps \
	  --requirement requirements-spark.lock
	@$(SPARK)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

drills: setup ## All cases of every promise of safety and endurance (hours)
	@$(BIN)/equality drill --full

up: setup ## Dagster's web page and daemon on loopback, schedule and sensor on
	@test -f $(HOME_DIR)/trust/academies.yml || $(BIN)/equality demo --home $(HOME_DIR)
	@$(BIN)/equality ui --home $(HOME_DIR)

lint: setup ## Style of Python and SQL
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/sqlfluff lint --disable-progress-bar --processes 0 dbt_project/models dbt_project/tests

types: setup ## Types
	@$(BIN)/mypy

imports: setup ## Which room may import which
	@$(BIN)/lint-imports

check: lint types imports test ## All of the above

audit: ## Known faults of the locked packages (asks the network; its tool lives in a folder of its own meanwhile)
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT \
	  && $(PYTHON) -m venv "$$folder" \
	  && "$$folder/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: pip-audit \
	  && "$$folder/bin/pip-audit" --requirement requirements.lock --requirement requirements-spark.lock --disable-pip --require-hashes --strict --progress-spinner off

clean: ## Remove the environment and the demonstration
	@rm -rf .venv .venv-spark $(HOME_DIR)

# Two commands on a fresh clone: `make demo` and `make test`. Each sets up, once, what it needs.
# Written for GNU make 3.81 too, which is the one that macOS has.
.DEFAULT_GOAL := help
.PHONY: help demo test bench check check-format check-lint check-types check-imports check-pipelines setup engine lock clean again
.NOTPARALLEL:
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
INSTALLED := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PYTHONS := python3 python3.13 python3.12 python3.11
# Debian splits ensurepip off; without it venv cannot make an environment.
USABLE := import ensurepip, sys; sys.exit(sys.version_info < (3, 11))
# An environment knows the folder that it was made in: a clone that was moved, or whose Python is gone, needs a new one.
MADE_IN := $(shell $(BIN)/python -c '' 2>/dev/null && cat $(LOCKED) 2>/dev/null)
ifneq ($(MADE_IN),$(CURDIR))
$(LOCKED): again
endif

# The language host takes the first python3 on PATH: the environment's own.
WITH_ENGINE = engine=$$($(BIN)/python tools/pulumi/engine.py) && PATH="$(CURDIR)/$(BIN):$${engine:+$$engine:}$$PATH"

# How many tests run side by side. A worker takes files as they stand, for their fixtures, and at its end what others have left.
JOBS := 0
SIDE_BY_SIDE = -n $(JOBS) --dist worksteal

help:
	@echo "mailgrant: what make can do here"
	@echo "  make demo    set everything up, then the main job on the offline tenant: nothing -> verified logins"
	@echo "  make test    set everything up, then every test        (make test ARGS='-k engine -x'; two at once: JOBS=2)"
	@echo "  make bench   measure, by counters and ratios: mailgrant beside what people do by hand"
	@echo "  make check   ruff, mypy --strict, import-linter, actionlint and the schemas of pipelines"
	@echo "  make setup   only the virtual environment, from requirements.lock"
	@echo "  make engine  only the Pulumi engine: the one on PATH, or one built into the user's cache"
	@echo "  make lock    renew requirements.lock from pyproject.toml   (make lock ARGS=--upgrade)"
	@echo "  make clean   remove what these made in this folder"

demo: setup
	@$(WITH_ENGINE) tools/demo.sh

test: setup
	@# Where it cannot, the tests that need them say so.
	@$(BIN)/python tools/pulumi/stores.py > /dev/null || true
	@$(WITH_ENGINE) && export PATH && echo "==> pytest" && python -m pytest $(SIDE_BY_SIDE) $(ARGS)

bench: setup
	@$(WITH_ENGINE) && export PATH && for file in bench/[a-z]*.py; do name=$$(basename $$file .py); \
	echo "==> bench.$$name" && python -m bench.$$name $(ARGS) || exit; done

# One target each, so that `make -k check` tells every fault in one run.
check: check-format check-lint check-types check-imports check-pipelines

check-format: setup
	@echo "==> ruff format --check ." && $(BIN)/ruff format --check .

check-lint: setup
	@echo "==> ruff check ." && $(BIN)/ruff check .

check-types: setup
	@echo "==> mypy" && $(BIN)/mypy
	@echo "==> mypy tools" && MYPYPATH=tools/pulumi $(BIN)/mypy tools

check-imports: setup
	@echo "==> lint-imports" && $(BIN)/lint-imports

# The schemas are those that check-jsonschema carries: nothing is fetched.
SCHEMA = $(BIN)/check-jsonschema --builtin-schema
check-pipelines: setup
	@echo "==> actionlint" && $(BIN)/python tools/actionlint/lint.py
	@echo "==> check-jsonschema" && $(SCHEMA) vendor.github-workflows .github/workflows/*.yml && \
	    $(SCHEMA) vendor.github-actions .github/actions/*/action.yml

setup: $(INSTALLED)
	@echo "==> $(VENV) is ready: $$($(BIN)/python --version)"

engine: setup
	@$(WITH_ENGINE) && export PATH && echo "Engine: $$(command -v pulumi), version $$(pulumi version)"

lock: setup
	@echo "==> Renewing requirements.lock from pyproject.toml (about 2 minutes)"
	@$(BIN)/python tools/lock.py $(ARGS)

clean:
	@echo "==> Removing what make made in this folder; the engine in the user's cache stays"
	@test ! -x $(BIN)/mailgrant || $(BIN)/mailgrant offline stop || echo "    (no offline tenant to stop)"
	@rm -rf $(VENV) .mailgrant .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} + || true

# The package itself, editable: its sources are used where they stand.
$(INSTALLED): $(LOCKED) pyproject.toml
	@echo "==> Installing mailgrant into $(VENV)"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Made anew whenever the lock changes, so that nothing stays that the lock does not name.
# The stamp comes last: what an interrupted run leaves is made anew too.
$(LOCKED): requirements.lock
	@for python in $(PYTHONS); do "$$python" -c '$(USABLE)' 2>/dev/null && found=$$python && break; done; \
	if [ -z "$${found:-}" ]; then \
	    echo "mailgrant needs Python 3.11 or newer with its venv module, and none of $(PYTHONS) on PATH is one." >&2; \
	    echo "    macOS:          brew install python" >&2; \
	    echo "    Debian, Ubuntu: sudo apt-get install python3 python3-venv" >&2; \
	    echo "    others:         https://www.python.org/downloads/" >&2; \
	    exit 1; \
	fi; \
	echo "==> Making $(VENV) with $$($$found --version)"; \
	rm -rf $(VENV) && "$$found" -m venv $(VENV)
	@echo "==> Installing the $$(grep -c == requirements.lock) locked packages into $(VENV) (about a minute)"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@printf '%s' "$(CURDIR)" > $@

# Everything lands in this folder: .tools (uv), .cache (downloads), .venv (the installation).
SHELL := /bin/sh
PYTHON ?= python3
UV := .tools/bin/uv
BIN := .venv/bin
export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export UV_LINK_MODE := copy
# durable-rules calls a function that CPython 3.13 dropped; its setup.py overwrites CFLAGS, so the mend goes into CC.
PY313 := $(shell $(PYTHON) -c 'import sys; print("yes" if sys.version_info >= (3, 13) else "")' 2>/dev/null)
ifeq ($(PY313),yes)
export CC := gcc -DPyEval_CallObject=PyObject_CallObject
endif

.PHONY: demo test test-full bench lint lock install clean

demo: install
	$(BIN)/pulsebook demo --fresh

test: lint
	$(BIN)/python -m tests.databases

test-full: lint
	$(BIN)/python -m tests.databases --full

bench: install
	$(BIN)/python -m bench --fresh

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

install: .venv/installed

$(UV):
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --target .tools uv

.venv/installed: requirements.lock pyproject.toml | $(UV)
	@command -v gcc >/dev/null || command -v cc >/dev/null || { echo "A C compiler is missing (durable-rules is built from source). On Debian: apt-get install build-essential python3-dev"; exit 1; }
	$(UV) venv --quiet --clear --python $(PYTHON) .venv
	$(UV) pip install --quiet --python $(BIN)/python --compile-bytecode --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q engine
	@touch $@

lock: | $(UV)
	$(UV) pip compile pyproject.toml --quiet --all-extras --group dev --universal --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --output-file requirements.lock

clean:
	rm -rf .venv .tools .cache

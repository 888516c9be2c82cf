# make lab     the studio in JupyterLab; ARGS=--no-browser on a machine without a screen
# make test    everything that must hold, in order; ARGS=quick for what can be known in a minute, ARGS="ruff mypy" for
#              some parts only, ARGS=lowest for the lowest versions that pyproject.toml allows
# make soak    the promises of money for longer, and all properties with new examples; ARGS=50 for fifty rounds
# make shots   pictures of the panel in all its states, into shots/
# make bench   the benchmarks, into bench/RESULTS.md
# make clean   removes the environment and all that was built
#
# Needs Python 3.10 or later and make. PYTHON=python3.12 names another Python for a new .venv.

PYTHON ?= python3
ARGS ?=
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check install --quiet

.PHONY: lab test soak shots bench clean
.DEFAULT_GOAL := help

help:
	@sed -n '1,/^$$/s/^# \{0,1\}//p' Makefile

lab: .venv/.lab
	@$(PY) tools/lab.py $(ARGS)

test: .venv/.dev
	@$(PY) -m tools.check $(ARGS)

soak: .venv/.dev
	@$(PY) -m tools.soak $(ARGS)

shots: .venv/.dev
	@$(PY) -m tools.shots $(ARGS)

bench: .venv/.bench
	@$(PY) -m bench.run $(ARGS)

clean:
	rm -rf .venv .venv-lowest build dist shots tests/browser/failures *.egg-info .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# One environment for all: what the bench needs holds what the tests need, and that what the lab needs, so that the
# larger stamp brings the smaller.
# A stamp is younger than pyproject.toml exactly when what it stands for is installed.
.venv/.made:
	@$(PYTHON) tools/new_venv.py
	@touch $@

.venv/.lab: pyproject.toml | .venv/.made
	@echo "Installing kling-widget and JupyterLab into .venv (a minute or two, once) ..."
	@$(PIP) --editable '.[lab]'
	@touch $@

.venv/.dev: pyproject.toml | .venv/.made
	@echo "Installing kling-widget and what its tests need into .venv (some minutes, once) ..."
	@$(PIP) --editable '.[dev]'
	@touch $@ .venv/.lab

.venv/.bench: pyproject.toml | .venv/.made
	@echo "Installing kling-widget and what it is measured against into .venv (some minutes, once) ..."
	@$(PIP) --editable '.[bench]'
	@touch $@ .venv/.dev .venv/.lab

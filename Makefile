# Two commands: `make run` serves the product, `make test` checks everything. `make help` lists all.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

# The first Python from 3.11 on.
PY ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	&& echo $$p && break; done)
BIN := .venv/bin
export DATA_DIR ?= $(CURDIR)/var
export PORT ?= 8000
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport MAKEFLAGS MFLAGS MAKELEVEL

VENDOR := learning/static/vendor/manifest.json
CATALOGUES := $(wildcard learning/translations/*/LC_MESSAGES/messages.po)
COMPILED := $(CATALOGUES:.po=.mo)

.PHONY: help setup setup-dev run test fast lint types content db lock test-wide test-deep test-mutations \
	bench bench-save bench-rescore bench-submit bench-logins bench-search bench-analysis bench-exam bench-contest bench-live bench-boards bench-polls bench-lessons bench-pages bench-content bench-readers bench-hr bench-prizes \
	translations clean

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

setup: .venv/.run $(VENDOR) $(COMPILED)  ## install what the product needs, nothing else

setup-dev: setup .venv/.dev  ## install what tests and linters need as well

run: setup  ## serve the product at PORT (8000), data in DATA_DIR (var)
	@exec $(BIN)/python -m learning.supervisor

test: setup-dev .venv/.machine  ## lint, types, content and all tests, each within its budget
	@$(BIN)/python -m tests.run_groups all

test-wide: setup-dev .venv/.machine  ## the rest of what a change must pass: more on PostgreSQL, more journeys
	@$(BIN)/python -m tests.run_groups wide

fast: setup-dev  ## lint and the tests that need neither PostgreSQL nor a browser
	@$(BIN)/python -m tests.run_groups fast

lint: setup-dev  ## ruff, import directions, templates
	@$(BIN)/python -m tests.run_groups lint

types: setup-dev  ## mypy, strict
	@$(BIN)/python -m tests.run_groups types

content: setup  ## check the item files
	@$(BIN)/python -m tests.run_groups content

db: setup  ## bring the schema up to date and check it against the models
	@$(BIN)/python -c 'import os; from learning.supervisor import set_defaults; set_defaults(os.environ)'
	@$(BIN)/flask db upgrade
	@$(BIN)/flask db check

test-deep: setup-dev .venv/.machine  ## long histories, many seeds, fault runs
	@$(BIN)/python -m tests.run_groups deep

test-mutations: setup-dev .venv/.machine  ## each seeded fault is caught by the named test
	@$(BIN)/python -m tests.faults.mutations

bench: bench-save bench-logins bench-search bench-analysis bench-rescore bench-submit bench-exam bench-contest bench-live bench-boards bench-polls bench-lessons bench-pages bench-content bench-readers bench-hr bench-prizes  ## all benchmarks

bench-submit: setup-dev  ## the cost of handing in a paper of 120 items
	@$(BIN)/python -m bench.submit

bench-rescore: setup-dev .venv/.machine  ## scoring 100,000 papers again
	@$(BIN)/python -m bench.rescore

bench-lessons: setup-dev .venv/.machine  ## searching 5,000 lessons on both databases
	@$(BIN)/python -m bench.lessons

bench-pages: setup-dev  ## a lesson's page against a bare Flask route of a template
	@$(BIN)/python -m bench.pages

bench-readers: setup-dev .venv/.machine  ## 2,000 people reading, a heartbeat a minute each
	@$(BIN)/python -m bench.readers

bench-content: setup-dev  ## checking and syncing 1,000 lessons
	@$(BIN)/python -m bench.content

bench-save: setup-dev .venv/.machine  ## the cost of a save against the floor
	@$(BIN)/python -m bench.save

bench-logins: setup-dev .venv/.machine  ## log-ins while answers are saved
	@$(BIN)/python -m bench.logins

bench-exam: setup-dev .venv/.machine  ## 5,000 candidates on PostgreSQL, 1,000 on SQLite, 12 minutes
	@$(BIN)/python -m bench.exam $(ARGS)

bench-contest: setup-dev .venv/.machine  ## a whole contest of 20,000 on PostgreSQL, some 75 minutes
	@$(BIN)/python -m bench.contest $(ARGS)

bench-live: setup-dev .venv/.machine  ## a stage: 200 phones of the audience, 30 teams that buzz within 100 ms
	@$(BIN)/python -m bench.live $(ARGS)

bench-boards: setup-dev .venv/.machine  ## boards of 10,000 to a million entries
	@$(BIN)/python -m bench.boards $(ARGS)

bench-polls: setup-dev  ## a poll of a public board against a bare Flask route
	@$(BIN)/python -m bench.polls

bench-hr: setup-dev .venv/.machine  ## HR's grid, file, coverage, certificates, reminders over 100,000 people
	@$(BIN)/python -m bench.hr $(ARGS)

bench-prizes: setup-dev .venv/.machine  ## 10,000 prize certificates by the worker's job, and their zip
	@$(BIN)/python -m bench.prizes $(ARGS)

bench-search: setup-dev .venv/.machine  ## searches among 100,000 items
	@$(BIN)/python -m bench.search

bench-analysis: setup  ## item analysis of 100,000 attempts
	@$(BIN)/python -m bench.documents
	@$(BIN)/python -m bench.analysis

translations: setup-dev  ## collect the texts and update the catalogues
	@$(BIN)/pybabel -q extract -F babel.cfg -k _l --omit-header --no-location --sort-output --no-wrap -o learning/translations/messages.pot .
	@$(BIN)/pybabel -q update --omit-header --no-fuzzy-matching --ignore-obsolete --no-wrap -i learning/translations/messages.pot -d learning/translations
	@rm learning/translations/messages.pot

lock: setup-dev  ## compile the locks anew (needs uv)
	uv pip compile -q --generate-hashes --no-header --no-annotate --python-version 3.11.2 requirements.in -o requirements.txt
	uv pip compile -q --generate-hashes --no-header --no-annotate --python-version 3.11.2 requirements-assets.in -o requirements-assets.txt
	uv pip compile -q --generate-hashes --no-header --no-annotate --python-version 3.11.2 requirements-dev.in -o requirements-dev.txt
	cd frontend && npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

clean:  ## remove what was installed and compiled; data stay
	rm -rf .venv frontend/node_modules learning/static/vendor learning/fonts .mypy_cache .ruff_cache .pytest_cache

# Stamps: a step runs again only when what it reads has changed.
.venv/.python:
	@[ -n "$(PY)" ] || { echo "missing: Python 3.11 or newer" >&2; exit 1; }
	@[ -x $(BIN)/python ] || $(PY) -m venv .venv 2>/dev/null || { .ci/machine run && $(PY) -m venv --clear .venv; }
	@touch $@

.venv/.run: .venv/.python requirements.txt requirements-assets.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.venv/.machine: .ci/machine .venv/.python
	@.ci/machine test
	@touch $@

# npm of the machine, or from a wheel.
$(VENDOR): frontend/package-lock.json frontend/copy_assets.py | .venv/.run
	@command -v npm >/dev/null || $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-assets.txt
	@cd frontend && npm ci --silent --ignore-scripts --no-audit --no-fund
	@$(BIN)/python frontend/copy_assets.py
	@touch $@

# -f: a catalogue without a header counts as fuzzy; a test keeps fuzzy entries out.
%.mo: %.po | .venv/.run
	@$(BIN)/pybabel -q compile -f -i $< -o $@

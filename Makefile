# Needs git, make and Python 3.11 or newer; everything else is set up in .venv and node_modules.
# Another Python: make PYTHON=/path/to/python3.12 test

SHELL := /bin/sh
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

BIN := .venv/bin
PY := $(BIN)/python
UV := $(BIN)/uv
PYTEST := $(PY) -m pytest
# As many processes as there are cores, each with a database of its own.
PARALLEL := -n auto --maxprocesses 4 --dist worksteal
comma := ,
# Finds a browser, or installs it, and names it to what follows: CHROMIUM=/path/to/chromium.
NAMED = $(call upper,$(1))="$$($(PY) scripts/find_browser.py $(1) $(2))" && export $(call upper,$(1)) &&
upper = $(shell echo $(1) | tr a-z A-Z)
ENGINES := chromium
# npm and what it installs are started through "env node".
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

# --- setting up ---------------------------------------------------------------------------------

.PHONY: FORCE
FORCE:

# The script touches nothing when .venv is good, and then nothing below is done again.
.venv/pyvenv.cfg: FORCE
	@scripts/make-venv '$(PYTHON)'

.venv/demo-ready: .venv/pyvenv.cfg requirements/django.txt pyproject.toml
	@echo "Installing Django and this package into .venv, which takes up to a minute, once"
	@$(PY) -m pip install --quiet -r requirements/django.txt -e .
	@touch $@

.venv/dev-ready: .venv/pyvenv.cfg requirements/dev.txt pyproject.toml
	@echo "Installing the tools for development into .venv, which takes up to a minute, once"
	$(PY) -m pip install --quiet --constraint requirements/dev.txt uv
	$(UV) pip sync --quiet --python $(PY) requirements/dev.txt
	$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	@touch .venv/demo-ready $@

# The versions in package.json are exact, and what they pull in is pinned by them.
node_modules/ready: package.json | .venv/dev-ready
	$(NODE) npm install --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: setup
setup: .venv/dev-ready node_modules/ready ## set up .venv and node_modules for development

.PHONY: clean
clean: ## remove everything that this file made
	rm -rf .venv .tox .ecosystem .upgrade node_modules build dist docs/_build .coverage htmlcov
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis

# --- checking -----------------------------------------------------------------------------------

.PHONY: test
test: lint test-client test-server test-fire test-browser ## lint, then all tests

.PHONY: lint
lint: .venv/dev-ready node_modules/ready ## check code, types, templates, scripts and styles
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(BIN)/djade --check --target-version 5.2 $$(find src example -name '*.html')
	$(NODE) node_modules/.bin/biome check --error-on-warnings
	$(NODE) node_modules/.bin/tsc --project tsconfig.json
	$(NODE) node_modules/.bin/tsc --project tests/browser
	$(NODE) node_modules/.bin/tsc --project tests/client/tsconfig.json
	$(NODE) node scripts/build-client.mjs --check
	$(PY) scripts/messages.py --check
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/[!c]*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.readthedocs .readthedocs.yaml
	$(BIN)/zizmor --offline --quiet .github
	$(PY) -m mypy

.PHONY: format
format: .venv/dev-ready node_modules/ready ## put all files into the agreed format
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	-$(BIN)/djade --target-version 5.2 $$(find src example -name '*.html')
	$(NODE) node_modules/.bin/biome check --write

.PHONY: test-server
test-server: .venv/dev-ready ## the tests without browsers and other servers
	$(PYTEST) $(PARALLEL) tests --ignore=tests/browser --ignore=tests/servers --ignore=tests/ecosystem

.PHONY: test-client
test-client: node_modules/ready ## the tests of the browser's side without a browser
	$(NODE) node scripts/test-client.mjs

.PHONY: test-fire
test-fire: .venv/dev-ready ## races and faults on real servers, in short
	$(PYTEST) tests/servers

# A process of its own: Playwright's event loop would hide mistakes in the tests of async code.
.PHONY: test-browser
test-browser: .venv/dev-ready node_modules/ready ## the tests in browsers: ENGINES="chromium firefox webkit"
	$(foreach engine,$(ENGINES),$(call NAMED,$(engine),$(if $(filter-out chromium,$(engine)),--or-none))) \
		$(PYTEST) $(PARALLEL) tests/browser --ds=tests.browser.settings \
		$(foreach engine,$(ENGINES),$${$(call upper,$(engine)):+--browser $(engine)})

# Not part of "test": it needs the network, and most of an hour. What it writes is a page of the docs.
.PHONY: ecosystem
ecosystem: .venv/dev-ready node_modules/ready ## whole journeys with real packages: ONLY=admin,wagtail
	$(PY) scripts/ecosystem.py $(subst $(comma), ,$(ONLY))
	$(call NAMED,chromium) $(PYTEST) tests/ecosystem --ds=tests.browser.settings \
		--override-ini=faulthandler_timeout=900 --write $(if $(ONLY),--only $(ONLY))

.PHONY: world
world: .venv/dev-ready ## random schedules: SCHEDULES=2000 SEED=1000, or REPLAY='{...}'
	$(call NAMED,chromium) $(PYTEST) tests/browser/model --ds=tests.browser.settings \
		$(if $(SCHEDULES),--schedules $(SCHEDULES)) $(if $(SEED),--seed $(SEED)) $(if $(REPLAY),--replay '$(REPLAY)')

.PHONY: faults
faults: .venv/dev-ready node_modules/ready ## what finds each of some faults that are put into the code
	$(call NAMED,chromium) $(NODE) $(PY) scripts/faults.py

.PHONY: mutants
mutants: .venv/dev-ready ## small changes of the server's code that no test notices (hours): MODULES=policy,views
	$(UV) pip install --quiet --python $(PY) -r requirements/mutants.txt
	$(PY) scripts/mutants.py $(subst $(comma), ,$(MODULES))

.PHONY: fire
fire: .venv/dev-ready ## the same in full (an hour)
	$(PYTEST) tests/servers --full

.PHONY: coverage
coverage: .venv/dev-ready ## server tests, with the lines and branches they miss
	$(PY) -m coverage run -m pytest tests --ignore=tests/browser --ignore=tests/servers --ignore=tests/ecosystem
	$(PY) -m coverage report

.PHONY: matrix
matrix: .venv/dev-ready ## server tests on every Python found, with every Django
	PATH="$$(scripts/pyenv-path)$$PATH" UV_PYTHON_DOWNLOADS=never $(PY) -m tox run

# Not part of "test": it installs 2.6.8, and each Django. What it writes is a page of the docs.
.PHONY: upgrade-matrix
upgrade-matrix: .venv/dev-ready ## sites of 2.6.8 on both releases and two Djangos
	$(PY) scripts/upgrade_matrix.py

# --- making -------------------------------------------------------------------------------------

.PHONY: demo
demo: .venv/demo-ready ## run the demonstration site, on PORT (8000)
	@echo "Starting the demonstration site; Ctrl-C ends it"
	@trap 'exit 0' INT; PYTHONUNBUFFERED=1 $(PY) example/manage.py demo

.PHONY: bench
bench: .venv/dev-ready ## measure, side by side with other packages
	$(PY) -m benchmarks

.PHONY: capacity
capacity: .venv/dev-ready ## measure what many people cost, on each session engine (10 minutes)
	$(UV) pip install --quiet --python $(PY) -r requirements/capacity.txt
	$(call NAMED,chromium) $(PY) -m benchmarks.capacity

.PHONY: docs
docs: .venv/dev-ready ## build the documentation into docs/_build/html
	$(PY) -m sphinx -q -W --keep-going -b html docs docs/_build/html

.PHONY: client
client: node_modules/ready ## build the browser's side from client/ into the package
	$(NODE) node scripts/build-client.mjs

.PHONY: gallery
gallery: .venv/dev-ready ## draw the pictures of the gallery in the docs
	$(PY) scripts/gallery.py

.PHONY: client-figures
client-figures: node_modules/ready ## how the sources of the browser's side read, in figures
	$(NODE) node scripts/client-figures.mjs

.PHONY: messages
messages: .venv/dev-ready ## bring the translation catalogues up to date and compile them
	$(PY) scripts/messages.py

.PHONY: dist
dist: .venv/dev-ready ## build the wheel and the source distribution
	$(UV) build --python $(PY) --no-build-isolation --out-dir dist

# What the package runs with, each with its licence, in an environment that has nothing else.
.PHONY: sbom
sbom: .venv/dev-ready ## write the SBOM (CycloneDX) to build/sbom.cdx.json
	mkdir -p build
	$(UV) venv --quiet --clear --python $(PY) build/sbom
	$(UV) pip install --quiet --python build/sbom -r requirements/django.txt
	$(BIN)/cyclonedx-py environment --pyproject pyproject.toml --mc-type library \
		--output-reproducible --output-file build/sbom.cdx.json build/sbom

.PHONY: npm
npm: node_modules/ready ## build the npm package of mount() and unmount()
	mkdir -p dist
	cd client && $(NODE) npm pack --pack-destination ../dist

.PHONY: requirements
requirements: .venv/dev-ready ## renew the pinned Python packages
	for name in django test dev capacity mutants; do \
		$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --no-emit-index-url \
			--no-header requirements/$$name.in --output-file requirements/$$name.txt || exit 1; \
	done
	$(PY) scripts/ecosystem.py --renew

# Everything sets itself up in .venv. `make kicks` plays; `make test` proves.
PYTHON ?= python3
VENV := .venv
# A virtual environment keeps its programs in Scripts on Windows.
BIN := $(if $(filter Windows_NT,$(OS)),$(VENV)/Scripts,$(VENV)/bin)
# One more than two cores: browsers and child processes leave a core idle now and then.
WORKERS ?= 3
# Where the environment forbids bytecode, each worker and each `kick` that a test starts would compile all anew.
unexport PYTHONDONTWRITEBYTECODE
# Node and npm, which the JavaScript is checked with, are here.
NODE := $(and $(shell command -v node 2>/dev/null),$(shell command -v npm 2>/dev/null))

.PHONY: kicks setup test test-page js-test check check-python check-javascript docs docs-links browser vendor environments slow fuzz paper paper-quick format clean

# The environment with nothing in it.
$(VENV)/.made:
	$(PYTHON) -c 'import sys; sys.exit("Kick It Out needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	touch $@

# The instrument alone: no torch.
$(VENV)/.core: pyproject.toml constraints.txt | $(VENV)/.made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

# Everything: the workshop, the analysis and the tools. In one go, for the core is a part of it; after the core where
# one call of make is asked for both, for two pips at once in one environment get in each other's way. What is imported
# is compiled then: that is less than half of it.
$(VENV)/.full: pyproject.toml constraints.txt $(if $(filter kicks docs docs-links,$(MAKECMDGOALS)),$(VENV)/.core) | $(VENV)/.made
	$(BIN)/python -m pip install --quiet --no-compile --disable-pip-version-check -c constraints.txt -e '.[train,analysis,formats,dev]'
	touch $(VENV)/.core $@

kicks: $(VENV)/.core
	$(BIN)/kick generate -n 16 -o kicks --sheet

check: check-python check-javascript

check-python: $(VENV)/.full
	$(BIN)/ruff format --check src tests testing twins bench fuzz docs paper vendoring
	$(BIN)/ruff check src tests testing twins bench fuzz docs paper vendoring
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# The JavaScript of the page and its engine: types from its JSDoc, and lint. The tools are pinned in package-lock.json.
node_modules/.stamp: package.json package-lock.json
	npm ci --silent --ignore-scripts
	touch $@

check-javascript: $(if $(NODE),vendor node_modules/.stamp)
	@if [ -n "$(NODE)" ]; then \
	  echo "tsc" && node_modules/.bin/tsc && echo "eslint" && node_modules/.bin/eslint; \
	elif [ -n "$$CI" ]; then \
	  echo "node and npm are missing, which check the JavaScript; install Node 20 or newer" >&2; exit 1; \
	else \
	  echo "no node or npm here: the JavaScript is not checked; install Node 20 or newer to do so"; \
	fi

# The page of `kick evaluate` is tested in a real browser. It is installed where that takes no password and is the
# system's own way; elsewhere the tests that need one are skipped (with CI set they fail). testing/browser.py looks for
# the same names.
browser:
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do \
	  if command -v $$name >/dev/null 2>&1; then exit 0; fi; \
	done; \
	if command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  echo "installing chromium for the tests of the page"; \
	  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium; } \
	    >/dev/null 2>&1 </dev/null || echo "chromium could not be installed: the tests of the page need it"; \
	else \
	  echo "no chromium here: the tests of the page need it; install it to run them"; \
	fi

# The page's third-party scripts, by exact version and hash: for `kick export --to web`, its tests, and wheels.
vendor:
	$(PYTHON) vendoring/vendor.py

# The engine on the golden vectors that Python wrote (twins/), without a browser.
js-test:
	@if command -v node >/dev/null 2>&1; then \
	  node --test --test-reporter=dot tests/js/*.test.js; \
	elif [ -n "$$CI" ]; then \
	  echo "node is missing, which tries the engine; install Node 20 or newer" >&2; exit 1; \
	else \
	  echo "no node here: the engine is not tried on the golden vectors; install Node 20 or newer to do so"; \
	fi

# What a person has without the workshop: the core alone, and the core with the analysis. tests/environments runs every
# verb in them. Without pip and bytecode they take half the time, and they are made beside the large one.
ENVIRONMENTS := .venv-core .venv-analysis
environments: $(ENVIRONMENTS:%=%/.built)

.venv-core/.built: EXTRAS :=
.venv-analysis/.built: EXTRAS := [analysis]
$(ENVIRONMENTS:%=%/.built): pyproject.toml constraints.txt | $(VENV)/.made
	$(BIN)/python -m venv --clear --without-pip $(@D)
	$(BIN)/python -m pip --python $(@D) install --quiet --no-compile --disable-pip-version-check -c constraints.txt -e '.$(EXTRAS)'
	touch $@

setup: $(VENV)/.full browser vendor environments

# What the tests import is compiled by one, beside the checks: each worker would do it for itself. What cannot be
# imported, the tests tell.
$(VENV)/.compiled: $(VENV)/.full
	$(BIN)/python -m pytest --collect-only -q >/dev/null 2>&1 || true
	touch $@

# First what takes seconds, beside what is installed: downloads leave the processor idle. Then the tests, with one thread
# for each worker: torch's threads of two workers wait for each other, up to twenty times as long. A worker takes file
# after file, so that what the tests of a file share is made once.
test:
	@$(MAKE) --no-print-directory -j3 setup check js-test $(VENV)/.compiled
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m 'not slow'

# All of what is tried in a browser, each thing on a page of its own: `make test` goes one way through them.
test-page: setup
	$(BIN)/python -m pytest tests/integration/test_page.py tests/integration/test_web_export.py tests/unit/evaluation/test_report.py

# The documentation as a site in build/docs. Warnings are errors, links inside it are checked, and so is that its pages
# load nothing from another host.
$(VENV)/.docs: $(VENV)/.core
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs,analysis]'
	touch $@

docs: $(VENV)/.docs
	$(BIN)/python -m sphinx -b html -E -n -W --keep-going -q docs build/docs
	$(BIN)/python docs/check_site.py build/docs

# Links to other hosts: needs a network.
docs-links: $(VENV)/.docs
	$(BIN)/python -m sphinx -b linkcheck -E -q docs build/links

# All that takes long: what has the marker `slow`, which is most of what is tried in a browser. Laws of any input
# (hypothesis) are tried again, on many more examples.
slow: $(VENV)/.full
	EXAMPLES=thorough $(BIN)/python -m pytest -m 'slow or hypothesis'

# Damaged inputs against everything that reads what others wrote, for some minutes: see fuzz/__init__.py. Finds go to
# finds/; `make test` runs those of fuzz/corpus.
MINUTES ?= 10
SEED ?= 0

$(VENV)/.fuzz: $(VENV)/.full
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[fuzz]'
	touch $@

fuzz: $(VENV)/.fuzz
	$(BIN)/python -m fuzz --minutes $(MINUTES) --seed $(SEED)

# The paper: every figure from paper/results, and the PDF. `paper-quick` makes the results first, in seconds each.
$(VENV)/.paper: $(VENV)/.full
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[paper]'
	touch $@

paper: $(VENV)/.paper
	$(BIN)/python -m paper.build

paper-quick: $(VENV)/.paper
	$(BIN)/python -m paper.build --quick

format: $(VENV)/.full
	$(BIN)/ruff format src tests testing twins bench fuzz docs paper vendoring
	$(BIN)/ruff check --fix src tests testing twins bench fuzz docs paper vendoring

clean:
	rm -rf $(VENV) $(ENVIRONMENTS) .pytest_cache .mypy_cache .ruff_cache .hypothesis

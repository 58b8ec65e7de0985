# Everything a person does with this repository. `make help` lists it.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory --warn-undefined-variables
.SUFFIXES:
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?=
ARGS ?=
MUTANTS ?= 1200

ROOT := $(CURDIR)
TOOLS := $(ROOT)/.toolchain
STEP := toolchain/step.sh

# Nothing is read from or written to the home folder, and no other project's tools are used.
export PATH := $(ROOT)/.venv/bin:$(TOOLS)/bin:$(PATH)
export SOLCX_BINARY_PATH := $(TOOLS)/bin
export APE_DATA_FOLDER := $(ROOT)/.ape-data
# Ape takes a project below the system's temporary folder for one of its own copies, and compiles it in place; then its
# copy of OpenZeppelin hides our folders.
export TMPDIR := $(TOOLS)/tmp
$(shell mkdir -p $(TMPDIR))
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PYTHON
# Set by an activated environment of another project; pip and Ape would believe them.
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH

# What is installed leaves a stamp inside its own folder: deleting the folder deletes the stamp.
NODE_STAMP := node_modules/.eranos-installed
PYTHON_STAMP := .venv/.eranos-packages
ERANOS_STAMP := .venv/.eranos-editable
PROVE_STAMP := .toolchain/prove/.eranos-packages
TOOLS_STAMP := .toolchain/bin/.linked
CONTRACTS_STAMP := .build/.eranos-compiled
BUNDLES_STAMP := web/static/built/.eranos-bundled
BROWSER_STAMP := .toolchain/browser/.unpacked
AUDIT_STAMP := .toolchain/audit/.eranos-packages

SOURCES := $(shell find contracts -name '*.sol' -not -path '*/.cache/*' 2>/dev/null)
PYTHON_CODE := $(wildcard eranos deployments indexer api web audit relay documents serving scripts tests benchmarks)
TYPED_CODE := $(wildcard eranos deployments indexer api web audit relay documents serving scripts)
MODULES := $(wildcard web/wallet/*.js)
# What a page loads; the other modules are parts of these.
BUNDLES := web/wallet/reading.js web/wallet/wallet.js web/wallet/basket.js web/wallet/order.js web/wallet/settlement.js web/wallet/preview.js web/wallet/local.js
FORGE_TESTS := $(wildcard tests/invariants/*.t.sol)

##@ Run

.PHONY: up
up: setup ## Local chain, contracts, a story with real transactions, index, API, relay and documents (ARGS=--once: play, check and end)
	@ape run up $(ARGS)

##@ Check

.PHONY: test
test: check ## Set-up, check and every test: what continuous integration runs
	@echo "Tests of the contracts beside all others, some ten minutes; each is shown when it is done"
	@$(MAKE) --jobs=3 $(if $(filter output-sync,$(.FEATURES)),--output-sync=line) test-contracts test-others test-browser

# Side by side, as a core would idle otherwise: a browser waits for blocks most of the time.
.PHONY: test-contracts
test-contracts:
	@ape test tests/contracts
	@ape test tests/invariants tests/e2e
	$(if $(FORGE_TESTS),@python -m tests.invariants.campaign)

.PHONY: test-others
test-others:
	@pytest --ignore tests/web/browser

.PHONY: test-browser
test-browser:
	@pytest tests/web/browser

.PHONY: test-deep
test-deep: setup ## The forge tests with forty times as many runs and another seed, for the night (ARGS=--match-contract NAME: some)
	@FOUNDRY_PROFILE=deep python -m tests.invariants.campaign --fuzz-seed $$(date +%s) $(ARGS)

.PHONY: prove
prove: setup $(PROVE_STAMP) ## What is proved of the contracts for every state and caller, by halmos (ARGS=--function NAME: some)
	@python -m tests.invariants.prove $(ARGS)

.PHONY: test-web
test-web: setup ## The pages in a real browser: every flow, theme and direction; `test` plays a sample
	@ERANOS_BROWSER=full pytest tests/web $(ARGS)

.PHONY: check
check: setup ## Static checks, under a minute: format, lint, types, import direction, ABIs, migrations, API, contracts
	@$(STEP) "Format" ruff format --check --diff $(PYTHON_CODE)
	@$(STEP) "Lint" ruff check $(PYTHON_CODE)
	@$(STEP) "Types" mypy $(TYPED_CODE)
	@$(STEP) "Import direction; migrations equal models" pytest -q $(wildcard tests/test_architecture.py tests/indexer/test_migrations.py)
	@$(STEP) "ABI files equal compiler output" ape run export_abi --check
	@$(STEP) "API keeps what it promised" python -m api.compatibility --check
	@$(STEP) "Words of the pages are in the catalogues" python -m web.messages --check
	@$(MAKE) audit-static

# One detector is switched off for all: it would have every sum, and every struct that is filled field by field, say that
# it begins at zero, which Solidity guarantees. What else is silenced says why in the source.
.PHONY: audit-static
audit-static: $(AUDIT_STAMP) ## Static analysis of the contracts by slither; fails on a finding of high or medium impact
	@$(STEP) "Static analysis of contracts" env FOUNDRY_OUT=.toolchain/audit/out \
		FOUNDRY_CACHE_PATH=.toolchain/audit/cache .toolchain/audit/bin/slither . --exclude uninitialized-local

.PHONY: test-faults
test-faults: setup ## Every fault of chain, nodes, process and database against indexer and relay; `test` plays a sample
	@ERANOS_FAULTS=full pytest tests/indexer/test_faults.py tests/indexer/test_anvil.py tests/indexer/test_kill.py tests/relay/test_chaos.py tests/relay/test_kill.py $(ARGS)

.PHONY: test-fuzz
test-fuzz: setup ## A hundred thousand malformed requests to the API: never a 5xx, never an undeclared status
	@ERANOS_FUZZ=full pytest -q -s tests/api/test_fuzz.py tests/api/test_schemathesis.py $(ARGS)

.PHONY: mutate
mutate: setup ## Break the contracts in small ways, one at a time: does a test fail? About half an hour (MUTANTS=all: every way)
	@python -m tests.mutation --mutants $(MUTANTS) $(ARGS)

.PHONY: bench
bench: setup ## What the project claims about speed and gas, one JSON line per claim; fails if one does not hold
	@python -m benchmarks $(ARGS)

.PHONY: bench-deep
bench-deep: setup ## The same for a chain of a million events, which takes minutes
	@python -m benchmarks indexer-deep

##@ Work

.PHONY: setup
setup: $(ERANOS_STAMP) $(CONTRACTS_STAMP) $(BUNDLES_STAMP) $(BROWSER_STAMP) ## All set-up; the other targets do it by themselves and skip what is done
	@[ -n "$(wildcard deployments/abi/*.json)" ] || $(STEP) "Exporting ABIs" ape run export_abi

.PHONY: abi
abi: setup ## Write deployments/abi/ from the compiled contracts
	@ape run export_abi

.PHONY: openapi
openapi: setup ## Write api/openapi.json from the code; what breaks callers only with ARGS=--breaking
	@python -m api.compatibility --write $(ARGS)

.PHONY: screens
screens: setup ## Take pictures of every page into docs/screens, in English and Arabic, on telephone and desktop
	@python -m tests.web.browser.screens

.PHONY: messages
messages: setup ## Gather the pages' words into web/locale/messages.pot, and bring the translations in line with it
	@python -m web.messages --write

.PHONY: format
format: $(ERANOS_STAMP) ## Format the Python code and repair what the linter can
	@ruff check --fix-only --quiet $(PYTHON_CODE)
	@ruff format $(PYTHON_CODE)

.PHONY: lock
lock: $(PYTHON_STAMP) ## Resolve all packages again: package-lock.json and toolchain/*constraints.txt
	@toolchain/lock.sh

.PHONY: clean
clean: ## Remove all that the set-up and the tests made, the installed packages too
	@rm -rf .venv .toolchain .ape-data .build node_modules contracts/.cache *.egg-info
	@rm -rf web/static/built .hypothesis .mypy_cache .pytest_cache .ruff_cache .lab
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## This list
	@awk -f toolchain/help.awk $(MAKEFILE_LIST)

# Set-up, step by step. A step runs again when what it depends on changed. Node is looked for before Python's packages
# are installed, so that nobody waits for one thing to hear that another is missing.

$(PYTHON_STAMP): toolchain/build-constraints.txt toolchain/constraints.txt
	@toolchain/check_node.sh
	@python=$$(toolchain/find_python.sh) && \
	$(STEP) "Python environment in .venv" "$$python" -m venv --clear .venv
	@$(STEP) "pip and build back end" .venv/bin/python -m pip install --require-hashes --no-deps -r toolchain/build-constraints.txt
	@$(STEP) "Python packages" .venv/bin/python -m pip install --require-hashes --no-deps --no-build-isolation -r toolchain/constraints.txt
	@touch $@

# Compatible mode puts the folder itself on the path, so that a package added later needs no new installation.
$(ERANOS_STAMP): pyproject.toml $(PYTHON_STAMP)
	@$(STEP) "The command eranos" .venv/bin/python -m pip install --no-deps --no-build-isolation --config-settings editable_mode=compat --editable .
	@touch $@

# No package's own script runs: those of anvil and forge only repair the fronts that we do not use.
$(NODE_STAMP): package.json package-lock.json .npmrc
	@toolchain/check_node.sh
	@$(STEP) "Solidity compiler, OpenZeppelin and local chain" npm ci --ignore-scripts --no-progress
	@touch $@

$(BUNDLES_STAMP): $(NODE_STAMP) $(MODULES)
	@$(STEP) "Scripts of the pages" node_modules/.bin/esbuild $(BUNDLES) --bundle --minify --target=es2020 \
		--log-level=warning --outdir=$(@D)
	@touch $@

$(TOOLS_STAMP): $(NODE_STAMP) toolchain/link_tools.sh
	@$(STEP) "Tools in .toolchain/bin" toolchain/link_tools.sh $(TOOLS)/bin
	@touch $@

$(BROWSER_STAMP): $(NODE_STAMP) toolchain/unpack_browser.mjs
	@$(STEP) "Browser of the tests" node toolchain/unpack_browser.mjs $(@D)
	@touch $@

# In an environment of its own: beside slither, Ape resolves to a release that does not import.
$(AUDIT_STAMP): toolchain/build-constraints.txt toolchain/audit-constraints.txt $(TOOLS_STAMP)
	@python=$$(toolchain/find_python.sh) && \
	$(STEP) "Analyser in .toolchain/audit" "$$python" -m venv --clear .toolchain/audit
	@$(STEP) "pip of the analyser" .toolchain/audit/bin/python -m pip install --require-hashes --no-deps -r toolchain/build-constraints.txt
	@$(STEP) "Packages of the analyser" .toolchain/audit/bin/python -m pip install --require-hashes --no-deps -r toolchain/audit-constraints.txt
	@touch $@

# In an environment of its own, for the same reason.
$(PROVE_STAMP): toolchain/build-constraints.txt toolchain/prove-constraints.txt $(TOOLS_STAMP)
	@python=$$(toolchain/find_python.sh) && \
	$(STEP) "Prover in .toolchain/prove" "$$python" -m venv --clear .toolchain/prove
	@$(STEP) "pip of the prover" .toolchain/prove/bin/python -m pip install --require-hashes --no-deps -r toolchain/build-constraints.txt
	@$(STEP) "Packages of the prover" .toolchain/prove/bin/python -m pip install --require-hashes --no-deps -r toolchain/prove-constraints.txt
	@touch $@

$(CONTRACTS_STAMP): $(PYTHON_STAMP) $(TOOLS_STAMP) toolchain/solc.mjs ape-config.yaml $(SOURCES)
# By force: Ape may take a library for unchanged when only what it imports has changed.
	@$(STEP) "Contracts" ape compile --force
	@mkdir -p $(@D) && touch $@

# `make` lists what can be done. Everything that a target needs and that Debian has is installed by
# it (as root or by sudo), or named.

export PATH := $(PATH):$(HOME)/.cargo/bin
TARGET := $(or $(CARGO_TARGET_DIR),target)
VENV := $(TARGET)/test-venv
NODE := $(TARGET)/test-node
# The version is in the name: another one is built anew.
LIVEKIT_VERSION := v1.13.4
LIVEKIT := $(TARGET)/tools/livekit-$(LIVEKIT_VERSION)/livekit-server
TEST := cargo test --locked --features switches

# Ours, where the machine has none of its own.
DENY := $(if $(shell command -v cargo-deny),,$(TARGET)/tools/bin/cargo-deny)

# Where the tests find their tools; looked up only when a test target runs.
TOOLS = VOUCHSAFE_TEST_PYTHON=$(abspath $(VENV))/bin/python \
	VOUCHSAFE_TEST_NODE_MODULES=$(abspath $(NODE))/node_modules \
	VOUCHSAFE_TEST_LIVEKIT=$(abspath $(LIVEKIT)) \
	VOUCHSAFE_TEST_PG_BIN=$(shell sh tools/packages.sh postgres-bin)

.PHONY: help run console build package test lint fmt schemas clients pictures bench bench-graph test-tools test-real-history build-packages test-packages console-checked

help: ## List these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS='	' read -r name what; do \
		printf '  make %-18s %s\n' "$$name" "$$what"; done

# Built anew when something has changed of which it is made.
CONSOLE := console/dist/index.html
$(CONSOLE): $(shell find console -path console/node_modules -prune -o -path console/dist -prune -o -name schema.d.ts -prune -o -type f -print) schemas/openapi.json
	@sh tools/console.sh $(TARGET)

console: ## Build the console; needs Node, or fetches it
	@sh tools/console.sh $(TARGET) wanted

run: build-packages $(CONSOLE) ## Build quickly, and start a service with a sample community, on http://127.0.0.1:8080
	cargo build --locked --profile quick
	@exec $(TARGET)/quick/vouchsafe demo

build: build-packages $(CONSOLE) ## Build the release binary
	cargo build --release --locked

package: build ## Pack the binary: .tar.gz and Debian package, in target/package/out
	sh tools/package.sh $(TARGET)

test: lint test-tools ## Run every check and every test, on SQLite and PostgreSQL
	$(TOOLS) $(TEST)

lint: build-packages $(DENY) ## Check the format, lint, and check the licences of what is used
	cargo fmt --check
	cargo clippy --all-targets --features switches --locked -- -D warnings
	$(or $(DENY),cargo deny) --log-level error check licenses bans sources

# Built once, where the machine has none of its own.
$(TARGET)/tools/bin/cargo-deny:
	cargo install cargo-deny --version 0.20.2 --locked --quiet --root $(TARGET)/tools

fmt: ## Format the sources
	cargo fmt

schemas: test-tools ## Write the generated files in schemas/, clients/ and deploy/ anew
	$(TOOLS) UPDATE_SCHEMAS=1 $(TEST) -- schema dashboard

clients: test-tools ## Write what both clients have of schemas/openapi.json anew
	$(TOOLS) $(VENV)/bin/python -B clients/generate.py

pictures: test-tools ## Make pictures of every page, in target/pages/all, and those of docs/pages.md anew
	$(TOOLS) cargo test --locked --features switches --test alone -- pictures

bench: test-tools ## Measure the rates, each against what the machine can do
	$(TOOLS) cargo bench --locked --bench rates

# What the graph is compared with, apart from what the tests need.
BENCH_VENV := $(TARGET)/bench-venv
bench-graph: test-tools $(BENCH_VENV)/.made ## Compare the graph's answers with databases and graph libraries; SIZES="100000 1000000"
	$(TOOLS) VOUCHSAFE_BENCH_PYTHON=$(abspath $(BENCH_VENV))/bin/python cargo bench --locked --bench graph -- $(SIZES)

$(BENCH_VENV)/.made: benches/graph/requirements.txt
	rm -rf $(BENCH_VENV)
	python3 -m venv $(BENCH_VENV)
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

test-real-history: test-tools ## Import the Bitcoin-OTC history: VOUCHSAFE_REAL_HISTORY=FILE.csv
	@test -r "$(VOUCHSAFE_REAL_HISTORY)" || { echo "Set VOUCHSAFE_REAL_HISTORY to the CSV file."; exit 1; }
	$(TOOLS) VOUCHSAFE_REAL_HISTORY="$(abspath $(VOUCHSAFE_REAL_HISTORY))" $(TEST) --test real_history -- on_ --nocapture --test-threads=1

test-tools: $(VENV)/.made $(NODE)/.made $(LIVEKIT) console-checked ## Install what the tests need besides Rust, and build the console

$(VENV)/.made: tests/tools/requirements.txt | test-packages
	rm -rf $(VENV)
	python3 -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Node comes with the Python packages, so that it is the same everywhere.
$(NODE)/.made: tests/tools/package.json tests/tools/package-lock.json $(VENV)/.made
	rm -rf $(NODE)
	mkdir -p $(NODE)
	cp tests/tools/package.json tests/tools/package-lock.json $(NODE)
	PATH="$(abspath $(VENV))/bin:$$PATH" npm ci --prefix $(NODE) --silent --no-audit --no-fund --ignore-scripts
	touch $@

# The tests want it whole, with its types checked.
console-checked: $(VENV)/.made
	@sh tools/console.sh $(TARGET) wanted
	@cd console && PATH="$(abspath $(VENV))/bin:$$PATH" npm run --silent check >"$(abspath $(TARGET))/console-check.log" 2>&1 || { cat "$(abspath $(TARGET))/console-check.log"; exit 1; }

# A real room server, from its own source: its go.sum says what it is made of. Go comes with the Python packages where
# the machine has none that is new enough.
$(LIVEKIT): | $(VENV)/.made
	PATH="$(abspath $(VENV))/bin:$$PATH" sh tools/livekit.sh $(LIVEKIT_VERSION) $(abspath $@)

build-packages:
	@sh tools/packages.sh build

test-packages:
	@sh tools/packages.sh test

# `make run` sets up, builds and serves the demo; `make test` sets up and runs every test.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
LISTEN ?= 127.0.0.1:8080
CARGO ?= cargo

.PHONY: help setup web build run demo-reset test test-rust test-web lint bench fuzz

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## installs what is missing: Debian packages, npm packages; checks Rust and Node
	@./scripts/setup

web: setup ## builds the pages
	@cd web && npm run --silent build

build: web ## builds the program in release mode
	@echo "== building the program (release)"
	@$(CARGO) build --release --locked

run: build ## opens the demo in its own folder and serves it
	@"$$(./scripts/target-dir)/release/jieming" demo --listen $(LISTEN)

demo-reset: build ## the same with a new demo folder
	@"$$(./scripts/target-dir)/release/jieming" demo --listen $(LISTEN) --reset

test: web test-rust test-web ## all tests: Rust, then the pages in Chromium

test-rust: ## unit, property and integration tests
	@echo "== Rust tests"
	@$(CARGO) test --workspace --locked

test-web: ## tests of the pages, in node and in Chromium against the built program
	@echo "== page tests"
	@$(CARGO) build --locked
	@cd web && npm test --silent
	@cd web && JIEMING_BIN="$$(cd .. && ./scripts/target-dir)/debug/jieming" npm run --silent e2e

lint: ## formatting and clippy
	@$(CARGO) fmt --all --check
	@$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

# BENCH_FILES="FILE:CODEFIELD ..." takes other files than samples; JIEMING_BIN another program than the built one.
bench: ## times of the engine, of audits beside mapshaper and GEOS, of larger and larger samples, of imports beside ogr2ogr
	@echo "== engine"
	@$(CARGO) bench -p jieming-coverage --locked
	@[ -n "$${JIEMING_BIN:-}" ] || $(MAKE) --no-print-directory build
	@./scripts/bench $(BENCH_FILES)
	@./scripts/bench-imports

# FUZZ_SECONDS for each target, FUZZ_TARGETS="json wkb" instead of all, FUZZ_CORPUS a folder of further files to begin from.
FUZZ_SECONDS ?= 600
fuzz: ## fuzzes the readers, ten minutes each, one after another, and prints what was found
	@FUZZ_SECONDS=$(FUZZ_SECONDS) ./scripts/fuzz

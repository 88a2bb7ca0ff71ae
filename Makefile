# `make` lists the targets. Demo and tests share one debug build, so that whichever comes second has nothing to compile.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

# The import check makes the dependencies in Package.swift the truth: no module reaches one it does not name.
SWIFT_FLAGS := --explicit-target-dependency-import-check error
SWIFT_MINIMUM := 6.3
SOURCES := Sources Tests Package.swift

# The suites whose numbers `Soak` (Tests/TestSupport) makes larger.
SOAK_SUITES = $(shell grep -lrE 'Soak\.|LEADRELAY_SOAK' Tests --include='*Tests.swift' \
  | xargs sed -nE 's/^struct ([A-Za-z]+).*/\1/p' | paste -sd '|' -)

# Where the tests that drive the sandbox with other people's clients keep their Python, and the recordings they compare with.
THIRD_PARTY := .build/third-party
THIRD_PARTY_PYTHON := $(THIRD_PARTY)/python/bin/python

.PHONY: help setup packages build demo test soak lint format bench clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: packages $(THIRD_PARTY)/installed ## Check Swift, and install Debian and Python packages that are missing

packages:
	@version=$$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1 || true)
	if [ -z "$$version" ]; then
	  echo "setup: there is no Swift here; install $(SWIFT_MINIMUM) or later from https://www.swift.org/install" >&2
	  exit 1
	fi
	if [ "$$(printf '%s\n' $(SWIFT_MINIMUM) "$$version" | sort -V | head -n 1)" != $(SWIFT_MINIMUM) ]; then
	  echo "setup: this is Swift $$version; install $(SWIFT_MINIMUM) or later from https://www.swift.org/install" >&2
	  exit 1
	fi
	if [ "$$(uname)" = Darwin ]; then
	  echo "setup: Swift $$version is here and macOS brings the rest; nothing to do."
	  exit 0
	fi
	missing=()
	[ -e /usr/include/sqlite3.h ] || missing+=(libsqlite3-dev)
	[ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
	command -v sqlite3 >/dev/null || missing+=(sqlite3)
	command -v strace >/dev/null || missing+=(strace)
	python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
	if [ $${#missing[@]} -eq 0 ]; then
	  echo "setup: Swift $$version, SQLite and zlib are here; nothing to do."
	  exit 0
	fi
	if ! command -v apt-get >/dev/null; then
	  echo "setup: install what Debian calls $${missing[*]} with this system's package manager, then try again" >&2
	  exit 1
	fi
	sudo=
	if [ "$$(id -u)" -ne 0 ]; then
	  if ! command -v sudo >/dev/null; then
	    echo "setup: run as root: apt-get install $${missing[*]}" >&2
	    exit 1
	  fi
	  sudo=sudo
	fi
	echo "setup: installing $${missing[*]} with apt-get."
	$$sudo apt-get update -qq
	$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}"
	echo "setup: done."

# Without these packages everything but `make test` works, so that a machine without PyPI can still build.
$(THIRD_PARTY)/installed: Tests/ThirdPartyTests/requirements.txt | packages
	@echo "setup: installing the Python packages of Tests/ThirdPartyTests/requirements.txt into $(THIRD_PARTY)."
	mkdir -p $(THIRD_PARTY)
	if python3 -m venv --clear $(THIRD_PARTY)/python \
	  && $(THIRD_PARTY_PYTHON) -m pip install --quiet --disable-pip-version-check -r $<; then
	  touch $@
	else
	  echo "setup: that failed; make test will ask for it again" >&2
	fi

build: setup ## Build leadrelay and leadrelay-sandbox (debug)
	swift build $(SWIFT_FLAGS)

demo: build ## Run the whole thing on this machine, no account needed
	@exec .build/debug/leadrelay-sandbox demo $(DEMO_FLAGS)

test: build ## Run all tests, those with real processes included
	swift test --disable-xctest --experimental-maximum-parallelization-width 4 $(SWIFT_FLAGS) $(TEST_FLAGS)
	if [ ! -e $(THIRD_PARTY)/installed ]; then
	  echo "test: the Python packages of Tests/ThirdPartyTests are missing; run make setup where PyPI can be reached" >&2
	  exit 1
	fi
	PYTHONDONTWRITEBYTECODE=1 $(THIRD_PARTY_PYTHON) -m unittest discover -s Tests/ThirdPartyTests

soak: build ## Run the random and crash tests for an hour or so, one suite after the other
	LEADRELAY_SOAK=1 swift test --disable-xctest $(SWIFT_FLAGS) --no-parallel --filter '$(SOAK_SUITES)' $(TEST_FLAGS)

lint: ## Check the format of all Swift code
	swift format lint --strict --parallel --recursive $(SOURCES)

format: ## Format all Swift code in place
	swift format format --in-place --parallel --recursive $(SOURCES)

bench: setup ## Print the figures: throughput, memory, others beside it (optimised build, idle machine)
	@exec Benchmarks/run

clean: ## Remove what was built, but not the downloaded packages
	swift package clean

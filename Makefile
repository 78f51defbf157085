# vecext: the commands. `make` lists them.
#
# The extension itself is built by extension.mk (PGXS); the core library, the
# unit tests, the fuzzers and the benchmarks by CMake, below $(BUILD).

.DEFAULT_GOAL := help

BUILD = build
JOBS ?= $(shell nproc)
EXTENSION_MAKE = $(MAKE) -f extension.mk
# An empty list of suites means all of them; see test/harness/run_all.
SUITES ?=

.PHONY: help
help: ## List the commands
	@echo 'usage: make COMMAND'
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16

.PHONY: deps
deps: ## Install what is needed to build and test (Debian packages; root or sudo)
	@.ci/deps.sh

.PHONY: all core
all: ## Build the extension
	@$(EXTENSION_MAKE) all
core:
	@$(EXTENSION_MAKE) core

.PHONY: install uninstall
install: all ## Install the extension into the PostgreSQL that pg_config names
	@$(EXTENSION_MAKE) install
uninstall:
	@$(EXTENSION_MAKE) uninstall

.PHONY: install-alias uninstall-alias
install-alias: all ## Install it as extension vector, too, unless pgvector is there
	@$(EXTENSION_MAKE) install-alias
uninstall-alias:
	@$(EXTENSION_MAKE) uninstall-alias

.PHONY: cluster install-cluster
cluster: ## Build the sidecar, build/cluster/vecextd
	@cmake -S cluster -B $(BUILD)/cluster $(CMAKE_FLAGS) >/dev/null
	@cmake --build $(BUILD)/cluster -j $(JOBS)
install-cluster: cluster ## Install the sidecar below PREFIX (/usr/local)
	@cmake --install $(BUILD)/cluster --prefix $(or $(PREFIX),/usr/local)

.PHONY: deb
deb: all cluster ## Build Debian packages of the extension and the sidecar, build/deb/*.deb
	@.ci/deps.sh packages-deb.txt
	@cluster/packaging/build.sh

.PHONY: quickstart
quickstart: deps ## Build, start PostgreSQL and sidecar in ./storage, load data and search it
	@docs/quickstart/run.sh

.PHONY: stop
stop: ## Stop the quickstart's servers
	@docs/quickstart/sidecar.sh stop "$$(test/harness/server.sh where storage)"
	@test/harness/server.sh stop storage

.PHONY: check check-long
check: deps ## Run all tests against throw-away servers (SUITES="lint unit ..." for some)
	@test/harness/run_all $(SUITES)
check-long: deps ## The same, with soaks and fuzzers at full length
	@VECEXT_TEST_SCALE=20 test/harness/run_all $(SUITES)

.PHONY: unit
unit: ## Build and run the core's unit tests
	cmake -S test/unit -B $(BUILD)/unit $(CMAKE_FLAGS) >/dev/null
	cmake --build $(BUILD)/unit -j $(JOBS)
	ctest --test-dir $(BUILD)/unit --output-on-failure

.PHONY: installcheck
installcheck: ## Run the SQL regression tests in an installed, running PostgreSQL
	@$(EXTENSION_MAKE) installcheck

.PHONY: bench
bench: ## Measure speed beside peers (SCENARIOS="search-c128 ...", "--markdown all"; see bench/run)
	@bench/run $(or $(SCENARIOS),kernels scan)

.PHONY: fuzz
fuzz: ## Fuzz every parser of the core (FUZZ_SECONDS each, 60 unless told)
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-60} test/fuzz/run.sh

.PHONY: format lint tidy
format: ## Format the C++ sources in place
	@test/lint/sources.sh | xargs clang-format-16 -i
lint: ## Run the checks of test/lint
	@test/harness/run_all lint
tidy: ## Run clang-tidy over the core (slow; not part of check)
	cmake -S test/unit -B $(BUILD)/tidy -DCMAKE_EXPORT_COMPILE_COMMANDS=ON >/dev/null
	run-clang-tidy-16 -quiet -p $(BUILD)/tidy -j $(JOBS) -extra-arg=-Wno-unknown-warning-option 'src/core/'

.PHONY: clean
clean: ## Remove everything that was built (not ./storage)
	@test/harness/stop_all.sh $(BUILD)
	@! command -v pg_config >/dev/null || $(EXTENSION_MAKE) clean
	rm -rf $(BUILD)

# `make` alone lists the targets. Anything longer than three lines lives in scripts/.
.DEFAULT_GOAL := help
SHELL := bash
ARGS ?=

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1mmake %-15s\033[0m %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build everything and serve it, data in ./data (ARGS="--addr :8080" goes to `ecrm serve`)
	@scripts/run.sh $(ARGS)

.PHONY: build
build: ## build the web app and bin/ecrm
	@scripts/build.sh

.PHONY: demo
demo: build ## fill ./data with a made-up company (ARGS="--customers 1000 --locale zh-TW --seed 1")
	@bin/ecrm demo --data data $(ARGS)

.PHONY: test
test: ## lint and test everything; starts its own PostgreSQL and Chromium
	@scripts/prepare-tests.sh
	@scripts/postgres.sh run scripts/test.sh

.PHONY: test-quick
test-quick: ## Go tests only: no race detector, no browser, PostgreSQL if ECRM_TEST_POSTGRES names one
	@go test ./...

.PHONY: verify
verify: ## the tests' longer forms: all under the race detector, fuzzing, generated files checked
	@scripts/prepare-tests.sh
	@scripts/postgres.sh run scripts/test.sh --long

.PHONY: torture
torture: ## kill the server or PostgreSQL, cut the power, fill the disk, each TIMES (500) times, on both databases
	@scripts/postgres.sh run scripts/drill.sh $(or $(TIMES),500)

.PHONY: drill-restore drill-full-disk drill-kill drill-power-cut
drill-restore: ## back up under load and restore, TIMES (3) times on both databases
	@scripts/postgres.sh run scripts/drill.sh $(or $(TIMES),3) restore
drill-full-disk: ## fill the disk of a server at work, TIMES (5) times
	@scripts/drill.sh $(or $(TIMES),5) full-disk
drill-kill: ## kill a server at work, TIMES (25) times on both databases
	@scripts/postgres.sh run scripts/drill.sh $(or $(TIMES),25) kill
drill-power-cut: ## take the power from a server at work, TIMES (25) times
	@scripts/drill.sh $(or $(TIMES),25) power-cut

.PHONY: lint
lint: ## run the linters
	@scripts/lint.sh

.PHONY: generate
generate: ## run the generators and say which files changed
	@scripts/generate.sh

.PHONY: bench
bench: ## measure a million customers through HTTP beside the bare SQL, on both databases (ARGS="--only search")
	@scripts/bench.sh $(ARGS)

.PHONY: bench-quick
bench-quick: ## the same with 100,000 customers, on both databases
	@scripts/bench.sh --quick $(ARGS)

.PHONY: bench-go
bench-go: ## run the Go benchmarks (BENCH=name chooses, COUNT=10 repeats)
	@scripts/bench.sh --go

.PHONY: fuzz
fuzz: ## run every fuzz test for FUZZTIME (30s)
	@scripts/fuzz.sh

.PHONY: shots
shots: build ## run the browser tests, which leave their screenshots in e2e/shots
	@scripts/prepare-tests.sh
	@scripts/e2e.sh $(ARGS)

.PHONY: release
release: ## cross-build for Linux, macOS and Windows into dist/, with checksums
	@scripts/release.sh

.PHONY: clean
clean: ## delete what was built; ./data stays
	@rm -rf bin dist .cache web/node_modules e2e/node_modules e2e/shots
	@find web/dist -mindepth 1 ! -name .gitkeep -delete 2>/dev/null || true

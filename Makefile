# guanxi: `make` lists what it can do.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

LOCAL := .local
VENV := $(LOCAL)/venv
LINTER := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
FUNCTIONS := $(notdir $(wildcard functions/*))
RATE ?= 7.2

# The deployable build: no RPC mode in the Lambda library, no paths, no symbols (-s drops the
# debug information too), no C.
DEPLOYED := CGO_ENABLED=0 GOFLAGS='-tags=lambda.norpc -trimpath -ldflags=-s'

.PHONY: help dev test build sam replay verify backtest lint bench benchfit fuzz clean

help: ## list these targets
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 16

dev: ## run the whole system on this machine until Ctrl-C; data stay in .local (ARGS='--port 9080')
	@command -v go >/dev/null || { echo 'go is missing: install Go 1.26 or newer (go.dev/dl)' >&2; exit 1; }
	@go build -o $(LOCAL)/bin/cloud ./infra/local
	@exec $(LOCAL)/bin/cloud --dir $(LOCAL) --seed 'go run ./infra/replay demo' $(ARGS)

test: ## prove everything, stage by stage (under 10 minutes on 2 cores)
	@infra/test

build: ## compile the deployable bootstraps (linux, arm64) into .local/build
	@for name in $(FUNCTIONS); do
		printf '%s ' "$$name"
		GOOS=linux GOARCH=arm64 $(DEPLOYED) go build -o $(LOCAL)/build/$$name/bootstrap ./functions/$$name
	done
	@echo; du -h $(LOCAL)/build/*/bootstrap

sam: $(VENV)/ready ## validate the template and build what `sam deploy` uploads, into .aws-sam (ONE=About: that function only)
	@export SAM_CLI_TELEMETRY=0
	@$(VENV)/bin/sam validate
	@$(DEPLOYED) $(VENV)/bin/sam build $(ONE)

replay: ## send a purchase history through the whole system: FILE=orders.csv RATE=7.2
	@[ -n "$(FILE)" ] || { echo 'name the purchases: make replay FILE=orders.csv (format: docs/replay.md)' >&2; exit 2; }
	@go run ./infra/replay --rate $(RATE) '$(FILE)'

verify: ## hold every decision of the running `make dev` against one derived again (a deployment: ARGS='--api URL')
	@go run ./infra/verify $(ARGS)

backtest: ## fit the purchase model on the past, predict the rest: FILE=orders.csv SPLIT=1997-09-30 [PUBLISHED=figures.json PLOTS=folder]
	@[ -n "$(FILE)" ] && [ -n "$(SPLIT)" ] || { echo 'name the purchases and the last day to learn from: make backtest FILE=orders.csv SPLIT=1997-09-30 (docs/backtest.md)' >&2; exit 2; }
	@go run ./infra/backtest --published '$(PUBLISHED)' --plots '$(PLOTS)' '$(FILE)' '$(SPLIT)'

lint: $(LOCAL)/bin/golangci-lint ## read the code with golangci-lint; .golangci.yml says why each rule is off
	@$(LOCAL)/bin/golangci-lint run --timeout 5m

bench: ## measure: rules, store, start-up of each function beside an empty one
	@go run ./infra/servers go test -p 1 -run '^$$' -bench . -benchmem ./internal/... ./infra/... | grep -v 'no test files'

benchfit: $(LOCAL)/fit-venv/ready ## measure the fit of a million customers, and that of Python's lifetimes beside it
	@go run ./infra/benchfit --python $(LOCAL)/fit-venv/bin/python

fuzz: $(LOCAL)/fuzz-venv/ready ## let schemathesis loose on the API as every role (ROLES='admin store' ARGS='--max-examples 10')
	@go run ./infra/fuzz $(ARGS) $(ROLES)

clean: ## remove what was built and fetched; the data of make dev stay
	@for built in $(LOCAL)/bin $(LOCAL)/build $(LOCAL)/jars $(VENV) $(LOCAL)/fuzz-venv $(LOCAL)/fit-venv .aws-sam; do
		if [ -e "$$built" ]; then echo "removing $$built"; rm -rf "$$built"; fi
	done
	@if [ -e $(LOCAL) ]; then echo "kept: the rest of $(LOCAL), with the data of make dev and make replay (rm -r $(LOCAL) removes them)"; fi

# Whoever needs a tool from a package registry gets the very version that was tried.

$(LOCAL)/bin/golangci-lint: Makefile
	@echo 'building golangci-lint (once, some minutes)'
	@GOBIN=$(abspath $(LOCAL)/bin) go install $(LINTER)
	@touch $@

$(VENV)/ready: infra/sam/requirements.txt
	@echo 'installing the SAM CLI into $(VENV) (once, about a minute)'
	@rm -rf $(VENV)
	@python3 -m venv $(VENV)
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(VENV)/bin/uv pip install --quiet --python $(VENV)/bin/python -r $<
	@touch $@

$(LOCAL)/fuzz-venv/ready: infra/fuzz/requirements.txt
	@echo 'installing schemathesis into $(LOCAL)/fuzz-venv (once, about a minute)'
	@rm -rf $(LOCAL)/fuzz-venv
	@python3 -m venv $(LOCAL)/fuzz-venv
	@$(LOCAL)/fuzz-venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

$(LOCAL)/fit-venv/ready: infra/benchfit/requirements.txt
	@echo 'installing lifetimes into $(LOCAL)/fit-venv (once, about half a minute)'
	@rm -rf $(LOCAL)/fit-venv
	@python3 -m venv $(LOCAL)/fit-venv
	@$(LOCAL)/fit-venv/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.ONESHELL:

# Everything a developer runs. Only Go and make are needed; see CONTRIBUTING.md.

GOFILES = find . -name '*.go' -not -path '*/node_modules/*'

.PHONY: help build test bench fuzz ui format cross clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

build: ## build pdud and pductl for this machine into bin/
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o bin/ ./cmd/...

test: ## run everything: formats, linters, Go with -race, UI, browser, cross-builds
	@scripts/test.sh

bench: ## measure speed and size (it judges nothing)
	go run ./bench
	go test -run '^$$' -bench . -benchmem ./...

fuzz: ## run each fuzz target for FUZZTIME (30s)
	@scripts/fuzz.sh

ui: ## build the page again from its sources, into ui/dist
	go generate ./ui

format: ## format the Go code and take over newer idioms
	$(GOFILES) -exec gofmt -w {} +
	go fix ./...

cross: ## build for the other platforms into bin/cross/
	@scripts/crossbuild.sh bin/cross

clean: ## remove what the other targets made
	rm -rf bin ui/node_modules e2e/browser/node_modules

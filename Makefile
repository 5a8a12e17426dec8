# cookieaudit: `make help` lists the targets.
GO ?= go
export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help
.PHONY: help tools browser build demo test test-fast test-long golden bench lint clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

tools: ## say what this machine lacks
	@sh .ci/tools.sh

browser: tools ## install Chromium by the system's packages where no browser is found
	@sh .ci/browser.sh

build: tools ## build bin/cookieaudit
	$(GO) build -trimpath -o bin/cookieaudit ./cmd/cookieaudit

demo: browser build ## audit the bundled example site and write the reports
	bin/cookieaudit demo

test: browser ## run every test, on real Chromium
	$(GO) vet ./... ./testdata/sites/...
	$(GO) test -count=1 -timeout 18m ./... ./testdata/sites/...

test-fast: tools ## run the tests that need no browser
	$(GO) test -count=1 ./scanner/observation ./policies/... ./report/... ./testdata/sites/...

test-long: browser ## run the longer proofs: the truths many times, the race detector, fuzzing; takes hours
	CGO_ENABLED=1 $(GO) test -race -count=1 -timeout 30m ./scanner/observation ./policies/... ./report/... ./scanner/... ./cmd/...
	$(GO) test -count=3 -timeout 30m -run 'Truth|TenPages|Interrupt' ./cmd/... ./scanner/...
	$(GO) test -count=1 -timeout 20m -run 'HostilePage|TwoHundredVisits' ./scanner -long
	$(GO) test -count=1 -timeout 8h -run CaptureMatrix ./scanner -captures=10
	@for f in $$(grep -rlE '^func Fuzz' --include=*_test.go scanner policies report); do \
		for n in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9]*).*/\1/p' $$f); do \
			$(GO) test -run '^$$' -fuzz "^$$n$$" -fuzztime 15s ./$$(dirname $$f) || exit 1; done; done

golden: browser ## write the golden files anew; read the difference as prose
	$(GO) test ./report ./policies ./policies/rules -update
	$(GO) test ./cmd/cookieaudit -run Readme -update

bench: browser ## wall, CPU-seconds and memory of a scan, as ratios to bare loads; GROWTH=100 for less of it
	$(GO) test -run "^$$" -bench "Scan|Page|Choice" -benchtime 3x -timeout 60m ./scanner
	$(GO) test -run "^$$" -bench Growth -benchtime 1x -timeout 60m ./scanner

lint: tools ## formatting and vet
	@test -z "$$(gofmt -l cmd scanner policies report testdata)" || { gofmt -l cmd scanner policies report testdata; exit 1; }
	$(GO) vet ./... ./testdata/sites/...

clean: ## remove what was built
	rm -rf bin

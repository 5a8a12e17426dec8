# cookieaudit: `make help` lists the targets.
GO ?= go
export CGO_ENABLED ?= 0

.DEFAULT_GOAL := help
.PHONY: help tools browser shell sites autoconsent build demo test test-fast test-long golden bench lint clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

tools: ## say what this machine lacks
	@sh .ci/tools.sh

browser: tools ## install Chromium by the system's packages where no browser is found
	@sh .ci/browser.sh

shell: browser ## install the headless shell, in which most tests run, where the packages have it
	@sh .ci/shell.sh

MANAGERS = testdata/managers
AUTOCONSENT = scanner/consent/autoconsent

sites: $(MANAGERS)/node_modules/.package-lock.json ## fetch the consent managers that tests run, where npm is found

$(MANAGERS)/node_modules/.package-lock.json: $(MANAGERS)/package-lock.json
	@if ! command -v npm >/dev/null; then echo "note: without npm, tests of real consent managers are skipped" >&2; \
	elif (cd $(MANAGERS) && npm ci --ignore-scripts --loglevel=error); then touch $@; \
	else echo "note: npm gave no consent managers; tests of them are skipped" >&2; fi

autoconsent: $(AUTOCONSENT)/engine/package.json ## fetch the second engine for consent dialogs, where npm is found

# Its files are embedded unmodified; without them the program works and has no
# such engine.
$(AUTOCONSENT)/engine/package.json: $(AUTOCONSENT)/package-lock.json
	@if ! command -v npm >/dev/null; then echo "note: without npm, the program is built without autoconsent" >&2; \
	elif (cd $(AUTOCONSENT) && npm ci --ignore-scripts --loglevel=error); then \
		from=$(AUTOCONSENT)/node_modules/@duckduckgo/autoconsent; to=$(AUTOCONSENT)/engine; \
		mkdir -p $$to/dist $$to/rules && cp $$from/LICENSE $$to/ && cp $$from/dist/autoconsent.playwright.js $$to/dist/ && \
		cp $$from/rules/rules.json $$to/rules/ && cp $$from/package.json $$to/ && touch $@; \
	else echo "note: npm gave no autoconsent; the program is built without it" >&2; fi

# A build names its revision in every report, also where GOFLAGS leaves that out;
# without git, or where git refuses the folder, there is none to name.
STAMP = $(shell git rev-parse HEAD >/dev/null 2>&1 && echo -buildvcs=auto)

build: tools autoconsent ## build bin/cookieaudit
	$(GO) build -trimpath $(STAMP) -o bin/cookieaudit ./cmd/cookieaudit

demo: browser build ## audit the bundled example site and write the reports
	bin/cookieaudit demo

test: shell sites autoconsent ## run every test, on real Chromium
	$(GO) vet ./... ./testdata/sites/...
	$(GO) test -count=1 -parallel 3 -timeout 18m ./... ./testdata/sites/...

test-fast: tools ## run the tests that need no browser
	$(GO) test -count=1 ./scanner/observation ./policies/... ./report/... ./testdata/sites/...

test-long: shell sites autoconsent ## run the longer proofs: the truths many times, the race detector, fuzzing; takes hours
	CGO_ENABLED=1 $(GO) test -race -count=1 -timeout 2h ./scanner/observation ./policies/... ./report/... ./scanner/... ./cmd/...
	WHOLE_BROWSER=1 $(GO) test -count=3 -timeout 2h -run 'Truth|TenPages|Interrupt' ./cmd/... ./scanner/...
	WHOLE_BROWSER=1 $(GO) test -count=1 -timeout 20m -run 'HostilePage|TwoHundredVisits|CaptureByShell' ./scanner -long
	WHOLE_BROWSER=1 $(GO) test -count=1 -timeout 20m -run 'Dialogs|ManagersEndToEnd' ./scanner/consent -long
	$(GO) test -count=1 -timeout 2h -parallel 4 -run 'PastedControls|Corpus' ./cmd/cookieaudit -long
	$(GO) test -count=1 -timeout 8h -parallel 5 -run CaptureMatrix ./scanner -captures=10
	@for f in $$(grep -rlE '^func Fuzz' --include=*_test.go scanner policies report); do \
		for n in $$(sed -nE 's/^func (Fuzz[A-Za-z0-9]*).*/\1/p' $$f); do \
			$(GO) test -run '^$$' -fuzz "^$$n$$" -fuzztime 15s ./$$(dirname $$f) || exit 1; done; done

golden: browser sites ## write the golden files anew; read the difference as prose
	$(GO) test ./report ./policies ./policies/rules -update
	WHOLE_BROWSER=1 $(GO) test ./scanner/consent -run ManagersEndToEnd -update
	$(GO) test ./cmd/cookieaudit -run Readme -update

bench: browser ## wall, CPU-seconds and memory of a scan, as ratios to bare loads; GROWTH=100 for less of it
	WHOLE_BROWSER=1 $(GO) test -run "^$$" -bench "Scan|Page|Choice" -benchtime 3x -timeout 60m ./scanner
	WHOLE_BROWSER=1 $(GO) test -run "^$$" -bench Growth -benchtime 1x -timeout 60m ./scanner

lint: tools ## formatting and vet
	@test -z "$$(gofmt -l cmd scanner policies report testdata)" || { gofmt -l cmd scanner policies report testdata; exit 1; }
	$(GO) vet ./... ./testdata/sites/...

clean: ## remove what was built
	rm -rf bin

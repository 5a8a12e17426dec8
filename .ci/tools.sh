#!/bin/sh
# Says what this machine lacks to build and test, and what to do about it.
set -eu
missing=0
need() { echo "cookieaudit needs $1: $2" >&2; missing=1; }
command -v git >/dev/null 2>&1 || need git "install the package git"
if command -v go >/dev/null 2>&1; then
	version=$(go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')
	major=${version%%.*}; rest=${version#*.}; minor=${rest%%.*}
	if [ "$major" -lt 1 ] || { [ "$major" -eq 1 ] && [ "$minor" -lt 25 ]; }; then
		need "Go 1.25 or later" "this is $version"
	fi
else
	need "Go 1.25 or later" "see https://go.dev/doc/install"
fi
if command -v npm >/dev/null 2>&1; then
	node=$(node --version | sed 's/^v//; s/\..*//')
	[ "$node" -ge 20 ] || echo "note: npm should come with Node 20 or later; this is $(node --version)" >&2
else
	echo "note: without npm the program is built without autoconsent, and tests of real consent managers are skipped: install the package npm" >&2
fi
exit $missing

#!/bin/sh
# Installs the headless shell, in which most tests run where there is one: it is
# Chromium without windows and costs half. Without it they run in the browser.
set -eu
command -v chromium-headless-shell >/dev/null 2>&1 && exit 0
# Only beside a Chromium of the same system's packages.
[ "$(command -v chromium)" = /usr/bin/chromium ] || exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
	install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-remove --no-install-recommends chromium-headless-shell >&2; }
	install || { apt-get update -q >&2 && install; } || true
fi
command -v chromium-headless-shell >/dev/null 2>&1 ||
	echo "note: without the package chromium-headless-shell the tests take half as long again" >&2

#!/bin/sh
# Makes sure that a Chrome, Chromium or Edge is there, and the Go modules.
set -eu
found() {
	if [ -n "${CHROME_PATH:-}" ] && [ -x "${CHROME_PATH}" ]; then return 0; fi
	for b in chromium chromium-browser google-chrome-stable google-chrome microsoft-edge-stable microsoft-edge; do
		if command -v "$b" >/dev/null 2>&1; then return 0; fi
	done
	[ -x /usr/lib/chromium/chromium ] || [ -x /opt/google/chrome/chrome ] || [ -d "/Applications/Google Chrome.app" ] || [ -d "/Applications/Chromium.app" ]
}
go mod download
if found; then exit 0; fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" -eq 0 ]; then
	echo "no Chrome, Chromium or Edge here: installing the package chromium" >&2
	apt-get update -q >&2
	DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium >&2
	found && exit 0
fi
echo "cookieaudit needs a browser: install the package chromium (Debian and Ubuntu: sudo apt-get install chromium), or set CHROME_PATH" >&2
exit 1

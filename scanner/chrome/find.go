package chrome

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ErrNoBrowser is returned where no Chrome, Chromium or Edge was found. It is a
// usage error: the user can mend it.
var ErrNoBrowser = errors.New("no Chrome, Chromium or Edge found")

const install = "install one (Debian and Ubuntu: apt-get install chromium), or name it with --browser or CHROME_PATH"

// Find returns the browser's binary: the one named, else CHROME_PATH, else the
// usual places. Debian's /usr/bin/chromium is a script that adds extensions and
// costs a second; Find names the binary behind it.
func Find(named string) (string, error) {
	for _, from := range []struct{ source, path string }{{"--browser", named}, {"CHROME_PATH", os.Getenv("CHROME_PATH")}} {
		if from.path == "" {
			continue
		}
		path, err := exec.LookPath(from.path)
		if err != nil {
			return "", fmt.Errorf("%w at %s %s (%w): %s", ErrNoBrowser, from.source, from.path, err, install)
		}
		return behindWrapper(path), nil
	}
	for _, place := range places() {
		if path, err := exec.LookPath(place); err == nil {
			return behindWrapper(path), nil
		}
	}
	return "", fmt.Errorf("%w: %s", ErrNoBrowser, install)
}

func behindWrapper(path string) string {
	binaries := map[string][]string{
		"/usr/bin/chromium":                {"/usr/lib/chromium/chromium"},
		"/usr/bin/chromium-browser":        {"/usr/lib/chromium-browser/chromium-browser", "/usr/lib/chromium/chromium"},
		"/usr/bin/chromium-headless-shell": {"/usr/lib/chromium/chromium-headless-shell"},
	}
	for _, binary := range binaries[path] {
		if _, err := os.Stat(binary); err == nil {
			return binary
		}
	}
	return path
}

func places() []string {
	switch runtime.GOOS {
	case "darwin":
		return []string{
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
			"/Applications/Chromium.app/Contents/MacOS/Chromium",
			"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
		}
	case "windows":
		var out []string
		for _, dir := range []string{os.Getenv("ProgramFiles"), os.Getenv("ProgramFiles(x86)"), os.Getenv("LocalAppData")} {
			if dir != "" {
				out = append(out,
					filepath.Join(dir, `Google\Chrome\Application\chrome.exe`),
					filepath.Join(dir, `Chromium\Application\chrome.exe`),
					filepath.Join(dir, `Microsoft\Edge\Application\msedge.exe`))
			}
		}
		return out
	}
	return []string{
		"/usr/lib/chromium/chromium", "/usr/lib/chromium-browser/chromium-browser",
		"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "/opt/google/chrome/chrome",
		"microsoft-edge-stable", "microsoft-edge", "/snap/bin/chromium",
		// Only where there is no whole browser: it differs more from a visitor's.
		"chromium-headless-shell", "chrome-headless-shell",
	}
}

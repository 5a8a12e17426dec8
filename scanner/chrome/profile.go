package chrome

import (
	"fmt"
	"os"
	"path/filepath"
)

// newProfile makes a throw-away user data directory that allows third-party
// cookies. Debian's Chromium blocks them unless the profile says otherwise, in
// isolated contexts too, and no command line switch changes that.
func newProfile() (string, error) {
	dir, err := os.MkdirTemp("", fmt.Sprintf("cookieaudit-profile-%d-", os.Getpid()))
	if err != nil {
		return "", fmt.Errorf("make browser profile: %w", err)
	}
	const preferences = `{"profile":{"cookie_controls_mode":0,"block_third_party_cookies":false}}`
	path := filepath.Join(dir, "Default", "Preferences")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err == nil {
		err = os.WriteFile(path, []byte(preferences), 0o600)
		if err == nil {
			return dir, nil
		}
	}
	os.RemoveAll(dir)
	return "", fmt.Errorf("make browser profile in %s: check that it is writable", os.TempDir())
}

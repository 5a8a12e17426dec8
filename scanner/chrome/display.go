package chrome

import "runtime"

// Display reports whether a browser can show its windows. Where windows are not
// the system's own, the environment says where they go.
func Display(env func(string) string) bool {
	switch runtime.GOOS {
	case "windows", "darwin":
		return true
	}
	return env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != ""
}

package collector

import (
	_ "embed"

	"cookieaudit/scanner/chrome"

	"github.com/chromedp/cdproto/network"
)

// gpcJS is what a browser with Global Privacy Control shows to scripts, in
// documents and in workers (https://w3c.github.io/gpc/).
//
//go:embed gpc.js
var gpcJS string

// OptOut makes the leg's browser send Global Privacy Control: the header with
// every request, and navigator.globalPrivacyControl in every realm. Call it
// ahead of Hooks.
func (l *Log) OptOut() { l.gpc = true }

// optOut are the commands for it. Workers have a network of their own.
func (l *Log) optOut() []chrome.Command {
	if !l.gpc {
		return nil
	}
	return []chrome.Command{{Method: "Network.setExtraHTTPHeaders", Params: network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Sec-GPC": "1"}}}}
}

// Package chrome owns everything that touches the browser's life: finding it, a
// throw-away profile, the process, CDP sessions of all targets, and time.
//
// # Sessions
//
// chromedp drops every message of a session that it did not attach itself, so
// it cannot follow a site into cross-site frames and workers from their first
// script on. Conn therefore reads chromedp's pipe transport itself and routes
// every message: replies to their callers, events to the Context they belong to,
// in the order in which the browser sent them. Commands are cdproto's, typed,
// through cdp.Call.
//
// New targets start paused. A Context sends them its hooks' commands and lets
// them run; a page may be navigated only after the last of these commands has
// been answered (the barrier), since a renderer that is still starting would
// otherwise run the page's first scripts unobserved.
//
// # Time
//
// Clock is the only one to navigate, reload, send input or let time pass. See
// Clock for the rules.
package chrome

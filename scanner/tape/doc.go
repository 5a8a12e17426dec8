// Package tape keeps what sites answered, and answers in their place later.
//
// A [Proxy] stands between a browser and the network. [Record] makes one that
// passes everything on and keeps each answer in a file, a tape; [Tape.Replay]
// makes one that has no network and gives the answers of a tape. Each visit has
// a track of its own, which is an address of its own that its browser context
// uses as proxy: visits run side by side, and an answer such as the first one,
// which sets a cookie, must go to the visit that got it when it was recorded.
//
// The browser speaks HTTP/1.1 with the proxy, and the proxy with the sites.
// Interim answers (status 1xx) are not passed on, which browsers ignore over
// HTTP/1.1 as well. Browsers neither prefetch from other sites nor make peer
// connections (WebRTC) behind a proxy such as this, and keep at most 32 connections
// of a visit open. Secure connections end at the proxy, with certificates that
// it makes; where a site's own certificate is not valid, the browser is shown one
// that it does not trust, and decides by itself. What cannot be connected to
// cannot be connected to through the proxy either, though the browser may call
// the error by another name.
//
// # The file
//
// A tape is a zip archive: tape.json, see [Index], and bodies/NNNN, the bodies of
// answers as they were sent, compressed or not. It holds cookies and bodies as
// the site sent them, and the whole addresses that were asked for: it is personal
// data. Of requests it holds neither header nor body, so that no secret of the
// user gets there unless the site answers with it.
//
// A file of a later schema is refused; what a later version adds to this one is
// passed over.
package tape

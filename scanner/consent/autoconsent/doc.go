// Package autoconsent drives DuckDuckGo's autoconsent, a second engine for
// consent dialogs: rules for many managers, and a guess for the rest. It is for
// where our own finder found nothing or had no effect, and for naming managers.
//
// What it claims is never proof. It reports success by its own looks, and was seen
// to accept where it was told to refuse; the proof of a choice stays with the
// scanner.
//
// The engine is a package of npm under the Mozilla Public License 2.0. Its files
// are not in this source tree: `make autoconsent` fetches the pinned version and
// copies them, unmodified and with their licence, into the folder engine, from
// where they are embedded. A build without them has no engine. [Load] reads one
// from a folder at run time.
package autoconsent

// Package report renders an audit. A Format is a pure function from an
// audit.Audit to bytes: it never decides, and what it does not know it says.
// The verdict's words are those of Audit.Summary, the same in every format.
//
// # Hostile names
//
// Whoever builds a website chooses its item names, hosts and page titles, so
// all of them may be aimed at the reader of a report: terminal escapes,
// right-to-left overrides, markup, spreadsheet formulas. Formats for people work
// on a legible copy of the audit, in which such characters are spelled out.
// JSON keeps every name as it was and escapes what would not show.
//
// # Compatibility
//
// The JSON format has its own types, a schema number and a JSON Schema; the
// headers of the two tables are fixed. All of them grow at the end and never
// rename. Text and HTML are for people and change freely.
package report

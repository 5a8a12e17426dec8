// Package signal decodes what sites say of a visitor's choice in the formats of
// the trade: TC strings, GPP strings, US privacy strings and Google's consent
// parameters. It also weighs such signals against the choice that was made.
//
// All input is a site's and may be hostile. Decoders never panic, need memory in
// proportion to maxText and maxVendors at most, and their errors quote nothing of
// the input: a string may hold a moment or more, and errors get into records.
package signal

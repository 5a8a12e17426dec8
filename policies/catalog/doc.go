// Package catalog knows the items and requests of common vendors, frameworks
// and consent managers: what they are for, how long they last, whose they are.
//
// Each vendor is one file in vendors/; adding a vendor is adding a file. The
// files are strict: an unknown key is an error with file and line.
//
//	id: hotjar                      # kebab-case, as policies write it after vendor:
//	name: Hotjar                    # as reports print it
//	website: https://www.hotjar.com/
//	aliases: [Contentsquare Hotjar] # what policies call it; case and punctuation do not count
//	hosts: ["*.hotjar.com"]         # its own hosts, third-party on customers' sites
//	items:
//	  - name: _hjSession_*          # exact, glob, or /regular expression/ of the whole name
//	    product: Hotjar Recordings  # what sets it, where the file is about several products
//	    kind: cookie                # default; kinds as in policies
//	    category: analytics         # necessary | functional | analytics | marketing
//	    disputed: true              # necessary, but authorities do not take it as such everywhere
//	    lifetime: 30m               # session | a duration | persistent | indefinite | unknown
//	    hosts: ["*.hotjar.com"]     # where it must be found. A name of under 4 literal characters needs it;
//	                                # "*" says that everybody knows whose it is, wherever it is found
//	    party: first                # first | third: where it must be found
//	    role: consent-record        # what it does besides: see Roles
//	    purpose: holds the data of one visit
//	    retired: true               # its service or version has ended
//	    note: set since 2021
//	    certain: documented         # by its maker; or general: known from practice
//	requests:                       # those that collect; a script that is merely loaded is none
//	  - hosts: ["*.hotjar.io"]      # or "*" for what is installed on the site's own host
//	    path: /api/*/content        # glob of the whole path
//	    query: [v]                  # parameters that must be there
//	    method: POST                # any if not given
//	    category: analytics
//	    what: recorded content of a visit
//	scripts: [static.hotjar.com/c/hotjar-*]  # host and path of what loads it; no tracker by itself
//
// Beside the vendors, cloaks.yaml names the hosts that trackers hide behind names
// of their customers' sites, and owners.yaml the companies that have several sites.
//
// The data are facts, stated in our own words.
package catalog

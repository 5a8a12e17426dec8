package rules

import "cookieaudit/policies"

// The references that several rules rest on, as printed.
const (
	directive     = "Directive 2002/58/EC, article 5(3)"
	pecr          = "PECR 2003, regulation 6 and Schedule A1"
	information   = "PECR 2003, Schedule A1, paragraph 2(1)(a): clear and comprehensive information"
	planet49      = "CJEU C-673/17 Planet49, paragraphs 75-81: duration and access by third parties"
	transparency  = "GDPR, articles 5(1)(a) and 12(1)"
	withdrawing   = "GDPR, article 7(3)"
	taskforce     = "EDPB, Report of the Cookie Banner Taskforce, January 2023"
	necessity     = "WP29 Opinion 04/2012, section 2.2: necessary for a service that the visitor asked for"
	storageLimit  = "GDPR, article 5(1)(e): storage limitation"
	minimal       = "GDPR, articles 5(1)(c) and 32"
	identifiers   = "GDPR, article 4(1) and recital 30: online identifiers"
	fairness      = "Directive 2005/29/EC, article 6: misleading actions"
	accountable   = "GDPR, article 5(2): accountability"
	consentAct    = "GDPR, article 4(11): a clear affirmative act"
	demonstrable  = "GDPR, article 7(1): consent must be demonstrable"
	tcfPolicies   = "IAB Europe, Transparency and Consent Framework Policies"
	planet49boxes = "CJEU C-673/17 Planet49, paragraphs 44-63: what is ticked beforehand is no consent"
	californian   = "California Civil Code, sections 1798.120 and 1798.135"
	gpcRule       = "11 CCR, sections 7025(b), (c)(1) and 7026"
	notice        = "California Civil Code, sections 1798.100(a) and 1798.130(a)(5): notice of what is collected"
	retention     = "California Civil Code, section 1798.100(a)(3): notice of how long it is kept"
	deceptive     = "FTC Act, section 5: deceptive practices"
	access        = "EDPB Guidelines 2/2023, section 3"
)

// optIn are the profiles under which storing needs prior consent.
var optIn = []policies.Profile{policies.UK, policies.EU, policies.FR, policies.DE, policies.ES, policies.IT, policies.IE}

// optOut are the profiles under which storing needs no prior consent.
var optOut = []policies.Profile{policies.USCA}

package audit

import "time"

// AsOf is the day of judgement.
func (p *Pass) AsOf() time.Time { return p.j.audit.AsOf }

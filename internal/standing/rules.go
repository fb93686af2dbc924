package standing

import (
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/insight"
)

// Record is the standing decision about a customer.
type Record = decision.Record[Measures, Classes]

// Rules makes the policy ready for decision.Keeper. Edition grows with every
// policy that is activated; dates are those of zone.
func Rules(p Policy, edition int64, zone *time.Location) decision.Rules[Measures, Classes] {
	return decision.Rules[Measures, Classes]{
		Edition: edition,
		Policy:  p.Version,
		Zone:    zone,
		Judge: func(f history.Facts, on crm.Date) (Measures, Classes, crm.Date) {
			bought, capped := history.Orders(f, zone)
			h := history.Of(bought, capped, f.Interactions, zone)
			m := Measure(p, h, on)
			m.Insight = insight.Pack(insight.Of(bought, f.Interactions, f.Answers, zone, on))
			c := Classify(p, m)
			if c.WarnedSince != 0 {
				m.Signals = p.Churn.Signals(f, held(m, c), on, zone)
			}
			return m, c, ChangesAt(p, h, on)
		},
	}
}

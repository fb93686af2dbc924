package standing

import (
	"time"

	"guanxi/internal/clv"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/insight"
)

// Record is the standing decision about a customer.
type Record = decision.Record[Measures, Classes]

// Basis is what a customer is judged by: the policy, and the model where one is
// in force. Versions name where they come from.
type Basis struct {
	Versions
	Policy Policy
	Model  *clv.Model
}

// Rules makes the basis ready for decision.Keeper; dates are those of zone.
func Rules(b Basis, zone *time.Location) decision.Rules[Measures, Classes] {
	return decision.Rules[Measures, Classes]{
		Versions: b.Versions,
		Zone:     zone,
		Judge: func(f history.Facts, on crm.Date) (Measures, Classes, crm.Date) {
			orders := history.Orders(f, zone)
			h := history.Of(orders, f.Interactions, zone)
			course := b.course(h, on)
			m := course.measure(on)
			m.Insight = insight.Pack(insight.Of(orders.Bought, f.Interactions, f.Answers, zone, on))
			c := Classify(b.Policy, m)
			if c.WarnedSince != 0 {
				m.Signals = b.Policy.Churn.Signals(f, held(m, c), on, zone)
			}
			return m, c, course.changesAt(on)
		},
	}
}

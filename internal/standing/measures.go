package standing

import (
	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/insight"
	"guanxi/internal/level"
	"guanxi/internal/tier"
)

// Measures are what a customer was judged by: enough to judge and to explain,
// little enough to be stored with every decision. Amounts are minor units of
// the base currency; the keys are short because they are stored by the million.
type Measures struct {
	On           crm.Date `json:"on"`           // the date that was judged
	LastPurchase crm.Date `json:"lp,omitempty"` // zero: never bought
	LastContact  crm.Date `json:"lc,omitempty"` // two-way; zero: never
	Purchases    int      `json:"n,omitempty"`  // purchase dates, whole history
	Spend        int64    `json:"s,omitempty"`  // net, whole history
	Window       int64    `json:"w,omitempty"`  // net spend that counts for the level
	WarnedSince  crm.Date `json:"ws,omitempty"` // zero: no churn warning

	// What time alone will do, if nothing more happens.
	WindowHolds crm.Date  `json:"wh,omitempty"` // the last date on which all of Window still counts
	LevelEnds   crm.Date  `json:"le,omitempty"` // the first date with another level; zero: never
	LevelRest   int64     `json:"lr,omitempty"` // what of Window still counts on that date
	TierEnds    crm.Date  `json:"te,omitempty"` // the first date with another tier; zero: never
	TierThen    tier.Tier `json:"tt,omitempty"` // that tier

	// What a churn warning is explained by, where there is one.
	Signals churn.Signals `json:"sg,omitzero"`

	// What lists, profiles and figures ask; no rule looks at it.
	Marks   Marks          `json:"k,omitempty"`
	Insight insight.Packed `json:"i,omitempty"`
}

// Measure takes a customer's measures on the date. What is dated later is not
// looked at.
func Measure(b Basis, h history.History, on crm.Date) Measures {
	h, p := h.Until(on), b.Policy
	m := measure(b, h, on)
	m.Marks = marks(b, h, on)
	if m.Purchases == 0 {
		return m
	}
	for _, bought := range h.Purchases {
		if bought.Date >= p.Level.From(on) {
			m.WindowHolds = p.Level.Expires(bought.Date) - 1
			break
		}
	}
	now := Classify(p, m)
	for _, d := range turns(p, h, on) {
		if m.LevelEnds != 0 && m.TierEnds != 0 {
			break
		}
		later := measure(b, h, d)
		then := Classify(p, later)
		if m.LevelEnds == 0 && then.Level != now.Level {
			m.LevelEnds, m.LevelRest = d, later.Window
		}
		if m.TierEnds == 0 && then.Tier != now.Tier {
			m.TierEnds, m.TierThen = d, then.Tier
		}
	}
	return m
}

// measure takes the measures without the outlook.
func measure(b Basis, h history.History, on crm.Date) Measures {
	h = h.Until(on)
	m := totals(b, h, on)
	m.WarnedSince = b.Policy.Churn.WarnedSince(h, on)
	return m
}

// totals are what level, tier and status look at.
func totals(b Basis, h history.History, on crm.Date) Measures {
	h = h.Until(on)
	m := Measures{
		On:           on,
		LastPurchase: h.LastPurchase(),
		LastContact:  h.LastContact(),
		Purchases:    len(h.Purchases),
	}
	if m.Purchases > 0 {
		m.Spend = h.Spend(h.Purchases[0].Date, on)
		m.Window = h.Spend(b.Policy.Level.From(on), on)
	}
	return m
}

// lastSeen is the later of the last purchase and the last two-way contact.
func (m Measures) lastSeen() crm.Date { return max(m.LastPurchase, m.LastContact) }

// Classes are the answers. They are comparable: a decision has changed when
// they have. They are stored in the clear, so they say nothing that a list of
// customers may not show.
type Classes struct {
	Level       level.Level `json:"level,omitempty"`
	Tier        tier.Tier   `json:"tier,omitempty"`
	Need        tier.Need   `json:"need"`
	Status      tier.Status `json:"status,omitempty"`
	Recency     int         `json:"r,omitempty"` // 1–5, 0: never bought
	Frequency   int         `json:"f,omitempty"`
	Money       int         `json:"m,omitempty"`
	WarnedSince crm.Date    `json:"warned_since,omitempty"` // zero: no churn warning
}

// Classify answers every question by the measures.
func Classify(p Policy, m Measures) Classes {
	scores := p.RFM.Of(int(m.On-m.LastPurchase), m.Purchases, m.Spend)
	c := Classes{
		Level:       p.Level.Of(m.Window, m.LastPurchase, m.On),
		Need:        tier.NeedOf(m.Purchases),
		Status:      p.Tier.Status.Of(m.lastSeen(), m.On),
		Recency:     scores.R,
		Frequency:   scores.F,
		Money:       scores.M,
		WarnedSince: m.WarnedSince,
	}
	c.Tier, _ = p.Tier.Of(c.Level, scores, c.Status)
	return c
}

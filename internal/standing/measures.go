package standing

import (
	"slices"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/insight"
	"guanxi/internal/level"
	"guanxi/internal/rfm"
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
	Leaves       crm.Date `json:"ld,omitempty"` // the date of the warning where a model says it, come or not; zero: silence does
	Value        Value    `json:"v,omitzero"`

	// What time alone will do, if nothing more happens.
	WindowHolds crm.Date    `json:"wh,omitempty"` // the last date on which all of Window still counts
	LevelEnds   crm.Date    `json:"le,omitempty"` // the first date with another level; zero: never
	LevelRest   int64       `json:"lr,omitempty"` // what of Window still counts on that date
	LevelThen   level.Level `json:"lt,omitempty"` // with grace, that level
	TierEnds    crm.Date    `json:"te,omitempty"` // the first date with another tier; zero: never
	TierThen    tier.Tier   `json:"tt,omitempty"` // that tier
	TierAwake   tier.Tier   `json:"ta,omitempty"` // the tier that a two-way contact would make today; for who is silent

	// What grace keeps, where less is due.
	LevelKept level.Level `json:"lk,omitempty"`
	TierKept  tier.Tier   `json:"tk,omitempty"`

	// What a churn warning is explained by, where there is one.
	Signals churn.Signals `json:"sg,omitzero"`

	// What lists, profiles and figures ask; no rule looks at it.
	Marks   Marks          `json:"k,omitempty"`
	Insight insight.Packed `json:"i,omitempty"`
}

// Measure takes a customer's measures on the date. What is dated later is not
// looked at.
func Measure(b Basis, h history.History, on crm.Date) Measures {
	return b.course(h, on).measure(on)
}

func (c *course) measure(on crm.Date) Measures {
	c = c.until(on)
	b, h, p := c.Basis, c.h, &c.Policy
	m, now := c.judge(h, on)
	if b.graces() {
		due := now
		if now = c.on(on); now.Level != due.Level {
			m.LevelKept = now.Level
		}
		if now.Tier != due.Tier {
			m.TierKept = now.Tier
		}
	}
	m.Marks = c.marks(on)
	if m.Purchases == 0 {
		return m
	}
	m.Value = b.value(h, on)
	m.Leaves, _ = b.leaves(h, forever)
	if now.Status != tier.Active {
		talked := h
		talked.Contacts = append(slices.Clone(h.Contacts), on)
		_, then := c.judge(talked, on)
		m.TierAwake = then.Tier
	}
	for _, bought := range h.Purchases {
		if bought.Date >= p.Level.From(on) {
			m.WindowHolds = p.Level.Expires(bought.Date) - 1
			break
		}
	}
	for _, d := range c.turns {
		if m.LevelEnds != 0 && m.TierEnds != 0 {
			break
		}
		then := c.on(d)
		if m.LevelEnds == 0 && then.Level != now.Level {
			m.LevelEnds, m.LevelRest = d, h.Spend(p.Level.From(d), d)
			if p.Level.GraceDays > 0 { // else it follows from the rest
				m.LevelThen = then.Level
			}
		}
		if m.TierEnds == 0 && then.Tier != now.Tier {
			m.TierEnds, m.TierThen = d, then.Tier
		}
	}
	return m
}

// judge answers every question for a date, without grace, with the measures that it takes: all
// but the value, of which only the worth is taken, and the outlook.
func (c *course) judge(h history.History, on crm.Date) (Measures, Classes) {
	h = h.Until(on)
	m := c.totals(h, on)
	if m.Purchases > 0 {
		m.Spend = history.Plus(m.Window, h.Spend(h.Purchases[0].Date, c.Policy.Level.From(on)-1))
	}
	m.WarnedSince = c.warnedSince(h, on)
	return m, classify(&c.Policy, m, c.worthOf(h, m))
}

// worthOf is the worth of who has it asked: a buyer whom no silence makes dormant.
func (c *course) worthOf(h history.History, m Measures) tier.Worth {
	if !c.foresees() || c.Policy.Tier.By != tier.ByValue || m.Purchases == 0 || c.Policy.Tier.Status.Of(m.lastSeen(), m.On) != tier.Active {
		return tier.Worth{}
	}
	return c.worth(c.buyerOf(h, m.lastSeen()), m.On)
}

// totals are what level, tier and status look at.
func (b *Basis) totals(h history.History, on crm.Date) Measures {
	m := Measures{
		On:           on,
		LastPurchase: h.LastPurchase(),
		LastContact:  h.LastContact(),
		Purchases:    len(h.Purchases),
	}
	if m.Purchases > 0 {
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
func Classify(p Policy, m Measures) Classes { return m.kept(m.due(&p)) }

// due are the answers without grace.
func (m *Measures) due(p *Policy) Classes { return classify(p, *m, m.worth(p)) }

// worth is that of the value, where a model foresees it.
func (m *Measures) worth(p *Policy) tier.Worth {
	if m.Value.Model == 0 {
		return tier.Worth{}
	}
	return p.Tier.Value.Of(m.Value.CLV, m.Value.Chance)
}

func classify(p *Policy, m Measures, w tier.Worth) Classes {
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
	c.Tier, _ = p.Tier.Of(c.judged(w))
	return c
}

// judged is what the rules of the tier look at.
func (c Classes) judged(w tier.Worth) tier.Customer {
	return tier.Customer{Level: c.Level, Scores: rfm.Scores{R: c.Recency, F: c.Frequency, M: c.Money}, Status: c.Status,
		Worth: w, Leaving: c.WarnedSince != 0}
}

package standing

import (
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/insight"
	"guanxi/internal/rfm"
	"guanxi/internal/stage"
)

// Decision is a decision as callers see it, with its reasons.
type Decision struct {
	Customer  crm.CustomerID    `json:"customer"`
	On        crm.Date          `json:"on" doc:"The date that was judged, local to the deployment."`
	Policy    int               `json:"policy" doc:"The version of the policy that judged."`
	Model     int               `json:"model,omitempty" doc:"The version of the purchase model that was in force; absent: none."`
	Cuts      int               `json:"cuts,omitempty" doc:"The version of the cuts into fifths that were in force; absent: none."`
	Level     string            `json:"level" enum:",silver,gold,diamond,dormant" doc:"Membership level; empty: never bought."`
	Tier      string            `json:"tier" enum:",strategic,growth,basic,dormant" doc:"Internal value class; empty: never bought."`
	Need      string            `json:"need" enum:"prospect,new,existing"`
	Status    string            `json:"status" enum:",active,dormant,lost" doc:"By silence; empty: neither bought nor in contact."`
	Stage     stage.Stage       `json:"stage" enum:"reach,convert,retain,grow,lose" doc:"Of the relation, on the date that was judged."`
	Trend     insight.Trend     `json:"trend" enum:"rising,steady,falling" doc:"Purchase dates of the half-year up to the date beside those of the half-year before."`
	Lead      crm.Lead          `json:"lead" doc:"What was last said about a purchase to come."`
	NPS       *int              `json:"nps,omitempty" minimum:"0" maximum:"10" doc:"The latest answer to would you recommend us; absent: none."`
	RFM       Scores            `json:"rfm"`
	Warned    crm.Date          `json:"warned_since,omitempty" doc:"The date on which the silence was long enough for a churn warning."`
	Purchases int               `json:"purchases" doc:"Dates with a purchase, whole history."`
	Spend     crm.Money         `json:"spend" doc:"Net spend that counts for the level: the last 365 days by the default policy."`
	Lifetime  crm.Money         `json:"lifetime_spend" doc:"Net spend of the whole history."`
	Value     *ShownValue       `json:"value,omitempty" doc:"The lifetime value; absent: never bought."`
	Last      crm.Date          `json:"last_purchase,omitempty"`
	Contact   crm.Date          `json:"last_contact,omitempty" doc:"The last two-way contact."`
	Segments  []crm.SegmentID   `json:"segments,omitempty" nullable:"false" doc:"Those that the customer is in; not told of a derived decision." example:"[\"lapsing-gold\"]"`
	ChangesAt crm.Date          `json:"changes_at,omitempty" doc:"The first date on which the decision changes if nothing happens; absent: never."`
	Reasons   []decision.Reason `json:"reasons" nullable:"false"`
	Cause     string            `json:"cause,omitempty" doc:"What made us decide: the key of a fact, review, or a derivation."`
	Trace     string            `json:"trace,omitempty"`
}

// ShownValue is a lifetime value as callers see it. Chances are shares of 1.
type ShownValue struct {
	By      string    `json:"by" enum:"model,last_year" doc:"What foresees the orders: the model, or, where none can, the last year, taken to go on as it was."`
	CLV     crm.Money `json:"clv" doc:"Margin less cost, over the months that the policy looks ahead."`
	Orders  float64   `json:"orders" doc:"Expected."`
	Revenue crm.Money `json:"revenue"`
	Margin  crm.Money `json:"margin" doc:"Discounted."`
	Cost    crm.Money `json:"cost" doc:"To serve the customer, discounted."`
	Next    crm.Date  `json:"next_order,omitempty" doc:"When the next order is expected of a customer who comes back."`
	Chance  *float64  `json:"chance_90d,omitempty" minimum:"0" maximum:"1" doc:"That at least one order comes within 90 days."`
	Alive   *float64  `json:"alive,omitempty" minimum:"0" maximum:"1" doc:"That the customer has not left for good. It decides nothing: for one-time buyers it is always 1."`
}

func (v Value) shown(currency string) *ShownValue {
	money := func(minor int64) crm.Money { return crm.Money{Minor: minor, Currency: currency} }
	s := ShownValue{By: "last_year", CLV: money(v.CLV), Orders: float64(v.Orders) / 1000, Revenue: money(v.Revenue), Margin: money(v.Margin()), Cost: money(v.Cost), Next: v.Next}
	if v.Model != 0 {
		chance, alive := float64(v.Chance)/10_000, float64(v.Alive)/10_000
		s.By, s.Chance, s.Alive = "model", &chance, &alive
	}
	return &s
}

// Scores are the three of RFM, and the name that marketers know them by.
type Scores struct {
	R int `json:"r" minimum:"0" maximum:"5" doc:"Recency, 5 is best; 0: never bought."`
	F int `json:"f" minimum:"0" maximum:"5"`
	M int `json:"m" minimum:"0" maximum:"5"`

	Group rfm.Group `json:"group,omitempty" enum:"champions,loyal,potential_loyalists,new_customers,promising,need_attention,about_to_sleep,at_risk,cant_lose_them,hibernating,lost" doc:"As marketers know them; absent: never bought."`
}

// Show tells a decision by the policy that judged it.
func Show(r Record, p Policy) Decision {
	c, m := r.Classes, r.Measures
	_, reasons := Judge(p, m)
	habits, _ := m.Insight.Unpack() // what can't be read tells nothing
	d := Decision{Customer: r.Customer, On: r.On, Policy: r.Policy, Model: r.Model, Cuts: r.Cuts,
		Level: string(c.Level), Tier: string(c.Tier), Need: string(c.Need), Status: string(c.Status),
		Stage: c.Stage(habits, r.On), Trend: habits.Trend(r.On), Lead: habits.Lead,
		RFM: c.Scores(), Warned: c.WarnedSince, Purchases: m.Purchases,
		Spend: crm.Money{Minor: m.Window, Currency: p.Currency}, Lifetime: crm.Money{Minor: m.Spend, Currency: p.Currency},
		Last: m.LastPurchase, Contact: m.LastContact, Segments: r.Member.In, ChangesAt: r.ChangesAt, Reasons: reasons, Cause: r.Cause, Trace: r.Trace}
	if m.Purchases > 0 {
		d.Value = m.Value.shown(p.Currency)
	}
	if habits.Asked != 0 {
		d.NPS = &habits.NPS
	}
	return d
}

// InShort is the decision with its reasons, but without the rules that were
// tried: for a page of a phone, and lists.
func (d Decision) InShort() Decision {
	reasons := make([]decision.Reason, len(d.Reasons))
	for i, r := range d.Reasons {
		r.Tried = nil
		reasons[i] = r
	}
	d.Reasons = reasons
	return d
}

// Stage is that of the relation on a date, by the classes and what is known of
// how they buy.
func (c Classes) Stage(habits insight.Insight, on crm.Date) stage.Stage {
	return stage.Of(c.Need, c.Status, c.Tier, habits.Trend(on), habits.Lead)
}

// Scores are those among the classes.
func (c Classes) Scores() Scores {
	s := rfm.Scores{R: c.Recency, F: c.Frequency, M: c.Money}
	return Scores{s.R, s.F, s.M, s.Group()}
}

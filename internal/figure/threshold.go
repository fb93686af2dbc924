package figure

import (
	"fmt"

	"guanxi/internal/crm"
)

// Thresholds is the one document of what figures must not cross.
type Thresholds struct {
	Items []Threshold `json:"items" nullable:"false" maxItems:"50" doc:"Each with an id of its own."`
}

// Threshold is what a figure must not cross.
type Threshold struct {
	ID       string  `json:"id" pattern:"^[a-z][a-z0-9-]{0,39}$" doc:"Chosen by you; an alert names it." example:"nps"`
	Figure   Name    `json:"figure" enum:"nps,csat,ces,repurchase,second_purchase_90,second_purchase_365,churn,lost,top_share,orders,net" doc:"nps, csat, ces: of the last 90 days. repurchase: of the last 365. second_purchase_90 and _365: of the youngest cohort old enough. churn: of the last whole month. lost: the stock. top_share: of the top 5 %. orders, net (minor units): of the 30 days that ended yesterday." example:"nps"`
	Scope    Scope   `json:"scope" enum:"each,all" doc:"each: every store by itself. all: all together." example:"each"`
	Crossed  Crossed `json:"crossed" enum:"below,above" doc:"On which side of the value it is crossed." example:"below"`
	Value    float64 `json:"value" minimum:"-100" maximum:"1000000000000" doc:"Rates and shares are 0 to 1, NPS -100 to 100." example:"40"`
	MinCases int64   `json:"min_cases" minimum:"1" maximum:"1000000" doc:"With fewer cases it says nothing." example:"30"`
}

// Name is a figure that can have a threshold.
type Name string

const (
	NPS         Name = "nps"
	CSAT        Name = "csat"
	CES         Name = "ces"
	Repurchase  Name = "repurchase"
	SecondIn90  Name = "second_purchase_90"
	SecondIn365 Name = "second_purchase_365"
	ChurnRate   Name = "churn"
	LostStock   Name = "lost"
	TopShare    Name = "top_share"
	Orders      Name = "orders"
	NetSales    Name = "net"
)

// Scope is of what a threshold is.
type Scope string

const (
	EachStore Scope = "each"
	AllStores Scope = "all"
)

// Crossed is on which side of its value a threshold is crossed.
type Crossed string

const (
	Below Crossed = "below"
	Above Crossed = "above"
)

// DefaultThreshold is R31: an NPS below 40 on at least 30 answers, for each store.
func DefaultThreshold() Threshold {
	return Threshold{ID: "nps", Figure: NPS, Scope: EachStore, Crossed: Below, Value: 40, MinCases: 30}
}

// Measured is a figure as a threshold looks at it. Low and High are the
// one-sided 95 % bounds; of what has no interval both are the value.
type Measured struct {
	Value     float64
	Low, High float64
	Cases     int64
}

// Measured is a score with its one-sided bounds.
func (s Score) Measured() Measured {
	if s.Cases == 0 {
		return Measured{}
	}
	return Measured{*s.Value, *s.Value - oneSided*s.deviation, *s.Value + oneSided*s.deviation, s.Cases}
}

// Measured is a rate with its one-sided bounds.
func (r Rate) Measured() Measured {
	if r.Cases == 0 {
		return Measured{}
	}
	low, high := wilson(r.Hits, r.Cases, oneSided)
	return Measured{*r.Value, low, high, r.Cases}
}

// Verdict is what a threshold says of a figure.
type Verdict string

const (
	Fine  Verdict = ""
	Watch Verdict = "watch" // crossed, but it may be chance
	Alarm Verdict = "alarm" // crossed, and so is the one-sided 95 % bound
)

// Enough tells whether there are enough cases to say anything.
func (t Threshold) Enough(m Measured) bool { return m.Cases >= t.MinCases }

// Judge says whether a figure is fine, to be watched, or an alarm.
func (t Threshold) Judge(m Measured) Verdict {
	value, bound := m.Value-t.Value, m.High-t.Value
	if t.Crossed == Above {
		value, bound = -value, t.Value-m.Low
	}
	switch {
	case !t.Enough(m) || value >= 0:
		return Fine
	case bound < 0:
		return Alarm
	}
	return Watch
}

// Validate names what can never hold, at its place in the document.
func (t Thresholds) Validate() (wrong []crm.Field) {
	seen := map[string]bool{}
	for i, item := range t.Items {
		if low, high := item.Figure.bounds(); item.Value < low || item.Value > high {
			wrong = append(wrong, crm.Field{Path: fmt.Sprintf("items[%d].value", i), Message: fmt.Sprintf("must lie between %g and %g, where the figure does", low, high)})
		}
		if seen[item.ID] {
			wrong = append(wrong, crm.Field{Path: fmt.Sprintf("items[%d].id", i), Message: "is another one's, too"})
		}
		seen[item.ID] = true
	}
	return wrong
}

// bounds are between which values a figure can lie.
func (n Name) bounds() (low, high float64) {
	switch n {
	case NPS:
		return -100, 100
	case CSAT:
		return 1, 5
	case CES:
		return 1, 7
	case Orders, NetSales:
		return 0, 1e12
	}
	return 0, 1
}

// DefaultThresholds are in force until an admin sets others.
func DefaultThresholds() Thresholds { return Thresholds{Items: []Threshold{DefaultThreshold()}} }

package figure

import "guanxi/internal/crm"

// Alert is a threshold that a figure crossed: open from the first measurement
// that crossed it to the first one with enough cases that does not.
type Alert struct {
	Threshold  Threshold   `json:"threshold" doc:"As it was when the figure was measured last."`
	Store      crm.StoreID `json:"store,omitempty" doc:"Empty: all together." example:"sh-001"`
	Verdict    Verdict     `json:"verdict" enum:"watch,alarm" doc:"watch: crossed, but it may be chance. alarm: so is the one-sided 95 % bound."`
	OpenedOn   crm.Date    `json:"opened_on" example:"2026-03-02"`
	AlarmSince crm.Date    `json:"alarm_since,omitempty" doc:"Since when it has been an alarm without a break; absent: it is none." example:"2026-03-04"`
	MeasuredOn crm.Date    `json:"measured_on" example:"2026-03-05"`
	Value      float64     `json:"value" doc:"As measured last." example:"22.5"`
	Low        float64     `json:"low" doc:"The lower one-sided 95 % bound." example:"10.1"`
	High       float64     `json:"high" doc:"The upper one." example:"34.9"`
	Cases      int64       `json:"cases" example:"80"`
	Action     string      `json:"action,omitempty" doc:"The corrective action that it opened: a follow-up's id." example:"sh-001~nps-2026-03-04"`
	ClosedOn   crm.Date    `json:"closed_on,omitempty" doc:"When it was measured and crossed no more; absent: it is open." example:"2026-04-11"`
}

// Open tells whether the threshold is still crossed.
func (a Alert) Open() bool { return a.ClosedOn == 0 }

// ActionID names the corrective action of the alarm that began on AlarmSince:
// one for each time that it becomes an alarm.
func (a Alert) ActionID() string { return a.Threshold.ID + "-" + a.AlarmSince.String() }

// Follow is what a measurement makes of an alert, the zero one where none was
// open. False: nothing, since there are too few cases, or nothing is crossed.
func Follow(open Alert, t Threshold, store crm.StoreID, m Measured, on crm.Date) (next Alert, changed bool) {
	if !t.Enough(m) {
		return open, false
	}
	verdict := t.Judge(m)
	known := open.OpenedOn != 0
	if verdict == Fine && !known {
		return open, false
	}
	next = open
	next.Threshold, next.Store, next.MeasuredOn = t, store, on
	next.Value, next.Low, next.High, next.Cases = m.Value, m.Low, m.High, m.Cases
	if !known {
		next.OpenedOn = on
	}
	switch {
	case verdict == Fine:
		next.ClosedOn = on
	case verdict == Alarm && next.AlarmSince == 0:
		next.Verdict, next.AlarmSince = Alarm, on
	case verdict == Watch:
		next.Verdict, next.AlarmSince = Watch, 0
	}
	if next.AlarmSince == 0 || !next.Open() {
		next.Action = ""
	}
	return next, true
}

// alarmAnswered is how long there is for a corrective action.
const alarmAnswered = 14

// ActionDue is by when a corrective action is to have been taken.
func (a Alert) ActionDue() crm.Date { return a.AlarmSince + alarmAnswered }

// ScoreDays and SalesDays are how long the windows are that thresholds measure.
const (
	ScoreDays = 90
	SalesDays = 30
	topShare  = 5.0
)

// Measure reads a figure from a night's count; false for one that is not of the
// count, or of which it knows nothing.
func (c *Count) Measure(name Name, night crm.Date) (Measured, bool) {
	switch name {
	case Repurchase:
		rate, _ := c.Repurchase(Windows()[windows-1], Both)
		return rate.Measured(), true
	case SecondIn90, SecondIn365:
		var youngest *Rate
		for _, cohort := range c.SecondPurchase(Both, night) {
			if rate := cohort.Within90; name == SecondIn90 && rate != nil {
				youngest = rate
			}
			if rate := cohort.Within365; name == SecondIn365 && rate != nil {
				youngest = rate
			}
		}
		if youngest == nil {
			return Measured{}, false
		}
		return youngest.Measured(), true
	case ChurnRate:
		return c.Churn(Now-2, Now-1).Measured(), true
	case LostStock:
		return c.Lost(Now).Measured(), true
	case TopShare:
		top := c.Spread.Top(topShare)
		if top.Value == nil {
			return Measured{}, false
		}
		return exact(*top.Value, top.Cases), true
	}
	return Measured{}, false
}

// exact is a figure without an interval.
func exact(value float64, cases int64) Measured { return Measured{value, value, value, cases} }

// Measured are sums as a threshold looks at them; false for what is no sum.
func (s Sums) Measured(name Name) (Measured, bool) {
	sales := s.Sales("")
	switch name {
	case Orders:
		return exact(float64(sales.Orders), sales.Orders), true
	case NetSales:
		return exact(float64(sales.Net), sales.Orders), true
	}
	return Measured{}, false
}

// MetricOf is the metric whose score a figure is; empty for others.
func MetricOf(name Name) crm.Metric {
	switch name {
	case NPS, CSAT, CES:
		return crm.Metric(name)
	}
	return ""
}

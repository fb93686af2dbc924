package figure_test

import (
	"testing"

	"pgregory.net/rapid"

	"guanxi/internal/crm"
	"guanxi/internal/figure"
)

func TestWatchAndAlarm(t *testing.T) {
	nps := figure.DefaultThreshold()
	above := figure.Threshold{ID: "churn", Figure: figure.ChurnRate, Crossed: figure.Above, Value: 0.1, MinCases: 20}
	for name, c := range map[string]struct {
		t    figure.Threshold
		m    figure.Measured
		want figure.Verdict
	}{
		"above 40":                          {nps, figure.Measured{Value: 40, Low: 20, High: 60, Cases: 30}, figure.Fine},
		"below 40, perhaps by chance":       {nps, figure.Measured{Value: 39, Low: 20, High: 58, Cases: 30}, figure.Watch},
		"below 40 for sure":                 {nps, figure.Measured{Value: 10, Low: -19, High: 39.9, Cases: 30}, figure.Alarm},
		"too few answers":                   {nps, figure.Measured{Value: -100, Low: -100, High: -100, Cases: 29}, figure.Fine},
		"a churn that may be low":           {above, figure.Measured{Value: 0.2, Low: 0.05, High: 0.4, Cases: 20}, figure.Watch},
		"a churn that is high for sure":     {above, figure.Measured{Value: 0.2, Low: 0.11, High: 0.4, Cases: 20}, figure.Alarm},
		"a churn that lies where it should": {above, figure.Measured{Value: 0.1, Low: 0.05, High: 0.4, Cases: 20}, figure.Fine},
	} {
		if got := c.t.Judge(c.m); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Whatever is measured: an alert is open exactly from the first crossing to the
// first measurement with enough cases that does not cross; it is an alarm exactly
// while each measurement is one, and an action begins with each alarm.
func TestAnAlertFollowsItsMeasurements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		threshold := figure.DefaultThreshold()
		var open figure.Alert
		crossed, alarm := false, crm.Date(0)
		for on := crm.Date(20000); on < 20040; on++ {
			m := figure.Measured{Value: float64(rapid.IntRange(0, 60).Draw(t, "value")), Cases: int64(rapid.SampledFrom([]int{5, 30, 80}).Draw(t, "cases"))}
			m.High = m.Value + float64(rapid.IntRange(0, 30).Draw(t, "half"))
			next, changed := figure.Follow(open, threshold, sh, m, on)
			if m.Cases < 30 {
				if changed {
					t.Fatal("too few cases changed something")
				}
				continue
			}
			crosses, certain := m.Value < 40, m.Value < 40 && m.High < 40
			if changed != (crosses || crossed) {
				t.Fatalf("%s: changed %v", on, changed)
			}
			switch {
			case !certain:
				alarm = 0
			case alarm == 0:
				alarm = on
			}
			if changed && next.Open() && (!crosses || next.AlarmSince != alarm || (next.Verdict == figure.Alarm) != certain || next.Value != m.Value) {
				t.Fatalf("%s: %+v of %+v, alarm since %s", on, next, m, alarm)
			}
			if changed && !next.Open() && (crosses || next.ClosedOn != on || next.Action != "") {
				t.Fatalf("%s: closed %+v of %+v", on, next, m)
			}
			if next.Open() && next.AlarmSince != 0 {
				next.Action = next.ActionID()
			}
			if crossed = crosses; !crossed {
				next = figure.Alert{}
			}
			open = next
		}
	})
}

func TestThresholdsThatCanNeverHold(t *testing.T) {
	wrong := figure.Thresholds{Items: []figure.Threshold{
		{ID: "a", Figure: figure.Repurchase, Value: 15}, {ID: "b", Figure: figure.CSAT, Value: 0}, {ID: "b", Figure: figure.NetSales, Value: 1e6}, {ID: "d", Figure: figure.NPS, Value: -20},
	}}.Validate()
	if len(wrong) != 3 || wrong[0].Path != "items[0].value" || wrong[1].Path != "items[1].value" || wrong[2].Path != "items[2].id" {
		t.Errorf("%+v", wrong)
	}
	if wrong := figure.DefaultThresholds().Validate(); wrong != nil {
		t.Error("the default:", wrong)
	}
}

func TestPeriods(t *testing.T) {
	from, to := day(t, "2025-11-20"), day(t, "2026-05-02")
	for by, want := range map[figure.By]string{figure.ByMonth: "2025-11 2025-12 2026-01 2026-02 2026-03 2026-04 2026-05 ", figure.ByQuarter: "2025-Q4 2026-Q1 2026-Q2 "} {
		var names string
		next := from
		for _, p := range by.Cut(from, to) {
			names += p.Name + " "
			if p.From != next || p.To < p.From {
				t.Errorf("%s: %+v begins on %s", by, p, next)
			}
			next = p.To + 1
		}
		if names != want || next != to+1 {
			t.Errorf("by %s: %sup to %s", by, names, next-1)
		}
	}
	days := figure.ByDay.Cut(from, to)
	for d := from; d <= to; d++ {
		if p := days[figure.Find(days, d)]; p.Name != d.String() || p.From != d || p.To != d {
			t.Fatalf("%s: %+v", d, p)
		}
	}
}

func day(t *testing.T, s string) crm.Date {
	d, err := crm.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

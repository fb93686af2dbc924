package churn_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/task"
	"guanxi/internal/tier"
)

func sorted(drawn []int32) (dates []crm.Date) {
	slices.Sort(drawn)
	for _, d := range drawn {
		dates = append(dates, crm.Date(d))
	}
	return dates
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestNext(t *testing.T) {
	const bought, since = crm.Date(20000), crm.Date(20120)
	open := func(change func(*churn.Warning)) *churn.Warning {
		w := churn.Warning{Since: since, LastPurchase: bought, OpenedAt: noon, EscalateAt: noon.AddDate(0, 0, 14)}
		if change != nil {
			change(&w)
		}
		return &w
	}
	closed := open(func(w *churn.Warning) { *w = w.Closed(churn.Retained, "li", noon) })
	for _, c := range []struct {
		name string
		s    churn.Situation
		at   time.Time
		want churn.Step
	}{
		{"nobody to worry about", churn.Situation{LastPurchase: bought}, noon, churn.Nothing},
		{"silence opens", churn.Situation{WarnedSince: since, LastPurchase: bought}, noon, churn.Opens},
		{"once", churn.Situation{WarnedSince: since, LastPurchase: bought, Standing: open(nil), Earlier: open(nil)}, noon, churn.Nothing},
		{"a closed one stays closed", churn.Situation{WarnedSince: since, LastPurchase: bought, Earlier: closed}, noon, churn.Nothing},
		{"a new silence opens anew", churn.Situation{WarnedSince: since + 300, LastPurchase: bought + 180}, noon, churn.Opens},
		{"just before its time", churn.Situation{WarnedSince: since, LastPurchase: bought, Standing: open(nil), Earlier: open(nil)}, noon.AddDate(0, 0, 14).Add(-1), churn.Nothing},
		{"nobody acted", churn.Situation{WarnedSince: since, LastPurchase: bought, Standing: open(nil), Earlier: open(nil)}, noon.AddDate(0, 0, 14), churn.Escalate},
		{"escalates once", churn.Situation{WarnedSince: since, LastPurchase: bought, Standing: open(func(w *churn.Warning) { *w = w.Escalated("wang", noon) })}, noon.AddDate(0, 0, 30), churn.Nothing},
		{"a purchase closes", churn.Situation{LastPurchase: since + 1, Standing: open(nil)}, noon, churn.Close},
		{"also one that was reported late", churn.Situation{LastPurchase: bought + 100, Standing: open(nil)}, noon, churn.Close},
		{"before it escalates", churn.Situation{LastPurchase: since + 1, Standing: open(nil)}, noon.AddDate(0, 0, 14), churn.Close},
		{"before the next opens", churn.Situation{WarnedSince: bought + 220, LastPurchase: bought + 100, Standing: open(nil)}, noon, churn.Close},
		{"contact reported late does not close", churn.Situation{LastPurchase: bought, Standing: open(nil)}, noon, churn.Nothing},
		{"nor does a refund that moves the silence", churn.Situation{WarnedSince: since - 30, LastPurchase: bought - 30, Standing: open(nil)}, noon, churn.Nothing},
	} {
		if got := c.s.Next(c.at); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestOpening(t *testing.T) {
	shanghai := time.FixedZone("Asia/Shanghai", 8*3600)
	s := churn.Situation{Customer: "cus_1", WarnedSince: 20513, LastPurchase: 20393, LastContact: 20390, Purchases: 3, Owner: "li", Manager: "wang", Store: "sh-001"}
	at := time.Date(2026, 3, 1, 16, 10, 0, 0, time.UTC) // already the 2nd in Shanghai
	w, f := churn.Default().Opening(s, at, shanghai)
	wantW := churn.Warning{Customer: "cus_1", Since: 20513, LastPurchase: 20393, OpenedAt: at, Owner: "li", Store: "sh-001", Severity: churn.Normal,
		EscalateAt: time.Date(2026, 3, 15, 16, 10, 0, 0, time.UTC),
		Reasons: []churn.Reason{{Code: "silence", Evidence: []decision.Input{
			{Name: "last_purchase", Value: "2025-11-01", Unit: "date"},
			{Name: "purchases", Value: "3", Unit: "purchase dates"},
			{Name: "silent_for", Value: "120", Unit: "days"},
			{Name: "since", Value: "2026-03-01", Unit: "date"},
			{Name: "last_contact", Value: "2025-10-29", Unit: "date"},
		}}}}
	wantF := task.Task{ID: "churn-2026-03-01", Kind: task.FollowUp, Customer: "cus_1", Owner: "li", Store: "sh-001", Reason: "silence",
		Cause: "cus_1~2026-03-01", OpenedAt: at, Private: task.Private{Evidence: wantW.Reasons[0].Evidence}}
	wantF.Due, _ = crm.ParseDate("2026-03-09")
	if diff := cmp.Diff(wantW, w); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wantF, f); diff != "" {
		t.Error(diff)
	}
	s.Owner = ""
	if w, f := churn.Default().Opening(s, at, shanghai); w.Owner != "wang" || f.Owner != "wang" {
		t.Errorf("without an owner, %q and %q are to act", w.Owner, f.Owner)
	}
}

func TestEnds(t *testing.T) {
	w := churn.Warning{Owner: "li", Severity: churn.Normal}
	if e := w.Escalated("wang", noon); e.Severity != churn.High || e.EscalatedTo != "wang" || e.Owner != "li" || !e.Open() || !w.EscalatedAt.IsZero() {
		t.Errorf("escalated: %+v", e)
	}
	if c := w.Closed(churn.LostToCompetitor, "li", noon); c.Open() || c.ClosedBy != "li" || c.Outcome != churn.LostToCompetitor {
		t.Errorf("closed: %+v", c)
	}
	for outcome, want := range map[churn.Outcome]bool{churn.Retained: true, churn.Unreachable: true, churn.LostToCompetitor: true, churn.NoMoreNeed: true, churn.Mistaken: true, churn.Purchased: false, "": false, "other": false} {
		if outcome.ByPerson() != want {
			t.Errorf("a person may close with %q: %t", outcome, !want)
		}
	}
}

func TestTheFollowUpGoesTheWarningsWay(t *testing.T) {
	w := churn.Warning{Since: 20513, Owner: "li"}
	open := task.Task{ID: churn.FollowUpID(w.Since), Reason: task.Silence, Owner: "li"}
	later := noon.AddDate(0, 0, 14)
	escalated := w.Escalated("wang", noon)
	for _, c := range []struct {
		name    string
		warning churn.Warning
		task    task.Task
		want    task.Task
	}{
		{"an open warning leaves it alone", w, open, open},
		{"it passes on", escalated, open, open.Escalated("wang", noon)},
		{"once, also if it was given back", escalated, open.Escalated("li", noon), open.Escalated("li", noon)},
		{"it stays where nobody is known to pass it to", w.Escalated("", noon), open, open.Escalated("li", noon)},
		{"it ends with the warning", escalated.Closed(churn.Purchased, "", later), open, open.Closed(task.Purchased, "", later)},
		{"it keeps an end of its own", w.Closed(churn.Purchased, "", later), open.Closed(task.Retained, "li", noon), open.Closed(task.Retained, "li", noon)},
	} {
		if diff := cmp.Diff(c.want, c.warning.FollowUp(c.task)); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	if since, ok := churn.WarnedBy(open); !ok || since != w.Since {
		t.Errorf("its warning: %s, %t", since, ok)
	}
	for _, t2 := range []task.Task{{ID: open.ID, Reason: task.NPSAlarm}, {ID: "tsk_1", Reason: task.Silence}, {ID: "churn-yesterday", Reason: task.Silence}} {
		if _, ok := churn.WarnedBy(t2); ok {
			t.Errorf("%s, %s: no warning opened it", t2.ID, t2.Reason)
		}
	}
}

// A customer's life, day by day: they buy, talk, give back and are woken any
// number of times a day; people close warnings as they like. At most one
// warning is ever open, and each silence opens at most one.
func TestAWarningOpensAtMostOncePerSilence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := churn.Default()
		p.WarnAfterDays, p.EscalateAfterDays = 20, 5
		var bought, talked []crm.Date
		stored := map[crm.Date]*churn.Warning{}
		openings := map[crm.Date]int{} // by the purchase that the silence followed
		for today := crm.Date(20000); today < 20250; today++ {
			switch rapid.IntRange(0, 40).Draw(t, "event") {
			case 0, 1:
				bought = append(bought, today)
			case 2, 3:
				talked = append(talked, today)
			case 4: // the last purchase is given back
				bought = bought[:max(0, len(bought)-1)]
			case 5:
				if w := openOf(t, stored); w != nil {
					*w = w.Closed(churn.Unreachable, "li", midnight(today))
				}
			case 6: // other rules see the same silence on another date
				p.WarnAfterDays = rapid.IntRange(15, 30).Draw(t, "warn after")
			}
			h := story(slices.Compact(bought), talked)
			for range rapid.IntRange(1, 3).Draw(t, "wake-ups") {
				live(t, p, h, today, stored, openings)
			}
			if w := openOf(t, stored); w != nil && h.LastPurchase() > w.LastPurchase {
				t.Fatalf("%s: bought, and still warned about", today)
			}
			if since := p.WarnedSince(h, today); since != 0 && earlier(stored, since, h.LastPurchase()) == nil && openOf(t, stored) == nil {
				t.Fatalf("%s: silent since %s, and nobody was told", today, since)
			}
		}
		for bought, n := range openings {
			if n > 1 {
				t.Fatalf("the silence after %s opened %d warnings", bought, n)
			}
		}
	})
}

func midnight(d crm.Date) time.Time { return d.Midnight(time.UTC) }

func openOf(t *rapid.T, stored map[crm.Date]*churn.Warning) (open *churn.Warning) {
	for _, w := range stored {
		if w.Open() {
			if open != nil {
				t.Fatalf("two are open: since %s and %s", open.Since, w.Since)
			}
			open = w
		}
	}
	return open
}

// earlier is a warning about the silence that a decision warns about.
func earlier(stored map[crm.Date]*churn.Warning, since, last crm.Date) *churn.Warning {
	s := churn.Situation{WarnedSince: since, LastPurchase: last}
	for _, w := range stored {
		if since != 0 && s.About(*w) {
			return w
		}
	}
	return nil
}

// live is one wake-up of the warning's worker.
func live(t *rapid.T, p churn.Policy, h history.History, today crm.Date, stored map[crm.Date]*churn.Warning, openings map[crm.Date]int) {
	for range 5 {
		since := p.WarnedSince(h, today)
		s := churn.Situation{WarnedSince: since, LastPurchase: h.LastPurchase(), Purchases: len(h.Purchases), Standing: openOf(t, stored), Earlier: earlier(stored, since, h.LastPurchase())}
		switch s.Next(midnight(today)) {
		case churn.Nothing:
			return
		case churn.Opens:
			w, _ := p.Opening(s, midnight(today), time.UTC)
			stored[w.Since] = &w
			openings[w.LastPurchase]++
		case churn.Escalate:
			*s.Standing = s.Standing.Escalated("wang", midnight(today))
		case churn.Close:
			*s.Standing = s.Standing.Closed(churn.Purchased, "", midnight(today))
		}
	}
	t.Fatalf("%s: it never ends", today)
}

// A document that is older than these figures is in force as it was meant.
func TestAnOldDocumentIsComplete(t *testing.T) {
	old := churn.Policy{WarnAfterDays: 100, EscalateAfterDays: 10, FollowUpWithinDays: 4}
	now := old.Complete()
	if wrong := now.Validate(); wrong != nil || now.WarnAfterDays != 100 || now.FollowUp != (churn.ByTier{Strategic: 4, Growth: 4, Basic: 4, Dormant: 4}) ||
		now.Signs != churn.Default().Signs || now.Severity != churn.Default().Severity {
		t.Errorf("%+v: %v", now, wrong)
	}
	if p := churn.Default(); p.Complete() != p {
		t.Error("a complete one is changed")
	}
}

func TestFollowUpsAreDueByTier(t *testing.T) {
	p := churn.Default()
	for worth, want := range map[tier.Tier]crm.Date{tier.Strategic: 2, tier.Growth: 5, tier.Basic: 7, tier.Dormant: 14, tier.None: crm.Date(p.FollowUpWithinDays)} {
		_, f := p.Opening(churn.Situation{WarnedSince: judged, Signals: churn.Signals{Worth: worth}}, at(judged), time.UTC)
		if f.Due != judged+want {
			t.Errorf("%s: due %s", worth, f.Due)
		}
	}
}

func TestValidate(t *testing.T) {
	if wrong := churn.Default().Validate(); wrong != nil {
		t.Error("the default:", wrong)
	}
	for path, spoil := range map[string]func(*churn.Policy){
		"warn_after_days":          func(p *churn.Policy) { p.WarnAfterDays = 0 },
		"escalate_after_days":      func(p *churn.Policy) { p.EscalateAfterDays = 366 },
		"follow_up_within_days":    func(p *churn.Policy) { p.FollowUpWithinDays = -1 },
		"follow_up_days.growth":    func(p *churn.Policy) { p.FollowUp.Growth = 0 },
		"signals.least_before":     func(p *churn.Policy) { p.Signs.LeastBefore = 0 },
		"signals.falls_to_percent": func(p *churn.Policy) { p.Signs.FallsToPercent = 100 },
		"severity.complaint":       func(p *churn.Policy) { p.Severity.Complaint = -1 },
		"severity.critical_from":   func(p *churn.Policy) { p.Severity.CriticalFrom = p.Severity.HighFrom },
		"warn_below":               func(p *churn.Policy) { p.WarnBelow = 1 }, // everybody, always
	} {
		p := churn.Default()
		spoil(&p)
		if wrong := p.Validate(); len(wrong) != 1 || wrong[0].Path != path {
			t.Errorf("%s: %v", path, wrong)
		}
	}
	never := churn.Default()
	never.Severity.CriticalFrom = 11 // all points together are 10
	if wrong := never.Validate(); len(wrong) != 1 || wrong[0].Path != "severity.critical_from" {
		t.Errorf("a severity that nobody reaches: %v", wrong)
	}
}

package churn_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/task"
)

// life is a customer's as the store holds it, with the timers that were set.
type life struct {
	p        churn.Policy
	bought   []crm.Date
	talked   []crm.Date
	facts    int // how many there have been
	known    int // of which the last opening knew; -1: there was none
	warnings map[crm.Date]*churn.Warning
	tasks    map[crm.Date]task.Task
	timers   []time.Time
	woken    crm.Date // the decision that last woke the worker
}

func (l *life) open(t *rapid.T) *churn.Warning { return openOf(t, l.warnings) }

func (l *life) since(today crm.Date) crm.Date {
	return l.p.WarnedSince(story(l.bought, l.talked), today)
}

// amend is what the store does in one transaction.
func (l *life) amend(w churn.Warning) {
	*l.warnings[w.Since] = w
	l.tasks[w.Since] = w.FollowUp(l.tasks[w.Since])
}

func (l *life) set(w churn.Warning) { l.timers = append(l.timers, w.Alarm(time.UTC, "").Due) }

// wake is one delivery to the warning's worker.
func (l *life) wake(t *rapid.T, today crm.Date) {
	now := midnight(today)
	for range 6 {
		h, since := story(l.bought, l.talked), l.since(today)
		s := churn.Situation{Customer: "cus_1", WarnedSince: since, LastPurchase: h.LastPurchase(), Today: today, Manager: "wang", Standing: l.open(t), Earlier: earlier(l.warnings, since, story(l.bought, nil).LastPurchase())}
		switch s.Next(now) {
		case churn.Nothing:
			return
		case churn.Opens:
			if l.known == l.facts {
				t.Fatalf("%s: opened again, and nothing has happened since", today)
			}
			w, f := l.p.Opening(s, now, time.UTC)
			l.known, l.warnings[since], l.tasks[since] = l.facts, &w, f
			l.set(w)
		case churn.Wake:
			w := l.p.Renewed(*s.Standing, s).Woken()
			l.set(w)
			l.amend(w)
		case churn.Escalate:
			if s.Standing.SnoozedUntil > today {
				t.Fatalf("%s: escalated in its sleep", today)
			}
			l.amend(l.p.Renewed(*s.Standing, s).Escalated(s.Manager, now))
		case churn.Close:
			l.amend(s.Standing.Closed(churn.Purchased, "", now))
		}
	}
	t.Fatalf("%s: it never ends", today)
}

// happens is what a day brings: facts, and people at the API.
func (l *life) happens(t *rapid.T, today crm.Date) {
	now, w := midnight(today).Add(10*time.Hour), l.open(t)
	if w == nil { // whoever tries a closed one is refused
		w = &churn.Warning{ClosedAt: now}
	}
	switch what := rapid.IntRange(0, 60).Draw(t, "event"); {
	case what < 3:
		l.bought, l.facts = append(l.bought, today), l.facts+1
	case what == 3:
		l.talked, l.facts = append(l.talked, today), l.facts+1
	case what == 4: // told late
		l.talked, l.facts = append(l.talked, today-crm.Date(rapid.IntRange(1, 30).Draw(t, "late"))), l.facts+1
	case what == 5 && len(l.bought) > 0: // given back
		l.bought, l.facts = l.bought[:len(l.bought)-1], l.facts+1
	case what == 6 && w.Open():
		next := l.p.Acknowledged(*w, "li", now)
		l.set(next)
		l.amend(next)
	case what <= 9 && w.Open():
		next := l.p.Snoozed(*w, today+crm.Date(rapid.IntRange(1, 15).Draw(t, "sleeps")), "li", now, time.UTC)
		l.set(next)
		l.amend(next)
	case what == 10 && w.Open() && w.SnoozedUntil != 0:
		next := l.p.WokenEarly(*w, now)
		l.set(next)
		l.amend(next)
	case what == 11 && w.Open():
		l.amend(w.Because(churn.Price).Closed(churn.Retained, "li", now))
	}
	slices.Sort(l.talked)
}

// Through a whole life, whatever people and shops do and however often the
// worker is woken: nothing opens twice without a new fact, at most one is open,
// none oversleeps or is forgotten, and the follow-up goes the warning's way.
// The worker is woken by its timers and by a decision that changed; once more,
// or twice, when messages come again.
func TestAWarningsLife(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &life{p: churn.Default(), warnings: map[crm.Date]*churn.Warning{}, tasks: map[crm.Date]task.Task{}, known: -1}
		l.p.WarnAfterDays, l.p.EscalateAfterDays = 20, 5
		for today := crm.Date(20000); today < 20200; today++ {
			due := slices.ContainsFunc(l.timers, func(at time.Time) bool { return !at.After(midnight(today)) })
			l.timers = slices.DeleteFunc(l.timers, func(at time.Time) bool { return !at.After(midnight(today)) })
			facts := l.facts
			if rapid.Bool().Draw(t, "a day like others") {
				l.happens(t, today)
			}
			if since := l.since(today); due || facts != l.facts || since != l.woken {
				l.woken = since
				l.wake(t, today)
			}
			for range rapid.IntRange(0, 2).Draw(t, "again") {
				l.wake(t, today)
			}
			l.holds(t, today)
		}
	})
}

func (l *life) holds(t *rapid.T, today crm.Date) {
	for since, w := range l.warnings {
		f := l.tasks[since]
		if w.Open() != f.Open() || string(f.Outcome) != string(w.Outcome) {
			t.Fatalf("%s: the warning ended %q, its follow-up %q", today, w.Outcome, f.Outcome)
		}
		if !w.Open() {
			continue
		}
		if w.SnoozedUntil != 0 && (w.SnoozedUntil <= today || f.Due < w.SnoozedUntil) {
			t.Fatalf("%s: sleeps until %s, its follow-up is due on %s", today, w.SnoozedUntil, f.Due)
		}
		if w.SnoozedUntil == 0 && w.EscalatedAt.IsZero() && midnight(today-1).After(w.EscalateAt) {
			t.Fatalf("%s: to escalate at %s, and nobody did", today, w.EscalateAt)
		}
		if bought := story(l.bought, nil).LastPurchase(); bought > w.LastPurchase {
			t.Fatalf("%s: bought, and still warned about", today)
		}
	}
	if since := l.since(today); since != 0 && earlier(l.warnings, since, story(l.bought, nil).LastPurchase()) == nil && l.open(t) == nil {
		t.Fatalf("%s: silent since %s, and nobody was told", today, since)
	}
}

func TestWhoIsOnItHasTheDaysAnew(t *testing.T) {
	p := churn.Default()
	w, _ := p.Opening(churn.Situation{WarnedSince: judged}, noon, time.UTC)
	seen := p.Acknowledged(w, "an", noon.AddDate(0, 0, 3))
	if seen.SeenBy != "an" || !seen.EscalateAt.Equal(noon.AddDate(0, 0, 17)) {
		t.Errorf("acknowledged: %+v", seen)
	}
	if again := p.Acknowledged(seen, "li", noon.AddDate(0, 0, 9)); again.SeenBy != "an" || !again.EscalateAt.Equal(seen.EscalateAt) {
		t.Errorf("once is enough: %+v", again)
	}
	until := crm.DateIn(noon, time.UTC) + 30
	asleep := p.Snoozed(w, until, "an", noon, time.UTC)
	if asleep.SeenBy != "an" || asleep.SnoozedUntil != until || !asleep.EscalateAt.Equal(midnight(until).AddDate(0, 0, 14)) || !asleep.Alarm(time.UTC, "").Due.Equal(midnight(until)) {
		t.Errorf("asleep: %+v", asleep)
	}
	woken := p.WokenEarly(asleep, noon.AddDate(0, 0, 1))
	if woken.SnoozedUntil != 0 || woken.SnoozedBy != "" || !woken.Alarm(time.UTC, "").Due.Equal(noon.AddDate(0, 0, 15)) {
		t.Errorf("woken: %+v", woken)
	}
}

// The wake-up that writes the warning anyway takes over what the decision says
// by then; a step up by escalation stays.
func TestRenewed(t *testing.T) {
	p := churn.Default()
	s := churn.Situation{WarnedSince: judged, LastPurchase: judged - 120}
	w, _ := p.Opening(s, noon, time.UTC)
	s.Signals = everything()
	if r := p.Renewed(w, s); len(r.Reasons) != 7 || r.Reasons[0].Code != churn.CodeSilence || r.Severity != churn.Critical || len(w.Reasons) != 1 {
		t.Errorf("%+v", r)
	}
	s.Signals = churn.Signals{}
	if r := p.Renewed(w.Escalated("wang", noon), s); r.Severity != churn.High || len(r.Reasons) != 1 {
		t.Errorf("escalated: %+v", r)
	}
	s.WarnedSince, s.Signals = 0, everything()
	if r := p.Renewed(w, s); len(r.Reasons) != 1 {
		t.Errorf("not warned any more: %+v", r)
	}
}

func TestHowAPersonMayEndAWarning(t *testing.T) {
	for end, want := range map[[2]string]string{
		{"retained", "price"}: "", {"retained", ""}: "churn_reason", {"lost_to_competitor", ""}: "churn_reason", {"no_more_need", "other"}: "",
		{"unreachable", ""}: "", {"unreachable", "price"}: "", {"mistaken", ""}: "", {"mistaken", "price"}: "churn_reason",
		{"purchased", ""}: "outcome", {"", "price"}: "outcome", {"done", ""}: "outcome",
	} {
		wrong := churn.WrongEnd(churn.Outcome(end[0]), churn.LossReason(end[1]))
		got := ""
		if len(wrong) > 0 {
			got = wrong[0].Path
		}
		if got != want {
			t.Errorf("%v: %v, not %q", end, wrong, want)
		}
	}
}

func TestRemedies(t *testing.T) {
	all := churn.DefaultRemedies()
	for reason, say := range map[churn.LossReason]task.Words{churn.Service: all.Service, churn.Product: all.Product, churn.Price: all.Price,
		churn.Competitor: all.Competitor, churn.Communication: all.Communication, churn.Other: all.Other} {
		if say.ZH == "" || say.EN == "" {
			t.Errorf("%s: %+v", reason, say)
		}
	}
	p := churn.Default()
	w, f := p.Opening(churn.Situation{WarnedSince: judged, Signals: everything()}, noon, time.UTC)
	for _, hinted := range [][]churn.Remedy{all.For(w), all.Hinted(f.Evidence)} {
		if len(hinted) != 6 || hinted[0].Reason != churn.Price || hinted[1].Reason != churn.Service || hinted[2].Reason != churn.Communication || hinted[3].Reason != churn.Product {
			t.Errorf("a complaint about the price, a bad score, and fewer contacts: %+v", hinted)
		}
	}
	if got := all.For(w.Because(churn.Product).Closed(churn.Retained, "li", noon)); len(got) != 1 || got[0].Reason != churn.Product {
		t.Errorf("the reason is known: %+v", got)
	}
	if got := all.For(w.Closed(churn.Purchased, "", noon)); len(got) != 0 {
		t.Errorf("nobody asked: %+v", got)
	}
}

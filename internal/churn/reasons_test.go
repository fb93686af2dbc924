package churn_test

import (
	"fmt"
	"math"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"guanxi/internal/churn"
	"guanxi/internal/crm"
	"guanxi/internal/history"
	"guanxi/internal/tier"
)

const judged = crm.Date(20500)

func at(d crm.Date) time.Time { return d.Midnight(time.UTC).Add(10 * time.Hour) }

// days are so many contacts like the first, a date each, the last on a date.
func days(like crm.Interaction, n int, last crm.Date) (all []crm.Interaction) {
	for i := range n {
		like.At = at(last - crm.Date(i))
		all = append(all, like)
	}
	return all
}

func TestSignals(t *testing.T) {
	talk, login := crm.Interaction{Channel: crm.ChannelPhone, TwoWay: true}, crm.Interaction{Channel: crm.ChannelLogin}
	enquiry := crm.Interaction{Channel: crm.ChannelChat, Type: crm.Enquiry, TwoWay: true}
	complaint := func(on crm.Date, closed crm.Resolution) crm.Interaction {
		return crm.Interaction{Channel: crm.ChannelPhone, Type: crm.Complaint, Category: "price", Resolution: closed, At: at(on)}
	}
	nps := func(on crm.Date, score int) crm.Answer {
		return crm.Answer{Metric: crm.NPS, Score: score, At: at(on), On: on}
	}
	tiers := func(all ...tier.Tier) (held []churn.Held) {
		for i, t := range all {
			held = append(held, churn.Held{On: judged - crm.Date(30*(len(all)-1-i)), Tier: t})
		}
		return held
	}
	const before = judged - 90 // the last date of the year before
	for name, c := range map[string]struct {
		facts history.Facts
		held  []churn.Held
		want  churn.Signals
	}{
		"nothing happened": {},
		"twelve days a year, and none lately": {
			facts: history.Facts{Interactions: days(talk, 12, before)},
			want:  churn.Signals{Contacts: churn.Fall{Before: 12}},
		},
		"eleven are too few to tell":        {facts: history.Facts{Interactions: days(talk, 11, before)}},
		"what lies before the year is over": {facts: history.Facts{Interactions: days(talk, 12, before-364)}},
		"often as usual":                    {facts: history.Facts{Interactions: days(talk, 200, judged)}},
		"a quarter of what was usual": {
			facts: history.Facts{Interactions: append(days(login, 17, before), days(login, 1, judged)...)},
			want:  churn.Signals{Visits: churn.Fall{Recent: 1, Before: 17}},
		},
		"a little more than that": {facts: history.Facts{Interactions: append(days(login, 16, before), days(login, 1, judged)...)}},
		"an enquiry is no other contact": {
			facts: history.Facts{Interactions: append(days(enquiry, 12, before), days(talk, 3, judged)...)},
			want:  churn.Signals{Enquiries: churn.Fall{Before: 12}},
		},
		"letters that nobody answers are no contact": {facts: history.Facts{Interactions: days(crm.Interaction{Channel: crm.ChannelEmail}, 30, before)}},
		"a detractor":                        {facts: history.Facts{Answers: []crm.Answer{nps(judged-10, 6)}}, want: churn.Signals{Score: churn.Score{On: judged - 10, Value: 6}}},
		"even of 0":                          {facts: history.Facts{Answers: []crm.Answer{nps(judged, 0)}}, want: churn.Signals{Score: churn.Score{On: judged}}},
		"who has changed their mind":         {facts: history.Facts{Answers: []crm.Answer{nps(judged-1, 9), nps(judged-10, 0)}}},
		"a passive":                          {facts: history.Facts{Answers: []crm.Answer{nps(judged, 7)}}},
		"long ago":                           {facts: history.Facts{Answers: []crm.Answer{nps(judged-365, 0)}}},
		"another question":                   {facts: history.Facts{Answers: []crm.Answer{{Metric: crm.CSAT, Score: 1, At: at(judged), On: judged}}}},
		"a complaint is open":                {facts: history.Facts{Interactions: []crm.Interaction{complaint(judged-3, "")}}, want: churn.Signals{Complaint: churn.Complaint{On: judged - 3, Category: "price"}}},
		"or was closed badly":                {facts: history.Facts{Interactions: []crm.Interaction{complaint(judged-3, crm.Unsolved)}}, want: churn.Signals{Complaint: churn.Complaint{On: judged - 3, Category: "price", Closed: crm.Unsolved}}},
		"or well":                            {facts: history.Facts{Interactions: []crm.Interaction{complaint(judged-3, crm.Solved)}}},
		"what is still to come says nothing": {facts: history.Facts{Interactions: append(days(talk, 12, judged+12), complaint(judged+1, "")), Answers: []crm.Answer{nps(judged+1, 0)}}},
		"a tier falls": {
			held: tiers(tier.Growth, tier.Strategic, tier.Basic),
			want: churn.Signals{Worth: tier.Basic, Tier: churn.TierFall{On: judged - 30, From: tier.Strategic, To: tier.Basic}},
		},
		"into dormant is none":           {held: tiers(tier.None, tier.Strategic, tier.Dormant, tier.Dormant), want: churn.Signals{Worth: tier.Strategic}},
		"before it fell dormant":         {held: tiers(tier.Strategic, tier.Growth, tier.Dormant), want: churn.Signals{Worth: tier.Growth, Tier: churn.TierFall{On: judged - 60, From: tier.Strategic, To: tier.Growth}}},
		"a tier rises":                   {held: tiers(tier.Basic, tier.Strategic), want: churn.Signals{Worth: tier.Strategic}},
		"dormant for as long as we know": {held: tiers(tier.Dormant, tier.Dormant), want: churn.Signals{Worth: tier.Dormant}},
	} {
		got := churn.Default().Signals(c.facts, c.held, judged, time.UTC)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// fallen is the oracle: it walks through the dates.
func fallen(on func(crm.Date) bool) churn.Fall {
	var f churn.Fall
	for d := judged; d > judged-90; d-- {
		if on(d) {
			f.Recent++
		}
	}
	for d := judged - 90; d > judged-455; d-- {
		if on(d) {
			f.Before++
		}
	}
	if f.Before < 12 || float64(f.Recent) > 0.25*float64(f.Before)*90/365+1e-9 {
		return churn.Fall{}
	}
	return f
}

func TestFallsAgreeWithWalkingThroughTheDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f history.Facts
		ago := rapid.Custom(func(t *rapid.T) int { // few of them lately
			if rapid.IntRange(0, 9).Draw(t, "lately") == 0 {
				return rapid.IntRange(-5, 90).Draw(t, "ago")
			}
			return rapid.IntRange(85, 470).Draw(t, "ago")
		})
		for i := range rapid.IntRange(0, 60).Draw(t, "facts") {
			talk := crm.Interaction{ID: crm.InteractionID(fmt.Sprint(i)), At: at(judged - crm.Date(ago.Draw(t, "days ago"))), TwoWay: rapid.Bool().Draw(t, "two-way")}
			talk.Channel = rapid.SampledFrom([]crm.Channel{crm.ChannelPhone, crm.ChannelLogin, crm.ChannelPageView}).Draw(t, "channel")
			talk.Type = rapid.SampledFrom([]crm.InteractionType{crm.Contact, crm.Enquiry, crm.Complaint}).Draw(t, "type")
			if talk.Channel != crm.ChannelPhone {
				talk.Type = crm.Contact
			}
			f.Interactions = append(f.Interactions, talk)
		}
		some := func(is func(crm.Interaction) bool) func(crm.Date) bool {
			return func(d crm.Date) bool {
				for _, i := range f.Interactions {
					if crm.DateIn(i.At, time.UTC) == d && is(i) {
						return true
					}
				}
				return false
			}
		}
		got := churn.Default().Signals(f, nil, judged, time.UTC)
		machine := func(i crm.Interaction) bool { return i.Channel != crm.ChannelPhone }
		want := churn.Signals{
			Contacts:  fallen(some(func(i crm.Interaction) bool { return !machine(i) && i.Type != crm.Enquiry && i.TwoWay })),
			Visits:    fallen(some(machine)),
			Enquiries: fallen(some(func(i crm.Interaction) bool { return i.Type == crm.Enquiry })),
			Complaint: got.Complaint,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
		shuffle := rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed")))
		shuffle.Shuffle(len(f.Interactions), func(i, j int) {
			f.Interactions[i], f.Interactions[j] = f.Interactions[j], f.Interactions[i]
		})
		if diff := cmp.Diff(got, churn.Default().Signals(f, nil, judged, time.UTC)); diff != "" {
			t.Fatalf("facts that are read in another order: %s", diff)
		}
	})
}

// What docs/churn.md says of the default figures: somebody who comes as often as
// ever (a Poisson process) shows a fall at one look in twelve at most.
func TestAFallIsSeldomChance(t *testing.T) {
	p := churn.Default().Signs
	worst := 0.0
	for before := p.LeastBefore; before <= 365; before++ {
		mean := float64(before*p.RecentDays) / 365
		chance, term := 0.0, math.Exp(-mean)
		for n := 0; n*365*100 <= p.FallsToPercent*before*p.RecentDays; n++ {
			chance, term = chance+term, term*mean/float64(n+1)
		}
		worst = max(worst, chance)
	}
	if worst > 1.0/12 || worst < 1.0/14 {
		t.Errorf("by chance: %.3f", worst)
	}
}

// everything is one of each signal.
func everything() churn.Signals {
	return churn.Signals{Contacts: churn.Fall{Recent: 1, Before: 24}, Visits: churn.Fall{Before: 60}, Enquiries: churn.Fall{Before: 12},
		Score: churn.Score{On: judged, Value: 3}, Complaint: churn.Complaint{On: judged, Category: "price", Closed: crm.Unsolved},
		Tier: churn.TierFall{On: judged - 40, From: tier.Strategic, To: tier.Growth}, Worth: tier.Growth}
}

func TestEveryReasonHasItsNumbersAndWords(t *testing.T) {
	book, p := churn.ReadBook(), churn.Default()
	open := everything()
	open.Complaint.Closed = ""
	w, _ := p.Opening(churn.Situation{WarnedSince: judged, LastPurchase: judged - 120, Purchases: 3, Signals: everything()}, at(judged), time.UTC)
	reasons := append(w.Reasons, p.Reasons(open)...)
	said := map[string]bool{}
	for _, r := range reasons {
		words := book.Say(r)
		for _, text := range []string{words.ZH, words.EN} {
			if text == "" || strings.ContainsAny(text, "{}") || strings.Contains(text, "price") && text == words.ZH {
				t.Errorf("%s: %q", r.Code, text)
			}
		}
		said[r.Code] = true
	}
	if len(said) != len(book.Reasons) {
		t.Errorf("%d of the %d reasons in the book were given", len(said), len(book.Reasons))
	}
	got := book.Say(p.Reasons(churn.Signals{Contacts: churn.Fall{Recent: 1, Before: 24}})[0])
	if got.EN != "In touch with us on 1 of the last 90 days; 5.9 in as many days of the year before." || got.ZH != "最近 90 天只有 1 天与我们往来；此前一年平均每 90 天有 5.9 天。" {
		t.Error(got)
	}
}

func TestSeverityIsTheSumOfPoints(t *testing.T) {
	open := func(s churn.Signals) churn.Severity {
		w, _ := churn.Default().Opening(churn.Situation{WarnedSince: judged, Signals: s}, at(judged), time.UTC)
		return w.Severity
	}
	score, complaint := churn.Score{On: judged, Value: 2}, churn.Complaint{On: judged, Category: "price"}
	for _, c := range []struct {
		s    churn.Signals
		want churn.Severity
	}{
		{churn.Signals{}, churn.Normal},
		{churn.Signals{Worth: tier.Strategic}, churn.Normal},
		{churn.Signals{Worth: tier.Basic, Score: score}, churn.Normal},
		{churn.Signals{Worth: tier.Growth, Score: score}, churn.High},
		{churn.Signals{Worth: tier.Basic, Score: score, Complaint: complaint}, churn.High},
		{churn.Signals{Worth: tier.Growth, Score: score, Complaint: complaint}, churn.Critical},
		{everything(), churn.Critical},
	} {
		if got := open(c.s); got != c.want {
			t.Errorf("%+v: %s, want %s", c.s, got, c.want)
		}
	}
}

// A further signal never makes a warning less severe.
func TestMoreSignalsAreNeverLessSevere(t *testing.T) {
	order := []churn.Severity{churn.Normal, churn.High, churn.Critical}
	place := func(s churn.Severity) int {
		for i, o := range order {
			if o == s {
				return i
			}
		}
		return -1
	}
	rapid.Check(t, func(t *rapid.T) {
		all, some := everything(), churn.Signals{}
		more := churn.Signals{}
		for i, set := range []func(*churn.Signals){
			func(s *churn.Signals) { s.Contacts = all.Contacts }, func(s *churn.Signals) { s.Visits = all.Visits }, func(s *churn.Signals) { s.Enquiries = all.Enquiries },
			func(s *churn.Signals) { s.Score = all.Score }, func(s *churn.Signals) { s.Complaint = all.Complaint }, func(s *churn.Signals) { s.Tier = all.Tier }, func(s *churn.Signals) { s.Worth = all.Worth },
		} {
			switch rapid.IntRange(0, 2).Draw(t, fmt.Sprint("signal ", i)) {
			case 1:
				set(&more)
			case 2:
				set(&some)
				set(&more)
			}
		}
		severity := func(s churn.Signals) int {
			w, _ := churn.Default().Opening(churn.Situation{WarnedSince: judged, Signals: s}, at(judged), time.UTC)
			return place(w.Severity)
		}
		if severity(more) < severity(some) {
			t.Fatalf("%+v is less severe than %+v", more, some)
		}
	})
}

package churn

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/history"
	"guanxi/internal/task"
	"guanxi/internal/tier"
)

// Signals are what else speaks for a customer leaving, beside the silence that
// warns. They open no warning; they say why there may be one, and how much it
// matters. Only the decision of somebody who is warned about has any, and only
// what is a signal is set: the keys are short because they are stored with it.
type Signals struct {
	Contacts  Fall      `json:"c,omitzero"` // days with a two-way contact that was no enquiry
	Visits    Fall      `json:"v,omitzero"` // days on which a machine saw them: logins, page views, carts, devices
	Enquiries Fall      `json:"e,omitzero"` // days on which they asked for something
	Score     Score     `json:"s,omitzero"` // their latest NPS answer, where it is bad
	Complaint Complaint `json:"k,omitzero"` // the newest that is open or was badly closed
	Tier      TierFall  `json:"t,omitzero"`
	Worth     tier.Tier `json:"w,omitempty"` // the last tier they had before they fell dormant
}

// Fall is how many days there were lately, and in the year before that.
type Fall struct {
	Recent int `json:"r"`
	Before int `json:"b"`
}

// Score is an answer to "would you recommend us", 0 to 6.
type Score struct {
	On    crm.Date `json:"on"`
	Value int      `json:"v"`
}

// Complaint is one that nobody has settled.
type Complaint struct {
	On       crm.Date       `json:"on"`
	Category string         `json:"c,omitempty"`
	Closed   crm.Resolution `json:"r,omitempty"` // empty: it is open
}

// TierFall is from which tier to which within the last year.
type TierFall struct {
	On   crm.Date  `json:"on"` // when they last had the higher one
	From tier.Tier `json:"f"`
	To   tier.Tier `json:"t"`
}

// Held is the tier that a customer had on a date.
type Held struct {
	On   crm.Date
	Tier tier.Tier
}

// yearBefore is how many dates before the recent ones tell what is usual.
const yearBefore = 365

// worstScore is the highest score of a detractor (Reichheld 2003).
const worstScore = 6

// Signals reads the facts of a customer as they stood on the date; held are
// their tiers at the ends of the last months and on the date itself, ascending.
func (p Policy) Signals(f history.Facts, held []Held, on crm.Date, zone *time.Location) (s Signals) {
	var contacts, visits, enquiries []crm.Date
	traces := crm.Traces()
	for i := range f.Interactions {
		talk := &f.Interactions[i]
		date := crm.DateIn(talk.At, zone)
		switch {
		case date > on:
		case slices.Contains(traces, talk.Channel):
			visits = append(visits, date)
		case talk.Type == crm.Enquiry:
			enquiries = append(enquiries, date)
		case talk.TwoWay:
			contacts = append(contacts, date)
		}
	}
	s.Contacts, s.Visits, s.Enquiries = p.Signs.fall(contacts, on), p.Signs.fall(visits, on), p.Signs.fall(enquiries, on)
	s.Complaint = p.Signs.complaint(f.Interactions, on, zone)
	s.Score = p.Signs.badScore(f.Answers, on)
	s.Worth, s.Tier = worth(held)
	return s
}

// fall compares the days of the recent window with as many of the year before.
func (p SignPolicy) fall(dates []crm.Date, on crm.Date) (f Fall) {
	slices.Sort(dates)
	from := on - crm.Date(p.RecentDays)
	for _, date := range slices.Compact(dates) {
		switch {
		case date > from:
			f.Recent++
		case date > from-yearBefore:
			f.Before++
		}
	}
	if f.Before < p.LeastBefore || f.Recent*yearBefore*100 > p.FallsToPercent*f.Before*p.RecentDays {
		return Fall{}
	}
	return f
}

// complaint is the newest that its customer does not call solved.
func (p SignPolicy) complaint(talks []crm.Interaction, on crm.Date, zone *time.Location) Complaint {
	var newest *crm.Interaction
	for i := range talks {
		talk := &talks[i]
		if talk.Type == crm.Complaint && talk.Resolution != crm.Solved && p.remembers(crm.DateIn(talk.At, zone), on) &&
			(newest == nil || cmp.Or(talk.At.Compare(newest.At), cmp.Compare(talk.ID, newest.ID)) > 0) {
			newest = talk
		}
	}
	if newest == nil {
		return Complaint{}
	}
	return Complaint{crm.DateIn(newest.At, zone), newest.Category, newest.Resolution}
}

// badScore is the latest answer, if it is one of a detractor.
func (p SignPolicy) badScore(answers []crm.Answer, on crm.Date) Score {
	var latest *crm.Answer
	for i := range answers {
		a := &answers[i]
		if a.Metric == crm.NPS && p.remembers(a.On, on) &&
			(latest == nil || cmp.Or(a.At.Compare(latest.At), cmp.Compare(a.Invitation, latest.Invitation)) > 0) {
			latest = a
		}
	}
	if latest == nil || latest.Score > worstScore {
		return Score{}
	}
	return Score{latest.On, latest.Score}
}

func (p SignPolicy) remembers(date, on crm.Date) bool {
	return date <= on && date > on-crm.Date(p.RememberedDays)
}

// worth is the last tier other than dormant, and the fall to it from the
// highest. A fall into dormant is none: the silence itself brings it.
func worth(held []Held) (last tier.Tier, fall TierFall) {
	highest := Held{}
	for _, h := range held {
		if h.Tier == tier.None {
			continue
		}
		if h.Tier != tier.Dormant {
			last = h.Tier
		}
		if rank(h.Tier) >= rank(highest.Tier) {
			highest = h
		}
	}
	if last == "" && highest.Tier != "" {
		return tier.Dormant, TierFall{}
	}
	if rank(last) < rank(highest.Tier) {
		fall = TierFall{highest.On, highest.Tier, last}
	}
	return last, fall
}

func rank(t tier.Tier) int {
	return slices.Index([]tier.Tier{tier.None, tier.Dormant, tier.Basic, tier.Growth, tier.Strategic}, t)
}

// The codes of the reasons for a warning.
const (
	CodeSilence   = string(task.Silence) // a repeat buyer neither bought nor talked to us for too long
	CodeContacts  = "falling_contacts"
	CodeVisits    = "falling_visits"
	CodeEnquiries = "falling_enquiries"
	CodeScore     = "bad_score"
	CodeOpen      = "open_complaint"
	CodeUnsolved  = "unsolved_complaint"
	CodeTier      = "falling_tier"
)

// Reasons are the signals with the numbers that they rest on.
func (p Policy) Reasons(s Signals) (all []Reason) {
	add := func(there bool, code string, evidence ...decision.Input) {
		if there {
			all = append(all, Reason{code, evidence})
		}
	}
	for _, fall := range []struct {
		code string
		days Fall
	}{{CodeContacts, s.Contacts}, {CodeVisits, s.Visits}, {CodeEnquiries, s.Enquiries}} {
		add(fall.days != Fall{}, fall.code,
			number("recent", fall.days.Recent, "days"),
			number("recent_of", p.Signs.RecentDays, "days"),
			decision.Input{Name: "usual", Value: usual(fall.days.Before, p.Signs.RecentDays), Unit: "days"},
			number("year_before", fall.days.Before, "days"))
	}
	add(s.Score != Score{}, CodeScore, number("score", s.Score.Value, "of 10"), date("on", s.Score.On))
	complaint := CodeOpen
	if s.Complaint.Closed != "" {
		complaint = CodeUnsolved
	}
	add(s.Complaint != Complaint{}, complaint, name("category", s.Complaint.Category), date("on", s.Complaint.On))
	add(s.Tier != TierFall{}, CodeTier, name("tier", string(s.Tier.To)), name("was", string(s.Tier.From)), date("until", s.Tier.On))
	return all
}

// usual is how many days as long a window had in the year before, on average.
func usual(before, window int) string {
	return strconv.FormatFloat(float64(before)*float64(window)/yearBefore, 'f', 1, 64)
}

func number(name string, n int, unit string) decision.Input {
	return decision.Input{Name: name, Value: strconv.Itoa(n), Unit: unit}
}

func name(of, value string) decision.Input { return decision.Input{Name: of, Value: value} }

func date(name string, d crm.Date) decision.Input {
	return decision.Input{Name: name, Value: d.String(), Unit: "date"}
}

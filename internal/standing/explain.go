package standing

import (
	"cmp"
	"fmt"
	"strconv"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/level"
)

// Judge answers every question and says why.
func Judge(p Policy, m Measures) (Classes, []decision.Reason) {
	c := Classify(p, m)
	e := explainer{p, m, c}
	return c, []decision.Reason{e.level(), e.tier(), e.need(), e.status(), e.recency(), e.frequency(), e.money(), e.churn()}
}

// explainer tells, for each answer, which rule gave it, what the rule looked
// at, and the nearest other answer with the way there.
//
// The way is a promise: who does what it says gets that answer on that date
// (a property test holds each promise against the rules), if nothing else
// happens meanwhile.
type explainer struct {
	p Policy
	m Measures
	c Classes
}

func (e explainer) level() decision.Reason {
	r := decision.Reason{
		Question: "level",
		Answer:   named(e.c.Level),
		Inputs: inputs(
			e.amount(fmt.Sprintf("spend_%dd", e.p.Level.WindowDays), e.m.Window),
			date("last_purchase", e.m.LastPurchase),
			date("until", before(e.m.LevelEnds)),
		),
	}
	switch e.c.Level {
	case level.None:
		r.Rule, r.RunnerUp = "level.never_bought", purchases(level.Silver, 1, "a first purchase makes silver or better")
	case level.Dormant:
		r.Rule, r.RunnerUp = "level.window_days", purchases(level.Silver, 1, "any purchase makes silver or better")
	case level.Silver: // any purchase keeps it, so what is worth saying lies above
		r.Rule, r.RunnerUp = "level.otherwise", e.reach(level.Gold, e.p.Level.GoldFrom)
	case level.Gold:
		r.Rule = "level.gold_from"
		r.RunnerUp = nearer(e.reach(level.Diamond, e.p.Level.DiamondFrom), e.keep(e.p.Level.GoldFrom))
	case level.Diamond:
		r.Rule, r.RunnerUp = "level.diamond_from", e.keep(e.p.Level.DiamondFrom)
	}
	return r
}

// reach is how much more makes the level, as long as all that was spent in the
// window still counts.
func (e explainer) reach(l level.Level, from int64) *decision.RunnerUp {
	missing := from - e.m.Window
	return e.spend(l, missing, fmt.Sprintf("%s more%s makes %s", e.words(missing), by(e.m.WindowHolds), l))
}

// keep is how much more keeps the level beyond the date on which time alone
// takes it away. What is bought today counts as long as anything bought today
// already did, so it is to be bought from tomorrow on.
func (e explainer) keep(from int64) *decision.RunnerUp {
	fallen := e.p.Level.Of(e.m.LevelRest, e.m.LastPurchase, e.m.LevelEnds)
	missing := from - e.m.LevelRest
	return e.spend(fallen, missing, fmt.Sprintf("%s more%s keeps %s; else %s from %s",
		e.words(missing), by(before(e.m.LevelEnds)), e.c.Level, fallen, e.m.LevelEnds))
}

func (e explainer) need() decision.Reason {
	r := decision.Reason{Question: "need", Answer: string(e.c.Need), Inputs: inputs(count("purchases", e.m.Purchases))}
	switch e.m.Purchases {
	case 0:
		r.Rule, r.RunnerUp = "need.never_bought", purchases("new", 1, "a first purchase makes new")
	case 1:
		r.Rule, r.RunnerUp = "need.one_purchase", purchases("existing", 1, "a purchase on another date makes existing")
	default:
		r.Rule = "need.repeat_purchase"
	}
	return r
}

func (e explainer) recency() decision.Reason {
	r := e.score("recency", e.c.Recency, "rfm.recency_days", date("last_purchase", e.m.LastPurchase))
	if e.c.Recency == 1 {
		r.RunnerUp = purchases(5, 1, "any purchase makes 5")
	} else if e.c.Recency > 1 {
		r.RunnerUp = e.onlyTime(e.c.Recency-1, e.m.LastPurchase+crm.Date(e.p.RFM.RecencyEnds(e.c.Recency)))
	}
	return r
}

func (e explainer) frequency() decision.Reason {
	r := e.score("frequency", e.c.Frequency, "rfm.frequency_from", count("purchases", e.m.Purchases))
	if next := e.c.Frequency + 1; next > 1 && next <= 5 {
		missing := e.p.RFM.FrequencyFor(next) - e.m.Purchases
		r.RunnerUp = purchases(next, missing, buying(missing, 0, next))
	}
	return r
}

func (e explainer) money() decision.Reason {
	r := e.score("money", e.c.Money, "rfm.money_from", e.amount("spend", e.m.Spend))
	if next := e.c.Money + 1; next > 1 && next <= 5 {
		missing := e.p.RFM.MoneyFor(next) - e.m.Spend
		r.RunnerUp = e.spend(next, missing, fmt.Sprintf("%s more makes %d", e.words(missing), next))
	}
	return r
}

func (e explainer) score(question string, score int, rule string, looked decision.Input) decision.Reason {
	r := decision.Reason{Question: question, Answer: strconv.Itoa(score), Rule: rule, Inputs: inputs(looked)}
	if score == 0 {
		r.Answer, r.Rule = "none", "rfm.never_bought"
		r.RunnerUp = purchases("1 to 5", 1, "a first purchase makes a score")
	}
	return r
}

// spend, purchases, contact and onlyTime are the four kinds of way to another
// answer.
func (e explainer) spend(answer any, missing int64, text string) *decision.RunnerUp {
	return &decision.RunnerUp{Answer: fmt.Sprint(answer), Distance: missing, Unit: e.p.Currency + " minor", Text: text}
}

func purchases(answer any, missing int, text string) *decision.RunnerUp {
	return &decision.RunnerUp{Answer: fmt.Sprint(answer), Distance: int64(missing), Unit: "purchase dates", Text: text}
}

func contact(answer any, text string) *decision.RunnerUp {
	return &decision.RunnerUp{Answer: fmt.Sprint(answer), Distance: 1, Unit: "contacts", Text: text}
}

func (e explainer) onlyTime(answer any, from crm.Date) *decision.RunnerUp {
	return &decision.RunnerUp{Answer: fmt.Sprint(answer), Distance: int64(from - e.m.On), Unit: "days",
		Text: fmt.Sprintf("%v from %s if nothing happens", answer, from)}
}

// nearer is the one with less to spend; both distances are amounts.
func nearer(a, b *decision.RunnerUp) *decision.RunnerUp {
	if cmp.Less(b.Distance, a.Distance) {
		return b
	}
	return a
}

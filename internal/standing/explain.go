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
	e := explainer{p, m, c, m.due(&p)}
	return c, []decision.Reason{e.level(), e.tier(), e.value(), e.need(), e.status(), e.recency(), e.frequency(), e.money(), e.churn()}
}

// explainer tells, for each answer, which rules were tried and which one gave
// it, what they looked at, and the nearest other answer with the way there.
//
// The way is a promise: who does what it says gets that answer on that date
// (a property test holds each promise against the rules), if nothing else
// happens meanwhile.
type explainer struct {
	p Policy
	m Measures
	c Classes

	due Classes // without grace
}

// rule is one that was tried.
func rule(name string, text crm.Words) decision.Tried { return decision.Tried{Rule: name, Text: text} }

// won cuts the rules off after the one that won: it holds, those before do not.
func won(r decision.Reason, rules ...decision.Tried) decision.Reason {
	for _, tried := range rules {
		tried.Holds = tried.Rule == r.Rule
		r.Tried = append(r.Tried, tried)
		if tried.Holds {
			break
		}
	}
	return r
}

func (e explainer) level() decision.Reason {
	p := e.p.Level
	r := decision.Reason{
		Question: "level",
		Answer:   named(e.c.Level),
		Inputs: inputs(
			e.amount(fmt.Sprintf("spend_%dd", p.WindowDays), e.m.Window),
			date("last_purchase", e.m.LastPurchase),
			date("until", before(e.m.LevelEnds)),
		),
	}
	if e.m.LevelKept != "" {
		return e.kept(r, p.GraceDays, named(e.due.Level), named(e.m.LevelThen), e.m.LevelEnds)
	}
	switch e.due.Level {
	case level.None:
		r.Rule, r.RunnerUp = "level.never_bought", purchases(level.Silver, 1, say("a first purchase makes silver or better", "首次购买即为银卡或以上"))
	case level.Dormant:
		r.Rule, r.RunnerUp = "level.window_days", purchases(level.Silver, 1, say("any purchase makes silver or better", "任意一次购买即为银卡或以上"))
	case level.Silver: // any purchase keeps it, so what is worth saying lies above
		r.Rule, r.RunnerUp = "level.otherwise", e.reach(level.Gold, p.GoldFrom)
	case level.Gold:
		r.Rule, r.RunnerUp = "level.gold_from", e.reach(level.Diamond, p.DiamondFrom)
		if p.GraceDays == 0 {
			r.RunnerUp = nearer(r.RunnerUp, e.keep(p.GoldFrom))
		}
	case level.Diamond:
		r.Rule = "level.diamond_from"
		if p.GraceDays == 0 {
			r.RunnerUp = e.keep(p.DiamondFrom)
		} else {
			r.RunnerUp = e.onlyTime(e.m.LevelThen, e.m.LevelEnds)
		}
	}
	spent := func(from int64) crm.Words {
		return say("%[1]s spent in %[2]d days; from %[3]s", "%[2]d 天内消费 %[1]s；标准为 %[3]s", e.words(e.m.Window), p.WindowDays, e.words(from))
	}
	return won(r, e.tried(r, p.GraceDays,
		rule("level.window_days", e.since(p.WindowDays)),
		rule("level.diamond_from", spent(p.DiamondFrom)),
		rule("level.gold_from", spent(p.GoldFrom)),
		otherwise("level.otherwise"))...)
}

// neverBought, since and otherwise are rules of several questions.
func (e explainer) neverBought(name string) decision.Tried {
	return rule(name, say("%d purchases", "购买 %d 次", e.m.Purchases))
}

func otherwise(name string) decision.Tried {
	return rule(name, say("nothing else fits", "不符合其他规则"))
}

func (e explainer) since(days int) crm.Words {
	return say("the last purchase is %d days ago; from %d", "距上次购买 %d 天；标准为 %d 天", int(e.m.On-e.m.LastPurchase), days)
}

func (e explainer) silent(days int) crm.Words {
	return say("silent for %d days; from %d", "沉默 %d 天；标准为 %d 天", int(e.m.On-e.m.lastSeen()), days)
}

// reach is how much more makes the level, as long as all that was spent in the
// window still counts.
func (e explainer) reach(l level.Level, from int64) *decision.RunnerUp {
	missing := from - e.m.Window
	return e.spend(l, missing, say("%s more%s makes %s", "%[2]s再消费 %[1]s 即为%[3]s", e.words(missing), by(e.m.WindowHolds), called(l)))
}

// keep is how much more keeps the level beyond the date on which time alone
// takes it away. What is bought today counts as long as anything bought today
// already did, so it is to be bought from tomorrow on. With grace less may be
// enough, if it comes early, so then nothing is promised.
func (e explainer) keep(from int64) *decision.RunnerUp {
	fallen := e.p.Level.Of(e.m.LevelRest, e.m.LastPurchase, e.m.LevelEnds)
	missing := from - e.m.LevelRest
	return e.spend(fallen, missing, say("%[1]s more%[2]s keeps %[3]s; else %[4]s from %[5]s", "%[2]s再消费 %[1]s 可保持%[3]s；否则自 %[5]s 起为%[4]s",
		e.words(missing), by(before(e.m.LevelEnds)), called(e.c.Level), called(fallen), e.m.LevelEnds))
}

func (e explainer) need() decision.Reason {
	r := decision.Reason{Question: "need", Answer: string(e.c.Need), Inputs: inputs(bought(e.m.Purchases))}
	switch e.m.Purchases {
	case 0:
		r.Rule, r.RunnerUp = "need.never_bought", purchases("new", 1, say("a first purchase makes new", "首次购买即为新顾客"))
	case 1:
		r.Rule, r.RunnerUp = "need.one_purchase", purchases("existing", 1, say("a purchase on another date makes existing", "在另一日期购买即为老顾客"))
	default:
		r.Rule = "need.repeat_purchase"
	}
	return won(r, e.neverBought("need.never_bought"), e.neverBought("need.one_purchase"), e.neverBought("need.repeat_purchase"))
}

func (e explainer) recency() decision.Reason {
	r := e.score("recency", e.c.Recency, "rfm.recency_days", date("last_purchase", e.m.LastPurchase),
		say("the last purchase is %d days ago", "距上次购买 %d 天", int(e.m.On-e.m.LastPurchase)))
	if e.c.Recency == 1 && e.p.RFM.Recency(0) > 1 {
		r.RunnerUp = purchases(e.p.RFM.Recency(0), 1, say("any purchase makes %d", "任意一次购买即为 %d", e.p.RFM.Recency(0)))
	} else if e.c.Recency > 1 {
		days := e.p.RFM.RecencyEnds(e.c.Recency)
		r.RunnerUp = e.onlyTime(e.p.RFM.Recency(days), e.m.LastPurchase+crm.Date(days))
	}
	return r
}

func (e explainer) frequency() decision.Reason {
	r := e.score("frequency", e.c.Frequency, "rfm.frequency_from", bought(e.m.Purchases), e.neverBought("").Text)
	if next := e.c.Frequency + 1; next > 1 && next <= 5 {
		missing := e.p.RFM.FrequencyFor(next) - e.m.Purchases
		r.RunnerUp = purchases(next, missing, buying(missing, 0, next))
	}
	return r
}

func (e explainer) money() decision.Reason {
	r := e.score("money", e.c.Money, "rfm.money_from", e.amount("spend", e.m.Spend), say("%s spent", "累计消费 %s", e.words(e.m.Spend)))
	if next := e.c.Money + 1; next > 1 && next <= 5 {
		from := e.p.RFM.MoneyFor(next)
		missing, score := from-e.m.Spend, e.p.RFM.Money(from)
		r.RunnerUp = e.spend(score, missing, say("%s more makes %d", "再消费 %s 即为 %d", e.words(missing), score))
	}
	return r
}

func (e explainer) score(question string, score int, name string, looked decision.Input, found crm.Words) decision.Reason {
	r := decision.Reason{Question: question, Answer: strconv.Itoa(score), Rule: name, Inputs: inputs(looked)}
	if score == 0 {
		r.Answer, r.Rule = "none", "rfm.never_bought"
		r.RunnerUp = purchases("1 to 5", 1, say("a first purchase makes a score", "首次购买即有评分"))
	}
	return won(r, e.neverBought("rfm.never_bought"), rule(name, found))
}

// spend, purchases, contact and onlyTime are the four kinds of way to another
// answer.
func (e explainer) spend(answer any, missing int64, text crm.Words) *decision.RunnerUp {
	return &decision.RunnerUp{Answer: fmt.Sprint(answer), Distance: missing, Unit: e.p.Currency + " minor", Text: text}
}

func purchases(answer any, missing int, text crm.Words) *decision.RunnerUp {
	return &decision.RunnerUp{Answer: fmt.Sprint(answer), Distance: int64(missing), Unit: "purchase dates", Text: text}
}

func contact(answer any, text crm.Words) *decision.RunnerUp {
	return &decision.RunnerUp{Answer: fmt.Sprint(answer), Distance: 1, Unit: "contacts", Text: text}
}

func (e explainer) onlyTime(answer any, from crm.Date) *decision.RunnerUp {
	return &decision.RunnerUp{Answer: fmt.Sprint(answer), Distance: int64(from - e.m.On), Unit: "days",
		Text: say("%[1]s from %[2]s if nothing happens", "若无变化，自 %[2]s 起为%[1]s", called(answer), from)}
}

// nearer is the one with less to spend; both distances are amounts.
func nearer(a, b *decision.RunnerUp) *decision.RunnerUp {
	if cmp.Less(b.Distance, a.Distance) {
		return b
	}
	return a
}

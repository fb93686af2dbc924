package standing

import (
	"guanxi/internal/crm"
	"guanxi/internal/decision"
)

// tried are the rules of a question that grace has a say in. It holds nothing
// against the others: kept tells of those for whom it does.
func (e explainer) tried(r decision.Reason, days int, rules ...decision.Tried) []decision.Tried {
	first := []decision.Tried{e.neverBought(r.Question + ".never_bought")}
	if days > 0 {
		first = append(first, rule(r.Question+".grace", say("nothing better was due in the last %d days", "最近 %d 天内未达到更高标准", days)))
	}
	return append(first, rules...)
}

// kept tells of an answer that is better than what is due: what that is, and the
// date on which the grace is over. It is the notice before a demotion.
func (e explainer) kept(r decision.Reason, days int, due, then string, ends crm.Date) decision.Reason {
	answer := called(r.Answer)
	r.Rule = r.Question + ".grace"
	r.Inputs = append(r.Inputs, text("due", due))
	r.RunnerUp = e.onlyTime(then, ends)
	r.RunnerUp.Text = say("%[1]s until %[2]s, then %[3]s if nothing happens", "若无变化，%[1]s保留至 %[2]s，之后为%[3]s", answer, before(ends), called(then))
	return won(r, e.neverBought(r.Question+".never_bought"),
		rule(r.Rule, say("%s was due in the last %d days; now %s is", "最近 %[2]d 天内曾符合%[1]s；现符合%[3]s", answer, days, called(due))))
}

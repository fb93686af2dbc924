package standing

import (
	"fmt"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/level"
	"guanxi/internal/rfm"
	"guanxi/internal/tier"
)

func (e explainer) tier() decision.Reason {
	scores := rfm.Scores{R: e.c.Recency, F: e.c.Frequency, M: e.c.Money}
	answer, rule := e.p.Tier.Of(e.c.Level, scores, e.c.Status)
	r := decision.Reason{
		Question: "tier",
		Answer:   named(answer),
		Rule:     "tier." + string(rule),
		Inputs: inputs(
			text("level", named(e.c.Level)),
			score("recency", e.c.Recency),
			score("frequency", e.c.Frequency),
			text("status", named(e.c.Status)),
			date("until", before(e.m.TierEnds)),
		),
	}
	switch answer {
	case tier.None:
		r.RunnerUp = purchases(tier.Basic, 1, "a first purchase makes basic or better")
	case tier.Dormant:
		awake, _ := e.p.Tier.Of(e.c.Level, scores, tier.Active)
		r.RunnerUp = contact(awake, fmt.Sprintf("a two-way contact makes %s", awake))
	case tier.Basic:
		r.RunnerUp = e.toGrowth()
	case tier.Growth:
		r.RunnerUp = e.toStrategic()
	case tier.Strategic:
		r.RunnerUp = e.onlyTime(e.m.TierThen, e.m.TierEnds)
	}
	return r
}

// toGrowth takes the way that needs no certain amount: buying makes the
// recency score 5, and often enough makes the frequency.
func (e explainer) toGrowth() *decision.RunnerUp {
	missing := max(1, e.p.RFM.FrequencyFor(e.p.Tier.GrowthFrequency)-e.m.Purchases)
	return purchases(tier.Growth, missing, buying(missing, 0, tier.Growth))
}

// toStrategic goes by gold and frequency, which is less to spend than diamond,
// unless so many purchase dates no longer fit in.
func (e explainer) toStrategic() *decision.RunnerUp {
	dates := e.p.RFM.FrequencyFor(e.p.Tier.StrategicFrequency) - e.m.Purchases
	if e.c.Level == level.Gold { // and not often enough, or it were strategic
		until := before(e.m.LevelEnds)
		if !e.fit(dates, until) {
			return e.toDiamond()
		}
		return purchases(tier.Strategic, dates, buying(dates, until, tier.Strategic))
	}
	if !e.fit(max(1, dates), e.m.WindowHolds) {
		return e.toDiamond()
	}
	missing := e.p.Level.GoldFrom - e.m.Window
	spread := ""
	if dates > 1 {
		spread = fmt.Sprintf(" on at least %d dates", dates)
	}
	return e.spend(tier.Strategic, missing, fmt.Sprintf("%s more%s%s makes strategic", e.words(missing), spread, by(e.m.WindowHolds)))
}

func (e explainer) toDiamond() *decision.RunnerUp {
	missing := e.p.Level.DiamondFrom - e.m.Window
	return e.spend(tier.Strategic, missing, fmt.Sprintf("%s more%s makes diamond and with it strategic", e.words(missing), by(e.m.WindowHolds)))
}

// fit tells whether there are so many dates left, today included where today
// is not a purchase date yet. Without a last date there is time enough.
func (e explainer) fit(dates int, last crm.Date) bool {
	left := int(last - e.m.On)
	if e.m.LastPurchase != e.m.On {
		left++
	}
	return last == 0 || dates <= left
}

func (e explainer) status() decision.Reason {
	days := e.p.Tier.Status
	seen := e.m.lastSeen()
	r := decision.Reason{
		Question: "status",
		Answer:   named(e.c.Status),
		Inputs:   inputs(date("last_purchase", e.m.LastPurchase), date("last_contact", e.m.LastContact)),
	}
	if seen != 0 {
		r.Inputs = append(r.Inputs, silence(e.m.On-seen))
	}
	switch e.c.Status {
	case tier.StatusNone:
		r.Rule, r.RunnerUp = "status.never_seen", contact(tier.Active, "a two-way contact or a purchase makes active")
	case tier.Active:
		r.Rule, r.RunnerUp = "status.active", e.onlyTime(tier.StatusDormant, seen+crm.Date(days.DormantAfterDays))
	case tier.StatusDormant:
		r.Rule, r.RunnerUp = "status.dormant_after_days", e.onlyTime(tier.Lost, seen+crm.Date(days.LostAfterDays))
	case tier.Lost:
		r.Rule, r.RunnerUp = "status.lost_after_days", contact(tier.Active, "a two-way contact or a purchase makes active")
	}
	return r
}

func (e explainer) churn() decision.Reason {
	r := decision.Reason{
		Question: "churn",
		Answer:   "no_warning",
		Inputs: inputs(
			count("purchases", e.m.Purchases),
			date("last_purchase", e.m.LastPurchase),
			date("last_contact", e.m.LastContact),
		),
	}
	if e.m.Purchases > 0 {
		r.Inputs = append(r.Inputs, silence(e.m.On-e.m.lastSeen()))
	}
	switch {
	case e.c.Need == tier.Prospect:
		r.Rule = "churn.never_bought"
	case e.c.Need == tier.New: // never warned about, whatever time does
		r.Rule = "churn.one_time_buyer"
	case e.c.WarnedSince == 0:
		r.Rule, r.RunnerUp = "churn.not_silent", e.onlyTime("warned", e.m.lastSeen()+crm.Date(e.p.Churn.WarnAfterDays))
	default:
		r.Answer, r.Rule = "warned", "churn.warn_after_days"
		r.Inputs = append(r.Inputs, date("since", e.c.WarnedSince))
		r.RunnerUp = purchases("no_warning", 1, "any purchase ends the silence; a contact does not any more")
	}
	return r
}

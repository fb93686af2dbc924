package standing

import (
	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/level"
	"guanxi/internal/tier"
)

func (e explainer) tier() decision.Reason {
	asked := e.due.judged(e.m.worth(&e.p))
	answer, by := e.p.Tier.Of(asked)
	r := decision.Reason{
		Question: "tier",
		Answer:   named(e.c.Tier),
		Rule:     "tier." + string(by),
		Inputs: inputs(
			text("level", named(e.due.Level)),
			score("recency", e.c.Recency),
			score("frequency", e.c.Frequency),
			text("status", named(e.c.Status)),
			date("until", before(e.m.TierEnds)),
		),
	}
	if e.m.TierKept != "" {
		return e.kept(r, e.p.Tier.GraceDays, named(answer), named(e.m.TierThen), e.m.TierEnds)
	}
	byValue := e.p.Tier.By == tier.ByValue && asked.Worth.Known
	if byValue {
		r.Inputs = append(r.Inputs, e.amount("clv", e.m.Value.CLV), chance("chance_90d", e.m.Value.Chance))
	}
	switch {
	case answer == tier.None:
		r.RunnerUp = purchases(tier.Basic, 1, say("a first purchase makes basic or better", "首次购买即为基础或以上"))
	case by == tier.Silent && e.m.TierAwake != tier.Dormant:
		r.RunnerUp = contact(e.m.TierAwake, say("a two-way contact makes %s", "一次双向沟通即为%s", called(e.m.TierAwake)))
	case answer == tier.Dormant: // a contact alone would not do; who just bought is not about to leave
		r.RunnerUp = purchases(tier.Basic, 1, say("any purchase makes basic or better", "任意一次购买即为基础或以上"))
	case byValue:
		r.RunnerUp = e.byValue(asked, by)
	case answer == tier.Basic:
		r.RunnerUp = e.toGrowth()
	case answer == tier.Growth:
		r.RunnerUp = e.toStrategic()
	default:
		r.RunnerUp = e.onlyTime(e.m.TierThen, e.m.TierEnds)
	}
	if byValue {
		return won(r, e.tried(r, e.p.Tier.GraceDays, append(e.silence(), e.valueRules()...)...)...)
	}
	return won(r, e.tried(r, e.p.Tier.GraceDays, append(e.silence(), e.levelRules()...)...)...)
}

// silence comes before value or level are looked at.
func (e explainer) silence() []decision.Tried {
	return []decision.Tried{rule("tier.silent", e.silent(e.p.Tier.Status.DormantAfterDays))}
}

func (e explainer) valueRules() []decision.Tried {
	p, v := e.p.Tier.Value, e.m.Value
	worth := func(from int64) crm.Words {
		return say("a lifetime value of %s; from %s", "终身价值 %s；标准为 %s", e.words(v.CLV), e.words(from))
	}
	return []decision.Tried{
		rule("tier.unprofitable", say("a lifetime value of %s, below %s, and a churn warning", "终身价值 %s，低于 %s，且有流失预警", e.words(v.CLV), e.words(p.DormantBelow))),
		rule("tier.loyal_value", say("%s, and frequency %d of %d", "%s，且频率评分 %d（标准为 %d）", worth(p.StrategicFrom), e.c.Frequency, e.p.Tier.StrategicFrequency)),
		rule("tier.high_value", worth(p.StrategicFrom)),
		rule("tier.potential", say("%s, and a chance of %s %% to buy within 90 days; from %s %%", "%s，且 90 天内购买概率 %s%%（标准为 %s%%）",
			worth(p.GrowthFrom), percent(v.Chance), percent(tier.Chance(p.GrowthChance)))),
		otherwise("tier.value_otherwise"),
	}
}

func (e explainer) levelRules() []decision.Tried {
	p, at := e.p.Tier, say("level %s", "等级为%s", called(named(e.due.Level)))
	return []decision.Tried{
		rule("tier.diamond", at),
		rule("tier.loyal_gold", say("%s, frequency %d; gold and %d", "%s，频率评分 %d；标准为金卡及 %d", at, e.c.Frequency, p.StrategicFrequency)),
		rule("tier.gold", at),
		rule("tier.promising", say("recency %d and frequency %d; from %d and %d", "最近购买评分 %d，频率评分 %d；标准为 %d 和 %d",
			e.c.Recency, e.c.Frequency, p.GrowthRecency, p.GrowthFrequency)),
		otherwise("tier.otherwise"),
	}
}

// byValue is the nearest other tier of who is judged by value. What somebody would
// have to buy for it is the model's secret, so the way is told in value.
func (e explainer) byValue(asked tier.Customer, by tier.Rule) *decision.RunnerUp {
	p := e.p.Tier.Value
	switch {
	case by == tier.LowValue && asked.Worth.Band == tier.Middle:
		missing := tier.Chance(p.GrowthChance) - e.m.Value.Chance
		return &decision.RunnerUp{Answer: string(tier.Growth), Distance: int64(missing), Unit: "basis points of chance",
			Text: say("a chance of %s %% to buy within 90 days instead of %s %% makes growth", "90 天内购买概率达到 %s%%（现为 %s%%）即为成长", percent(tier.Chance(p.GrowthChance)), percent(e.m.Value.Chance))}
	case by == tier.LowValue && asked.Worth.Likely:
		return e.worthier(asked, p.GrowthFrom)
	case by == tier.LowValue, by == tier.Potential && asked.Scores.F >= e.p.Tier.StrategicFrequency:
		return e.worthier(asked, p.StrategicFrom)
	}
	return e.onlyTime(e.m.TierThen, e.m.TierEnds)
}

// worthier is how much more lifetime value makes another tier.
func (e explainer) worthier(asked tier.Customer, from int64) *decision.RunnerUp {
	asked.Worth.Band = e.p.Tier.Value.Band(from)
	answer, _ := e.p.Tier.Of(asked)
	missing := from - e.m.Value.CLV
	return &decision.RunnerUp{Answer: string(answer), Distance: missing, Unit: e.p.Currency + " minor of value",
		Text: say("%s more of lifetime value makes %s", "终身价值再增加 %s 即为%s", e.words(missing), called(answer))}
}

// value tells the lifetime value. It has no nearest other answer: it is a number.
func (e explainer) value() decision.Reason {
	v := e.m.Value
	r := decision.Reason{
		Question: "value", Answer: e.words(v.CLV), Rule: "value.last_year",
		Inputs: inputs(
			decision.Input{Name: "orders", Value: thousandths(v.Orders), Unit: "expected"},
			e.amount("revenue", v.Revenue), e.amount("margin", v.Margin()), e.amount("cost", v.Cost), e.amount("clv", v.CLV),
			date("next_order", v.Next),
		),
	}
	switch {
	case e.m.Purchases == 0:
		r.Rule, r.Answer, r.Inputs = "value.never_bought", "none", inputs(bought(0))
	case v.Model != 0:
		r.Rule = "value.model"
		r.Inputs = append(r.Inputs, chance("chance_90d", v.Chance), chance("alive", v.Alive))
	}
	return won(r, e.neverBought("value.never_bought"),
		rule("value.model", modelWords(v)),
		rule("value.last_year", say("the last year goes on as it was", "按过去一年延续")))
}

func modelWords(v Value) crm.Words {
	if v.Model == 0 {
		return say("no model is in force that foresees them", "没有可用的预测模型")
	}
	return say("model %d foresees them", "由模型 %d 预测", v.Model)
}

// toGrowth takes the way that needs no certain amount: buying makes the
// recency score 5, and often enough makes the frequency.
func (e explainer) toGrowth() *decision.RunnerUp {
	if e.p.RFM.Recency(0) < e.p.Tier.GrowthRecency { // so many buy so often that nobody can
		return e.toStrategic()
	}
	missing := max(1, e.p.RFM.FrequencyFor(e.p.Tier.GrowthFrequency)-e.m.Purchases)
	return purchases(tier.Growth, missing, buying(missing, 0, tier.Growth))
}

// toStrategic goes by gold and frequency, which is less to spend than diamond,
// unless so many purchase dates no longer fit in.
func (e explainer) toStrategic() *decision.RunnerUp {
	dates := e.p.RFM.FrequencyFor(e.p.Tier.StrategicFrequency) - e.m.Purchases
	if e.due.Level == level.Gold { // and not often enough, or it were strategic
		until := before(e.m.LevelEnds)
		if e.p.Level.GraceDays > 0 || !e.fit(dates, until) { // with grace it is due for less time than it stays
			return e.toDiamond()
		}
		return purchases(tier.Strategic, dates, buying(dates, until, tier.Strategic))
	}
	if !e.fit(max(1, dates), e.m.WindowHolds) {
		return e.toDiamond()
	}
	missing := e.p.Level.GoldFrom - e.m.Window
	spread := crm.Words{}
	if dates > 1 {
		spread = say(" on at least %d dates", "（至少 %d 个日期）", dates)
	}
	return e.spend(tier.Strategic, missing, say("%[1]s more%[2]s%[3]s makes strategic", "%[3]s再消费 %[1]s%[2]s 即为战略", e.words(missing), spread, by(e.m.WindowHolds)))
}

func (e explainer) toDiamond() *decision.RunnerUp {
	missing := e.p.Level.DiamondFrom - e.m.Window
	return e.spend(tier.Strategic, missing, say("%[1]s more%[2]s makes diamond and with it strategic", "%[2]s再消费 %[1]s 即为钻石卡，同时成为战略", e.words(missing), by(e.m.WindowHolds)))
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
	awake := contact(tier.Active, say("a two-way contact or a purchase makes active", "一次双向沟通或购买即为活跃"))
	switch e.c.Status {
	case tier.StatusNone:
		r.Rule, r.RunnerUp = "status.never_seen", awake
		return won(r, rule(r.Rule, say("neither bought nor in contact", "从未购买或沟通")))
	case tier.Active:
		r.Rule, r.RunnerUp = "status.active", e.onlyTime(tier.StatusDormant, seen+crm.Date(days.DormantAfterDays))
	case tier.StatusDormant:
		r.Rule, r.RunnerUp = "status.dormant_after_days", e.onlyTime(tier.Lost, seen+crm.Date(days.LostAfterDays))
	case tier.Lost:
		r.Rule, r.RunnerUp = "status.lost_after_days", awake
	}
	return won(r, rule("status.lost_after_days", e.silent(days.LostAfterDays)), rule("status.dormant_after_days", e.silent(days.DormantAfterDays)),
		otherwise("status.active"))
}

func (e explainer) churn() decision.Reason {
	r := decision.Reason{
		Question: "churn",
		Answer:   "no_warning",
		Inputs: inputs(
			bought(e.m.Purchases),
			date("last_purchase", e.m.LastPurchase),
			date("last_contact", e.m.LastContact),
		),
	}
	byChance, warns := e.m.Leaves != 0, e.m.Leaves
	if e.m.Purchases > 0 {
		r.Inputs = append(r.Inputs, silence(e.m.On-e.m.lastSeen()))
	}
	warn, fine := rule("churn.warn_after_days", e.silent(e.p.Churn.WarnAfterDays)), "churn.not_silent"
	if byChance {
		r.Inputs = append(r.Inputs, chance("chance_90d", e.m.Value.Chance))
		warn = rule("churn.warn_below", say("a chance of %s %% to buy within 90 days; below %s %%", "90 天内购买概率 %s%%；低于 %s%%",
			percent(e.m.Value.Chance), percent(tier.Chance(e.p.Churn.WarnBelow))))
		fine = "churn.likely"
	} else {
		warns = e.m.lastSeen() + crm.Date(e.p.Churn.WarnAfterDays)
	}
	switch {
	case e.c.Need == tier.Prospect:
		r.Rule = "churn.never_bought"
	case e.c.Need == tier.New: // never warned about, whatever time does
		r.Rule = "churn.one_time_buyer"
	case e.c.WarnedSince == 0:
		r.Rule, r.RunnerUp = fine, e.onlyTime("warned", warns)
	default:
		r.Answer, r.Rule = "warned", warn.Rule
		r.Inputs = append(r.Inputs, date("since", e.c.WarnedSince))
		r.RunnerUp = purchases("no_warning", 1, say("any purchase ends the silence; a contact does not any more", "任意一次购买即可解除预警；沟通已不能解除"))
	}
	return won(r, e.neverBought("churn.never_bought"), e.neverBought("churn.one_time_buyer"), warn, otherwise(fine))
}

package churn

import "guanxi/internal/crm"

// Outcome is how a warning ended.
type Outcome string

const (
	Purchased        Outcome = "purchased" // by itself: the customer bought
	Retained         Outcome = "retained"
	Unreachable      Outcome = "unreachable"
	LostToCompetitor Outcome = "lost_to_competitor"
	NoMoreNeed       Outcome = "no_more_need"
	Mistaken         Outcome = "mistaken" // there never was a reason to worry
)

// ByPerson tells whether a person may close a warning with this outcome.
func (o Outcome) ByPerson() bool {
	switch o {
	case Retained, Unreachable, LostToCompetitor, NoMoreNeed, Mistaken:
		return true
	}
	return false
}

// heard tells whether who closes it so has heard from the customer, and knows
// why they stayed away.
func (o Outcome) heard() bool { return o == Retained || o == LostToCompetitor || o == NoMoreNeed }

// LossReason is why a customer stayed away (R22).
type LossReason string

const (
	Service       LossReason = "service"
	Product       LossReason = "product"
	Price         LossReason = "price"
	Competitor    LossReason = "competitor"
	Communication LossReason = "communication" // we did not talk to them, or badly
	Other         LossReason = "other"
)

// WrongEnd names what is wrong with how a person closes a warning.
func WrongEnd(o Outcome, why LossReason) (wrong []crm.Field) {
	switch {
	case !o.ByPerson():
		wrong = append(wrong, crm.Field{Path: "outcome", Message: "a churn warning ends retained, unreachable, lost_to_competitor, no_more_need or mistaken"})
	case o.heard() && why == "":
		wrong = append(wrong, crm.Field{Path: "churn_reason", Message: "must say why the customer stayed away"})
	case o == Mistaken && why != "":
		wrong = append(wrong, crm.Field{Path: "churn_reason", Message: "nobody stayed away where the warning was mistaken"})
	}
	return wrong
}

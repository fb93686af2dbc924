package crm

// LeadStage is how far the sale to somebody has come, in the words of who works
// on it.
type LeadStage string

const (
	LeadNew          LeadStage = "new"
	LeadContacted    LeadStage = "contacted"
	LeadNurturing    LeadStage = "nurturing" // interested, but not yet
	LeadQualified    LeadStage = "qualified" // ready for an offer
	LeadDisqualified LeadStage = "disqualified"
)

// DecisionStage is how far the customer's own decision to buy has come: the five
// steps from a need to what follows the purchase (Dewey 1910; Engel, Kollat,
// Blackwell 1968).
type DecisionStage string

const (
	DecidesNeed       DecisionStage = "need"
	DecidesSearch     DecisionStage = "search"
	DecidesEvaluation DecisionStage = "evaluation"
	DecidesPurchase   DecisionStage = "purchase"
	DecidesAfter      DecisionStage = "after_purchase"
)

// Intent is how strongly somebody means to buy, as whoever talked to them
// judged it.
type Intent string

const (
	IntentLow    Intent = "low"
	IntentMedium Intent = "medium"
	IntentHigh   Intent = "high"
)

// Lead is what a contact taught about a coming purchase. What is empty was not
// said.
type Lead struct {
	Stage    LeadStage     `json:"lead_stage,omitempty"`
	Decision DecisionStage `json:"decision_stage,omitempty"`
	Intent   Intent        `json:"intent,omitempty"`
}

// After is the lead after a later word about it: each part as it was said last.
func (l Lead) After(word Lead) Lead {
	if word.Stage != "" {
		l.Stage = word.Stage
	}
	if word.Decision != "" {
		l.Decision = word.Decision
	}
	if word.Intent != "" {
		l.Intent = word.Intent
	}
	return l
}

// Interested tells whether the word last said speaks of a purchase to come.
func (l Lead) Interested() bool {
	switch {
	case l.Stage == LeadDisqualified:
		return false
	case l.Stage != "" && l.Stage != LeadNew, l.Intent == IntentMedium, l.Intent == IntentHigh:
		return true
	}
	return l.Decision == DecidesSearch || l.Decision == DecidesEvaluation || l.Decision == DecidesPurchase
}

package crm

import "time"

type (
	// SurveyID names a survey: sur_….
	SurveyID string
	// InvitationID names an invitation to answer one: inv_….
	InvitationID string
)

// Metric is what a survey measures, and so the range of its scores.
type Metric string

const (
	NPS  Metric = "nps"  // would you recommend us: 0–10
	CSAT Metric = "csat" // how satisfied are you: 1–5
	CES  Metric = "ces"  // how easy was it: 1–7, 7 is easiest
)

// Range is the lowest and the highest score; 0, 0 of what is no metric.
func (m Metric) Range() (lowest, highest int) {
	switch m {
	case NPS:
		return 0, 10
	case CSAT:
		return 1, 5
	case CES:
		return 1, 7
	}
	return 0, 0
}

// Answer is what a customer answered to one invitation; there is never more
// than one. A correction is a newer version of it, with the same At.
type Answer struct {
	Survey     SurveyID     `json:"survey"`
	Edition    int          `json:"survey_version"` // the version whose questions were answered
	Invitation InvitationID `json:"invitation"`
	Customer   CustomerID   `json:"customer"`
	Metric     Metric       `json:"metric"`
	Score      int          `json:"score"`
	Replies    []Reply      `json:"replies,omitempty"` // to the questions that followed; kept sealed
	At         time.Time    `json:"at"`                // when the score was first given
	On         Date         `json:"on"`                // the local date of At
	Channel    Channel      `json:"channel,omitempty"` // by which the invitation went out
	Store      StoreID      `json:"store,omitempty"`   // about which store it was; empty: about none
	Level      string       `json:"level,omitempty"`   // the customer's when they answered
	Tier       string       `json:"tier,omitempty"`    // likewise
	Version    Version      `json:"-"`
	Origin     Origin       `json:"-"`
}

// Reply is what was said to one question: a choice's id, or a text.
type Reply struct {
	Question string `json:"question"`
	Choice   string `json:"choice,omitempty"`
	Text     string `json:"text,omitempty"`
}

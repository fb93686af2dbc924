// Package survey decides what a survey may ask, whom it may ask and how often,
// what a link to it opens, and what counts as an answer.
//
// A survey has one question with a score (NPS 0–10, CSAT 1–5, CES 1–7) and
// questions that follow by score. It is never changed: an amendment is a new
// version, invitations and answers name theirs, and so an old answer stays
// readable beside the very words that it answered.
package survey

import (
	"fmt"
	"time"
	"unicode"

	"guanxi/internal/crm"
)

// Survey is one version of a survey.
type Survey struct {
	ID      crm.SurveyID `json:"id" readOnly:"true" example:"sur_0190163d8694739b9c5f1e2d3a4b5c6d"`
	Version int          `json:"version" readOnly:"true" doc:"Raised by every change, closing included." example:"1"`
	Definition
	Author    crm.Subject `json:"author" readOnly:"true" doc:"Who made this version." example:"u-li"`
	AmendedAt time.Time   `json:"amended_at" readOnly:"true" doc:"When this version was made."`
}

// Definition is what staff state about a survey.
type Definition struct {
	Metric      crm.Metric `json:"metric" enum:"nps,csat,ces" doc:"NPS 0–10, CSAT 1–5, CES 1–7. Never changes." example:"nps"`
	Name        string     `json:"name" minLength:"1" maxLength:"100" doc:"For staff." example:"After a purchase"`
	Question    Text       `json:"question" doc:"Asks for the score."`
	FollowUps   []FollowUp `json:"follow_ups,omitempty" nullable:"false" maxItems:"10" doc:"Asked after the score, of those whose score is in range."`
	Validity    Days       `json:"validity,omitempty" pattern:"^P[0-9]{1,3}D$" doc:"How long a link can be used, 1 to 90 days; absent: P14D." example:"P14D"`
	RemindAfter Days       `json:"remind_after,omitempty" pattern:"^P[0-9]{1,3}D$" doc:"When whoever has not answered is due for the one reminder; absent: never." example:"P4D"`
	Quarantine  Days       `json:"quarantine,omitempty" pattern:"^P[0-9]{1,3}D$" doc:"Whoever was invited to any survey within so many days, 7 to 365, is not invited; absent: P90D." example:"P90D"`
	Trigger     *Trigger   `json:"trigger,omitempty" doc:"Invites by itself; absent: people invite."`
	Closed      bool       `json:"closed,omitempty" doc:"Nobody is invited, and links no longer open. Given answers can be corrected as long as always."`
}

// Text is one text in the languages of the public page.
type Text struct {
	ZH string `json:"zh" minLength:"1" maxLength:"300" example:"您有多大可能把我们推荐给朋友？"`
	EN string `json:"en" minLength:"1" maxLength:"300" example:"How likely are you to recommend us to a friend?"`
}

// In is the text in the language.
func (t Text) In(l Language) string {
	if l == English {
		return t.EN
	}
	return t.ZH
}

// Language is one that the public page speaks.
type Language string

const (
	Chinese Language = "zh"
	English Language = "en"
)

// FollowUp is a question to those whose score is from … to. With choices, one
// of them is the reply; without, a text.
type FollowUp struct {
	ID      string   `json:"id" pattern:"^[a-z][a-z0-9_]{0,31}$" doc:"Names the question for as long as there are answers to it." example:"why"`
	From    int      `json:"from" minimum:"0" maximum:"10" example:"0"`
	To      int      `json:"to" minimum:"0" maximum:"10" example:"6"`
	Text    Text     `json:"text"`
	Choices []Choice `json:"choices,omitempty" nullable:"false" maxItems:"12"`
}

// Choice is one reply to choose.
type Choice struct {
	ID   string `json:"id" pattern:"^[a-z][a-z0-9_]{0,31}$" example:"service"`
	Text Text   `json:"text"`
}

const (
	defaultValidity   Days = 14
	defaultQuarantine Days = 90
)

// Complete fills in what was left out.
func (d Definition) Complete() Definition {
	if d.Validity == 0 {
		d.Validity = defaultValidity
	}
	if d.Quarantine == 0 {
		d.Quarantine = defaultQuarantine
	}
	return d
}

// Validate names each place of a complete definition that breaks a rule.
func (d Definition) Validate() (wrong []crm.Field) {
	refuse := func(path, format string, args ...any) {
		wrong = append(wrong, crm.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	lowest, highest := d.Metric.Range()
	if highest == 0 {
		refuse("metric", "must be nps, csat or ces")
	}
	if !printable(d.Name, false) {
		refuse("name", "must have no control characters")
	}
	d.Question.validate("question", refuse)
	asked := map[string]bool{}
	for i, f := range d.FollowUps {
		at := fmt.Sprintf("follow_ups[%d]", i)
		if asked[f.ID] {
			refuse(at+".id", "must be there once")
		}
		asked[f.ID] = true
		if f.From < lowest || f.From > highest {
			refuse(at+".from", "must be %d to %d", lowest, highest)
		}
		if f.To < f.From || f.To > highest {
			refuse(at+".to", "must be from to %d", highest)
		}
		f.Text.validate(at+".text", refuse)
		chosen := map[string]bool{}
		for j, c := range f.Choices {
			place := fmt.Sprintf("%s.choices[%d]", at, j)
			if chosen[c.ID] {
				refuse(place+".id", "must be there once")
			}
			chosen[c.ID] = true
			c.Text.validate(place+".text", refuse)
		}
	}
	if d.Validity < 1 || d.Validity > 90 {
		refuse("validity", "must be P1D to P90D")
	}
	if d.RemindAfter >= d.Validity {
		refuse("remind_after", "must come before the end of validity")
	}
	if d.Quarantine < 7 || d.Quarantine > 365 {
		refuse("quarantine", "must be P7D to P365D")
	}
	if d.Trigger != nil {
		d.Trigger.validate("trigger", refuse)
	}
	return wrong
}

func (t Text) validate(path string, refuse func(path, format string, args ...any)) {
	for name, text := range map[string]string{"zh": t.ZH, "en": t.EN} {
		if !printable(text, false) {
			refuse(path+"."+name, "must have no control characters")
		}
	}
}

// printable tells whether a text has no control characters, but for line breaks
// and tabs where it may have lines.
func printable(text string, lines bool) bool {
	for _, r := range text {
		if unicode.IsControl(r) && (!lines || r != '\n' && r != '\r' && r != '\t') || r == unicode.ReplacementChar {
			return false
		}
	}
	return true
}

// Asks are the questions that follow a score.
func (d Definition) Asks(score int) (all []FollowUp) {
	for _, f := range d.FollowUps {
		if score >= f.From && score <= f.To {
			all = append(all, f)
		}
	}
	return all
}

package survey

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"guanxi/internal/crm"
)

// MaxText is how many characters a reply in words may have.
const MaxText = 1000

// CorrectableFor is how long after it was given an answer can be corrected.
const CorrectableFor = 24 * time.Hour

// Door is what a link opens.
type Door int

const (
	Open        Door = iota // nobody has answered: the questions
	Correctable             // answered a moment ago: the questions with the answer
	Used                    // answered before: thanks, no more
	Over                    // expired or closed: nothing any more
)

// Door of the invitation as of now; answered is when its answer was given, zero
// where there is none.
func (i Invitation) Door(closed bool, answered, now time.Time) Door {
	switch {
	case !answered.IsZero() && now.Before(answered.Add(CorrectableFor)):
		return Correctable
	case !answered.IsZero():
		return Used
	case closed || !now.Before(i.ExpiresAt):
		return Over
	}
	return Open
}

// Given is what a customer states: the score, and by the ids of the questions
// that follow it the id of a choice, or a text. A second statement replaces the
// first whole.
type Given struct {
	Score   int               `json:"score" minimum:"0" maximum:"10" example:"3"`
	Replies map[string]string `json:"replies,omitempty" nullable:"false" maxProperties:"10" example:"{\"why\":\"service\"}" doc:"By the id of each question that the score leads to: the id of a choice, or a text of at most 1000 characters."`
}

// Check names each place that breaks a rule: "score", "replies.why".
func (d Definition) Check(g Given) (wrong []crm.Field) {
	refuse := func(path, format string, args ...any) {
		wrong = append(wrong, crm.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if lowest, highest := d.Metric.Range(); g.Score < lowest || g.Score > highest {
		refuse("score", "must be %d to %d", lowest, highest)
		return wrong
	}
	asked := d.Asks(g.Score)
	for _, id := range slices.Sorted(maps.Keys(g.Replies)) {
		at := "replies." + id
		i := slices.IndexFunc(asked, func(f FollowUp) bool { return f.ID == id })
		switch {
		case i < 0:
			refuse(at, "is not asked after this score")
		case len(asked[i].Choices) > 0 && !asked[i].offers(g.Replies[id]):
			refuse(at, "is none of the choices")
		case g.Replies[id] == "":
			refuse(at, "must not be empty: leave it out")
		case utf8.RuneCountInString(g.Replies[id]) > MaxText:
			refuse(at, "must have at most %d characters", MaxText)
		case !utf8.ValidString(g.Replies[id]) || !printable(g.Replies[id], true):
			refuse(at, "must have no control characters")
		}
	}
	return wrong
}

func (f FollowUp) offers(choice string) bool {
	return slices.ContainsFunc(f.Choices, func(c Choice) bool { return c.ID == choice })
}

// replies are those of a statement that has passed Check, in the order of the
// questions.
func (d Definition) replies(g Given) (all []crm.Reply) {
	for _, f := range d.Asks(g.Score) {
		said, replied := g.Replies[f.ID]
		switch {
		case !replied:
		case len(f.Choices) > 0:
			all = append(all, crm.Reply{Question: f.ID, Choice: said})
		default:
			all = append(all, crm.Reply{Question: f.ID, Text: said})
		}
	}
	return all
}

// Stated is an answer as it was given.
func Stated(a crm.Answer) Given {
	g := Given{Score: a.Score, Replies: map[string]string{}}
	for _, r := range a.Replies {
		g.Replies[r.Question] = r.Choice + r.Text // one of them is empty
	}
	return g
}

// Respondent is what is known of who answers.
type Respondent struct {
	Home        crm.StoreID
	Level, Tier string
}

// Answer is the answer to an invitation as the fact that it becomes: the first,
// or the correction of before. d is the version that was asked, and g has passed
// its Check.
func (i Invitation) Answer(d Definition, g Given, before *crm.Answer, who Respondent, e crm.Event, zone *time.Location) (crm.Answer, error) {
	a := crm.Answer{Survey: i.Survey, Edition: i.Edition, Invitation: i.ID, Customer: i.Customer, Metric: d.Metric, Score: g.Score, Replies: d.replies(g),
		At: e.At, On: crm.DateIn(e.At, zone), Channel: i.Channel, Store: i.Store, Level: who.Level, Tier: who.Tier,
		Origin: crm.Origin{Source: "survey", Trace: e.Trace, RecordedAt: e.At}}
	if before != nil { // when it was given, and by whom in which standing, stays
		a.At, a.On, a.Level, a.Tier = before.At, before.On, before.Level, before.Tier
	}
	stated, err := json.Marshal(g)
	if err != nil {
		return a, &crm.Error{Op: "survey.Answer", Err: err}
	}
	a.Version = crm.NewVersion(e.At, 0, stated)
	return a, nil
}

// Same tells whether two answers to one invitation say the same.
func Same(a, b crm.Answer) bool { return a.Score == b.Score && slices.Equal(a.Replies, b.Replies) }

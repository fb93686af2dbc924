// Package whatif says what a draft of the policy would do to the base: who would
// go from which class to which, whom it would concern most, and why.
//
// A run is cut into segments. Each segment's part is a fold over its customers,
// and the outcome a fold over the parts, in any order: so parts that are made
// again are the same, and so is the whole.
package whatif

import (
	"fmt"
	"strings"
	"time"

	"guanxi/internal/crm"
	"guanxi/internal/decision"
	"guanxi/internal/standing"
)

// Run is one trial of a draft. It holds all that the outcome depends on but the
// facts: what is in force or in the draft later makes no difference to it.
type Run struct {
	ID       string            `json:"id"`
	Draft    string            `json:"draft"`
	Revision int64             `json:"revision"` // of the draft
	Policy   standing.Policy   `json:"policy"`   // as it stood in the draft
	Before   decision.Versions `json:"before"`   // what was in force
	On       crm.Date          `json:"on"`       // the date that is judged
	By       crm.Subject       `json:"by"`
	AskedAt  time.Time         `json:"asked_at"`
}

// Ref is a run's name in messages.
func (r Run) Ref() string { return r.Draft + "/" + r.ID }

// ParseRef reads the names of a draft and of its run.
func ParseRef(ref string) (draft, id string, err error) {
	draft, id, ok := strings.Cut(ref, "/")
	if !ok || crm.ParseID("drf", draft) != nil || crm.ParseID("wif", id) != nil {
		return "", "", fmt.Errorf("%q names no what-if", ref)
	}
	return draft, id, nil
}

// Timer wakes who works the run; at once, by a way that can't be lost.
func (r Run) Timer() crm.Timer {
	return crm.Timer{ID: "what-if/" + r.Ref(), Kind: crm.TimerWhatIf, Due: r.AskedAt, Ref: r.Ref()}
}

// State is how far a run is.
type State struct {
	Run
	Segments   int       // of the base; 0: it has not begun
	BegunAt    time.Time // zero: not yet
	Done       int       // segments
	Outcome    *Part     // of the whole; nil: not yet
	FinishedAt time.Time
}

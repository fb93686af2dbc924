// Package decision says what a standing decision is, how its reasons are told,
// and how one is kept so that no interleaving of wake-ups, retries and crashes
// leaves a wrong one standing.
package decision

import (
	"fmt"
	"time"

	"guanxi/internal/crm"
)

// Record is a standing decision about a customer. M are the measures it was
// judged by (numbers, kept sealed), C its classes (clear and comparable). The reasons are not stored: they are
// a function of policy version and measures, derived again on reading.
type Record[M any, C comparable] struct {
	Customer  crm.CustomerID
	Guard     Guard
	Versions  // of the documents that judged
	Measures  M
	Classes   C
	Member    Membership    // in segments, where they are kept
	Stores    []crm.StoreID // bought in: the scope within which staff may see the customer
	On        crm.Date      // the date that was judged
	ChangesAt crm.Date      // first date on which the classes change if nothing happens; zero: never
	ReviewAt  crm.Date      // when the nightly review looks again, at the latest
	Cause     string        // the key of the fact that woke us, or "review"
	Trace     string
}

// Versions name the documents that rules are made of. Each kind counts its own,
// from 1, and only upwards; 0: there is none.
type Versions struct {
	Policy   int
	Model    int // of what customers will buy
	Cuts     int // of the base into fifths
	Segments int
}

// Edition grows with every document that is put in force, of whatever kind.
func (v Versions) Edition() int64 {
	return int64(v.Policy) + int64(v.Model) + int64(v.Cuts) + int64(v.Segments)
}

// Change is one entry of a customer's history: a decision that differed from
// the one before it.
type Change[M any, C comparable] struct {
	Record[M, C]
	Before C
	Was    []crm.SegmentID // the segments before it
}

// Guard orders decisions about one customer: by the edition of the rules, the
// revision of the links between merged profiles, how many fact revisions were
// seen, and the time of the event. A decision is written only when its guard
// is at least the stored one; so the last to know the most wins, in whatever
// order the workers finish.
type Guard struct {
	Edition int64     // of the rules: raised by every document that is put in force
	Links   int64     // raised by every merge and its undoing; 0 while never merged
	Seen    int64     // Σ rev of the facts read, strongly consistent
	AsOf    time.Time // max(the message's sent time, the newest recorded time read)
}

// String is of fixed width, so that guards compare as strings (also in a
// DynamoDB condition).
func (g Guard) String() string {
	return fmt.Sprintf("%010d|%010d|%012d|%s", g.Edition, g.Links, g.Seen, g.AsOf.UTC().Format(guardTime))
}

const guardTime = "2006-01-02T15:04:05.000Z"

// ParseGuard reads what String wrote.
func ParseGuard(s string) (g Guard, err error) {
	var at string
	if _, err = fmt.Sscanf(s, "%d|%d|%d|%s", &g.Edition, &g.Links, &g.Seen, &at); err != nil {
		return Guard{}, fmt.Errorf("guard %q: %w", s, err)
	}
	g.AsOf, err = time.Parse(guardTime, at)
	return g, err
}

// Reason explains one answer of a decision to a person.
type Reason struct {
	Question string    `json:"question"` // "level", "tier", "status", …
	Answer   string    `json:"answer"`   // "gold"
	Rule     string    `json:"rule"`     // the rule that won, as the policy names it
	Inputs   []Input   `json:"inputs"`   // what it looked at
	Tried    []Tried   `json:"tried,omitempty" nullable:"false" doc:"The rules, in order; the last one won. A profile leaves them out."`
	RunnerUp *RunnerUp `json:"runner_up,omitempty"`
}

// Tried is a rule that was held against the customer.
type Tried struct {
	Rule  string    `json:"rule"`
	Holds bool      `json:"holds"`
	Text  crm.Words `json:"text"` // what it asked, and what it found
}

// Input is one number that a rule looked at.
type Input struct {
	Name  string `json:"name"`           // "spend_365d"
	Value string `json:"value"`          // "1234500", "2026-03-03"
	Unit  string `json:"unit,omitempty"` // "CNY minor", "days", "date", "purchases"
}

// RunnerUp is the nearest other answer and how far away it is.
type RunnerUp struct {
	Answer   string    `json:"answer"`
	Distance int64     `json:"distance"` // in Unit, always positive
	Unit     string    `json:"unit"`
	Text     crm.Words `json:"text"` // "¥1,230 more by 2026-03-03"
}
